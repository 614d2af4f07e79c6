package main

import (
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"quartet/cmd/quartet/internal/cli"
)

// restoreAfterKill copies a backup over the database of a server that was killed, which is
// refused, and then restores it.
func restoreAfterKill(t *testing.T, binary string) {
	installation, path := installationOf(t, "boss")
	backup := filepath.Join(t.TempDir(), "backup.db")
	c := spawn(t, binary, installation...)
	done(t, "backup", "--database", installation[1], backup)
	jwt := c.signIn(t, "boss", bossPassword)
	for _, name := range []string{"later-1", "later-2"} {
		if _, ok := create(t.Context(), c.origin, jwt, name); !ok {
			t.Fatal("no user can be created")
		}
	}

	refused(t, cli.ExitFailed, "stop the server first", at(installation, "restore", backup)...)
	refused(t, cli.ExitFailed, "make a copy of it with quartet backup", "restore", path, "--database", newDatabase(t))
	c.ok(t, get("/readyz"))
	c.signal(t, syscall.SIGKILL)
	c.awaitEnd(t)
	if log, err := os.Stat(path + "-wal"); err != nil || log.Size() == 0 {
		t.Fatalf("the kill has left no log: %v", err)
	}

	// As somebody does who does not know of the log.
	killed, log := read(t, path), read(t, path+"-wal")
	must(t, os.WriteFile(path, []byte(read(t, backup)), 0o600))
	refused(t, cli.ExitFailed, "-wal does not belong to", at(installation, "user", "list")...)
	refused(t, cli.ExitFailed, "run quartet restore", at(installation, "serve", "--addr", "127.0.0.1:0")...)
	equal(t, "the log is unchanged", read(t, path+"-wal") == log, true)

	must(t, os.WriteFile(path, []byte(killed), 0o600))
	out := done(t, at(installation, "restore", backup)...)
	contains(t, out, "which was checked", path+".replaced-", "-wal")
	equal(t, "the mode", mode(t, path), fs.FileMode(0o600))
	again := spawn(t, binary, installation...)
	again.signIn(t, "boss", bossPassword)
	again.signal(t, syscall.SIGTERM)
	again.awaitEnd(t)
	list := done(t, at(installation, "user", "list")...)
	contains(t, list, "boss")
	if strings.Contains(list, "later") {
		t.Error("the restored database has what came after the backup")
	}

	// What was there before has lost nothing.
	aside, err := filepath.Glob(path + ".replaced-*Z")
	must(t, err)
	equal(t, "files", len(aside), 1)
	contains(t, done(t, "user", "list", "--database", "sqlite:"+aside[0], "--keys", path+".keys"), "later-1", "later-2")
}

func TestRestorePutsBackWhereNothingIs(t *testing.T) {
	t.Parallel()
	installation, path := installationOf(t, "boss")
	backup := filepath.Join(t.TempDir(), "backup.db")
	done(t, "backup", "--database", installation[1], backup)
	to := newDatabase(t)
	refused(t, cli.ExitFailed, "the database has been used with keys that are not in", "restore", backup, "--database", to)
	place := []string{"--database", to, "--keys", path + ".keys"}
	contains(t, done(t, at(place, "restore", backup)...), "holds what is in "+backup)
	server := serve(t, place...)
	server.signIn(t, "boss", bossPassword)
	files, err := filepath.Glob(filepath.Dir(strings.TrimPrefix(to, "sqlite:")) + "/*.copying*")
	must(t, err)
	equal(t, "files that are left", len(files), 0)
}

func TestRestoreRefusesWhatIsNoBackup(t *testing.T) {
	t.Parallel()
	installation, path := installationOf(t, "boss")
	dir := t.TempDir()
	backup, damaged, dump := filepath.Join(dir, "backup.db"), filepath.Join(dir, "damaged.db"), filepath.Join(dir, "dump.jsonl")
	done(t, "backup", "--database", installation[1], backup)
	done(t, "export", "--database", installation[1], dump)
	content := []byte(read(t, backup))
	for at := len(content) / 2; at < len(content)/2+3*4096; at++ {
		content[at] ^= 0x55
	}
	must(t, os.WriteFile(damaged, content, 0o600))
	newer := filepath.Join(dir, "newer.db")
	must(t, os.WriteFile(newer, []byte(read(t, backup)), 0o600))
	withNewerTables(t, []string{"--database", "sqlite:" + newer}, "")
	before := read(t, path)
	_, _, foreign := served(t)

	refused(t, cli.ExitUsage, "use quartet import", at(installation, "restore", dump)...)
	refused(t, cli.ExitUsage, "is no SQLite file", at(installation, "restore", "restorefile_test.go")...)
	refused(t, cli.ExitUsage, "is the database itself", at(installation, "restore", path)...)
	refused(t, cli.ExitUsage, "restore puts back SQLite files", "restore", backup, "--database", "postgres://127.0.0.1/x")
	must(t, os.Chmod(backup, 0o666))
	refused(t, cli.ExitFailed, "run chmod 600 "+backup, at(installation, "restore", backup)...)
	must(t, os.Chmod(backup, 0o600))
	refused(t, cli.ExitFailed, "no such file", at(installation, "restore", path+".none")...)
	refused(t, cli.ExitFailed, "is not put back", at(installation, "restore", damaged)...)
	refused(t, cli.ExitFailed, "the database's tables are at version 9999", at(installation, "restore", newer)...)
	refused(t, cli.ExitFailed, "do not belong to this database", "restore", backup, "--database", installation[1], "--keys", foreign)
	equal(t, "the database is unchanged", read(t, path) == before, true)
}

// A restore that was killed before its last step is finished by another one, and nothing
// is made in between.
func TestAnInterruptedRestoreIsRunAgain(t *testing.T) {
	t.Parallel()
	installation, path := installationOf(t, "boss")
	backup := filepath.Join(t.TempDir(), "backup.db")
	done(t, "backup", "--database", installation[1], backup)
	must(t, os.Rename(path, path+".replaced-before"))
	must(t, os.WriteFile(path+".restoring", []byte(read(t, backup)), 0o600))
	for _, args := range [][]string{{"serve", "--addr", "127.0.0.1:0"}, {"migrate"}} {
		refused(t, cli.ExitFailed, "run quartet restore again", at(installation, args...)...)
	}
	done(t, at(installation, "restore", backup)...)
	server := serve(t, installation...)
	equal(t, "the sign-in", server.signInStatus(t, "boss", bossPassword), 200)
	server.ok(t, form("/api/user/login", url.Values{"loginAccount": {"boss"}, "password": {bossPassword}}))
}

// TestThePagesTrialOfARestore does what the page about deployment says of trying one.
func TestThePagesTrialOfARestore(t *testing.T) {
	t.Parallel()
	for _, page := range []string{"deploy/README.md", "deploy/README.zh-CN.md"} {
		_, path := installationOf(t, "boss")
		dir, out, ran := t.TempDir(), "", 0
		places := strings.NewReplacer("/var/lib/quartet/quartet.db", path, "backup.db", filepath.Join(dir, "backup.db"), "trial/", dir+"/trial/")
		for line := range strings.Lines(blocks(t, page)) {
			command, ok := strings.CutPrefix(strings.TrimSpace(line), "quartet ")
			if ok && (strings.Contains(command, "backup.db") || strings.Contains(command, "trial/")) {
				out = done(t, strings.Fields(places.Replace(command))...)
				ran++
			}
		}
		equal(t, "commands of "+page, ran, 3)
		contains(t, out, "boss")
	}
}
