package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// CreateFile creates a file that gets its name only when it is complete and on
// the disk: fill writes it under another name. It belongs to the owner of its folder.
func CreateFile(path string, fill func(partial string) error) error {
	if err := RequireNew(path); err != nil {
		return err
	}
	partial := path + ".partial"
	if err := os.Remove(partial); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err // left by an earlier run that was killed
	}
	err := fill(partial)
	if err == nil {
		err = GiveToFolderOwner(partial)
	}
	if err == nil {
		err = RequireNew(path) // filling takes long
	}
	if err == nil {
		err = os.Rename(partial, path)
	}
	if err != nil {
		_ = os.Remove(partial) // fill may not have created it
		return err
	}
	return syncDir(filepath.Dir(path))
}

// RequireNew fails if there is a file of that name.
func RequireNew(path string) error {
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("%s already exists: name another file", path)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// syncDir makes a new name durable. Windows has no such operation.
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
