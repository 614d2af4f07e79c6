package e2e

import (
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	_ "github.com/jackc/pgx/v5/stdlib" // the tests reach behind the servers' backs
	_ "modernc.org/sqlite"

	"quartet/cmd/quartet/proctest"
	"quartet/server/account"
	"quartet/server/fieldcrypt"
	"quartet/server/idgen"
	"quartet/server/keys"
	"quartet/server/password"
	"quartet/store"
	"quartet/store/storetest"
)

// cluster is a database with its servers, each a process of its
// own.
type cluster struct {
	engine  string
	url     string // of the database
	keys    string // folder
	flags   []string
	servers []*process
	store   *store.Store     // the database as the program sees it
	rules   *account.Service // what the command line would do, without a process for each
	ids     *idgen.Generator
	ring    *keys.Keyring
	facts   *sql.DB // the database as nobody else sees it
}

// onEachEngine runs a test on SQLite with one server, and on PostgreSQL and MySQL with
// three, as far as storetest.EnginesVariable says. The flags are those of quartet serve.
func onEachEngine(t *testing.T, flags []string, test func(t *testing.T, s *cluster)) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine, func(t *testing.T) {
			switch engine {
			case store.SQLite:
				test(t, onSQLite(t, flags...))
			case store.Postgres:
				test(t, onPostgres(t, flags...))
			case store.MySQL:
				test(t, newCluster(t, store.MySQL, storetest.MySQLTablesURL(t), 3, flags))
			}
		})
	}
}

func onSQLite(t *testing.T, flags ...string) *cluster {
	t.Helper()
	storetest.Want(t, store.SQLite)
	return newCluster(t, store.SQLite, storetest.SQLiteURL(t), 1, flags)
}

func onPostgres(t *testing.T, flags ...string) *cluster {
	t.Helper()
	storetest.Want(t, store.Postgres)
	return newCluster(t, store.Postgres, storetest.PostgresURL(t), 3, flags)
}

func newCluster(t *testing.T, engine, databaseURL string, servers int, flags []string) *cluster {
	t.Helper()
	s := &cluster{engine: engine, url: databaseURL, keys: filepath.Join(t.TempDir(), "keys"), flags: flags}
	for range servers {
		s.servers = append(s.servers, s.start(t))
	}
	s.reachBehind(t)
	return s
}

// start starts one more server of the cluster.
func (s *cluster) start(t *testing.T) *process {
	t.Helper()
	return s.startOn(t, s.url)
}

// startOn starts one that is told another URL of the database.
func (s *cluster) startOn(t *testing.T, databaseURL string) *process {
	t.Helper()
	address := proctest.FreeAddress(t, "127.0.0.1") // of administration too
	return start(t, append([]string{"serve", "--addr", address, "--admin-addr", address, "--log-level", "debug", "--database", databaseURL, "--keys", s.keys}, s.flags...)...)
}

func (s *cluster) reachBehind(t *testing.T) {
	t.Helper()
	opened, err := store.Open(t.Context(), store.Options{URL: s.url})
	must(t, err)
	t.Cleanup(func() { _ = opened.Close() })
	s.ring, err = keys.Open(s.keys, keys.Options{})
	must(t, err)
	s.store, s.ids = opened, idgen.New(time.Now)
	s.rules = account.New(account.Config{
		Store: opened, IDs: s.ids, Sealer: fieldcrypt.New(s.ring.Derive("personal-data")),
		CodeKey: s.ring.Derive("one-time-code"), AccessKey: s.ring.Derive("access-token"),
		Hasher: password.NewHasher(password.Options{}),
	})
	driver, name := "sqlite", "file:"+s.path()+"?_pragma=busy_timeout(10000)"
	switch s.engine {
	case store.Postgres:
		driver, name = "pgx", s.url
	case store.MySQL:
		driver, name = "mysql", storetest.MySQLName(t, s.url)
	}
	s.facts, err = sql.Open(driver, name)
	must(t, err)
	t.Cleanup(func() { _ = s.facts.Close() })
}

// path is the file of an SQLite database.
func (s *cluster) path() string { return strings.TrimPrefix(s.url, "sqlite:") }

// schema is where the tables of a PostgreSQL database are.
func (s *cluster) schema(t *testing.T) string {
	t.Helper()
	address, err := url.Parse(s.url)
	must(t, err)
	return address.Query().Get("search_path")
}

// server gives the servers in turn.
func (s *cluster) server(i int) *process { return s.servers[i%len(s.servers)] }

// keyColumn is the name of a column, and a reserved word of MySQL.
var keyColumn = regexp.MustCompile(`\bkey\b`)

// rebind writes a query as the engine wants it.
func (s *cluster) rebind(query string) string {
	switch s.engine {
	case store.SQLite:
		return query
	case store.MySQL:
		return keyColumn.ReplaceAllString(strings.ReplaceAll(query, " AS TEXT)", " AS CHAR)"), `"key"`)
	}
	var bound strings.Builder
	for i, part := range strings.Split(query, "?") {
		if i > 0 {
			fmt.Fprintf(&bound, "$%d", i)
		}
		bound.WriteString(part)
	}
	return bound.String()
}

// exec changes the database behind the servers' backs. Nothing changed is a
// mistake in the test.
func (s *cluster) exec(t *testing.T, query string, args ...any) {
	t.Helper()
	result, err := s.facts.ExecContext(t.Context(), s.rebind(query), args...)
	must(t, err)
	if changed, _ := result.RowsAffected(); changed == 0 {
		t.Fatalf("nothing changed by %s", query)
	}
}

// number reads one number.
func (s *cluster) number(t *testing.T, query string, args ...any) (n int64) {
	t.Helper()
	must(t, s.facts.QueryRowContext(t.Context(), s.rebind(query), args...).Scan(&n))
	return n
}

// texts reads the texts that are not null, of the first column. Hashes, which are
// bytes in SQLite and MySQL, it writes as the server does.
func (s *cluster) texts(t *testing.T, query string, args ...any) (list []string) {
	t.Helper()
	rows, err := s.facts.QueryContext(t.Context(), s.rebind(query), args...)
	must(t, err)
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var value any
		must(t, rows.Scan(&value))
		switch value := value.(type) {
		case nil:
		case []byte:
			list = append(list, shown(value))
		default:
			list = append(list, fmt.Sprint(value))
		}
	}
	must(t, rows.Err())
	return list
}

// shown is a text, which MySQL returns as bytes, or the digits of a hash.
func shown(column []byte) string {
	if utf8.Valid(column) {
		return string(column)
	}
	return hex.EncodeToString(column)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// program builds the program once for all tests.
var program = sync.OnceValues(func() (string, error) {
	path := filepath.Join(scratch, "quartet")
	args := []string{"build", "-o", path}
	if raceDetector {
		args = append(args, "-race")
	}
	out, err := exec.Command("go", append(args, "quartet/cmd/quartet")...).CombinedOutput()
	if err != nil {
		err = errors.Join(err, errors.New(string(out)))
	}
	return path, err
})

// scratch is a folder for what all tests share.
var scratch string

func TestMain(m *testing.M) {
	code := 1
	func() {
		var err error
		if scratch, err = os.MkdirTemp("", "quartet-guarantees"); err != nil {
			panic(err)
		}
		defer func() { _ = os.RemoveAll(scratch) }()
		code = m.Run()
		stopGalera()
		if err := storetest.DropMySQL(); err != nil {
			panic(err)
		}
	}()
	os.Exit(code)
}
