package mysql

import (
	"errors"
	"net"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"quartet/store/internal/engine"
)

func TestParseURL(t *testing.T) {
	t.Setenv("MYSQL_PWD", "from the environment")
	got, err := parseURL("mysql://qu%40rtet:p%3A%2F%40ss@one.example,[2001:db8::1]:3307,[::1]/quartet?connect_timeout=2&ssl-mode=disabled&max_statement_time=7")
	if err != nil {
		t.Fatal(err)
	}
	if got.user != "qu@rtet" || got.password != "p:/@ss" || got.database != "quartet" || got.connectTimeout != 2*time.Second || got.tls != nil ||
		!slices.Equal(got.hosts, []string{"one.example:3306", "[2001:db8::1]:3307", "[::1]:3306"}) || got.variables["max_statement_time"] != "7" {
		t.Errorf("got %+v", got)
	}
	for url, want := range map[string]string{
		"mysql://quartet@127.0.0.1/quartet": "from the environment", "mysql://quartet:@localhost/quartet": "",
	} {
		if got, err := parseURL(url); err != nil || got.password != want {
			t.Errorf("%s: password %q, %v", url, got.password, err)
		}
	}
}

func TestTLSOfURL(t *testing.T) {
	t.Parallel()
	for mode, want := range map[string]struct{ insecure, plaintext bool }{
		"": {true, true}, "ssl-mode=PREFERRED": {true, true}, "ssl-mode=required": {true, false}, "ssl-mode=VERIFY_IDENTITY": {false, false},
	} {
		got, err := parseURL("mysql://quartet@127.0.0.1/quartet?" + mode)
		if err != nil || got.tls.InsecureSkipVerify != want.insecure || got.plaintext != want.plaintext {
			t.Errorf("%s: %+v, %v", mode, got, err)
		}
	}
	got, err := parseURL("mysql://quartet@localhost/quartet?socket=/run/mysqld.sock&ssl-mode=VERIFY_IDENTITY")
	if err != nil || got.tls.ServerName != "localhost" {
		t.Errorf("socket: %+v, %v", got, err)
	}
}

func TestBadURLs(t *testing.T) {
	t.Parallel()
	for _, url := range []string{
		"mysql:", "mysql://one.example/quartet", "mysql://lin:secret@one.example", "mysql://lin:secret@/quartet", "mysql://lin:secret@one.example:port/quartet",
		"mysql://lin:secret@one.example:99999/quartet", "mysql://lin:secret%zz@one.example/quartet", "mysql://lin:secret@one.example,/quartet",
		"mysql://lin:secret@one.example/quartet?ssl-mode=secret", "mysql://lin:secret@one.example/quartet?a;b=secret", "mysql://lin:secret@::1:3306/quartet",
		"mysql://lin:secret@unix(/run/secret)/quartet?ssl-mode=DISABLED", "mysql://lin:secret@%2Frun%2Fsecret/quartet?ssl-mode=DISABLED", "mysql://lin:secret@127.0.0.1, 127.0.0.1/quartet",
		"mysql://lin:secret@one.example/quartet?socket=/run/mysqld.sock&ssl-mode=DISABLED", "mysql://lin:secret@localhost/quartet?socket=mysqld.sock", "mysql://lin:secret@localhost/quartet?socket=", "mysql://lin:secret@localhost/quartet?socket=/run/mysqld.sock%00",
		"mysql://lin:secret@localhost,127.0.0.1/quartet?socket=/run/mysqld.sock", "mysql://lin:secret@127.0.0.1/quartet?sql_select_limit=1", "mysql://lin:secret@one.example/quartet?a%20b=1",
		"mysql://lin:secret@one.example/quartet?connect_timeout=soon", "mysql://lin:secret@one.example/quartet?ssl-ca=/nothing/secre",
		"postgres://lin:secret@one.example/quartet",
		"mysql://lin:secret@one.example/quartet", "mysql://lin:secret@127.0.0.1,192.0.2.7/quartet", // says nothing of TLS
	} {
		_, err := Open(engine.Options{URL: url})
		if err == nil {
			t.Errorf("%q was opened", url)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("%v tells the password", err)
		}
	}
}

func TestSessionSettings(t *testing.T) {
	t.Parallel()
	d := open(t, engine.Options{URL: newURL(t, "sort_buffer_size=65536", "idle_transaction_timeout=3"), StatementTimeout: 1500 * time.Millisecond})
	for _, c := range []struct {
		db             *sqlx.DB
		variable, want string
	}{
		{d.DB, "sql_mode", "STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION"},
		{d.DB, "tx_isolation", "READ-COMMITTED"},
		{d.DB, "max_statement_time", "1.5"},
		{d.DB, "innodb_lock_wait_timeout", "2"},
		{d.DB, "lock_wait_timeout", "2"},
		{d.DB, "idle_transaction_timeout", "3"}, // the URL wins
		{d.DB, "sort_buffer_size", "65536"},
		{d.DB, "time_zone", "+00:00"},
		{d.DB, "character_set_client", "utf8mb4"},
		{d.DB, "collation_connection", "utf8mb4_bin"},
		{d.DB, "foreign_key_checks", "1"},
		{d.DB, "autocommit", "1"},
		{d.DB, "lc_messages", "en_US"},
		{d.Slow, "max_statement_time", "0"},
		{d.Slow, "tx_isolation", "READ-COMMITTED"},
		{d.Slow, "innodb_lock_wait_timeout", "50"}, // the server's own
	} {
		var got string
		if err := c.db.QueryRow("SELECT @@session." + c.variable).Scan(&got); err != nil || got != c.want {
			t.Errorf("%s is %s, want %s: %v", c.variable, got, c.want, err)
		}
	}
}

