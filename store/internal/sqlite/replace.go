package sqlite

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// CheckUnused returns ErrInUse if another process has the file open.
func CheckUnused(path string) error {
	release, err := lockUnused(path)
	if err != nil {
		return err
	}
	return release()
}

// Replace puts a complete copy, which is in the same directory, at path. What is there
// goes to aside first, with the files beside it. If it is interrupted, the copy is left
// with RestoringSuffix, and the path is not opened until Replace has run again.
func Replace(copied, path, aside string) (moved []string, err error) {
	release, err := lockUnused(path)
	switch {
	case err == nil:
		defer func() { err = errors.Join(err, release()) }()
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	restoring := path + RestoringSuffix
	if err := os.Rename(copied, restoring); err != nil {
		return nil, err
	}
	dir := filepath.Dir(path)
	if err := syncDir(dir); err != nil {
		return nil, err
	}
	for _, suffix := range []string{"", walSuffix, shmSuffix} {
		err := os.Rename(path+suffix, aside+suffix)
		if err == nil {
			moved = append(moved, aside+suffix)
		} else if !errors.Is(err, fs.ErrNotExist) {
			if len(moved) == 0 { // nothing has changed, as on Windows where the file is in use
				err = errors.Join(err, os.Rename(restoring, copied))
			}
			return moved, err
		}
	}
	if err := syncDir(dir); err != nil {
		return moved, err
	}
	if err := os.Rename(restoring, path); err != nil {
		return moved, err
	}
	return moved, syncDir(dir)
}

// syncDir makes names durable. Windows has no such operation.
func syncDir(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
