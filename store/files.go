package store

import (
	"context"

	"quartet/store/internal/engine"
	"quartet/store/internal/sqlite"
)

// ErrInUse means that another process has an SQLite file open.
var ErrInUse = engine.ErrInUse

// CheckIntegrity returns an error if an SQLite file is damaged.
func CheckIntegrity(ctx context.Context, path string) error { return sqlite.CheckIntegrity(ctx, path) }

// CheckUnused returns ErrInUse if another process has an SQLite file open. This process
// must not have it open. On Windows it does nothing.
func CheckUnused(path string) error { return sqlite.CheckUnused(path) }

// ReplaceFile puts a complete copy of an SQLite database, which is in the same directory,
// at path. What is there goes to aside first, with its -wal and -shm files; moved are the
// names of those that there were. It returns ErrInUse if another process has the file
// open. After an interruption Open refuses the path until ReplaceFile has run again.
func ReplaceFile(copied, path, aside string) (moved []string, err error) {
	return sqlite.Replace(copied, path, aside)
}
