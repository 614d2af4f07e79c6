package mysql

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/jmoiron/sqlx"

	"quartet/store/internal/engine"
)

// An organisation, a session and a code are the rows that conflicts are made with.
const (
	addOrganisation = "INSERT INTO organisations (id, code, name, created_at) VALUES (?, ?, 'x', 0)"
	addUser         = `INSERT INTO users (id, guid, mobile_index, mobile_verified_at, role, nickname, real_name, identity, anonym, gender, signature,
		company, occupation, address, zipcode, site, graduate_school, education, avatar, id_card_type, remark, country, province, city,
		create_source, auth_status, alumni_card, security_stamp, version, created_at, updated_at)
		VALUES (?, ?, ?, ?, '', '', '', '', '', 0, '', '', '', '', '', '', '', '', '', '', '', '', '', '', '', 0, 0, '', 1, 0, 0)`
	addSession = `INSERT INTO sessions (id, user_id, dialect, opened_by, exclusive_class, source, client_ip, user_agent, generation,
		access_hash, access_expires_at, expires_at, created_at, last_seen_at, ended_at)
		VALUES (?, ?, '', '', ?, '', '', '', 1, ?, 0, 0, 0, 0, ?)`
	addAlias = "INSERT INTO user_aliases (source, alias, user_id) VALUES (?, ?, ?)"
)

// What the tables refuse, and what the errors say of it.
func TestRefusals(t *testing.T) {
	t.Parallel()
	db := migrated(t, engine.Options{}).DB
	exec(t, db, addUser, 1, "one", "mobile", 1)
	exec(t, db, addOrganisation, 1, "east")
	exec(t, db, addSession, 1, 1, "phone", "access", nil)
	exec(t, db, addAlias, "old", "1", 1)
	for name, c := range map[string]struct {
		query    string
		args     []any
		conflict string
		dangling bool
	}{
		"a key":                     {addOrganisation, []any{1, "west"}, "PRIMARY", false},
		"a unique code":             {addOrganisation, []any{2, "east"}, "organisations_code", false},
		"a key of two columns":      {addAlias, []any{"old", "1", 1}, "PRIMARY", false},
		"a GUID":                    {addUser, []any{2, "one", nil, nil}, "users_guid", false},
		"a verified mobile":         {addUser, []any{2, "two", "mobile", 1}, "users_verified_mobile", false},
		"a token":                   {addSession, []any{2, 1, nil, "access", nil}, "sessions_access_hash", false},
		"a live session of a class": {addSession, []any{2, 1, "phone", nil, nil}, "sessions_exclusive", false},
		"nobody's session":          {addSession, []any{2, 9, nil, nil, nil}, "", true},
		"a text that is too long":   {addOrganisation, []any{3, strings.Repeat("x", 257)}, "", false},
		"no text":                   {addOrganisation, []any{3, nil}, "", false},
		"a number that is too big":  {"UPDATE users SET gender = 2147483648 WHERE id = 1", nil, "", false},
		"a text for a number":       {"UPDATE users SET gender = 'x' WHERE id = 1", nil, "", false},
		"half a character":          {"UPDATE users SET nickname = ? WHERE id = 1", []any{"\xe9\x9b"}, "", false},
	} {
		_, err := db.Exec(c.query, c.args...)
		if err == nil {
			t.Errorf("%s was taken", name)
			continue
		}
		if index := classify(err).Conflict; index != c.conflict {
			t.Errorf("%s: a conflict of %q: %v", name, index, err)
		}
		if classify(err).Dangling != c.dangling {
			t.Errorf("%s: %v", name, err)
		}
		if !classify(err).Refused || classify(err).Retry || classify(err).Unavailable || classify(err).MissingTable {
			t.Errorf("%s is more or less than refused: %v", name, err)
		}
	}
	for _, row := range []struct {
		query string
		args  []any
	}{
		{addUser, []any{2, "two", "mobile", nil}}, // not verified
		{addUser, []any{3, "three", "MOBILE", 1}}, // another case
		{addUser, []any{4, "four", "mobile ", 1}}, // another blank
		{addSession, []any{2, 1, "phone", nil, 5}},
		{addSession, []any{3, 1, nil, nil, nil}},
		{addOrganisation, []any{2, "EAST"}},
	} {
		exec(t, db, row.query, row.args...)
	}
	_, err := db.Exec("SELECT 1 FROM nothing")
	if !classify(err).MissingTable || classify(err).Refused || classify(err).Unavailable {
		t.Errorf("a missing table: %v", err)
	}
}

// The message holds a value that somebody has chosen.
func TestConflictIsNotWhatTheValueSays(t *testing.T) {
	t.Parallel()
	db := migrated(t, engine.Options{}, "lc_messages=de_DE").DB
	for _, code := range []string{"x' for key 'users_guid", "x' for key 'users_guid'", "a.b", strings.Repeat("雨", 80), "\x00\xff"} {
		exec(t, db, "DELETE FROM organisations")
		exec(t, db, addOrganisation, 1, code)
		_, err := db.Exec(addOrganisation, 2, code)
		if index := classify(err).Conflict; index != "organisations_code" {
			t.Errorf("%q: %q, %v", code, index, err)
		}
	}
	for message, want := range map[string]string{
		"Duplicate entry 'x' for key 'organisations.organisations_code'": "organisations_code", // MySQL 8, TiDB
		"Duplicate entry 'x' for key 'organisations.PRIMARY'":            "PRIMARY",
		"Duplicate entry 'x' for key 'organisations_code'":               "organisations_code",
	} {
		if index := classify(fmt.Errorf("wrapped: %w", &mysql.MySQLError{Number: 1062, Message: message})).Conflict; index != want {
			t.Errorf("%s: %q", message, index)
		}
	}
}

