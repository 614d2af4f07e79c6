package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

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
	contains(t, done(t, "export", file, db[0], db[1]), file, "The keys are not in it")
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
	contains(t, text, `"第二十八职业高中"`, `"disabled_at":null`, `"alumni_card":false`, `"dialect": "jfinal"`, `"kind":"`)
	for _, secret := range []string{"violet-otter-lantern", "13900139000"} {
		if strings.Contains(text, secret) {
			t.Errorf("%s is in the export", secret)
		}
	}
	refused(t, exitFailed, "is there already", "export", file, db[0], db[1])
	refused(t, exitFailed, "no such file", "export", filepath.Join(file+"-dir", "x"), db[0], db[1])
}

func TestImportMovesEverything(t *testing.T) {
	t.Parallel()
	engines := map[string]func(*testing.T) string{
		store.SQLite:   newDatabase,
		store.Postgres: func(t *testing.T) string { return storetest.PostgresURL(t) },
	}
	for engine, newURL := range engines {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			url := newURL(t)
			db, file := populated(t)
			text := read(t, file)
			rows := strings.Count(text, "\n") - 2
			other := moved(t, db, url)
			contains(t, done(t, at(other, "import", file)...), fmt.Sprintf("imported: %d. Already there: 0. Refused: 0.", rows))
			equal(t, "the export of the import", exported(t, other), text)
			contains(t, done(t, at(other, "import", file, "--json")...), `"added": 0`, fmt.Sprintf(`"present": %d`, rows), `"refused": 0`)
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

func TestImportOfStandardInput(t *testing.T) {
	t.Parallel()
	db, file := populated(t)
	text := read(t, file)
	other := moved(t, db, newDatabase(t))
	cut := commandWith(t, text[:len(text)-20], at(other, "import", "-")...)
	equal(t, "exit code", cut.code, exitFailed)
	contains(t, cut.errs, "cut short")
	whole := commandWith(t, text, at(other, "import", "-")...)
	equal(t, "exit code", whole.code, exitDone)
	equal(t, "the export of the import", exported(t, other), text)
}

func TestImportRehearsed(t *testing.T) {
	t.Parallel()
	db, file := populated(t)
	other := moved(t, db, newDatabase(t))
	refused(t, exitFailed, "there is no database", at(other, "import", file, "--dry-run")...)
	done(t, "migrate", other[0], other[1])
	before := exported(t, other)
	contains(t, done(t, at(other, "import", file, "--dry-run")...), "would be imported", "Refused: 0.")
	equal(t, "what a rehearsal leaves", exported(t, other), before)
}

func TestImportRefusesOtherKeys(t *testing.T) {
	t.Parallel()
	db, file := populated(t)
	stranger := newInstallation(t)
	done(t, at(stranger, "user", "add", "he.yun")...)
	before := exported(t, stranger)
	fresh := newDatabase(t)

	refused(t, exitFailed, "copy their folder there", "import", file, "--database", fresh)
	refused(t, exitFailed, "not those that the file was exported with", at(stranger, "import", file)...)
	refused(t, exitFailed, "used with other keys", at(moved(t, db, stranger[1]), "import", file)...)
	equal(t, "what a refusal leaves", exported(t, stranger), before)
}

func TestImportKeepsDemonstrationsApart(t *testing.T) {
	t.Parallel()
	demo := serveDemoAt(t, newDatabase(t))
	demoFile := filepath.Join(t.TempDir(), "demo.jsonl")
	done(t, "export", demoFile, "--database", demo)
	const text = "passwords everybody knows"
	// The same keys do not make the two the same.
	real := moved(t, []string{"--database", demo}, newDatabase(t))
	done(t, "migrate", real[0], real[1])
	done(t, at(real, "user", "add", "lu.jiahe")...)
	refused(t, exitFailed, text, at(real, "import", demoFile)...)
	realFile := filepath.Join(t.TempDir(), "real.jsonl")
	done(t, "export", realFile, real[0], real[1])
	refused(t, exitFailed, text, "import", realFile, "--database", demo)
}

// serveDemoAt lets a demonstration furnish a database.
func serveDemoAt(t *testing.T, url string) string {
	t.Helper()
	serve(t, "--demo", "--database", url).end(t)
	return url
}

// composed writes a file of users. change alters the lines of its rows before
// the last line is made for them.
func composed(t *testing.T, users int, marks map[string]string, change func(rows []string) []string) string {
	t.Helper()
	table := store.Tables()[0]
	one := storedUser(t, table)
	var out bytes.Buffer
	w, err := dump.NewWriter(&out, newestVersion(t), marks)
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
