package dump

import (
	"context"
	"fmt"
	"io"

	"quartet/store"
)

// Progress receives the number of rows done.
type Progress func(done, total int64)

// Export writes all rows of a database as of one point in time and returns their
// number.
func Export(ctx context.Context, database *store.Store, out io.Writer, progress Progress) (rows int64, err error) {
	migration, err := migrationOf(ctx, database)
	if err != nil {
		return 0, err
	}
	snapshot, err := database.Snapshot(ctx)
	if err != nil {
		return 0, err
	}
	defer func() { _ = snapshot.Close() }() // a snapshot is read-only
	var total int64
	for _, table := range store.Tables() {
		rows, err := snapshot.Count(ctx, table)
		if err != nil {
			return 0, err
		}
		total += rows
	}
	metadata, err := snapshot.Metadata(ctx)
	if err != nil {
		return 0, err
	}
	w, err := NewWriter(out, migration, metadata)
	if err != nil {
		return 0, err
	}
	for _, table := range store.Tables() {
		err := snapshot.Rows(ctx, table, func(row []any) error {
			progress(w.total, total)
			return w.Row(table, row)
		})
		if err != nil {
			return w.total, err
		}
	}
	return w.total, w.Close()
}

// migrationOf returns the schema version. It refuses a schema that is newer than the
// program, which may have columns that the program does not know.
func migrationOf(ctx context.Context, database *store.Store) (int64, error) {
	current, newest, err := database.MigrationStatus(ctx)
	if err == nil && current > newest {
		err = fmt.Errorf("the database's tables are at version %d, this program knows %d: use the program that the server runs", current, newest)
	}
	return current, err
}
