package cli

import (
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"strings"
)

// ReadPrivateFile reads a small file that only its owner can read, without the space around
// its text.
func ReadPrivateFile(path string) (string, error) {
	const maxBytes = 4096
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	// Opening a pipe would block, so the kind is checked before.
	if !info.Mode().IsRegular() || info.Size() > maxBytes {
		return "", fmt.Errorf("%s is not a regular file of at most %d bytes", path, maxBytes)
	}
	if err := CheckPrivate(path, info); err != nil {
		return "", err
	}
	content, err := os.ReadFile(path)
	if err == nil && len(strings.TrimSpace(string(content))) == 0 {
		err = fmt.Errorf("%s is empty", path)
	}
	return strings.TrimSpace(string(content)), err
}

// CheckPrivate fails if others than its owner can read or change a file. On Windows, whose
// modes say nothing about other users, it does nothing.
func CheckPrivate(path string, info fs.FileInfo) error {
	if mode := info.Mode().Perm(); runtime.GOOS != "windows" && mode&0o077 != 0 {
		return fmt.Errorf("%s can be read by others (mode %04o): run chmod 600 %[1]s", path, mode)
	}
	return nil
}
