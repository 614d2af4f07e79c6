package e2e

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// strictPostgres starts a server with users and databases that the program cannot use. It
// asks lin for a password, and nobody else.
func strictPostgres(t *testing.T) *postgres {
	t.Helper()
	p := newPostgres(t)
	must(t, os.WriteFile(filepath.Join(p.data(), "pg_hba.conf"), []byte(`
host all lin 127.0.0.1/32 scram-sha-256
host all quartet,may,full 127.0.0.1/32 trust
host replication quartet 127.0.0.1/32 trust
`), 0o600))
	db, err := sql.Open("pgx", databaseURL(p))
	must(t, err)
	t.Cleanup(func() { _ = db.Close() })
	for _, statement := range []string{
		"SELECT pg_reload_conf()", "CREATE ROLE lin LOGIN PASSWORD 'violet-otter'", "CREATE ROLE may LOGIN", "CREATE ROLE full LOGIN CONNECTION LIMIT 0",
		"REVOKE CREATE ON SCHEMA public FROM PUBLIC", "CREATE DATABASE shut", "REVOKE CONNECT ON DATABASE shut FROM PUBLIC",
	} {
		_, err := db.ExecContext(t.Context(), statement)
		must(t, err)
	}
	for _, encoding := range []string{"SQL_ASCII", "LATIN1", "EUC_CN"} {
		_, err := db.ExecContext(t.Context(), fmt.Sprintf(
			"CREATE DATABASE in_%s ENCODING '%[1]s' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'", encoding))
		must(t, err)
	}
	return p
}

// TestPostgresMistakes: a database that cannot be used as the URL says is refused in one
// sentence, without the password, by every command.
func TestPostgresMistakes(t *testing.T) {
	p := strictPostgres(t)
	standby := p.standby(t)
	at := p.address()
	wrongEncoding := " has its database in the encoding %s: make one with ENCODING 'UTF8' TEMPLATE template0"
	for name, mistake := range map[string]struct{ url, sentence string }{
		"SQL_ASCII":        {"quartet@" + at + "/in_sql_ascii", at + fmt.Sprintf(wrongEncoding, "SQL_ASCII")},
		"LATIN1":           {"quartet@" + at + "/in_latin1", at + fmt.Sprintf(wrongEncoding, "LATIN1")},
		"EUC_CN":           {"quartet@" + at + "/in_euc_cn", at + fmt.Sprintf(wrongEncoding, "EUC_CN")},
		"unknown host":     {"quartet@db..invalid/postgres?sslmode=disable", "the host db..invalid is unknown"}, // no name server is asked
		"closed port":      {"quartet@127.0.0.1:1/postgres", "127.0.0.1:1 refuses connections: no PostgreSQL listens there"},
		"unknown database": {"quartet@" + at + "/none", at + " has no database none"},
		"unknown user":     {"lin.wu:secret@" + at + "/postgres", at + ` does not accept the user lin.wu: no pg_hba.conf entry for host "127.0.0.1", user "lin.wu", database "postgres", no encryption`},
		"wrong password":   {"lin:secret@" + at + "/postgres", at + " does not accept this password of the user lin"},
		"may not connect":  {"may@" + at + "/shut", at + " does not let the user may connect to the database shut: GRANT CONNECT ON DATABASE shut TO may"},
		"may not create": {"may@" + at + "/postgres",
			"the user may lacks rights in the database postgres (permission denied for schema public): make it the owner of the database, or grant it the rights"},
		"no schema":            {"quartet@" + at + "/postgres?search_path=none", "the database postgres has no schema for the tables: create the one that search_path names"},
		"standby only":         {"quartet@" + standby.address() + "/postgres", standby.address() + " is a standby or may only be read"},
		"too many connections": {"full@" + at + "/postgres", at + ` has no connection left (too many connections for role "full"): raise its limit, or lower --database-connections of the servers`},
		"no TLS":               {"quartet@" + at + "/postgres?sslmode=require", at + " does not offer TLS, which sslmode asks for"},
		"several hosts": {"quartet@127.0.0.1:1," + standby.address() + "/postgres",
			"127.0.0.1:1 refuses connections: no PostgreSQL listens there; " + standby.address() + " is a standby or may only be read"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			keys := filepath.Join(t.TempDir(), "keys")
			commands := [][]string{{"migrate"}, {"serve", "--addr", "127.0.0.1:0", "--admin-addr", "127.0.0.1:0", "--keys", keys}}
			if strings.HasPrefix(mistake.sentence, at+" has its database") {
				commands = append(commands, []string{"user", "list", "--keys", keys}, []string{"export", filepath.Join(t.TempDir(), "dump")})
			}
			for _, args := range commands {
				code, errs := command(t, append(args, "--database", "postgres://"+mistake.url)...)
				if want := "quartet: cannot use the database: " + mistake.sentence + "\n"; code != 1 || errs != want {
					t.Fatalf("%s: exit code %d\n got %swant %s", args[0], code, errs, want)
				}
			}
		})
	}
}

// TestPostgresClientEncoding: the program speaks UTF-8, whatever a role is set to.
func TestPostgresClientEncoding(t *testing.T) {
	p := newPostgres(t)
	db, err := sql.Open("pgx", databaseURL(p))
	must(t, err)
	t.Cleanup(func() { _ = db.Close() })
	for _, statement := range []string{"CREATE ROLE lin LOGIN SUPERUSER", "ALTER ROLE lin SET client_encoding = 'GBK'"} {
		_, err := db.ExecContext(t.Context(), statement)
		must(t, err)
	}
	database := []string{"--database", "postgres://lin@" + p.address() + "/postgres"}
	if code, errs := command(t, append([]string{"migrate"}, database...)...); code != 0 {
		t.Fatal(errs)
	}
	keys := append(database, "--keys", filepath.Join(t.TempDir(), "keys"))
	const name = "第二十八职业高中"
	if code, errs := command(t, append([]string{"org", "add", "10020028", name}, keys...)...); code != 0 {
		t.Fatal(errs)
	}
	var kept string
	must(t, db.QueryRowContext(t.Context(), "SELECT name FROM organisations").Scan(&kept))
	if kept != name {
		t.Errorf("%s is kept as %s", name, kept)
	}
}

// TestPostgresLeastRights: servers need not own the tables, and say at their start which
// they may not use.
func TestPostgresLeastRights(t *testing.T) {
	p := newPostgres(t)
	db, err := sql.Open("pgx", databaseURL(p))
	must(t, err)
	t.Cleanup(func() { _ = db.Close() })
	if code, errs := command(t, "migrate", "--database", databaseURL(p)); code != 0 {
		t.Fatal(errs)
	}
	as := func(statements ...string) {
		for _, statement := range statements {
			_, err := db.ExecContext(t.Context(), statement)
			must(t, err)
		}
	}
	const grant = "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO lin"
	as("CREATE ROLE lin LOGIN", grant, "REVOKE DELETE ON sessions, users FROM lin")
	serve := []string{"serve", "--addr", "127.0.0.1:0", "--admin-addr", "127.0.0.1:0", "--open-registration",
		"--database", "postgres://lin@" + p.address() + "/postgres", "--keys", filepath.Join(t.TempDir(), "keys")}
	refusing := launch(t, serve...)
	refusing.awaitEnd(t)
	if want := "quartet: cannot use the database: the user lin lacks rights on the tables sessions, users: " + grant + "\n"; refusing.log.String() != want {
		t.Errorf("got %swant %s", refusing.log, want)
	}
	as(grant)
	start(t, serve...).ok(t, postJSON("/api/user/create", `{"username":"tao.ran"}`))
}
