package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

func newSQLite(t *testing.T) *Store {
	t.Helper()
	s, err := Open(t.Context(), Options{URL: "sqlite:" + filepath.Join(t.TempDir(), "quartet.db")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

// inTx runs writes of a test in a transaction of their own.
func inTx(t *testing.T, s *Store, do func(Tx) error) error { return s.InTx(t.Context(), do) }

func setting(t *testing.T, p *pool, query string) string {
	t.Helper()
	var value string
	if err := p.GetContext(t.Context(), &value, query); err != nil {
		t.Fatal(query, err)
	}
	return value
}

func TestSQLiteSettings(t *testing.T) {
	t.Parallel()
	s := newSQLite(t)
	for _, c := range []struct {
		of            *pool
		pragma, value string
	}{
		{s.writer, "journal_mode", "wal"},
		{s.writer, "synchronous", "2"}, // FULL
		{s.writer, "foreign_keys", "1"},
		{s.writer, "busy_timeout", "50"},
		{s.writer, "mmap_size", "0"},
		{s.writer, "query_only", "0"},
		{s.reader, "journal_mode", "wal"},
		{s.reader, "busy_timeout", "50"},
		{s.reader, "mmap_size", "0"},
		{s.reader, "query_only", "1"},
	} {
		if got := setting(t, c.of, "PRAGMA "+c.pragma); got != c.value {
			t.Errorf("%s is %s, want %s", c.pragma, got, c.value)
		}
	}
	if s.patience != 5*time.Second {
		t.Errorf("a lock is waited for %s", s.patience)
	}
	if w, r := s.writer.Stats().MaxOpenConnections, s.reader.Stats().MaxOpenConnections; w != 1 || r != 4 {
		t.Errorf("%d writers and %d readers", w, r)
	}
}

func TestPostgresSettings(t *testing.T) {
	t.Parallel()
	url := os.Getenv("QUARTET_TEST_POSTGRES")
	if url == "" {
		t.Skip("to run this, set QUARTET_TEST_POSTGRES to a URL such as postgres://postgres@127.0.0.1:5432/postgres")
	}
	s, err := Open(t.Context(), Options{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if got := setting(t, s.writer, "SHOW statement_timeout"); got != "5s" {
		t.Errorf("statement_timeout is %s", got)
	}
	if got := s.writer.Stats().MaxOpenConnections; got != 16 {
		t.Errorf("%d connections", got)
	}
	hurried, err := Open(t.Context(), Options{URL: url, StatementTimeout: 1500 * time.Millisecond, MaxConnections: 3})
	if err != nil {
		t.Fatal(err)
	}
	defer hurried.Close()
	if got := setting(t, hurried.writer, "SHOW statement_timeout"); got != "1500ms" {
		t.Errorf("statement_timeout is %s", got)
	}
	if got := hurried.writer.Stats().MaxOpenConnections; got != 3 {
		t.Errorf("%d connections", got)
	}
	unhurried, release := s.migrator()
	defer release()
	if got := setting(t, unhurried, "SHOW statement_timeout"); got != "0" {
		t.Errorf("a migration's statement_timeout is %s", got)
	}
}

// The time to connect is for all hosts of the URL together, whether or not the
// driver means to try each with and without TLS, unless the URL says otherwise.
func TestConnectTimeoutIsShared(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]time.Duration{
		"sslmode=disable": time.Second, "sslmode=prefer": time.Second, "connect_timeout=7": 7 * time.Second,
	} {
		config, err := preparePostgres(Options{URL: "postgres://one.example,two.example,three.example:5433/quartet?" + query, ConnectTimeout: 3 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		if config.ConnectTimeout != want {
			t.Errorf("%s: %s a host, want %s", query, config.ConnectTimeout, want)
		}
	}
}

func TestFullAndReadOnlyFilesAreUnavailable(t *testing.T) {
	t.Parallel()
	for name, pragma := range map[string]string{"full": "max_page_count = 1", "read-only": "query_only = 1"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSQLite(t)
			if _, err := s.writer.Exec("PRAGMA " + pragma); err != nil {
				t.Fatal(err)
			}
			var err error
			for id := int64(1); id <= 100 && err == nil; id++ {
				err = add(t.Context(), s, User{ID: id, GUID: GUID(fmt.Sprint(id)), Remark: strings.Repeat("雨", 1000)})
			}
			if _, ok := errors.AsType[UnavailableError](err); !ok {
				t.Errorf("got %v, want an UnavailableError", err)
			}
		})
	}
}

// What every request asks must be found by an index.
func TestHotQueriesScanNothing(t *testing.T) {
	t.Parallel()
	s := newSQLite(t)
	for name, query := range map[string]string{
		"UserByID": userByID, "UserByUsernameKey": userByUsernameKey,
		"UserByVerifiedMobile": userByVerifiedMobile, "UserByEmailKey": userByEmailKey, "UsersByAlias": usersByAlias,
		"SessionByID": sessionByID, "SessionByAccessHash": sessionByAccessHash, "SessionByRefreshHash": sessionByRefreshHash,
		"SessionWithUserByAccessHash": sessionWithUserByAccessHash, "SessionWithUserByID": sessionWithUserByID,
		"LiveSessions": liveSessions, "SuccessorOf": replacementOf, "endReplaced": endReplaced, "endUserSessions": endUserSessions,
		"MembershipsOf": membershipsOf, "ProfileByID": profileByID, "WeChatIdentitiesOf": identitiesOf,
		"SpendCode": consumeCode, "purgeSessions": purgeSessions, "purgeCounters": purgeCounters, "purgeCodes": purgeCodes, "purgeAudit": purgeAudit,
		"purgeExchanges": purgeExchanges, "WeChatCode": weChatCode, "keptWeChatCode": keptWeChatCode, "boundDevice": boundDevice,
	} {
		var steps []struct {
			ID, Parent, NotUsed int
			Detail              string
		}
		arguments := make([]any, strings.Count(query, "?"))
		if err := s.writer.Select(&steps, "EXPLAIN QUERY PLAN "+query, arguments...); err != nil {
			t.Fatal(name, err)
		}
		for _, step := range steps {
			if strings.HasPrefix(step.Detail, "SCAN") {
				t.Errorf("%s: %s", name, step.Detail)
			}
		}
	}
}

func TestStatementsArePreparedOnce(t *testing.T) {
	t.Parallel()
	s := newSQLite(t)
	for range 3 {
		if _, err := s.UserByID(t.Context(), 1); !errors.Is(err, ErrNotFound) {
			t.Fatal(err)
		}
		for _, c := range []UserChange{{ProfileColumns: ProfileColumns{Nickname: new("x")}}, {ProfileColumns: ProfileColumns{Company: new("x")}}} { // composed: not kept
			if err := inTx(t, s, func(tx Tx) error { return tx.UpdateUser(t.Context(), 1, c, nil, 1) }); !errors.Is(err, ErrNotFound) {
				t.Fatal(err)
			}
		}
	}
	kept := 0
	for _, p := range []*pool{s.reader, s.writer} {
		p.statements.Range(func(any, any) bool { kept++; return true })
	}
	if kept != 1 {
		t.Errorf("%d statements are kept", kept)
	}
}

func TestErrorsAreTold(t *testing.T) {
	t.Parallel()
	code := func(code string) error { return fmt.Errorf("wrapped: %w", &pgconn.PgError{Code: code}) }
	for name, c := range map[string]struct {
		err         error
		unavailable bool
	}{
		"disk full":            {code("53100"), true},
		"too many connections": {code("53300"), true},
		"shutting down":        {code("57P01"), true},
		"starting up":          {code("57P03"), true},
		"statement timeout":    {code("57014"), true},
		"standby":              {code("25006"), true},
		"still in conflict":    {code("40001"), true},
		"connection lost":      {code("08006"), true},
		"cut off":              {fmt.Errorf("read: %w", io.ErrUnexpectedEOF), true},
		"deadline":             {context.DeadlineExceeded, true},
		"closed":               {errClosed, true},
		"overtaken for ever":   {errOvertaken, true},
		"connection done":      {sql.ErrConnDone, true},
		"syntax":               {code("42601"), false},
		"not null":             {code("23502"), false},
		"anything else":        {errors.New("else"), false},
	} {
		err := fail("Verb", c.err)
		told, ok := errors.AsType[UnavailableError](err)
		if ok != c.unavailable {
			t.Errorf("%s: %v", name, err)
		}
		if ok && told.Verb != "Verb" || !errors.Is(err, c.err) || !strings.Contains(err.Error(), "Verb") {
			t.Errorf("%s: %v hides what failed", name, err)
		}
	}
	if fail("Verb", nil) != nil {
		t.Error("a failure out of nothing")
	}
}

// Every unique index has a name in the conflicts table, so that no violation
// reaches the caller as an unknown failure. What only INSERT … ON CONFLICT meets
// cannot be violated.
func TestEveryUniqueIndexIsNamed(t *testing.T) {
	t.Parallel()
	s := newSQLite(t)
	var indexes []struct {
		Table   string `db:"tbl"`
		Columns string `db:"cols"`
	}
	err := s.reader.Select(&indexes, `SELECT m.name AS tbl,
			(SELECT group_concat(m.name || '.' || c.name, ', ') FROM pragma_index_info(i.name) c) AS cols
		FROM sqlite_schema m JOIN pragma_index_list(m.name) i WHERE m.type = 'table' AND i."unique"`)
	if err != nil {
		t.Fatal(err)
	}
	for _, index := range indexes {
		switch index.Table {
		case "membership_roles", "application_organisations", "one_time_codes", "rate_counters", "metadata", "wechat_codes":
			continue
		}
		if _, named := conflicts[index.Columns]; !named {
			t.Errorf("a conflict of %s has no name", index.Columns)
		}
	}
	if len(indexes) < 15 {
		t.Errorf("only %d indexes were looked at", len(indexes))
	}
}
