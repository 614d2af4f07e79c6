package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

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
