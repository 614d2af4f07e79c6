//go:build linux || darwin

package sqlite

import "golang.org/x/sys/unix"

// freeSpace returns how many bytes the disk of a directory can take from this user.
func freeSpace(dir string) (bytes uint64, known bool) {
	var stats unix.Statfs_t
	if err := unix.Statfs(dir, &stats); err != nil {
		return 0, false
	}
	return stats.Bavail * uint64(stats.Bsize), true
}
