package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"quartet/cmd/quartet/internal/cli"
	"quartet/store"
	"quartet/store/dump"
	"quartet/store/storetest"
)

// populated is an installation with people whose rows have Chinese text, nulls and
// both booleans, and the file that it is exported to.
func populated(t *testing.T) (db []string, file string) {
	t.Helper()
	db = newInstallation(t)
	done(t, at(db, "user", "add", "Wang.Lan", "--password", "violet-otter-lantern",
		"--mobile", "13900139000", "--nickname", "王岚", "--email", "Wang.Lan@example.com")...)
	done(t, at(db, "user", "add", "zhou.ming")...)
	done(t, at(db, "org", "add", "10020028", "第二十八职业高中")...)
	done(t, at(db, "role", "add", "js_000009", "班主任")...)
	done(t, at(db, "user", "join", "wang.lan", "10020028", "--role", "js_000009")...)
	done(t, at(db, "app", "add", "partner-1", "合作方", "--org", "10020028")...)
	server := serve(t, db...)
	server.signIn(t, "wang.lan", "violet-otter-lantern")
	server.end(t)
	file = filepath.Join(t.TempDir(), "facts.jsonl")
	contains(t, done(t, "export", file, db[0], db[1]), file, "does not contain the keys")
	return db, file
}

// moved names an empty database beside the keys of db.
func moved(t *testing.T, db []string, url string) []string {
	t.Helper()
	return []string{"--database", url, "--keys", keysOf(db)}
}

func keysOf(db []string) string { return strings.TrimPrefix(db[1], "sqlite:") + ".keys" }

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	must(t, err)
	return string(text)
}

// exported gives what export writes to standard output.
func exported(t *testing.T, db []string) string {
	t.Helper()
	return done(t, "export", "-", db[0], db[1])
}

func TestExportIsPrivateAndStaysTheSame(t *testing.T) {
	t.Parallel()
	db, file := populated(t)
	info, err := os.Stat(file)
	must(t, err)
	equal(t, "mode", info.Mode().Perm(), 0o600)
	text := read(t, file)
	equal(t, "a second export", exported(t, db), text)
	contains(t, text, `"第二十八职业高中"`, `"disabled_at":null`, `"alumni_card":false`, `"dialect":"jfinal"`, `"kind":"`)
	for _, secret := range []string{"violet-otter-lantern", "13900139000"} {
		if strings.Contains(text, secret) {
			t.Errorf("%s is in the export", secret)
		}
	}
	refused(t, cli.ExitFailed, "already exists", "export", file, db[0], db[1])
	refused(t, cli.ExitFailed, "no such file", "export", filepath.Join(file+"-dir", "x"), db[0], db[1])
}

func TestImportMovesEverything(t *testing.T) {
	t.Parallel()
	engines := map[string]func(*testing.T) string{
		store.SQLite:   newDatabase,
		store.Postgres: func(t *testing.T) string { return storetest.PostgresURL(t) },
		store.MySQL:    func(t *testing.T) string { return storetest.MySQLURL(t) },
	}
	for engine, newURL := range engines {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			url := newURL(t)
			db, file := populated(t)
			text := read(t, file)
			rows := strings.Count(text, "\n") - 2
			other := moved(t, db, url)
			contains(t, done(t, at(other, "import", file)...), fmt.Sprintf("Imported %d rows.", rows))
			equal(t, "the export of the import", exported(t, other), text)
			refused(t, cli.ExitFailed, "the table users has 2 rows", at(other, "import", file)...)
			equal(t, "the export after a second import", exported(t, other), text)

			packed := filepath.Join(t.TempDir(), "facts.jsonl.gz")
			done(t, "export", packed, other[0], other[1])
			back := moved(t, db, newDatabase(t))
			done(t, at(back, "import", packed)...)
			equal(t, "the way back", exported(t, back), text)
			serve(t, back...).signIn(t, "Wang.Lan@example.com", "violet-otter-lantern")
		})
	}
}

// What one engine exports the next one imports, and the last export is the first.
func TestExportGoesAroundAllEngines(t *testing.T) {
	t.Parallel()
	urls := []string{storetest.PostgresURL(t), storetest.MySQLURL(t), newDatabase(t)}
	db, file := populated(t)
	text := read(t, file)
	for i, url := range urls {
		next := moved(t, db, url)
		done(t, at(next, "import", file)...)
		file = filepath.Join(t.TempDir(), fmt.Sprint(i, ".jsonl"))
		done(t, "export", file, next[0], next[1])
		equal(t, "the export", read(t, file), text)
	}
}

