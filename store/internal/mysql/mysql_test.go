package mysql

import (
	"context"
	"crypto/rand"
	"database/sql"
	"database/sql/driver"
	"errors"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"quartet/store/internal/engine"
)

// newURL makes a database for the test and gives its URL. The test is skipped
// where no server is named.
func newURL(t *testing.T, parameters ...string) string {
	t.Helper()
	server := os.Getenv("QUARTET_TEST_MYSQL")
	if server == "" {
		t.Skip("to run this, set QUARTET_TEST_MYSQL to a URL such as mysql://root@127.0.0.1:3306/mysql")
	}
	admin := open(t, engine.Options{URL: server}).DB
	name := "quartet_" + strings.ToLower(rand.Text())
	exec(t, admin, "CREATE DATABASE "+name)
	t.Cleanup(func() {
		if _, err := admin.Exec("DROP DATABASE " + name); err != nil {
			t.Error(err)
		}
	})
	address, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	address.Path = "/" + name
	query := address.Query()
	for _, parameter := range parameters {
		name, value, _ := strings.Cut(parameter, "=")
		query.Set(name, value)
	}
	address.RawQuery = query.Encode()
	return address.String()
}

// open fills in what o leaves out, and closes the database with the test.
func open(t *testing.T, o engine.Options) *Engine {
	t.Helper()
	if o.MaxConnections == 0 {
		o.MaxConnections = 8
	}
	if o.StatementTimeout == 0 {
		o.StatementTimeout = 5 * time.Second
	}
	d, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

// migrated is a database of the test's own with all tables.
func migrated(t *testing.T, o engine.Options, parameters ...string) *Engine {
	t.Helper()
	o.URL = newURL(t, parameters...)
	d := open(t, o)
	migrate(t, d)
	return d
}

func migrate(t *testing.T, d *Engine) {
	t.Helper()
	if err := d.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func exec(t *testing.T, db interface {
	Exec(string, ...any) (sql.Result, error)
}, query string, args ...any) {
	t.Helper()
	if _, err := db.Exec(query, args...); err != nil {
		t.Fatal(query, err)
	}
}

// Each ends with its context, and its connection with it; the next one gets another.
func TestEachEndsWithItsContext(t *testing.T) {
	t.Parallel()
	e := open(t, engine.Options{URL: newURL(t), MaxConnections: 1})
	connection := func() (id int64) {
		t.Helper()
		if err := e.Each(t.Context(), "SELECT CAST(CONNECTION_ID() AS SIGNED)", nil, []any{&id}, func() {}); err != nil {
			t.Fatal(err)
		}
		return id
	}
	first := connection()
	if again := connection(); again != first {
		t.Errorf("connection %d follows %d", again, first)
	}
	hurried, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	var slept int
	err := e.Each(hurried, "SELECT SLEEP(?)", []any{4}, []any{&slept}, func() {})
	if !errors.Is(err, context.DeadlineExceeded) || !e.Classify(err).Unavailable {
		t.Errorf("got %v", err)
	}
	if connection() == first {
		t.Errorf("connection %d goes on", first)
	}
}

// A connection that is used all the time is checked too, now and then: its server can have
// become read-only.
func TestBusyConnectionsAreChecked(t *testing.T) {
	t.Parallel()
	e := open(t, engine.Options{URL: newURL(t), MaxConnections: 1})
	last := func(change func(*conn)) (checked time.Time) {
		t.Helper()
		held, err := e.DB.DB.Conn(t.Context())
		if err == nil {
			err = held.Raw(func(raw any) error {
				checked = raw.(*conn).checked
				change(raw.(*conn))
				return nil
			})
		}
		if err := errors.Join(err, held.Close()); err != nil {
			t.Fatal(err)
		}
		return checked
	}
	first := last(func(*conn) {})
	if again := last(func(c *conn) { c.checked = c.checked.Add(-mostTrusted) }); again != first {
		t.Error("a connection is checked each time")
	}
	if again := last(func(*conn) {}); !again.After(first) {
		t.Error("a busy connection is never checked")
	}
}

// readOnly is a host whose server is read-only.
type readOnly struct{ driver.Connector }

func (readOnly) Connect(context.Context) (driver.Conn, error) { return nil, errReadOnly }

// Who finds a server read-only makes the connections to it be checked.
func TestAReadOnlyHostIsDoubted(t *testing.T) {
	t.Parallel()
	w := &engine.Watch{}
	c := &connector{target: target{hosts: []string{"one.example"}}, hosts: []driver.Connector{readOnly{}}, timeout: time.Second, watch: w}
	used := time.Now()
	for _, want := range []bool{false, true} {
		checked := false
		if err := w.Reuse(t.Context(), used, func(context.Context) error { checked = true; return nil }); err != nil {
			t.Fatal(err)
		}
		if checked != want {
			t.Errorf("checked: %v, want %v", checked, want)
		}
		if _, err := c.Connect(t.Context()); !errors.Is(err, errReadOnly) {
			t.Fatal(err)
		}
	}
}
