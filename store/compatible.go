package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"quartet/store/internal/engine"
)

// compatibleEntry is the name of the metadata entry that tells older programs whether they
// can use the tables: the oldest version of the tables whose programs can.
const compatibleEntry = "compatible"

// markCompatible writes the entry once the tables are at the newest version. Until
// then older programs refuse them.
func (s *Store) markCompatible(ctx context.Context) error {
	current, newest, err := s.MigrationStatus(ctx)
	if err != nil || current != newest {
		return err // a newer program has written its own
	}
	want := strconv.FormatInt(engine.OldestProgram(engine.Migrations()), 10)
	marked, err := s.Metadata(ctx, compatibleEntry)
	if err == nil && marked == want {
		return nil
	}
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	err = s.InTx(ctx, func(tx Tx) error { return tx.ReplaceMetadata(ctx, compatibleEntry, marked, want) })
	if errors.Is(err, ErrNotFound) {
		return nil // another server has written it meanwhile
	}
	return err
}

// NewerError means that the tables are newer than the program, and not marked as
// compatible with it. It is returned as a value, not as a pointer.
type NewerError struct{ Current, Newest int64 }

// Error tells the remedy.
func (e NewerError) Error() string {
	return fmt.Sprintf("the database's tables are at version %d and this program knows version %d: use a program that knows them; the way back to this one is a backup from before (quartet restore)", e.Current, e.Newest)
}

// CheckVersion returns a NewerError for tables that this program must not use. It changes
// nothing and works before Migrate.
func (s *Store) CheckVersion(ctx context.Context) error {
	current, newest, err := s.MigrationStatus(ctx)
	if err != nil || current <= newest {
		return err
	}
	marked, err := s.Metadata(ctx, compatibleEntry)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	if oldest, err := strconv.ParseInt(marked, 10, 64); err != nil || oldest > newest {
		return NewerError{current, newest}
	}
	return nil
}
