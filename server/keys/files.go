package keys

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"time"
)

const maxFile = 4096 // bytes; the files made here have about a hundred

// posix tells whether the system has modes for group and others at all; where
// it does not, Go makes some up, and the folder's access list is what protects
// it.
const posix = runtime.GOOS != "windows"

// make makes the folder, and checks that nobody else could put a key of theirs
// into it.
func (f folder) make() error {
	if err := os.MkdirAll(f.dir, 0o700); err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	return f.check()
}

func (f folder) check() error {
	info, err := os.Stat(f.dir)
	if err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	if mode := info.Mode().Perm(); posix && !f.allowOpen && mode&0o022 != 0 {
		return fmt.Errorf("%w: the folder %s can be changed by others (mode %04o): run chmod 700 %[2]s", ErrExposed, f.dir, mode)
	}
	return nil
}

// read gives a file's content and when it was written, if only the owner can
// read it.
func (f folder) read(name string) ([]byte, time.Time, error) {
	path := f.path(name)
	info, err := os.Stat(path)
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("keys: %w", err)
	}
	// Asked before opening: a pipe would keep us waiting.
	if !info.Mode().IsRegular() || info.Size() > maxFile {
		return nil, time.Time{}, fmt.Errorf("%w: %s is not a file of at most %d bytes: move it out of the folder", ErrMalformed, path, maxFile)
	}
	if mode := info.Mode().Perm(); posix && !f.allowOpen && mode&0o077 != 0 {
		return nil, time.Time{}, fmt.Errorf("%w: %s can be read by others (mode %04o): run chmod 600 %[2]s", ErrExposed, path, mode)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("keys: %w", err)
	}
	return content, info.ModTime(), nil
}

// writeOnce puts a new file there with mode 0600, whole or not at all, and safe
// from a power cut: what it protects will be written next. When somebody else
// was faster theirs stays, made is false, and it is no error: the caller reads
// what won.
func (f folder) writeOnce(name string, content func() ([]byte, error)) (made bool, err error) {
	data, err := content()
	if err != nil {
		return false, fmt.Errorf("keys: %w", err)
	}
	temp, err := os.CreateTemp(f.dir, ".new-*") // mode 0600
	if err != nil {
		return false, fmt.Errorf("keys: %w", err)
	}
	defer os.Remove(temp.Name())
	_, errWrite := temp.Write(data)
	errSync := temp.Sync()
	if err := errors.Join(errWrite, errSync, temp.Close()); err != nil {
		return false, fmt.Errorf("keys: %w", err)
	}
	// A link, unlike a rename, never replaces what is there.
	err = os.Link(temp.Name(), f.path(name))
	if err != nil && !errors.Is(err, os.ErrExist) {
		return false, fmt.Errorf("keys: %w", err)
	}
	return err == nil, f.sync()
}

// remove takes a file away for good.
func (f folder) remove(name string) error {
	if err := os.Remove(f.path(name)); err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	return f.sync()
}

// sync makes the names in the folder last.
func (f folder) sync() error {
	if !posix {
		return nil // a folder cannot be synced there
	}
	dir, err := os.Open(f.dir)
	if err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	defer dir.Close()
	if err := dir.Sync(); err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	return nil
}
