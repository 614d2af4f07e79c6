//go:build unix

// Command with starts a database, and runs a command with QUARTET_TEST_MYSQL set to its
// URL:
//
//	go run ./store/storetest/databases/with galera|seekdb go test ./store
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"

	"quartet/store/storetest/databases"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "with:", err)
		os.Exit(1)
	}
}

func run() (err error) {
	if len(os.Args) < 3 {
		return errors.New("usage: with galera|seekdb COMMAND …")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	url, end, err := start(ctx, os.Args[1])
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, end()) }()
	command := exec.CommandContext(ctx, os.Args[2], os.Args[3:]...)
	command.Env = append(os.Environ(), "QUARTET_TEST_MYSQL="+url)
	command.Stdin, command.Stdout, command.Stderr = os.Stdin, os.Stdout, os.Stderr
	return command.Run()
}

func start(ctx context.Context, database string) (url string, end func() error, err error) {
	switch database {
	case "galera":
		g, err := databases.StartGalera(ctx, 20*time.Second)
		if err != nil {
			return "", nil, err
		}
		return g.URL(0, databases.Name), g.Stop, nil
	case "seekdb":
		s, err := databases.StartSeekdb(ctx)
		if err != nil {
			return "", nil, err
		}
		return s.URL(), s.Stop, nil
	default:
		return "", nil, fmt.Errorf("there is no database %q", database)
	}
}