// What other servers have, by their documents.
func TestSettingsOfOtherServers(t *testing.T) {
	t.Parallel()
	c := &connector{statement: 5 * time.Second, target: target{variables: map[string]string{"a": `it's \`}}}
	for name, server := range map[string]struct {
		has  []string
		want []string
	}{
		"MySQL 8":   {[]string{"transaction_isolation", "max_execution_time"}, []string{"transaction_isolation = 'READ-COMMITTED'", "max_execution_time = 5000"}},
		"OceanBase": {[]string{"tx_isolation", "ob_trx_lock_timeout", "ob_query_timeout"}, []string{"ob_trx_lock_timeout = 1000000", "ob_query_timeout = 5000000"}},
		"TiDB":      {[]string{"transaction_isolation", "tidb_idle_transaction_timeout"}, []string{"tidb_idle_transaction_timeout = 10"}},
		"MariaDB":   {[]string{"tx_isolation", "sql_safe_updates", "completion_type"}, []string{"sql_safe_updates = 0", "completion_type = 0"}},
		"Galera":    {[]string{"tx_isolation", "wsrep_on"}, []string{"wsrep_sync_wait = 1", "tx_isolation = 'READ-COMMITTED'", `a = 'it''s \\'`}},
	} {
		variables := map[string]string{}
		for _, variable := range server.has {
			variables[variable] = "ON"
		}
		set := c.settings(variables)
		for _, want := range server.want {
			if !strings.Contains(set, want) {
				t.Errorf("%s: %s lacks %s", name, set, want)
			}
		}
		if name != "Galera" && strings.Contains(set, "wsrep") || name != "OceanBase" && strings.Contains(set, "ob_") {
			t.Errorf("%s: %s", name, set)
		}
	}
}

func TestSocket(t *testing.T) {
	t.Parallel()
	address, err := url.Parse(newURL(t))
	if err != nil {
		t.Fatal(err)
	}
	var path string
	if err := open(t, engine.Options{URL: address.String()}).DB.Get(&path, "SELECT @@socket"); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Skip("skipped, since the server's socket is not on this machine: ", err)
	}
	address.Host = "localhost"
	for socket, want := range map[string]string{
		path: "", path + "-none": path + "-none does not exist: no MariaDB or MySQL listens there", path + "/": path + "/ cannot be reached: connect: not a directory",
	} {
		address.RawQuery = "socket=" + url.QueryEscape(socket)
		d := open(t, engine.Options{URL: address.String()})
		var got string
		switch err := d.DB.Get(&got, "SELECT SUBSTRING_INDEX(host, ':', 1) FROM information_schema.processlist WHERE id = CONNECTION_ID()"); {
		case want == "" && (err != nil || got != "localhost"):
			t.Errorf("%s: from %q, %v", socket, got, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("%s: %v, want %q", socket, err, want)
		}
	}
}

// A parameter of the URL is a variable, also where SET could do something else.
func TestParametersSetVariablesAlone(t *testing.T) {
	t.Parallel()
	err := open(t, engine.Options{URL: newURL(t, "password=secret")}).DB.PingContext(t.Context())
	if err == nil || !strings.Contains(err.Error(), "does not accept a parameter of the URL as a session variable: Unknown system variable 'password'") {
		t.Errorf("got %v", err)
	}
}

// The first host is out of reach, the second takes connections and says nothing:
// the third has its turn in time.
func TestNextHostIsTried(t *testing.T) {
	t.Parallel()
	silent, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	url := newURL(t, "connect_timeout=1")
	url = strings.Replace(url, "@", "@127.0.0.1:1,"+silent.Addr().String()+",", 1)
	start := time.Now()
	if err := open(t, engine.Options{URL: url}).DB.PingContext(t.Context()); err != nil || time.Since(start) > 2*time.Second {
		t.Errorf("after %s: %v", time.Since(start), err)
	}
}

func TestUnreachableServerIsUnavailable(t *testing.T) {
	t.Parallel()
	for _, url := range []string{
		"mysql://lin:secret@127.0.0.1:1/quartet", "mysql://lin:secret@127.0.0.1:1,127.0.0.1:2/quartet",
		strings.Replace(newURL(t), "@", "no@", 1), strings.Replace(newURL(t), "/quartet_", "/missing_", 1),
	} {
		err := open(t, engine.Options{URL: url}).DB.PingContext(t.Context())
		if !classify(err).Unavailable || classify(err).Retry || strings.Contains(err.Error(), "secret") {
			t.Errorf("got %v", err)
		}
	}
}

func TestMigrationsOfServersAtOnce(t *testing.T) {
	t.Parallel()
	url := newURL(t)
	var servers sync.WaitGroup
	for range 3 {
		d := open(t, engine.Options{URL: url})
		servers.Go(func() {
			if err := d.Migrate(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	servers.Wait()
	d := open(t, engine.Options{URL: url})
	if version, newest, err := d.MigrationStatus(t.Context()); err != nil || version != newest || newest < 8 {
		t.Errorf("version %d of %d, %v", version, newest, err)
	}
}

// Every statement can be repeated: the engine commits each by itself.
func TestMigrationGoesOnAfterAnInterruption(t *testing.T) {
	t.Parallel()
	d := migrated(t, engine.Options{})
	exec(t, d.DB, "DROP TABLE audit_events")
	exec(t, d.DB, "DELETE FROM goose_db_version WHERE version_id >= 6")
	exec(t, d.DB, addOrganisation, 1, "east")
	migrate(t, d)
	var rows int
	if err := d.DB.QueryRow("SELECT (SELECT COUNT(*) FROM organisations) + (SELECT COUNT(*) FROM audit_events)").Scan(&rows); err != nil || rows != 1 {
		t.Errorf("%d rows, %v", rows, err)
	}
}

// A server that does not enforce constraints is detected.
func TestRefusalsAreChecked(t *testing.T) {
	t.Parallel()
	url := newURL(t)
	d := open(t, engine.Options{URL: url})
	migrate(t, d)
	for parameter, want := range map[string]string{"foreign_key_checks=0": "foreign keys", "sql_mode=ANSI": "strict mode"} {
		err := open(t, engine.Options{URL: url + "?" + parameter}).Migrate(t.Context())
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", parameter, err)
		}
	}
	var rows int
	if err := d.DB.QueryRow("SELECT (SELECT COUNT(*) FROM wechat_unions) + (SELECT COUNT(*) FROM metadata)").Scan(&rows); err != nil || rows != 0 {
		t.Errorf("%d rows are left, %v", rows, err)
	}
}

// Deleting a user deletes what refers to it.
func TestDeletesCascade(t *testing.T) {
	t.Parallel()
	db := migrated(t, engine.Options{}).DB
	exec(t, db, addUser, 1, "one", "mobile", 1)
	exec(t, db, addSession, 1, 1, "phone", "access", nil)
	exec(t, db, addAlias, "old", "1", 1)
	exec(t, db, "DELETE FROM users WHERE id = 1")
	var rows int
	if err := db.QueryRow("SELECT (SELECT COUNT(*) FROM sessions) + (SELECT COUNT(*) FROM user_aliases)").Scan(&rows); err != nil || rows != 0 {
		t.Errorf("%d rows, %v", rows, err)
	}
	exec(t, db, addUser, 1, "one", "mobile", 1)
	exec(t, db, addSession, 1, 1, "phone", "access", nil)
}

// After a failure every other connection is checked before it is used again.
func TestDoubtedConnectionsAreChecked(t *testing.T) {
	t.Parallel()
	d := open(t, engine.Options{URL: newURL(t), MaxConnections: 1})
	id := func() (id int64) {
		t.Helper()
		if err := d.DB.QueryRow("SELECT CONNECTION_ID()").Scan(&id); err != nil {
			t.Fatal(err)
		}
		return id
	}
	first := id()
	d.Note(errors.New("else"))
	d.Note(connectError{errors.New("refused")})
	if again := id(); again != first {
		t.Error("a connection that works is replaced")
	}
	exec(t, d.Slow, "KILL ?", first)
	if again := id(); again == first {
		t.Error("a connection that was ended is used")
	}
}

// A limit that the server sets for results cuts none, also of what is asked when a connection
// is made.
func TestResultsAreWhole(t *testing.T) {
	t.Parallel()
	url := newURL(t)
	parsed, err := parseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	from, err := newConnector(parsed, time.Second, &engine.Watch{})
	if err != nil {
		t.Fatal(err)
	}
	raw, err := from.Connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	c := raw.(*conn)
	_, err = c.ExecContext(t.Context(), "SET sql_select_limit = 1, tx_isolation = 'SERIALIZABLE', sql_safe_updates = 1", nil)
	if err == nil {
		err = c.prepare(t.Context(), from) // as on a new connection to such a server
	}
	rows, failed := c.rows(t.Context(), "SELECT @@tx_isolation, @@sql_safe_updates UNION ALL SELECT 'and', 'more'")
	if err := errors.Join(err, failed); err != nil || len(rows) != 2 || rows[0][0] != "READ-COMMITTED" || rows[0][1] != "0" {
		t.Errorf("got %q, %v", rows, err)
	}
}