// Two transactions take the same two rows in opposite order.
func TestDeadlockIsRetryable(t *testing.T) {
	t.Parallel()
	db := migrated(t, engine.Options{}).DB
	exec(t, db, addOrganisation, 1, "east")
	exec(t, db, addOrganisation, 2, "west")
	const rename = "UPDATE organisations SET name = ? WHERE id = ?"
	first, second := begin(t, db), begin(t, db)
	exec(t, first, rename, "first", 1)
	exec(t, second, rename, "second", 2)
	failed := make(chan error, 2)
	go func() { failed <- errorOf(first.Exec(rename, "first", 2)) }()
	go func() { failed <- errorOf(second.Exec(rename, "second", 1)) }()
	err := errors.Join(<-failed, <-failed) // one of the two goes on
	if !classify(err).Retry || numberOf(err) != 1213 {
		t.Errorf("got %v", err)
	}
}

// A statement that waits for a row ends, after the lock's time or its own.
func TestWaitForARowIsBounded(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		parameter string
		want      uint16
	}{
		"the statement's time": {"innodb_lock_wait_timeout=50", 1969},
		"the lock's time":      {"max_statement_time=50", 1205},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := migrated(t, engine.Options{StatementTimeout: time.Second}, c.parameter).DB
			exec(t, db, addOrganisation, 1, "east")
			exec(t, begin(t, db), "UPDATE organisations SET name = 'locked' WHERE id = 1")
			start := time.Now()
			_, err := db.Exec("UPDATE organisations SET name = 'late' WHERE id = 1")
			if numberOf(err) != c.want || !classify(err).Unavailable || time.Since(start) > 3*time.Second {
				t.Errorf("after %s: %v", time.Since(start), err)
			}
		})
	}
}

// Every number of the lists, as the server would send it.
func TestNumbers(t *testing.T) {
	t.Parallel()
	db := open(t, engine.Options{URL: newURL(t)}).DB
	signal := func(number uint16) error {
		_, err := db.Exec("SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = ?, MESSAGE_TEXT = 'told'", number)
		return err
	}
	for _, number := range retryable {
		if err := signal(number); !classify(err).Retry || !classify(err).Unavailable || classify(err).Refused {
			t.Errorf("%d: %v", number, err)
		}
	}
	for _, number := range unavailable {
		// The driver turns a server's refusal to write into driver.ErrBadConn.
		readOnly := number == 1290 || number == 1792 || number == 1836
		if err := signal(number); classify(err).Retry != readOnly || !classify(err).Unavailable || classify(err).Refused {
			t.Errorf("%d: %v", number, err)
		}
	}
	for _, number := range append([]uint16{1216, 1217, 1451, 1452}, refused...) {
		if err := signal(number); classify(err).Retry || classify(err).Unavailable || !classify(err).Refused {
			t.Errorf("%d: %v", number, err)
		}
	}
	for _, number := range []uint16{1064, 1054, 1146, 1105} { // syntax, column, table, unknown
		if err := signal(number); classify(err).Retry || classify(err).Unavailable || classify(err).Refused {
			t.Errorf("%d: %v", number, err)
		}
	}
}

func TestLostConnectionsAreUnavailable(t *testing.T) {
	t.Parallel()
	for _, err := range []error{
		driver.ErrBadConn, mysql.ErrInvalidConn, io.EOF, io.ErrUnexpectedEOF, net.ErrClosed, &net.OpError{Op: "read", Err: errors.New("reset")},
		connectError{errors.New("x509")},
	} {
		if !classify(fmt.Errorf("wrapped: %w", err)).Unavailable {
			t.Errorf("%v is not", err)
		}
	}
	if err := (connectError{driver.ErrBadConn}); classify(err).Retry {
		t.Error("a host that ends connections at once is asked again and again")
	}
	for _, err := range []error{nil, sql.ErrNoRows, errors.New("else")} {
		if classify(err).Unavailable || classify(err).Retry || classify(err).Refused {
			t.Errorf("%v is something", err)
		}
	}
}

// A connection that an operator ends fails one statement, not the next.
func TestKilledConnection(t *testing.T) {
	t.Parallel()
	db := open(t, engine.Options{URL: newURL(t)}).DB
	killed, other := begin(t, db), begin(t, db)
	var id int64
	if err := killed.QueryRow("SELECT CONNECTION_ID()").Scan(&id); err != nil {
		t.Fatal(err)
	}
	exec(t, other, "KILL ?", id)
	_, err := killed.Exec("DO 1")
	if !classify(err).Unavailable {
		t.Errorf("got %v", err)
	}
	_ = killed.Rollback()
	exec(t, db, "DO 1")
}

func TestContextEndsAStatement(t *testing.T) {
	t.Parallel()
	db := open(t, engine.Options{URL: newURL(t)}).DB
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := db.ExecContext(ctx, "DO SLEEP(3)"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	exec(t, db, "DO 1")
}

// begin opens a transaction that is rolled back with the test.
func begin(t *testing.T, db *sqlx.DB) *sql.Tx {
	t.Helper()
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tx.Rollback() })
	return tx
}

func errorOf[T any](_ T, err error) error { return err }

func numberOf(err error) uint16 {
	failed, _ := errors.AsType[*mysql.MySQLError](err)
	if failed == nil {
		return 0
	}
	return failed.Number
}
