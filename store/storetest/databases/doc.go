//go:build unix

// Package databases starts servers of MySQL's protocol for tests: a MariaDB Galera
// cluster of three nodes, and OceanBase's seekdb. They listen on 127.0.0.1 only, at free
// ports, keep their data in a temporary folder, and end with the program that started
// them or before.
package databases

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/user"
	"strconv"
	"syscall"
	"time"

	_ "github.com/go-sql-driver/mysql" // answers is a query
)

// ErrMissing means that programs of the database are not installed. The error says which.
var ErrMissing = errors.New("the database is not installed")

const (
	// startTime is how long a server may take until it answers.
	startTime = 2 * time.Minute
	// stopTime is how long it may take to end.
	stopTime = time.Minute
)

// User, Password and Name are of the account and the database that the servers have.
const (
	User     = "quartet"
	Password = "quartet"
	Name     = "quartet"
)

// FreePort returns a port that nobody listens at. It lies below those that the system
// hands out, so that no connection gets it while the server is down.
func FreePort() (int, error) {
	for range 100 {
		port := 15000 + rand.IntN(15000)
		listener, err := net.Listen("tcp", fmt.Sprint("127.0.0.1:", port))
		if err == nil {
			return port, listener.Close()
		}
	}
	return 0, errors.New("there is no free port")
}

// Owner returns the user whom a server runs as if this program is root's, else nil. It
// returns ErrMissing if there is no such user.
func Owner(name string) (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	found, err := user.Lookup(name)
	if err != nil {
		return nil, fmt.Errorf("%w: there is no user %s", ErrMissing, name)
	}
	uid, err := strconv.ParseUint(found.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(found.Gid, 10, 32)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, err
}

// wait calls happened until it returns true, or for a time.
func wait(ctx context.Context, limit time.Duration, what string, happened func() bool) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for !happened() {
		select {
		case <-ctx.Done():
			return fmt.Errorf("waited in vain for %s", what)
		case <-time.After(50 * time.Millisecond):
		}
	}
	return nil
}

// query runs a statement that returns one row of texts, or none.
func query(ctx context.Context, name, statement string, into ...any) error {
	db, err := sql.Open("mysql", name)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if len(into) == 0 {
		_, err := db.ExecContext(ctx, statement)
		return err
	}
	return db.QueryRowContext(ctx, statement).Scan(into...)
}
