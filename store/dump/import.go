package dump

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"

	"quartet/store"
)

// rowsPerTransaction is the number of rows that an import commits at a time.
const rowsPerTransaction = 1000

// importEntry is the name of the metadata entry of an unfinished import.
const importEntry = "import"

// position is the content of that entry: which file is imported, and how far.
type position struct {
	rows, total int64
	sha256      string
}

const positionFormat = "%d of %d rows of the file with SHA-256 %s"

func (p position) String() string { return fmt.Sprintf(positionFormat, p.rows, p.total, p.sha256) }

// unfinished returns the position of an unfinished import; found reports whether there
// is one.
func unfinished(ctx context.Context, database *store.Store) (p position, found bool, err error) {
	text, err := database.Metadata(ctx, importEntry)
	if errors.Is(err, store.ErrNotFound) {
		return p, false, nil
	}
	if err == nil {
		_, err = fmt.Sscanf(text, positionFormat, &p.rows, &p.total, &p.sha256)
	}
	return p, true, err
}

// CheckComplete returns an error if a database holds an unfinished import.
func CheckComplete(ctx context.Context, database *store.Store) error {
	at, found, err := unfinished(ctx, database)
	if err == nil && found {
		err = fmt.Errorf("the database holds an unfinished import, %v: run quartet import with the same file again, or start over with an empty database", at)
	}
	return err
}

// Import inserts the rows of a file that Check has read into an empty database. It
// commits them in several transactions, and resumes when the same file is imported
// again after an interruption. It returns a RowError for a row that the format or the
// database does not allow.
func Import(ctx context.Context, database *store.Store, file io.ReadSeeker, checked Summary, progress Progress) error {
	at, err := start(ctx, database, checked)
	if err != nil {
		return err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	reader, err := NewReader(file, store.Tables())
	for n := int64(0); err == nil && n < at.rows; n++ {
		_, err = reader.next()
	}
	var rows []Row
	for err == nil {
		var row Row
		if row, err = reader.Next(); err == nil {
			rows = append(rows, row)
		}
		last := errors.Is(err, io.EOF)
		if !last && len(rows) < rowsPerTransaction {
			continue
		}
		if at, err = commit(ctx, database, at, rows, last); err == nil {
			progress(at.rows, at.total)
		}
		if last {
			break
		}
		rows = rows[:0]
	}
	switch refused, ok := errors.AsType[RowError](err); {
	case ok:
		return refused // without the transaction's wrapping
	case errors.Is(err, store.ErrNotFound):
		return errors.New("another import uses the database at the same time")
	}
	return err
}

// start returns the position at which the import of a file begins: the first row of an
// empty database, or after the last committed row.
func start(ctx context.Context, database *store.Store, checked Summary) (at position, err error) {
	migration, err := migrationOf(ctx, database)
	if err != nil {
		return at, err
	}
	if version := checked.Header.Migration; version > migration || version < store.MinDumpVersion {
		return at, fmt.Errorf("the file's tables are at version %d, this program imports versions %d to %d: import it with the program that wrote it, then run quartet migrate with this one",
			version, store.MinDumpVersion, migration)
	}
	if err := CheckTarget(ctx, database, checked); err != nil {
		return at, err
	}
	if at, found, err := unfinished(ctx, database); found || err != nil {
		return at, err
	}
	at = position{total: checked.Rows, sha256: checked.SHA256}
	metadata := map[string]string{importEntry: at.String()}
	maps.Copy(metadata, checked.Header.Metadata)
	return at, database.InTx(ctx, func(tx store.Tx) error {
		for name, value := range metadata {
			if err := tx.ReplaceMetadata(ctx, name, "", value); err != nil {
				return err
			}
		}
		return nil
	})
}

// CheckTarget returns an error if Import would not import a file into a database: it
// must be empty, or hold an unfinished import of the same file. It works before the
// tables are migrated, and changes nothing.
func CheckTarget(ctx context.Context, database *store.Store, checked Summary) error {
	at, found, err := unfinished(ctx, database)
	switch {
	case err != nil:
		return err
	case found && at.sha256 != checked.SHA256:
		return fmt.Errorf("the database holds an unfinished import of another file, %v: import that file again, or start over with an empty database", at)
	case found:
		return nil
	}
	// Metadata means that a server has used the database.
	table, rows, err := database.UsedTable(ctx, true)
	if err == nil && table != "" {
		err = fmt.Errorf("the table %s has %d rows, and an import needs an empty database: name an SQLite file that does not exist yet, or a database of another engine that has just been created", table, rows)
	}
	return err
}

// commit inserts rows and returns the new position. The last rows finish the import.
func commit(ctx context.Context, database *store.Store, at position, rows []Row, last bool) (position, error) {
	next := at
	next.rows += int64(len(rows))
	entry := next.String()
	if last {
		entry = ""
	}
	return next, database.InTx(ctx, func(tx store.Tx) error {
		// The position is replaced first, so that a concurrent import of the same file
		// fails here.
		if err := tx.ReplaceMetadata(ctx, importEntry, at.String(), entry); err != nil {
			return err
		}
		for _, row := range rows {
			err := tx.InsertRow(ctx, row.Table, row.Values)
			if refused, ok := errors.AsType[store.RowRefusedError](err); ok {
				return RowError{Line: row.Line, Column: joined(row.Table.Name, refused.Column), Reason: refused.Reason}
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}
