package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
)

const longestSecretFile = 4096 // bytes

// readSecret gives a secret of a service outside: the content of the file at
// path, without white space around it, or else the environment variable's. There
// is no flag for it, because everybody on the machine sees a program's
// arguments. With neither the secret is "". A file that others can read is
// refused.
func readSecret(path, variable string) (string, error) {
	if path == "" {
		return strings.TrimSpace(os.Getenv(variable)), nil
	}
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	// Asked before opening: a pipe would keep us waiting.
	if !info.Mode().IsRegular() || info.Size() > longestSecretFile {
		return "", fmt.Errorf("%s is not a file of at most %d bytes", path, longestSecretFile)
	}
	// Windows has no modes for others, and Go makes some up there.
	if mode := info.Mode().Perm(); runtime.GOOS != "windows" && mode&0o077 != 0 {
		return "", fmt.Errorf("%s can be read by others (mode %04o): run chmod 600 %[1]s", path, mode)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	secret := strings.TrimSpace(string(content))
	if secret == "" {
		return "", fmt.Errorf("%s is empty", path)
	}
	return secret, nil
}
