package cli

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// makeDir creates a directory and those above it, each with mode 0700 and the owner of the
// one above it.
func makeDir(path string) error {
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	if above := filepath.Dir(path); above != path {
		if err := makeDir(above); err != nil {
			return err
		}
	}
	if err := os.Mkdir(path, 0o700); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return nil // another process has created it
		}
		return err
	}
	return GiveToFolderOwner(path)
}

// MakeDirOf creates the directory of a file as OpenOrCreate does.
func MakeDirOf(path string) error { return makeDir(filepath.Dir(path)) }
