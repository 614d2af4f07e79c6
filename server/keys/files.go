package keys

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"syscall"
	"time"
)

const maxFile = 4096 // bytes; generated files have about a hundred

// posix reports whether the system has file modes. On Windows Go reports made-up ones,
// and the folder's access control list protects it.
const posix = runtime.GOOS != "windows"

// make creates the folder, and makes sure that others cannot write to it.
func (f folder) make() error {
	_, missing := os.Stat(f.dir)
	if err := os.MkdirAll(f.dir, 0o700); err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	if errors.Is(missing, os.ErrNotExist) {
		if err := f.tell(f.dir); err != nil {
			return err
		}
	}
	return f.check()
}

func (f folder) tell(created string) error {
	if f.created == nil {
		return nil
	}
	if err := f.created(created); err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	return nil
}

// failed explains an error of the file system.
func (f folder) failed(path string, err error) error {
	if posix && errors.Is(err, os.ErrPermission) {
		return fmt.Errorf("%w: this user (uid %d) must not use %s, which another user has made: run as root: chown -R %d:%d %s",
			ErrDenied, os.Geteuid(), path, os.Geteuid(), os.Getegid(), f.dir)
	}
	if errors.Is(err, syscall.EROFS) {
		return fmt.Errorf("%w: %s is on a file system that can only be read here: change the keys where it can be written", ErrReadOnly, f.dir)
	}
	return fmt.Errorf("keys: %w", err)
}

func (f folder) check() error {
	info, err := os.Stat(f.dir)
	if err != nil {
		return f.failed(f.dir, err)
	}
	if mode := info.Mode().Perm(); posix && !f.allowOpen && mode&0o022 != 0 {
		return fmt.Errorf("%w: the folder %s can be changed by others (mode %04o): run chmod 700 %[2]s", ErrExposed, f.dir, mode)
	}
	return nil
}

// read returns a file's content and modification time. It fails if others than the
// owner can read the file.
func (f folder) read(name string) ([]byte, time.Time, error) {
	path := f.path(name)
	info, err := os.Stat(path)
	if err != nil {
		return nil, time.Time{}, f.failed(path, err)
	}
	// Checked before opening, which would block for a pipe.
	if !info.Mode().IsRegular() || info.Size() > maxFile {
		return nil, time.Time{}, fmt.Errorf("%w: %s is not a file of at most %d bytes: move it out of the folder", ErrMalformed, path, maxFile)
	}
	if mode := info.Mode().Perm(); posix && !f.allowOpen && mode&0o077 != 0 {
		return nil, time.Time{}, fmt.Errorf("%w: %s can be read by others (mode %04o): run chmod 600 %[2]s", ErrExposed, path, mode)
	}
	if err := f.checkOwner(path, info); err != nil && !f.allowOpen {
		return nil, time.Time{}, err
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, time.Time{}, f.failed(path, err)
	}
	return content, info.ModTime(), nil
}

// writeOnce creates a file with mode 0600, atomically and synced to the disk, because
// what it protects is written next. If the file exists already, it is kept and made is
// false without an error: the caller reads it.
func (f folder) writeOnce(name string, content func() ([]byte, error)) (made bool, err error) {
	data, err := content()
	if err != nil {
		return false, fmt.Errorf("keys: %w", err)
	}
	temp, err := os.CreateTemp(f.dir, ".new-*") // mode 0600
	if err != nil {
		return false, f.failed(f.dir, err)
	}
	defer os.Remove(temp.Name())
	_, errWrite := temp.Write(data)
	errSync := temp.Sync()
	if err := errors.Join(errWrite, errSync, temp.Close()); err != nil {
		return false, fmt.Errorf("keys: %w", err)
	}
	if err := f.tell(temp.Name()); err != nil {
		return false, err
	}
	// Unlike a rename, a link never replaces an existing file.
	err = os.Link(temp.Name(), f.path(name))
	if err != nil && !errors.Is(err, os.ErrExist) {
		return false, fmt.Errorf("keys: %w", err)
	}
	return err == nil, f.sync()
}

// remove deletes a file durably.
func (f folder) remove(name string) error {
	if err := os.Remove(f.path(name)); err != nil {
		return f.failed(f.path(name), err)
	}
	return f.sync()
}

// sync makes the changes of the folder durable.
func (f folder) sync() error {
	if !posix {
		return nil // not supported on Windows
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
