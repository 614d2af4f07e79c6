package main

import (
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"quartet/cmd/quartet/internal/cli"
	"quartet/store"
	"quartet/store/storetest"
)

// sealed makes the last line that belongs to a header and rows.
func sealed(header string, rows []string) string {
	text := header + strings.Join(rows, "")
	return text + fmt.Sprintf(`{"end":true,"total":%d,"rows":{},"sha256":"%x"}`+"\n", len(rows), sha256.Sum256([]byte(text)))
}

func replaced(rows []string, n int, old, new string) []string {
	rows[n] = strings.Replace(rows[n], old, new, 1)
	return rows
}

func saved(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "facts.jsonl")
	must(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// faulty is a file of five users, of which the fourth has the GUID of the third.
func faulty(t *testing.T) string {
	t.Helper()
	return saved(t, composed(t, 5, nil, func(rows []string) []string {
		return replaced(rows, 3, "-000000000004", "-000000000003")
	}))
}

func TestImportTellsWhatItRefuses(t *testing.T) {
	t.Parallel()
	wrongType := saved(t, composed(t, 5, nil, func(rows []string) []string {
		return replaced(rows, 1, `"version":1`, `"version":18446744073709551616`)
	}))
	for file, text := range map[string]string{
		faulty(t): "line 5: users.guid: another row has the same value",
		wrongType: "line 3: users.version: it does not fit 64 bits",
	} {
		url := newDatabase(t)
		refused(t, cli.ExitFailed, text, "import", file, "--database", url)
		for _, args := range [][]string{{"serve", "--addr", "127.0.0.1:0"}, {"user", "list"}, {"export", "-"}, {"migrate"}, {"keys", "list"}} {
			refused(t, cli.ExitFailed, "unfinished import, 0 of 5 rows", append(args, "--database", url)...)
		}
		refused(t, cli.ExitFailed, "unfinished import of another file", "import", saved(t, composed(t, 3, nil, nil)), "--database", url)
	}
	refused(t, cli.ExitUsage, "require --from", "import", faulty(t), "--on-error", "skip")
}

func TestImportLooksAtTheWholeFileFirst(t *testing.T) {
	t.Parallel()
	text := composed(t, 3, nil, nil)
	older := strings.Replace(text, fmt.Sprintf(`"migration":%d`, newestVersion(t)), `"migration":1`, 1)
	header, rest, _ := strings.Cut(older, "\n")
	for name, c := range map[string]struct{ file, text string }{
		"cut":       {text[:len(text)-10], "truncated"},
		"changed":   {strings.Replace(text, "雨", "雪", 1), "the file is damaged"},
		"foreign":   {"id,username\n1,demo\n", "not a file that quartet export writes"},
		"a version": {strings.Replace(text, `"version":1`, `"version":9`, 1), "format version 9"},
		"a migration": {sealed(header+"\n", strings.SplitAfter(rest, "\n")[:3]),
			"the file's tables are at version 1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url := newDatabase(t)
			done(t, "migrate", "--database", url)
			before := exported(t, []string{"--database", url})
			refused(t, cli.ExitFailed, c.text, "import", saved(t, c.file), "--database", url)
			equal(t, "what a refusal leaves", exported(t, []string{"--database", url}), before)
		})
	}
	refused(t, cli.ExitFailed, "no such file", "import", filepath.Join(t.TempDir(), "gone"), "--database", newDatabase(t))
}

// killWhileImporting kills an import when the first rows are there. The server
// refuses the database until the same file is imported again.
func killWhileImporting(t *testing.T, binary string) {
	url := newDatabase(t)
	text := composed(t, 20_000, nil, nil)
	file := saved(t, text)
	program := exec.Command(binary, "import", file, "--database", url)
	must(t, program.Start())
	awaitUser(t, url, 1000)
	must(t, program.Process.Kill())
	_ = program.Wait() // it was killed
	equal(t, "signal", program.ProcessState.Sys().(syscall.WaitStatus).Signal(), syscall.SIGKILL)
	refused(t, cli.ExitFailed, "run quartet import with the same file again", "serve", "--addr", "127.0.0.1:0", "--database", url)
	contains(t, done(t, "import", file, "--database", url), "Imported 20000 rows.")
	equal(t, "the export of the import", exported(t, []string{"--database", url}), text)
}

// awaitUser waits until there is a user of that id.
func awaitUser(t *testing.T, url string, id int64) {
	t.Helper()
	for limit := time.Now().Add(patience); time.Now().Before(limit); time.Sleep(10 * time.Millisecond) {
		database, err := store.Open(t.Context(), store.Options{URL: url})
		if err != nil {
			continue // it does not exist yet
		}
		_, err = database.UserByID(t.Context(), id)
		must(t, database.Close())
		if err == nil {
			return
		}
	}
	t.Fatalf("user %d never comes", id)
}

func TestBackup(t *testing.T) {
	t.Parallel()
	db, file := populated(t)
	path := filepath.Join(t.TempDir(), "copy.db")
	contains(t, done(t, "backup", path, db[0], db[1]), "was checked", "keys")
	equal(t, "the copy's export", exported(t, []string{"--database", "sqlite:" + path}), read(t, file))
	info, err := os.Stat(path)
	must(t, err)
	equal(t, "mode", info.Mode().Perm(), 0o600)
	refused(t, cli.ExitFailed, "already exists", "backup", path, db[0], db[1])
	refused(t, cli.ExitFailed, "there is no database", "backup", path+"2", "--database", newDatabase(t))
	left, err := filepath.Glob(path + "*.partial")
	must(t, err)
	equal(t, "what is left over", len(left), 0)
}

func TestBackupOfPostgres(t *testing.T) {
	t.Parallel()
	url := storetest.PostgresURL(t)
	done(t, "migrate", "--database", url)
	refused(t, cli.ExitUsage, "pg_dump", "backup", filepath.Join(t.TempDir(), "copy.db"), "--database", url)
}
