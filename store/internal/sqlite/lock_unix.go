//go:build unix

package sqlite

import (
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"

	"quartet/store/internal/engine"
)

// The bytes of a file that SQLite locks (https://www.sqlite.org/lockingv3.html). A
// connection holds a read lock on the shared ones as long as it is open, where there is a
// write-ahead log.
const (
	pendingByte = 0x40000000
	sharedFirst = pendingByte + 2
	sharedSize  = 510
)

// lockUnused locks a file that no other process uses, so that none begins to. release
// ends that. It returns ErrInUse for a file that is in use. This process must not have
// the file open.
func lockUnused(path string) (release func() error, err error) {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	for _, bytes := range []unix.Flock_t{
		{Type: unix.F_WRLCK, Whence: io.SeekStart, Start: pendingByte, Len: 1},
		{Type: unix.F_WRLCK, Whence: io.SeekStart, Start: sharedFirst, Len: sharedSize},
	} {
		err := unix.FcntlFlock(file.Fd(), unix.F_SETLK, &bytes)
		if errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.EACCES) {
			err = engine.ErrInUse
			if unix.FcntlFlock(file.Fd(), unix.F_GETLK, &bytes) == nil && bytes.Type != unix.F_UNLCK && bytes.Pid > 0 {
				err = fmt.Errorf("%w: process %d has it open", engine.ErrInUse, bytes.Pid)
			}
		}
		if err != nil {
			return nil, errors.Join(err, file.Close())
		}
	}
	return file.Close, nil // which drops the locks
}
