package postgres

import (
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jmoiron/sqlx"

	"quartet/store/internal/engine"
)

func TestTimeouts(t *testing.T) {
	t.Parallel()
	const plain = "postgres://127.0.0.1/quartet"
	for _, test := range []struct {
		url     string
		timeout time.Duration
		want    string
	}{
		{plain, 1234 * time.Millisecond, "1234"},
		{plain, time.Microsecond, "1"},
		{plain, 0, "0"},
		{plain + "?statement_timeout=777", time.Second, "777"}, // the URL wins
	} {
		config, err := pgx.ParseConfig(test.url)
		if err != nil {
			t.Fatal(err)
		}
		set := withTimeouts(config, test.timeout).RuntimeParams
		if set["statement_timeout"] != test.want || set["idle_in_transaction_session_timeout"] != silence {
			t.Errorf("%s, %s: %v", test.url, test.timeout, set)
		}
	}
}

// The time to connect is for all hosts of the URL together, whether or not the
// driver means to try each with and without TLS, unless the URL says otherwise.
func TestConnectTimeoutIsShared(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]time.Duration{
		"sslmode=disable": time.Second, "sslmode=prefer": time.Second, "sslmode=prefer&connect_timeout=7": 7 * time.Second,
	} {
		config, err := configure("postgres://one.example,two.example,three.example:5433,four.example/quartet?" + query)
		if err != nil {
			t.Fatal(err)
		}
		if config.ConnectTimeout != want {
			t.Errorf("%s: %s a host, want %s", query, config.ConnectTimeout, want)
		}
	}
}

// A URL says whether a host on the network is reached by TLS; this machine needs no such word.
func TestHostsOnTheNetworkNeedSSLMode(t *testing.T) {
	t.Setenv("PGSSLMODE", "")
	for url, accepted := range map[string]bool{
		"postgres://db.example/quartet": false, "postgres://127.0.0.1,192.0.2.7/quartet": false, "postgres://[2001:db8::1]/quartet": false,
		"host=db.example dbname=quartet":                false,
		"postgres://db.example/quartet?sslmode=disable": true, "postgres://db.example/quartet?sslmode=prefer": true, "host=db.example sslmode=verify-full": true,
		"postgres://127.0.0.1/quartet": true, "postgres://localhost/quartet": true, "postgres://[::1]/quartet": true, "postgres:///quartet?host=/run/postgresql": true,
	} {
		if _, err := configure(url); (err == nil) != accepted {
			t.Errorf("%s: %v", url, err)
		}
	}
	t.Setenv("PGSSLMODE", "require")
	if _, err := configure("postgres://db.example/quartet"); err != nil {
		t.Errorf("with PGSSLMODE: %v", err)
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	e := open(t, engine.Options{StatementTimeout: 1500 * time.Millisecond, MaxConnections: 3})
	for want, db := range map[string]*sqlx.DB{"1500ms": e.DB, "0": e.Slow} {
		var got string
		if err := db.Get(&got, "SHOW statement_timeout"); err != nil || got != want {
			t.Errorf("statement_timeout is %s, want %s: %v", got, want, err)
		}
	}
	if got := e.Connections()["all"].MaxOpenConnections; got != 3 {
		t.Errorf("%d connections", got)
	}
}

// A password whose characters are not encoded is no part of an error.
func TestPasswordsThatAreNotEncoded(t *testing.T) {
	t.Parallel()
	for url, accepted := range map[string]bool{
		"postgres://lin:a@secret@127.0.0.1/quartet": false, "postgres://lin:a@secret@127.0.0.1/quartet?sslmode=disable": false,
		"postgres://lin:12/secret@127.0.0.1/quartet?sslmode=disable": false,
		"postgres://lin:a%40b%2Fc@127.0.0.1/quartet":                 true, "postgres://127.0.0.1/quartet": true, "postgres:///quartet?host=@abstract": true,
	} {
		_, err := configure(url)
		if (err == nil) != accepted || err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", url, err)
		}
	}
}
