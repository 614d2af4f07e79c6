//go:build unix

package keys

import (
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// checkOwner fails for a key that another user has made, who knows it and can change it.
// root, who can do so anyway, is trusted, and works for the folder's owner.
func (f folder) checkOwner(path string, file fs.FileInfo) error {
	owner := file.Sys().(*syscall.Stat_t).Uid
	if owner == 0 || int(owner) == os.Geteuid() {
		return nil
	}
	if os.Geteuid() == 0 {
		info, err := os.Stat(f.dir)
		if err != nil || info.Sys().(*syscall.Stat_t).Uid == owner {
			return err
		}
	}
	return fmt.Errorf("%w: %s belongs to another user (uid %d): run chown %d:%d %[2]s if its content is yours", ErrExposed, path, owner, os.Geteuid(), os.Getegid())
}
