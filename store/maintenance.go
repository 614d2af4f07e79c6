package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// purgeChunk is how many rows one transaction deletes, so that the others' writes
// come in between.
const purgeChunk = 500

// Migrate brings the tables to the newest version that this program knows. It
// can be called by several servers at the same moment, and does nothing when
// there is nothing to do.
func (s *Store) Migrate(ctx context.Context) error {
	return s.run(ctx, "Migrate", func() error { return s.engine.Migrate(ctx) })
}

// MigrationStatus tells which version the tables have, 0 when there are none,
// and which is the newest that this program knows. It changes nothing.
func (s *Store) MigrationStatus(ctx context.Context) (current, newest int64, err error) {
	err = s.run(ctx, "MigrationStatus", func() (err error) {
		current, newest, err = s.engine.MigrationStatus(ctx)
		return err
	})
	return current, newest, err
}

// Backup writes the database as it is at this moment into a new file at path,
// with mode 0600, and makes sure that the copy is sound and on the disk. Other
// processes read and write meanwhile, this one's writers wait. There must be no
// file at path; after a failure the caller removes what is there. It returns
// ErrNoBackup on any engine but SQLite.
func (s *Store) Backup(ctx context.Context, path string) error {
	return s.run(ctx, "Backup", func() error { return s.engine.Backup(ctx, path) })
}

// Checkpoint moves what a long write-ahead log of SQLite holds into the database
// file. Nobody waits for it. Where the log is short, and on PostgreSQL, it does
// nothing.
func (s *Store) Checkpoint(ctx context.Context) error {
	return s.run(ctx, "Checkpoint", func() error { return s.engine.Checkpoint(ctx) })
}

// Purge deletes what nobody asks for any more, and gives the number of rows: the
// sessions that ended or reached the end of their time before keepEnded, and the
// counters, one-time codes and answers of WeChat whose time is over at now.
func (s *Store) Purge(ctx context.Context, now Time, keepEnded Time) (total int64, err error) {
	for _, of := range []struct {
		table, key, condition string
		args                  []any
	}{
		{"sessions", "id", "ended_at < ? OR expires_at < ?", []any{keepEnded, keepEnded}},
		{"rate_counters", "key", "expires_at <= ?", []any{now}},
		{"one_time_codes", "purpose, mobile_index", "expires_at <= ?", []any{now}},
		{"wechat_codes", "code_hash", "expires_at <= ?", []any{now}},
	} {
		deleted, err := s.purge(ctx, "Purge", of.table, of.key, of.condition, of.args...)
		total += deleted
		if err != nil {
			return total, err
		}
	}
	return total, nil
}

// purge deletes the rows that meet a condition, by and by.
func (s *Store) purge(ctx context.Context, verb, table, key, condition string, args ...any) (total int64, err error) {
	query, args := s.engine.DeleteSome(table, key, condition, purgeChunk, args...)
	for {
		var deleted int64
		err := s.inTxAlone(ctx, verb, func(tx Tx) (err error) {
			deleted, err = tx.exec(ctx, verb, query, args...)
			return err
		})
		total += deleted
		if err != nil || deleted == 0 {
			return total, err
		}
	}
}

const (
	metadataByName      = "SELECT value FROM metadata WHERE name = ?"
	putMetadataIfAbsent = "INSERT INTO metadata (name, value) VALUES (?, ?)"
)

// Metadata gives what the database says of itself under a name, or ErrNotFound.
func (s *Store) Metadata(ctx context.Context, name string) (string, error) {
	return one[string](ctx, s, "Metadata", metadataByName, name)
}

// PutMetadataIfAbsent puts a value unless there is one under that name, and gives the one that
// is there now: of several servers that start at once, the first decides.
func (tx Tx) PutMetadataIfAbsent(ctx context.Context, name, value string) (kept string, err error) {
	if _, err = tx.insertIgnore(ctx, "PutMetadataIfAbsent", putMetadataIfAbsent, "(name)", name, value); err == nil {
		err = tx.get(ctx, "PutMetadataIfAbsent", &kept, metadataByName, name)
	}
	return kept, err
}

// DeleteAll deletes every row of every table but the metadata. It is for a
// demonstration, which begins again.
func (tx Tx) DeleteAll(ctx context.Context) error {
	names := []string{"one_time_codes", "rate_counters", "wechat_codes"}
	for _, table := range slices.Backward(lasting) {
		names = append(names, table.Name)
	}
	for _, name := range names {
		if _, err := tx.tx.ExecOnce(ctx, "DELETE FROM "+name); err != nil {
			return tx.store.fail("DeleteAll", err)
		}
	}
	return nil
}

// OpenTemporary opens an empty SQLite database in a directory of its own. remove
// closes it and deletes the directory.
func OpenTemporary(ctx context.Context) (s *Store, remove func() error, err error) {
	dir, err := os.MkdirTemp("", "quartet-")
	if err != nil {
		return nil, nil, fmt.Errorf("store: OpenTemporary: %w", err)
	}
	s, err = Open(ctx, Options{URL: "sqlite:" + filepath.Join(dir, "quartet.db")})
	if err != nil {
		return nil, nil, errors.Join(err, os.RemoveAll(dir))
	}
	remove = func() error { return errors.Join(s.Close(), os.RemoveAll(dir)) }
	if err := s.Migrate(ctx); err != nil {
		return nil, nil, errors.Join(err, remove())
	}
	return s, remove, nil
}
