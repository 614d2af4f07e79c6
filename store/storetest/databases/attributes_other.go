//go:build unix && !linux

package databases

import "syscall"

// attributes are of a process in a group of its own.
func attributes(as *syscall.Credential) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Credential: as, Setpgid: true}
}
