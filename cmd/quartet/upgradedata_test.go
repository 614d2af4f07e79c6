package main

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"quartet/cmd/quartet/internal/cli"
	"quartet/store/storetest"
)

// The tokens of a user who signed in at version 5 of the tables. See
// testdata/version5/README.md.
const (
	oldAccessToken  = "AT-1-Eg6PH6QnOSUUU2hZK9gp0dkCjSYusa7w"
	oldRefreshToken = "RT-vNsH2V5ILD5mDwtuvmGm9I4Ud8GFkKBHbP7_sh1Cvms"
	oldJWT          = "eyJhbGciOiJFZERTQSIsImtpZCI6IjEiLCJ0eXAiOiJKV1QifQ.eyJpc3MiOiJxdWFydGV0Iiwic3ViIjoiMSIsImF1ZCI6WyJxdWFydGV0Il0sImV4cCI6NDk0OTUwMjE4OCwiaWF0IjoxNzk1OTAyMTg4LCJzaWQiOiIyNDY2MzA3NjQ0NDk4MDEifQ.QDmvMZRIvptW5LgYGPmVbkL981WCd1zcgWIB-dL_BGYry8BCa8CLzF7hT3frHfPsRWaDuJtEcVGgNhW0R6i5DQ"
)

// oldKeys copies the keys of version 5 to a directory of the test's own.
func oldKeys(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "keys")
	must(t, os.CopyFS(dir, os.DirFS("testdata/version5/keys")))
	for _, name := range []string{"hmac.key", "jwt-1.pem"} {
		must(t, os.Chmod(filepath.Join(dir, name), 0o600))
	}
	return dir
}

// newKeys is a directory of keys of another installation.
func newKeys(t *testing.T) string {
	t.Helper()
	_, _, keys := served(t)
	return keys
}

// provesUpgraded uses an installation as the people of version 5 do.
func provesUpgraded(t *testing.T, installation []string) {
	t.Helper()
	server := serve(t, installation...)
	server.signIn(t, "demo", "quartet-demo")
	for _, token := range []string{oldAccessToken, oldJWT} {
		sessions := server.ok(t, get("/auth/sessions").with("token", token)).text
		contains(t, sessions, `"dialect":"yudao"`, `"dialect":"jfinal"`, `"clientIp":"127.0.0.1"`)
	}
	server.ok(t, raw("/app/auth/token/refresh", `{"accessToken":"`+oldAccessToken+`","refreshToken":"`+oldRefreshToken+`"}`))
	server.end(t)
	contains(t, done(t, at(installation, "user", "show", "demo")...), "138****8000")
	events := done(t, at(installation, "audit", "--json")...)
	contains(t, events, `"dialect": "yudao"`, `"dialect": "ruoyi"`, `"dialect": "jfinal"`, `"clientIp": "127.0.0.1"`)
	for _, old := range []string{`"data"`, `"flat"`, `"state"`} {
		if strings.Contains(events, `"dialect": `+old) {
			t.Errorf("an audit event has the old dialect %s", old)
		}
	}
}

func TestADumpOfAnOlderProgramIsImported(t *testing.T) {
	t.Parallel()
	text := read(t, "testdata/version5/facts.jsonl")
	header, rest, _ := strings.Cut(text, "\n")
	rows := strings.SplitAfter(rest, "\n")
	version4 := sealed(strings.Replace(header, `"migration":5`, `"migration":4`, 1)+"\n", rows[:len(rows)-2])
	for name, url := range map[string]func(*testing.T) string{
		"SQLite":     newDatabase,
		"PostgreSQL": func(t *testing.T) string { return storetest.PostgresURL(t) },
		"MariaDB":    func(t *testing.T) string { return storetest.MySQLURL(t) },
	} {
		for migration, text := range map[int]string{4: version4, 5: text} {
			t.Run(fmt.Sprint(name, " from version ", migration), func(t *testing.T) {
				t.Parallel()
				installation := []string{"--database", url(t), "--keys", oldKeys(t)}
				contains(t, done(t, at(installation, "import", saved(t, text))...), "Imported 23 rows.")
				provesUpgraded(t, installation)
			})
		}
	}
}

func TestADatabaseOfAnOlderProgramIsServed(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "quartet.db")
	db, err := sql.Open("sqlite", "file:"+path)
	must(t, err)
	_, err = db.ExecContext(t.Context(), read(t, "testdata/version5/database.sql"))
	must(t, err)
	must(t, db.Close())
	must(t, os.Chmod(path, 0o600))
	installation := []string{"--database", "sqlite:" + path, "--keys", oldKeys(t)}
	refused(t, cli.ExitFailed, "the database's tables are at version 5", at(installation, "audit")...)

	// A refusal changes nothing: servers of the older program may use the tables.
	before := read(t, path)
	refused(t, cli.ExitFailed, "this database is in use (the table users", at(installation, "serve", "--demo", "--addr", "127.0.0.1:0")...)
	refused(t, cli.ExitFailed, "do not belong to this database", "serve", "--addr", "127.0.0.1:0", "--database", "sqlite:"+path, "--keys", newKeys(t))
	refused(t, cli.ExitFailed, "an import needs an empty database", at(installation, "import", "testdata/version5/facts.jsonl")...)
	refused(t, cli.ExitFailed, "the database's tables are at version 5", at(installation, "audit")...)
	equal(t, "the file is unchanged", read(t, path) == before, true)

	provesUpgraded(t, installation)
}
