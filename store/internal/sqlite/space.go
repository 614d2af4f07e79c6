package sqlite

import (
	"fmt"
	"path/filepath"

	"quartet/store/internal/engine"
)

// leastSpace is the free space in bytes below which a disk counts as full: the
// write-ahead log of a busy server soon takes as much.
const leastSpace = 8 << 20

// CheckSpace returns ErrDiskFull if the disk of the file has less than leastSpace. A
// write can still succeed then, because the write-ahead log is used again and again.
func (e *Engine) CheckSpace() error {
	if free, known := freeSpace(filepath.Dir(e.path)); known && free < leastSpace {
		return fmt.Errorf("%w: %d bytes are free, and a database needs %d to work", engine.ErrDiskFull, free, leastSpace)
	}
	return nil
}
