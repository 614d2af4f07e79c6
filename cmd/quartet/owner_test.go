//go:build unix

package main

import (
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"quartet/cmd/quartet/internal/cli"
)

// nobody is the user that the server runs as in the test.
const nobody = 65534

// rootsFilesAreTheServers uses the command line as root in the folder of a server that
// runs as another user, which then starts.
func rootsFilesAreTheServers(t *testing.T, binary string) {
	if os.Geteuid() != 0 {
		t.Skip("to make files as root, run this as root")
	}
	folder := filepath.Join(t.TempDir(), "data")
	must(t, os.Mkdir(folder, 0o700))
	must(t, os.Chown(folder, nobody, nobody))
	reachable(t, filepath.Dir(filepath.Dir(folder)), filepath.Dir(folder), filepath.Dir(filepath.Dir(binary)), filepath.Dir(binary))
	path := filepath.Join(folder, "quartet.db")
	installation := []string{"--database", "sqlite:" + path}
	done(t, at(installation, "migrate")...)
	done(t, at(installation, "user", "add", "boss", "--role", "administrator", "--password", bossPassword)...)
	done(t, at(installation, "keys", "rotate")...)
	done(t, at(installation, "backup", filepath.Join(folder, "backup.db"))...)
	done(t, at(installation, "export", filepath.Join(folder, "export.jsonl.gz"))...)
	done(t, at(installation, "restore", filepath.Join(folder, "backup.db"))...)
	holdsOnlyFilesOf(t, folder, nobody)

	server := startAs(t, nobody, binary, installation...)
	server.signIn(t, "boss", bossPassword)
	done(t, at(installation, "user", "list")...) // makes the -wal and -shm of nobody else
	done(t, at(installation, "keys", "rotate")...)
	server.signIn(t, "boss", bossPassword)
	server.signal(t, syscall.SIGTERM)
	server.awaitEnd(t)
	holdsOnlyFilesOf(t, folder, nobody)

	// Where it was not the command line, the command that mends it is told.
	must(t, os.Chown(filepath.Join(folder, "quartet.db.keys", "jwt-1.pem"), 0, 0))
	denied(t, binary, installation, "jwt-1.pem, which another user has made: run as root: chown -R 65534:65534 "+path+".keys")
	must(t, os.Chown(filepath.Join(folder, "quartet.db.keys", "jwt-1.pem"), nobody, nobody))
	must(t, os.Chown(path, 0, 0))
	denied(t, binary, installation, "run as root: chown 65534:65534 "+path)
}

// keysThatCanOnlyBeRead asks a server that cannot write to the folder of its keys for
// another key, and for one less.
func keysThatCanOnlyBeRead(t *testing.T, binary string) {
	folder, start := filepath.Join(t.TempDir(), "data"), spawn
	must(t, os.Mkdir(folder, 0o700))
	if os.Geteuid() == 0 { // who writes everywhere
		must(t, os.Chown(folder, nobody, nobody))
		reachable(t, filepath.Dir(filepath.Dir(folder)), filepath.Dir(folder), filepath.Dir(filepath.Dir(binary)), filepath.Dir(binary))
		start = func(t *testing.T, binary string, args ...string) *child { return startAs(t, nobody, binary, args...) }
	}
	path := filepath.Join(folder, "quartet.db")
	db := []string{"--database", "sqlite:" + path}
	done(t, at(db, "migrate")...)
	done(t, at(db, "user", "add", "tang.xi", "--role", "super_administrator", "--password", bossPassword)...)
	done(t, at(db, "keys", "rotate")...)
	must(t, os.Chmod(path+".keys", 0o500))
	server := start(t, binary, db...)
	jwt := server.signIn(t, "tang.xi", bossPassword)
	for _, c := range []call{
		{method: http.MethodPost, path: "/admin/keys", body: `{"overlap":0}`, kind: asJSON},
		{method: http.MethodDelete, path: "/admin/keys/1?force=true"},
	} {
		r := server.admin.do(t, c.with("Authorization", "Bearer "+jwt))
		if r.status != http.StatusServiceUnavailable || r.body["code"] != "keys_read_only" {
			t.Errorf("%s %s answers %d: %s", c.method, c.path, r.status, r.text)
		}
	}
	contains(t, server.errs.String(), "must not use "+path+".keys")
	must(t, os.Chmod(path+".keys", 0o700)) // else nobody removes it
}

// reachable lets every user through directories of the test.
func reachable(t *testing.T, dirs ...string) {
	t.Helper()
	for _, dir := range dirs {
		must(t, os.Chmod(dir, 0o755))
	}
}

func holdsOnlyFilesOf(t *testing.T, folder string, owner uint32) {
	t.Helper()
	files := 0
	must(t, filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		files++
		if of := info.Sys().(*syscall.Stat_t).Uid; of != owner {
			t.Errorf("%s belongs to %d", path, of)
		}
		return nil
	}))
	if files < 8 {
		t.Errorf("only %d files", files)
	}
}

// startAs is spawn as another user.
func startAs(t *testing.T, uid uint32, binary string, args ...string) *child {
	t.Helper()
	return spawnAs(t, &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: uid}}, binary, args...)
}

// denied checks that the program does not start as nobody, and what it says.
func denied(t *testing.T, binary string, installation []string, text string) {
	t.Helper()
	program := exec.Command(binary, append([]string{"serve", "--addr", "127.0.0.1:0"}, installation...)...)
	program.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	out, _ := program.CombinedOutput()
	if program.ProcessState.ExitCode() != cli.ExitFailed || !strings.Contains(string(out), text) {
		t.Errorf("it ends with %v and does not say %q: %s", program.ProcessState, text, out)
	}
}