func TestImportOfStandardInput(t *testing.T) {
	t.Parallel()
	db, file := populated(t)
	text := read(t, file)
	other := moved(t, db, newDatabase(t))
	cut := commandWith(t, text[:len(text)-20], at(other, "import", "-")...)
	equal(t, "exit code", cut.code, cli.ExitFailed)
	contains(t, cut.errs, "truncated")
	whole := commandWith(t, text, at(other, "import", "-")...)
	equal(t, "exit code", whole.code, cli.ExitOK)
	equal(t, "the export of the import", exported(t, other), text)
}

func TestImportDryRunChangesNothing(t *testing.T) {
	t.Parallel()
	db, file := populated(t)
	other := moved(t, db, newDatabase(t))
	rows := strings.Count(read(t, file), "\n") - 2
	contains(t, done(t, at(other, "import", file, "--dry-run")...), fmt.Sprintf("can be imported into an empty database: %d rows", rows))
	contains(t, done(t, at(other, "import", file, "--dry-run", "--json")...), `"dryRun": true`, fmt.Sprintf(`"added": %d`, rows))
	refused(t, cli.ExitFailed, "there is no database", "export", "-", other[0], other[1])
	refused(t, cli.ExitFailed, "line 5: users.guid: another row has the same value", "import", faulty(t), "--dry-run")
}

func TestImportRefusesOtherKeys(t *testing.T) {
	t.Parallel()
	db, file := populated(t)
	stranger := newInstallation(t)
	done(t, at(stranger, "user", "add", "he.yun")...)
	before := exported(t, stranger)
	fresh := newDatabase(t)

	refused(t, cli.ExitFailed, "copy their directory there", "import", file, "--database", fresh)
	refused(t, cli.ExitFailed, "not those that the file was exported with", at(stranger, "import", file)...)
	refused(t, cli.ExitFailed, "the table users has 1 rows", at(moved(t, db, stranger[1]), "import", file)...)
	equal(t, "what a refusal leaves", exported(t, stranger), before)
}

func TestTheImportOfADemonstrationStaysOne(t *testing.T) {
	t.Parallel()
	demo := serveDemoAt(t, newDatabase(t))
	file := filepath.Join(t.TempDir(), "demo.jsonl")
	done(t, "export", file, "--database", demo)
	other := moved(t, []string{"--database", demo}, newDatabase(t))
	done(t, at(other, "import", file)...)
	refused(t, cli.ExitFailed, "passwords everybody knows", at(other, "serve", "--addr", "127.0.0.1:0")...)
}

// serveDemoAt fills a database with the data of a demonstration.
func serveDemoAt(t *testing.T, url string) string {
	t.Helper()
	serve(t, "--demo", "--database", url).end(t)
	return url
}

// composed writes a file of users. change alters the lines of its rows before
// the last line is made for them.
func composed(t *testing.T, users int, metadata map[string]string, change func(rows []string) []string) string {
	t.Helper()
	table := store.Tables()[0]
	one := storedUser(t, table)
	var out bytes.Buffer
	w, err := dump.NewWriter(&out, newestVersion(t), metadata)
	must(t, err)
	for id := range int64(users) {
		one[0], one[1] = id+1, fmt.Sprintf("00000000-0000-4000-8000-%012d", id+1)
		must(t, w.Row(table, one))
	}
	must(t, w.Close())
	lines := strings.SplitAfter(out.String(), "\n")
	if change == nil {
		return out.String()
	}
	return sealed(lines[0], change(lines[1:users+1]))
}

// storedUser is the row of an invented user with nothing optional.
func storedUser(t *testing.T, table store.Table) []any {
	t.Helper()
	row := make([]any, len(table.Columns))
	for i, column := range table.Columns {
		switch {
		case column.Nullable:
		case column.Kind == store.Text:
			row[i] = "雨"
		case column.Kind == store.Integer:
			row[i] = int64(1)
		default:
			row[i] = false
		}
	}
	return row
}

func newestVersion(t *testing.T) int64 {
	t.Helper()
	database := storetest.SQLite(t)
	_, newest, err := database.MigrationStatus(t.Context())
	must(t, err)
	return newest
}
