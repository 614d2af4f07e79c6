package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"quartet/cmd/quartet/internal/admincmd"
	"quartet/cmd/quartet/internal/cli"
	"quartet/store/storetest"
)

// served starts and ends a server once, so that there is a database with keys,
// and gives the flag that names it, its file, and the folder of the keys.
func served(t *testing.T, args ...string) (flag []string, file, keys string) {
	t.Helper()
	database := newDatabase(t)
	flag = []string{"--database", database}
	serve(t, append(flag, args...)...).end(t)
	file = strings.TrimPrefix(database, "sqlite:")
	return flag, file, file + ".keys"
}

func mode(t *testing.T, path string) fs.FileMode {
	t.Helper()
	info, err := os.Stat(path)
	must(t, err)
	return info.Mode().Perm()
}

func TestNobodyElseCanReadDatabaseOrKeys(t *testing.T) {
	t.Parallel()
	_, file, keys := served(t)
	equal(t, "folder", mode(t, filepath.Dir(file)), 0o700)
	equal(t, "database", mode(t, file), 0o600)
	equal(t, "keys", mode(t, keys), 0o700)
	entries, err := os.ReadDir(keys)
	must(t, err)
	for _, entry := range entries {
		equal(t, entry.Name(), mode(t, filepath.Join(keys, entry.Name())), 0o600)
	}
	equal(t, "key files", len(entries), 2)
}

func TestExposedKeysAreRefusedOutsideTheDemonstration(t *testing.T) {
	t.Parallel()
	flag, _, keys := served(t)
	must(t, os.Chmod(filepath.Join(keys, "hmac.key"), 0o644))
	refused(t, cli.ExitFailed, "chmod 600", at(flag, "serve", "--addr", "127.0.0.1:0")...)
	refused(t, cli.ExitFailed, "chmod 600", at(flag, "user", "list")...)

	demo, _, keys := served(t, "--demo")
	must(t, os.Chmod(filepath.Join(keys, "hmac.key"), 0o644))
	serve(t, append(demo, "--demo")...).ok(t, get("/readyz"))
}

func TestForeignKeysAreRefused(t *testing.T) {
	t.Parallel()
	flag, _, _ := served(t)
	_, _, foreign := served(t)
	refused(t, cli.ExitFailed, "do not belong to this database", at(flag, "serve", "--addr", "127.0.0.1:0", "--keys", foreign)...)
	refused(t, cli.ExitFailed, "do not belong to this database", at(flag, "user", "list", "--keys", foreign)...)
	serve(t, flag...).ok(t, get("/readyz"))
}

func TestLostKeysAreNotReplaced(t *testing.T) {
	t.Parallel()
	flag, _, keys := served(t)
	must(t, os.Rename(keys, keys+".moved"))
	refused(t, cli.ExitFailed, "restore that directory", at(flag, "serve", "--addr", "127.0.0.1:0")...)
	if _, err := os.Stat(keys); !errors.Is(err, fs.ErrNotExist) {
		t.Error("new keys were made, which would hide the loss")
	}
	serve(t, append(flag, "--keys", keys+".moved")...).ok(t, get("/readyz"))
}

func TestDemonstrationAndRealDataAreKeptApart(t *testing.T) {
	t.Parallel()
	demo, _, _ := served(t, "--demo")
	refused(t, cli.ExitFailed, "belongs to a demonstration", at(demo, "serve", "--addr", "127.0.0.1:0")...)

	real, _, _ := served(t)
	done(t, at(real, "user", "add", "tang.xi")...)
	refused(t, cli.ExitFailed, "this database is in use (the table users has 1 rows)", at(real, "serve", "--demo", "--addr", "127.0.0.1:0")...)
	equal(t, "users", len(listed[admincmd.User](t, real, "user", "list")), 1)

	noUsers, _, _ := served(t)
	done(t, at(noUsers, "org", "add", "10020028", "第二十八职业高中")...)
	refused(t, cli.ExitFailed, "this database is in use (the table organisations has 1 rows)", at(noUsers, "serve", "--demo", "--addr", "127.0.0.1:0")...)
	contains(t, done(t, at(noUsers, "org", "list")...), "10020028")
}

func TestAMistypedDatabaseIsNotMade(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "typo.db")
	refused(t, cli.ExitFailed, "there is no database", "user", "list", "--database", "sqlite:"+file)
	if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
		t.Error("the database was made")
	}
	refused(t, cli.ExitFailed, "the URL must be", "user", "list", "--database", "mysql://localhost/quartet", "--keys", t.TempDir())
	must(t, os.WriteFile(file, nil, 0o600))
	refused(t, cli.ExitFailed, "run quartet migrate", "user", "list", "--database", "sqlite:"+file)
}

func TestMigrateTellsTheVersions(t *testing.T) {
	t.Parallel()
	database := newDatabase(t)
	contains(t, done(t, "migrate", "--database", database), "(before: 0)")
	if again := done(t, "migrate", "--database", database); strings.Contains(again, "(before: 0)") {
		t.Error("the tables were made twice: " + again)
	}
}

func TestPostgresNeedsItsKeysNamed(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"serve", "--addr", "127.0.0.1:0"}, {"user", "list"}} {
		refused(t, cli.ExitUsage, "--keys DIR is required", append(args, "--database", "postgres://nobody@127.0.0.1:1/none")...)
	}
}

func TestServersShareAPostgres(t *testing.T) {
	t.Parallel()
	database := []string{"--database", storetest.PostgresURL(t)}
	installation := append(database, "--keys", filepath.Join(t.TempDir(), "keys"))
	first, second := serve(t, installation...), serve(t, installation...)
	done(t, at(installation, "user", "add", "tang.xi", "--password", "violet-otter-lantern")...)
	jwt := first.signIn(t, "tang.xi", "violet-otter-lantern")
	second.ok(t, get("/auth/sessions").with("Authorization", jwt))
	second.ok(t, post("/auth/logout").with("Authorization", jwt))
	equal(t, "status", first.do(t, get("/auth/sessions").with("Authorization", jwt)).status, 401)
	refused(t, cli.ExitFailed, "keys that are not in", at(database, "serve", "--addr", "127.0.0.1:0", "--keys", t.TempDir())...)
}
