package engine

import (
	"context"
	"strconv"
	"strings"

	"github.com/jmoiron/sqlx"
)

// StandardSQL is the SQL of SQLite and PostgreSQL.
type StandardSQL struct{}

func (StandardSQL) InsertIgnore(insert, target string) string {
	return insert + " ON CONFLICT " + target + " DO NOTHING"
}

func (StandardSQL) InsertOrUpdate(insert, target string, columns []string) string {
	sets := make([]string, 0, len(columns))
	for _, column := range columns {
		sets = append(sets, column+" = excluded."+column)
	}
	return insert + " ON CONFLICT " + target + " DO UPDATE SET " + strings.Join(sets, ", ")
}

var countRateLimit = strings.ReplaceAll(`INSERT INTO rate_counters (key, window_start, count, expires_at) VALUES (?, ?, 1, ?)
	ON CONFLICT (key) DO UPDATE SET
		count = CASE WHEN OVER THEN 1 ELSE rate_counters.count + 1 END,
		window_start = CASE WHEN OVER THEN excluded.window_start ELSE rate_counters.window_start END,
		expires_at = CASE WHEN OVER THEN excluded.expires_at ELSE rate_counters.expires_at END
	WHERE OVER OR rate_counters.count < ?`, "OVER",
	"(rate_counters.expires_at <= excluded.window_start OR rate_counters.expires_at > excluded.expires_at + "+strconv.Itoa(ClockSkew)+")")

// No row changes if the limit is reached.
func (StandardSQL) CountRateLimit() string { return countRateLimit }

func (StandardSQL) SetLastSeen(sessions int) string {
	return "WITH seen (id, at) AS (VALUES (CAST(? AS BIGINT), CAST(? AS BIGINT))" + strings.Repeat(", (?, ?)", sessions-1) + `)
		UPDATE sessions SET last_seen_at = seen.at FROM seen
		WHERE sessions.id = seen.id AND sessions.last_seen_at < seen.at`
}

func (StandardSQL) LockUser() []string { return []string{"id = id"} }

// The condition is repeated because on PostgreSQL a row can be renewed between the
// SELECT and the DELETE.
func (StandardSQL) DeleteSome(table, key, condition string, limit int, args ...any) (query string, all []any) {
	return "DELETE FROM " + table + " WHERE (" + condition + ") AND (" + key + ") IN (SELECT " + key + " FROM " + table +
		" WHERE " + condition + " LIMIT " + strconv.Itoa(limit) + ")", append(args, args...)
}

// PlainTx is an unshared transaction.
type PlainTx struct{ *sqlx.Tx }

func (t PlainTx) Get(ctx context.Context, row any, query string, args ...any) error {
	return t.GetContext(ctx, row, t.Rebind(query), args...)
}

func (t PlainTx) Select(ctx context.Context, rows any, query string, args ...any) error {
	return t.SelectContext(ctx, rows, t.Rebind(query), args...)
}

func (t PlainTx) Exec(ctx context.Context, query string, args ...any) (changed int64, err error) {
	result, err := t.ExecContext(ctx, t.Rebind(query), args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

func (t PlainTx) ExecOnce(ctx context.Context, query string, args ...any) (changed int64, err error) {
	return t.Exec(ctx, query, args...)
}

func (t PlainTx) Later(ctx context.Context, query string, args []any, changed func(int64) error) error {
	return Now(ctx, t, query, args, changed)
}

func (t PlainTx) SelectLater(ctx context.Context, rows any, query string, args ...any) error {
	return t.Select(ctx, rows, query, args...)
}

// Flush has nothing to wait for.
func (PlainTx) Flush(context.Context) error { return nil }

// Now implements Tx.Later by Tx.Exec.
func Now(ctx context.Context, t Tx, query string, args []any, changed func(int64) error) error {
	rows, err := t.Exec(ctx, query, args...)
	if err == nil && changed != nil {
		err = changed(rows)
	}
	return err
}

// Transact runs do in a transaction.
func Transact(ctx context.Context, db *sqlx.DB, do func(Tx) error) error {
	begun, err := db.BeginTxx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = begun.Rollback() }() // nothing to roll back after a commit
	if err := do(PlainTx{begun}); err != nil {
		return err
	}
	return begun.Commit()
}
