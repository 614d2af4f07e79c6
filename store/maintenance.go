package store

import (
	"context"
	"slices"
	"strings"
)

// purgeChunk is the number of rows that one transaction deletes, so that other writes
// can run in between.
const purgeChunk = 500

// Migrate migrates the tables to the newest version that this program knows. Several
// servers can call it at the same time.
func (s *Store) Migrate(ctx context.Context) error {
	if err := s.run(ctx, "Migrate", func() error { return s.engine.Migrate(ctx) }); err != nil {
		return err
	}
	return s.markCompatible(ctx)
}

// MigrationStatus returns the version of the tables, 0 if there are none, and the
// newest version that this program knows. It changes nothing.
func (s *Store) MigrationStatus(ctx context.Context) (current, newest int64, err error) {
	err = s.run(ctx, "MigrationStatus", func() (err error) {
		current, newest, err = s.engine.MigrationStatus(ctx)
		return err
	})
	return current, newest, err
}

// Backup writes the database as of now into a new file at path, with mode 0600, and
// makes sure that the copy is intact and on the disk. Other processes can read and
// write meanwhile; this process's writers wait. The file must not exist; after a
// failure the caller removes it. It returns ErrNoBackup on any engine but SQLite.
func (s *Store) Backup(ctx context.Context, path string) error {
	return s.run(ctx, "Backup", func() error { return s.engine.Backup(ctx, path) })
}

// Checkpoint moves the content of a long write-ahead log of SQLite into the database
// file. Neither readers nor writers wait for it. It does nothing if the log is short,
// and on other engines.
func (s *Store) Checkpoint(ctx context.Context) error {
	return s.run(ctx, "Checkpoint", func() error { return s.engine.Checkpoint(ctx) })
}

// Purge deletes expired rows and returns their number: sessions that ended or expired
// before keepEnded, and counters, one-time codes and WeChat codes that have expired at
// now.
func (s *Store) Purge(ctx context.Context, now Time, keepEnded Time) (total int64, err error) {
	for _, of := range []struct {
		table, key, condition string
		args                  []any
	}{
		{"sessions", "id", "ended_at < ? OR expires_at < ?", []any{keepEnded, keepEnded}},
		{"rate_counters", "key", "expires_at <= ?", []any{now}},
		{"one_time_codes", "purpose, mobile_index, asker", "expires_at <= ?", []any{now}},
		{"wechat_codes", "code_hash", "expires_at <= ?", []any{now}},
		{"idempotency_keys", "key_hash", "created_at <= ?", []any{now.Add(-idempotencyKept)}},
	} {
		deleted, err := s.purge(ctx, "Purge", of.table, of.key, of.condition, of.args...)
		total += deleted
		if err != nil {
			return total, err
		}
	}
	return total, nil
}

// purge deletes the rows that meet a condition, in several transactions.
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

// Metadata returns the metadata entry of a name, or ErrNotFound. It works before
// Migrate too: the table was called marks until version 6.
func (s *Store) Metadata(ctx context.Context, name string) (value string, err error) {
	var found []string
	err = s.run(ctx, "Metadata", func() error {
		found = nil
		err := s.engine.Select(ctx, &found, metadataByName, name)
		if err != nil && s.engine.Classify(err).MissingTable {
			err = s.engine.Select(ctx, &found, "SELECT value FROM marks WHERE name = ?", name)
		}
		if err != nil && s.engine.Classify(err).MissingTable {
			return nil // before the first migration there is no entry
		}
		return err
	})
	if err == nil && len(found) == 0 {
		return "", ErrNotFound
	}
	return strings.Join(found, ""), err
}

// UsedTable returns a table that has rows, and their number; "" if the database is
// empty. It works before Migrate too. With metadata it counts the metadata as well.
func (s *Store) UsedTable(ctx context.Context, metadata bool) (table string, rows int64, err error) {
	var names []string
	for _, exported := range exportedTables {
		names = append(names, exported.Name)
	}
	if metadata {
		names = append(names, "metadata WHERE name <> '"+compatibleEntry+"'", "marks")
	}
	for _, name := range names {
		var counted []int64
		err := s.run(ctx, "UsedTable", func() error {
			counted = nil
			err := s.engine.SelectOnce(ctx, &counted, "SELECT COUNT(*) FROM "+name)
			if err != nil && s.engine.Classify(err).MissingTable {
				return nil
			}
			return err
		})
		if err != nil {
			return "", 0, err
		}
		if len(counted) == 1 && counted[0] > 0 {
			name, _, _ = strings.Cut(name, " ")
			return name, counted[0], nil
		}
	}
	return "", 0, nil
}

// PutMetadataIfAbsent stores a value unless the name has one, and returns the stored
// one: of several servers that start at once, the first decides.
func (tx Tx) PutMetadataIfAbsent(ctx context.Context, name, value string) (kept string, err error) {
	if _, err = tx.insertIgnore(ctx, "PutMetadataIfAbsent", putMetadataIfAbsent, "(name)", name, value); err == nil {
		err = tx.get(ctx, "PutMetadataIfAbsent", &kept, metadataByName, name)
	}
	return kept, err
}

// PutMetadata stores the value of a name.
func (tx Tx) PutMetadata(ctx context.Context, name, value string) error {
	_, err := tx.exec(ctx, "PutMetadata", tx.store.engine.InsertOrUpdate(putMetadataIfAbsent, "(name)", []string{"value"}), name, value)
	return err
}

// DeleteAll deletes every row of every table except the metadata. It is for
// demonstrations.
func (tx Tx) DeleteAll(ctx context.Context) error {
	names := []string{"one_time_codes", "rate_counters", "wechat_codes", "idempotency_keys"}
	for _, table := range slices.Backward(exportedTables) {
		names = append(names, table.Name)
	}
	for _, name := range names {
		if _, err := tx.tx.ExecOnce(ctx, "DELETE FROM "+name); err != nil {
			return tx.store.fail("DeleteAll", err)
		}
	}
	return nil
}
