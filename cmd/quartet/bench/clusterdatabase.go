package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/jmoiron/sqlx"
	"github.com/prometheus/procfs"

	"quartet/server/password"
)

// The engines that are measured.
const (
	onPostgres = "PostgreSQL"
	onMariaDB  = "MariaDB"
	onGalera   = "Galera"
)

// database is one of a server's, which the bench creates and drops.
type database struct {
	engine string
	server string // URL
	url    string // of the database, for the program
	keys   string // folder, without its ending .keys
	name   string // of a schema on PostgreSQL
}

func newDatabase(engine, server, work string, w world) (database, error) {
	d := database{engine: engine, server: server, name: "quartet_bench_" + strconv.Itoa(w.users)}
	d.keys = filepath.Join(work, engine+"-"+w.name)
	scheme, rest, _ := strings.Cut(server, "://")
	authority, path, _ := strings.Cut(rest, "/")
	_, parameters, _ := strings.Cut(path, "?")
	if engine != onPostgres {
		if parameters != "" {
			parameters = "?" + parameters
		}
		d.url = scheme + "://" + authority + "/" + d.name + parameters
		return d, nil
	}
	values, err := url.ParseQuery(parameters)
	if err != nil {
		return d, errors.New("the URL of PostgreSQL has wrong parameters")
	}
	values.Set("search_path", d.name)
	values.Set("application_name", d.name)
	path, _, _ = strings.Cut(path, "?")
	d.url = scheme + "://" + authority + "/" + path + "?" + values.Encode()
	return d, nil
}

// open connects as the bare program does, to the first host alone.
func (d database) open(address string) (*sql.DB, error) {
	if d.engine == onPostgres {
		config, err := pgx.ParseConfig(address)
		if err != nil {
			return nil, errors.New("the URL of PostgreSQL is wrong") // it can contain a password
		}
		return stdlib.OpenDB(*config), nil
	}
	_, rest, _ := strings.Cut(address, "://")
	authority, name, _ := strings.Cut(rest, "/")
	at := strings.LastIndexByte(authority, '@')
	config := mysql.NewConfig()
	user, secret, _ := strings.Cut(authority[:max(at, 0)], ":")
	config.User, _ = url.PathUnescape(user)
	config.Passwd, _ = url.PathUnescape(secret)
	config.Net = "tcp"
	config.Addr, _, _ = strings.Cut(authority[at+1:], ",")
	config.DBName, _, _ = strings.Cut(name, "?")
	config.Params = map[string]string{"tx_isolation": "'READ-COMMITTED'"}
	if d.engine == onGalera {
		config.Params["wsrep_sync_wait"] = "1" // as the program sets it
	}
	config.InterpolateParams = true // for the rows that fill the tables; the bare program prepares
	connector, err := mysql.NewConnector(config)
	if err != nil {
		return nil, errors.New("the URL of MariaDB is wrong")
	}
	return sql.OpenDB(connector), nil
}

// describe is the query of the engine's version and of the bytes of its buffers.
func (d database) describe() string {
	if d.engine == onPostgres {
		return "SELECT version(), pg_size_bytes(current_setting('shared_buffers'))"
	}
	return "SELECT version(), @@innodb_buffer_pool_size"
}

// bind gives a query the engine's placeholders.
func (d database) bind(query string) string {
	if d.engine == onPostgres {
		return sqlx.Rebind(sqlx.DOLLAR, query)
	}
	return query
}

// onServer runs a statement outside the database.
func (d database) onServer(ctx context.Context, statement string) error {
	db, err := d.open(d.server)
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, statement)
	return errors.Join(err, db.Close())
}

// drop removes the database, also one that a run left behind.
func (d database) drop(ctx context.Context) error {
	if d.engine == onPostgres {
		return d.onServer(ctx, "DROP SCHEMA IF EXISTS "+d.name+" CASCADE")
	}
	return d.onServer(ctx, "DROP DATABASE IF EXISTS "+d.name)
}

