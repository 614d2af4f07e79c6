//go:build unix

package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"
)

// GiveToFolderOwner gives what root has created to the owner of the folder that it is in,
// so that a server which does not run as root can use it. It does nothing for other users.
func GiveToFolderOwner(path string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	folder, err := os.Stat(filepath.Dir(path))
	if err != nil {
		return err
	}
	owner, ok := folder.Sys().(*syscall.Stat_t)
	if !ok || owner.Uid == 0 {
		return nil
	}
	return os.Lchown(path, int(owner.Uid), int(owner.Gid))
}

// withRemedy adds a command to the error of a database file, or a file beside it, that
// this user must not use.
func withRemedy(path string, err error) error {
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if accessErr := unix.Access(path+suffix, unix.R_OK|unix.W_OK); errors.Is(accessErr, fs.ErrPermission) {
			return fmt.Errorf("this user must not read and write %s: run as root: chown %d:%d %[1]s (%[4]w)", path+suffix, os.Geteuid(), os.Getegid(), err)
		}
	}
	return err
}
