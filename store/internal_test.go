package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jmoiron/sqlx"

	"quartet/store/internal/postgres"
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

func noError(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func setting(t *testing.T, p *sqlx.DB, query string) string {
	t.Helper()
	var value string
	if err := p.GetContext(t.Context(), &value, query); err != nil {
		t.Fatal(query, err)
	}
	return value
}

func TestFullAndReadOnlyFilesAreUnavailable(t *testing.T) {
	t.Parallel()
	for name, pragma := range map[string]string{"full": "max_page_count = 1", "read-only": "query_only = 1"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSQLite(t)
			if _, err := s.writer().Exec("PRAGMA " + pragma); err != nil {
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

func deleteSome(s *Store, table, key, condition string) string {
	query, _ := s.engine.DeleteSome(table, key, condition, purgeChunk)
	return query
}

// hotQueries is what requests ask and what runs all the time.
func hotQueries(s *Store) map[string]string {
	return map[string]string{
		"UserByID": userByID, "UserByUsernameKey": userByUsernameKey,
		"UserByVerifiedMobile": userByVerifiedMobile, "UserByEmailKey": userByEmailKey, "UsersByAlias": usersByAlias,
		"SessionByID": sessionByID, "SessionByRefreshHash": sessionByRefreshHash,
		"SessionWithUserByAccessHash": sessionWithUserByAccessHash, "SessionWithUserByPreviousHash": sessionWithUserByPreviousHash,
		"SessionWithUserByID": sessionWithUserByID,
		"LiveSessions":        liveSessions, "ClientIPsOf": clientIPsOf, "ReplacementOf": replacementOf, "findOthers": findOthers, "endOfClass": endOfClass, "noteUser": noteUser, "endUserSessions": endUserSessions,
		"LiveApplicationSecrets": applicationWithSecrets, "ApplicationSecrets": applicationSecrets, "countLiveSecrets": countLiveSecrets,
		"MembershipsOf": membershipsOf, "ProfileByID": profileByID, "WeChatIdentitiesOf": identitiesOf,
		"ConsumeCode": consumeCode, "ConsumeCodeOfOther": consumeCodeOfOther, "usedCodes": usedCodes, "OtherCode": nextOtherCode, "WeChatCode": weChatCode, "keptWeChatCode": keptWeChatCode,
		"dropWeChatCode": dropWeChatCode, "boundDevice": boundDevice, "bindDevice": bindDevice,
		"purge sessions": deleteSome(s, "sessions", "id", "ended_at < ? OR expires_at < ?"),
		"purge counters": deleteSome(s, "rate_counters", "key", "expires_at <= ?"),
		"purge codes":    deleteSome(s, "one_time_codes", "purpose, mobile_index, asker", "expires_at <= ?"),
		"purge WeChat":   deleteSome(s, "wechat_codes", "code_hash", "expires_at <= ?"),
		"purge audit":    deleteSome(s, "audit_events", "id", "at < ?"),
	}
}

// What every request asks must be found by an index.
func TestHotQueriesScanNothing(t *testing.T) {
	t.Parallel()
	s := newSQLite(t)
	for name, query := range hotQueries(s) {
		var steps []struct {
			ID, Parent, NotUsed int
			Detail              string
		}
		arguments := make([]any, strings.Count(query, "?"))
		if err := s.writer().Select(&steps, "EXPLAIN QUERY PLAN "+query, arguments...); err != nil {
			t.Fatal(name, err)
		}
		for _, step := range steps {
			if strings.HasPrefix(step.Detail, "SCAN") && step.Detail != "SCAN CONSTANT ROW" {
				t.Errorf("%s: %s", name, step.Detail)
			}
		}
	}
}

// In tables without rows MySQL says which indexes it could use, not which it would.
func TestHotQueriesHaveIndexesOnMySQL(t *testing.T) {
	t.Parallel()
	s := newMySQL(t)
	for name, query := range hotQueries(s) {
		var steps []struct {
			Table *string
			Type  *string
			Keys  *string `db:"possible_keys"`
		}
		arguments := slices.Repeat([]any{1}, strings.Count(query, "?"))
		if err := s.writer().Unsafe().Select(&steps, "EXPLAIN "+query, arguments...); err != nil {
			t.Fatal(name, err)
		}
		for _, step := range steps {
			if step.Type != nil && *step.Type == "ALL" && step.Keys == nil && !strings.HasPrefix(*step.Table, "<") {
				t.Errorf("%s reads all of %s", name, *step.Table)
			}
		}
	}
}

// Removing an application removes its secrets.
func TestSecretsGoWithTheirApplication(t *testing.T) {
	t.Parallel()
	for engine, open := range map[string]func(*testing.T) *Store{SQLite: newSQLite, Postgres: newPostgres, MySQL: newMySQL} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			noError(t, s.InTx(t.Context(), func(tx Tx) error {
				if err := tx.InsertApplication(t.Context(), Application{ID: "a"}); err != nil {
					return err
				}
				return tx.InsertApplicationSecret(t.Context(), ApplicationSecret{ID: 1, ApplicationID: "a", Hash: "1"}, 2)
			}))
			if _, err := s.writer().Exec("DELETE FROM applications"); err != nil {
				t.Fatal(err)
			}
			left, err := s.ApplicationSecrets(t.Context(), "a")
			if err != nil || len(left) != 0 {
				t.Errorf("left %v, %v", left, err)
			}
		})
	}
}

func TestErrorsNameTheirCause(t *testing.T) {
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
		"overtaken for ever":   {errRerun, true},
		"connection done":      {sql.ErrConnDone, true},
		"syntax":               {code("42601"), false},
		"not null":             {code("23502"), false},
		"anything else":        {errors.New("else"), false},
	} {
		err := failWith(postgres.Classify(c.err), "Verb", c.err)
		told, ok := errors.AsType[UnavailableError](err)
		if ok != c.unavailable {
			t.Errorf("%s: %v", name, err)
		}
		if ok && told.Verb != "Verb" || !errors.Is(err, c.err) || !strings.Contains(err.Error(), "Verb") {
			t.Errorf("%s: %v hides what failed", name, err)
		}
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
	err := s.reader().Select(&indexes, `SELECT m.name AS tbl,
			(SELECT group_concat(m.name || '.' || c.name, ', ') FROM pragma_index_info(i.name) c) AS cols
		FROM sqlite_schema m JOIN pragma_index_list(m.name) i WHERE m.type = 'table' AND i."unique"`)
	if err != nil {
		t.Fatal(err)
	}
	for _, index := range indexes {
		switch index.Table {
		case "membership_roles", "application_organisations", "closed_identities", "one_time_codes", "rate_counters", "metadata", "wechat_codes":
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

// Where there is no webhook, an event costs what it cost before: nothing is asked of the
// tables of webhooks, which are away here.
func TestRememberedWebhooksAreNotReadAgain(t *testing.T) {
	t.Parallel()
	s := newSQLite(t)
	_, err := s.LearnWebhooks(t.Context())
	noError(t, err)
	for _, table := range []string{"webhooks", "webhook_deliveries"} {
		_, err := s.writer().Exec("ALTER TABLE " + table + " RENAME TO away_" + table)
		noError(t, err)
	}
	insert := func(id int64) error {
		return s.InTx(t.Context(), func(tx Tx) error { return tx.InsertAudit(t.Context(), AuditEvent{ID: id, Kind: "a", Detail: "{}"}) })
	}
	noError(t, insert(1))
	s.webhooks.Store(&webhookMemory{until: time.Now()}) // it is too old
	if insert(2) == nil {
		t.Error("an old memory is used")
	}
}
