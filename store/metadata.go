package store

import "context"

const (
	metadataByName      = "SELECT value FROM metadata WHERE name = ?"
	putMetadataIfAbsent = "INSERT INTO metadata (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING"
)

// Metadata gives what the database says of itself under a name, or ErrNotFound.
func (s *Store) Metadata(ctx context.Context, name string) (string, error) {
	return one[string](ctx, s, "Metadata", metadataByName, name)
}

// PutMetadataIfAbsent puts a value unless there is one under that name, and gives the one that
// is there now: of several servers that start at once, the first decides.
func (w Tx) PutMetadataIfAbsent(ctx context.Context, name, value string) (kept string, err error) {
	if _, err = w.exec(ctx, "PutMetadataIfAbsent", putMetadataIfAbsent, name, value); err == nil {
		err = fail("PutMetadataIfAbsent", w.t.get(ctx, &kept, metadataByName, name))
	}
	return kept, err
}
