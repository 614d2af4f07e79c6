package userimport

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	_ "modernc.org/sqlite" // the driver of the temporary file
)

// seenIDs are the ids that the file has had so far, each with its line and a hash of its
// values. They are in a temporary SQLite file, so that memory does not grow with them.
type seenIDs struct {
	db  *sql.DB
	dir string
}

func newSeenIDs(ctx context.Context) (*seenIDs, error) {
	dir, err := os.MkdirTemp("", "quartet-import-*") // for this user alone
	if err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", "file:"+filepath.ToSlash(filepath.Join(dir, "ids.db"))+"?_pragma=journal_mode(OFF)&_pragma=synchronous(OFF)")
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	db.SetMaxOpenConns(1)
	s := &seenIDs{db, dir}
	if _, err := db.ExecContext(ctx, "CREATE TABLE ids (id TEXT PRIMARY KEY, line INTEGER, content INTEGER) WITHOUT ROWID"); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// Close deletes the file.
func (s *seenIDs) Close() error { return errors.Join(s.db.Close(), os.RemoveAll(s.dir)) }

// check refuses the people of a batch whose id an earlier line has with other values, for
// the column of the id. It returns the index of the first one, or the length of the batch.
func (s *seenIDs) check(ctx context.Context, batch []entry, column string) (first int, err error) {
	first = len(batch)
	args := make([]any, 0, 3*len(batch))
	for i := range batch {
		if e := &batch[i]; e.refusal == nil {
			args = append(args, e.id, e.Line, int64(e.content)) //nolint:gosec // only compared
		}
	}
	count := len(args) / 3
	if count == 0 {
		return first, nil
	}
	added, err := s.db.ExecContext(ctx, "INSERT INTO ids VALUES (?,?,?)"+strings.Repeat(",(?,?,?)", count-1)+" ON CONFLICT DO NOTHING", args...)
	if err != nil {
		return 0, fmt.Errorf("temporary file: %w", err)
	}
	if n, err := added.RowsAffected(); err == nil && n == int64(count) {
		return first, nil
	}
	for i := range batch {
		e := &batch[i]
		if e.refusal != nil {
			continue
		}
		var line, content int64
		if err := s.db.QueryRowContext(ctx, "SELECT line, content FROM ids WHERE id = ?", e.id).Scan(&line, &content); err != nil {
			return 0, fmt.Errorf("temporary file: %w", err)
		}
		if content == int64(e.content) { //nolint:gosec // only compared
			continue
		}
		first = min(first, i)
		e.refusal = Error{Line: e.Line, Column: column, Reason: Reason{
			fmt.Sprintf("line %d has the same id and other values", line),
			fmt.Sprintf("第 %d 行有相同的 ID，其他值却不同", line),
		}}
	}
	return first, nil
}
