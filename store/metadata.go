package store

import "context"

const (
	metadataByName = "SELECT value FROM metadata WHERE name = ?"
	// Writing the value that is there makes the row come back, also when
	// another server has put it there in this moment.
	putMetadataIfAbsent = `INSERT INTO metadata (name, value) VALUES (?, ?)
		ON CONFLICT (name) DO UPDATE SET value = metadata.value RETURNING value`
)

// Mark gives what the database says of itself under a name, or ErrNotFound.
func (s *Store) Metadata(ctx context.Context, name string) (string, error) {
	return one[string](ctx, s, "Mark", metadataByName, name)
}

// PutMark puts a mark unless there is one of that name, and gives the one that
// is there now: of several servers that start at once, the first decides.
func (s *Store) PutMetadataIfAbsent(ctx context.Context, name, value string) (kept string, err error) {
	values, err := returned[string](ctx, s, "PutMark", putMetadataIfAbsent, name, value)
	if err != nil {
		return "", err
	}
	return values[0], nil
}
