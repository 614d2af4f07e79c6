package storetest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"net/url"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/go-sql-driver/mysql"

	"quartet/store"
)

// MySQL opens a store whose tables are empty, or skips the test where no server is named.
func MySQL(t testing.TB) *store.Store {
	t.Helper()
	return Open(t, store.Options{URL: MySQLTablesURL(t)})
}

// MySQLURL makes a database for the test and gives its URL. The test is skipped
// where no server is named.
func MySQLURL(t testing.TB) string {
	t.Helper()
	server := mysqlServer(t)
	name, err := createDatabase(t.Context(), server)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := dropDatabase(server, name); err != nil {
			t.Error(err)
		}
	})
	return withDatabase(server, name)
}

func mysqlServer(t testing.TB) string {
	t.Helper()
	server := os.Getenv(MySQLVariable)
	if server == "" {
		t.Skipf("to run this on MariaDB, set %s to a URL such as mysql://root@127.0.0.1:3306/mysql", MySQLVariable)
	}
	return server
}

func createDatabase(ctx context.Context, server string) (name string, err error) {
	name = "quartet_" + strings.ToLower(rand.Text())
	return name, execMySQL(ctx, server, "CREATE DATABASE "+name)
}

func dropDatabase(server, name string) error {
	return execMySQL(context.Background(), server, "DROP DATABASE "+name)
}

func execMySQL(ctx context.Context, databaseURL, statement string) error {
	db, err := openMySQL(databaseURL)
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, statement)
	return errors.Join(err, db.Close())
}

func openMySQL(databaseURL string) (*sql.DB, error) {
	name, err := mysqlName(databaseURL)
	if err != nil {
		return nil, err
	}
	return sql.Open("mysql", name)
}

// withDatabase replaces the name of the database in a URL, which may name several hosts.
func withDatabase(server, name string) string {
	address, parameters, has := strings.Cut(server, "?")
	address = address[:strings.LastIndexByte(address, '/')+1] + name
	if has {
		address += "?" + parameters
	}
	return address
}

// migratedMySQL are migrated databases that no test uses at the moment. Making the tables
// takes longer than most tests: on seekdb ten seconds.
var migratedMySQL struct {
	mutex sync.Mutex
	free  []string
	all   []string
}

// MySQLTablesURL is MySQLURL, with the tables made and empty. Tests of a package share
// the databases one after the other; its TestMain ends with DropMySQL.
func MySQLTablesURL(t testing.TB) string {
	t.Helper()
	server := mysqlServer(t)
	migratedMySQL.mutex.Lock()
	last, name := len(migratedMySQL.free)-1, ""
	if last >= 0 {
		name, migratedMySQL.free = migratedMySQL.free[last], migratedMySQL.free[:last]
	}
	migratedMySQL.mutex.Unlock()
	if name == "" {
		var err error
		if name, err = createDatabase(t.Context(), server); err != nil {
			t.Fatal(err)
		}
		migratedMySQL.mutex.Lock()
		migratedMySQL.all = append(migratedMySQL.all, name)
		migratedMySQL.mutex.Unlock()
		s, err := store.Open(t.Context(), store.Options{URL: withDatabase(server, name)})
		if err == nil {
			err = errors.Join(s.Migrate(t.Context()), s.Close())
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	databaseURL := withDatabase(server, name)
	t.Cleanup(func() {
		if err := empty(databaseURL); err != nil {
			t.Error(err)
			return
		}
		migratedMySQL.mutex.Lock()
		migratedMySQL.free = append(migratedMySQL.free, name)
		migratedMySQL.mutex.Unlock()
	})
	return databaseURL
}

// DropMySQL drops the databases that MySQLTablesURL has made.
func DropMySQL() (err error) {
	for _, name := range migratedMySQL.all {
		err = errors.Join(err, dropDatabase(os.Getenv(MySQLVariable), name))
	}
	migratedMySQL.all, migratedMySQL.free = nil, nil
	return err
}

// empty deletes all rows but those of the migration tool.
func empty(databaseURL string) (err error) {
	db, err := openMySQL(databaseURL)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	ctx := context.Background() // the test's own has ended
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	tables, err := conn.QueryContext(ctx, `SELECT table_name FROM information_schema.tables
		WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE' AND table_name NOT LIKE 'goose%'`)
	if err != nil {
		return err
	}
	statements := []string{"SET foreign_key_checks = 0"}
	for tables.Next() {
		var name string
		if err := tables.Scan(&name); err != nil {
			return err
		}
		statements = append(statements, "DELETE FROM "+name)
	}
	if err := errors.Join(tables.Err(), tables.Close()); err != nil {
		return err
	}
	for _, statement := range statements {
		if _, err := conn.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// MySQLName is the first host of a URL as Go's driver is told it, for queries in the SQL
// of the other engines: names in "quotes", texts joined by ||.
func MySQLName(t testing.TB, databaseURL string) string {
	t.Helper()
	name, err := mysqlName(databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	return name
}

var otherHosts = regexp.MustCompile(`,[^/]*`)

func mysqlName(databaseURL string) (string, error) {
	address, err := url.Parse(otherHosts.ReplaceAllString(databaseURL, ""))
	if err != nil {
		return "", err
	}
	config := mysql.NewConfig()
	config.User, config.Net, config.Addr, config.DBName = address.User.Username(), "tcp", address.Host, strings.TrimPrefix(address.Path, "/")
	config.Passwd, _ = address.User.Password()
	config.ClientFoundRows = true // a row that already has the new values counts as changed
	config.Params = map[string]string{"sql_mode": "'ANSI'"}
	return config.FormatDSN(), nil
}
