package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

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

// faulty is a file of five users, of which those of lines 3 and 5 are no good.
func faulty(t *testing.T) string {
	t.Helper()
	return saved(t, composed(t, 5, nil, func(rows []string) []string {
		rows = replaced(rows, 1, `"version":1`, `"version":18446744073709551616`)
		return replaced(rows, 3, "-000000000004", "-000000000003")
	}))
}

func TestImportTellsWhatItRefuses(t *testing.T) {
	t.Parallel()
	const second, fourth = "line 3: users.version: it does not fit 64 bits\n", "line 5: users.guid: another row has the same\n"
	for name, c := range map[string]struct {
		flags         []string
		errs, counts  string
		usersLeft     int
		resumesAndSay string
	}{
		"stop": {nil, second, "imported: 1. Already there: 0. Refused: 1.", 1, "imported: 0. Already there: 1. Refused: 1."},
		"skip": {[]string{"--on-error", "skip"}, second + fourth, "imported: 3. Already there: 0. Refused: 2.", 3, "imported: 0. Already there: 3. Refused: 2."},
		"rehearsal": {[]string{"--on-error", "skip", "--dry-run"}, second + fourth, "would be imported: 3. Already there: 0. Refused: 2.", 0,
			"would be imported: 3. Already there: 0. Refused: 2."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url := newDatabase(t)
			done(t, "migrate", "--database", url)
			args := append([]string{"import", faulty(t), "--database", url}, c.flags...)
			for _, counts := range []string{c.counts, c.resumesAndSay} {
				result := command(t, args...)
				equal(t, "exit code", result.code, exitFailed)
				contains(t, result.errs, c.errs)
				contains(t, result.out, counts)
			}
			equal(t, "users", strings.Count(exported(t, []string{"--database", url}), `"table":"users"`), c.usersLeft)
		})
	}
}

func TestImportStopsBehindARowThatDiffers(t *testing.T) {
	t.Parallel()
	url := newDatabase(t)
	done(t, "import", saved(t, composed(t, 3, nil, nil)), "--database", url)
	changed := saved(t, composed(t, 4, nil, func(rows []string) []string { return replaced(rows, 1, `"nickname":"雨"`, `"nickname":"雪"`) }))
	refused(t, exitFailed, "line 3: users.nickname: the row of this key that is there has another value", "import", changed, "--database", url)
	refused(t, exitFailed, "1 rows were refused", "import", changed, "--database", url, "--on-error", "skip")
	text := exported(t, []string{"--database", url})
	equal(t, "users", strings.Count(text, `"table":"users"`), 4)
	equal(t, "overwritten", strings.Contains(text, "雪"), false)
}

func TestImportLooksAtTheWholeFileFirst(t *testing.T) {
	t.Parallel()
	text := composed(t, 3, nil, nil)
	older := strings.Replace(text, fmt.Sprintf(`"migration":%d`, newestVersion(t)), `"migration":1`, 1)
	header, rest, _ := strings.Cut(older, "\n")
	for name, c := range map[string]struct{ file, text string }{
		"cut":       {text[:len(text)-10], "cut short"},
		"changed":   {strings.Replace(text, "雨", "雪", 1), "not as it was written"},
		"foreign":   {"id,username\n1,demo\n", "not what quartet export writes"},
		"a version": {strings.Replace(text, `"version":1`, `"version":9`, 1), "version 9"},
		"a migration": {sealed(header+"\n", strings.SplitAfter(rest, "\n")[:3]),
			"the file has tables of version 1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url := newDatabase(t)
			done(t, "migrate", "--database", url)
			before := exported(t, []string{"--database", url})
			refused(t, exitFailed, c.text, "import", saved(t, c.file), "--database", url)
			equal(t, "what a refusal leaves", exported(t, []string{"--database", url}), before)
		})
	}
	refused(t, exitFailed, "no such file", "import", filepath.Join(t.TempDir(), "gone"), "--database", newDatabase(t))
}

