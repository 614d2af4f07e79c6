package store

import "context"

// RowRefusedError says why InsertRow could not insert a row. Column names what
// the rule is about; it is "" where the database does not say.
type RowRefusedError struct{ Column, Reason string }

// Error names the column and the reason.
func (e RowRefusedError) Error() string { return "store: " + e.Column + ": " + e.Reason }

// InsertRow inserts a row of a table, with its values in the order of the
// columns. It returns a RowRefusedError if the row breaks a rule of the database;
// the transaction must end then.
func (tx Tx) InsertRow(ctx context.Context, table Table, row []any) error {
	_, err := tx.tx.Exec(ctx, table.insert, table.Stored(row)...)
	if err == nil {
		return nil
	}
	class := tx.store.engine.Classify(err)
	what, taken := conflict(class, err)
	switch {
	case taken:
		return RowRefusedError{what, "another row has the same value"}
	case class.Dangling:
		return RowRefusedError{"", "it refers to a row that does not exist"}
	case class.Refused:
		return RowRefusedError{"", "the database refuses it: " + err.Error()}
	}
	return tx.store.fail("InsertRow", err)
}

// ReplaceMetadata changes the metadata of a name from one value to another; ""
// stands for no entry. It returns ErrNotFound if the present value is another.
func (tx Tx) ReplaceMetadata(ctx context.Context, name, from, to string) error {
	switch {
	case from == "":
		added, err := tx.insertIgnore(ctx, "ReplaceMetadata", "INSERT INTO metadata (name, value) VALUES (?, ?)", "(name)", name, to)
		if err == nil && !added {
			return ErrNotFound
		}
		return err
	case to == "":
		return tx.change(ctx, "ReplaceMetadata", "DELETE FROM metadata WHERE name = ? AND value = ?", name, from)
	default:
		return tx.change(ctx, "ReplaceMetadata", "UPDATE metadata SET value = ? WHERE name = ? AND value = ?", to, name, from)
	}
}