// create makes the database and fills it with the world.
func (d database) create(ctx context.Context, o options, w world) error {
	fmt.Fprintf(os.Stderr, "bench: filling %s with %d users\n", d.engine, w.users)
	statement := "CREATE DATABASE " + d.name
	if d.engine == onPostgres {
		statement = "CREATE SCHEMA " + d.name
	}
	if err := errors.Join(d.drop(ctx), d.onServer(ctx, statement)); err != nil {
		return err
	}
	if said, err := exec.CommandContext(ctx, o.Program, "migrate", "--database", d.url).CombinedOutput(); err != nil {
		return fmt.Errorf("%s migrate: %w\n%s", o.Program, err, said)
	}
	s, err := openSecrets(d.keys)
	if err != nil {
		return err
	}
	hash, err := password.NewHasher(password.Options{}).Hash(ctx, passwordText)
	if err != nil {
		return err
	}
	db, err := d.open(d.url)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }() // all is committed
	now := time.Now().UnixMilli()
	for _, of := range w.tables(s, hash, now) {
		fill := insertRows
		if d.engine == onPostgres {
			fill = copyRows
		}
		if err := fill(ctx, db, of); err != nil {
			return fmt.Errorf("%s: %w", of.name, err)
		}
	}
	insert := d.bind(insertCode)
	err = w.fillCodes(s, now, func(args ...any) error {
		_, err := db.ExecContext(ctx, insert, args...)
		return err
	})
	if err != nil {
		return err
	}
	return d.analyse(ctx, db)
}

// analyse lets the planner know the tables at once, as it does after a while by itself.
func (d database) analyse(ctx context.Context, db *sql.DB) error {
	statement := "ANALYZE"
	if d.engine != onPostgres {
		statement = "ANALYZE TABLE users, sessions, memberships, membership_roles"
	}
	_, err := db.ExecContext(ctx, statement)
	return err
}

// copyRows fills a table of PostgreSQL by COPY.
func copyRows(ctx context.Context, db *sql.DB, of filling) error {
	into := insertInto(of.name)
	names := make([]string, len(into.table.Columns))
	for i, column := range into.table.Columns {
		names[i] = column.Name
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }() // to the pool
	return conn.Raw(func(raw any) error {
		_, err := raw.(*stdlib.Conn).Conn().CopyFrom(ctx, pgx.Identifier{of.name}, names,
			pgx.CopyFromSlice(of.rows, func(i int) ([]any, error) { return into.row(of.row(i)), nil }))
		return err
	})
}

// rowsAtOnce is how many rows a statement inserts.
const rowsAtOnce = 500

// insertRows fills a table of MariaDB, with a commit now and then: Galera wants short
// transactions.
func insertRows(ctx context.Context, db *sql.DB, of filling) error {
	into := insertInto(of.name)
	head, row, _ := strings.Cut(into.query, " VALUES ")
	for first := 0; first < of.rows; first += rowsAtOnce {
		count := min(rowsAtOnce, of.rows-first)
		args := make([]any, 0, count*len(into.table.Columns))
		for i := range count {
			args = append(args, into.row(of.row(first+i))...)
		}
		if _, err := db.ExecContext(ctx, head+" VALUES "+row+strings.Repeat(", "+row, count-1), args...); err != nil {
			return err
		}
	}
	return nil
}

// cpu is the processor time of each connection's process or thread, nothing where the
// database is on another machine or the system does not tell it in /proc.
func (d database) cpu(ctx context.Context, db *sql.DB) (map[int]time.Duration, error) {
	query, name := "SELECT tid FROM information_schema.processlist WHERE db = ?", d.name
	if d.engine == onPostgres {
		query = "SELECT pid FROM pg_stat_activity WHERE application_name = $1"
	}
	rows, err := db.QueryContext(ctx, query, name)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	used := map[int]time.Duration{}
	for rows.Next() {
		var id int
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		if process, err := procfs.NewProc(id); err == nil {
			times, _ := process.Schedstat() // it can end meanwhile
			used[id] = time.Duration(times.RunningNanoseconds)
		}
	}
	return used, rows.Err()
}

// renew makes all one-time codes unused.
func (d database) renew(ctx context.Context, db *sql.DB) error {
	_, err := db.ExecContext(ctx, renewCodes)
	return err
}