// Rows have had their present columns since before the newest version of the tables.
func TestImportTakesWhatOlderProgramsWrote(t *testing.T) {
	t.Parallel()
	text := composed(t, 3, nil, nil)
	for migration, taken := range map[int64]bool{store.MinDumpVersion - 1: false, store.MinDumpVersion: true, newestVersion(t): true, newestVersion(t) + 1: false} {
		header, rest, _ := strings.Cut(text, "\n")
		header = strings.Replace(header, fmt.Sprintf(`"migration":%d`, newestVersion(t)), fmt.Sprintf(`"migration":%d`, migration), 1)
		rows := strings.SplitAfter(rest, "\n")
		url := newDatabase(t)
		result := command(t, "import", saved(t, sealed(header+"\n", rows[:3])), "--database", url)
		equal(t, fmt.Sprint("a file of version ", migration, " is taken"), result.code == 0, taken)
		if taken {
			equal(t, "users", strings.Count(exported(t, []string{"--database", url}), `"table":"users"`), 3)
		}
	}
}

// interrupting is an input in whose middle the first signal comes.
type interrupting struct {
	io.Reader
	left int
	stop func()
}

func (i *interrupting) Read(p []byte) (int, error) {
	n, err := i.Reader.Read(p)
	if i.left -= n; i.left < 0 {
		i.stop()
	}
	return n, err
}

func TestImportInterrupted(t *testing.T) {
	t.Parallel()
	url := newDatabase(t)
	text := composed(t, 3500, nil, nil)
	ctx, stop := context.WithCancel(t.Context())
	var out, errs bytes.Buffer
	input := &interrupting{Reader: strings.NewReader(text), left: len(text) * 2 / 3, stop: stop}
	equal(t, "exit code", run(ctx, []string{"import", "-", "--database", url}, input, &out, &errs), exitFailed)
	contains(t, errs.String(), "interrupted")
	contains(t, out.String(), "Rows imported: 2000.")
	contains(t, done(t, "import", saved(t, text), "--database", url), "imported: 1500. Already there: 2000. Refused: 0.")
}

// killWhileImporting hands a process half a file, kills it when the first rows
// are there, and imports the whole file.
func killWhileImporting(t *testing.T, binary string) {
	url := newDatabase(t)
	const users = 3500
	text := composed(t, users, nil, nil)
	program := exec.Command(binary, "import", "-", "--database", url)
	input, err := program.StdinPipe()
	must(t, err)
	must(t, program.Start())
	_, err = io.WriteString(input, text[:len(text)*2/3])
	must(t, err)
	awaitUser(t, url, 1000)
	must(t, program.Process.Kill())
	_ = program.Wait() // it was killed
	equal(t, "signal", program.ProcessState.Sys().(syscall.WaitStatus).Signal(), syscall.SIGKILL)
	result := done(t, "import", saved(t, text), "--database", url)
	if strings.Contains(result, "Already there: 0.") || !strings.Contains(result, "Refused: 0.") {
		t.Errorf("it says %s", result)
	}
	equal(t, "the export of the import", exported(t, []string{"--database", url}), text)
}

// awaitUser waits until there is a user of that id.
func awaitUser(t *testing.T, url string, id int64) {
	t.Helper()
	for limit := time.Now().Add(patience); time.Now().Before(limit); time.Sleep(10 * time.Millisecond) {
		database, err := presentStore(t.Context(), url)
		if err != nil {
			continue // it is not there yet
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
	contains(t, done(t, "backup", path, db[0], db[1]), "is sound", "keys")
	equal(t, "the copy's export", exported(t, []string{"--database", "sqlite:" + path}), read(t, file))
	info, err := os.Stat(path)
	must(t, err)
	equal(t, "mode", info.Mode().Perm(), 0o600)
	refused(t, exitFailed, "is there already", "backup", path, db[0], db[1])
	refused(t, exitFailed, "there is no database", "backup", path+"2", "--database", newDatabase(t))
	left, err := filepath.Glob(path + "*.partial")
	must(t, err)
	equal(t, "what is left over", len(left), 0)
}

func TestBackupOfPostgres(t *testing.T) {
	t.Parallel()
	url := storetest.PostgresURL(t)
	done(t, "migrate", "--database", url)
	refused(t, exitUsage, "pg_dump", "backup", filepath.Join(t.TempDir(), "copy.db"), "--database", url)
}
