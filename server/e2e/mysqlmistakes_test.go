package e2e

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"quartet/store"
	"quartet/store/storetest"
)

// oneSentence starts the program on a database that it cannot use: it ends with one line
// that says why and holds no password.
func oneSentence(t *testing.T, databaseURL, want string) {
	t.Helper()
	p := launch(t, "serve", "--addr", "127.0.0.1:0", "--admin-addr", "127.0.0.1:0", "--database", databaseURL, "--keys", filepath.Join(t.TempDir(), "keys"))
	select {
	case <-p.ended:
	case <-time.After(patience):
		t.Errorf("the program goes on, want %q:\n%s", want, p.log)
		return
	}
	code, errs := p.state.ExitCode(), p.log.String()
	last := strings.TrimSpace(errs)
	last = last[strings.LastIndexByte(last, '\n')+1:]
	if code == 0 || !strings.HasPrefix(last, "quartet: ") || !strings.Contains(last, want) || strings.Contains(errs, "secret") {
		t.Errorf("exit status %d, want %q:\n%s", code, want, errs)
	}
	for line := range strings.SplitSeq(strings.TrimSpace(errs), "\n") {
		if line != last && !strings.HasPrefix(line, "time=") { // the log's
			t.Errorf("more than one line:\n%s", errs)
		}
	}
}

// TestMySQLMistakes: what is wrong with a database or its URL is one sentence.
func TestMySQLMistakes(t *testing.T) {
	storetest.Want(t, store.MySQL)
	right := storetest.MySQLURL(t)
	account, rest, _ := strings.Cut(strings.TrimPrefix(right, "mysql://"), "@")
	hosts, database, _ := strings.Cut(rest, "/")
	host, _, _ := strings.Cut(hosts, ",")
	at := func(account, hosts, database string) string {
		return "mysql://" + account + "@" + hosts + "/" + database
	}
	for name, c := range map[string]struct{ url, want string }{
		"wrong password":       {at("nobody:secret", host, database), "Access denied for user 'nobody'"},
		"unknown database":     {at(account, host, "there_is_none"), "Unknown database 'there_is_none'"},
		"unknown host":         {at(account, "nowhere.invalid", database) + "?ssl-mode=DISABLED", "nowhere.invalid"},
		"nobody listens":       {at(account, "127.0.0.1:1", database), "127.0.0.1:1: connect: connection refused"},
		"nobody listens twice": {at(account, "127.0.0.1:1,127.0.0.1:2", database), "127.0.0.1:2: connect: connection refused"},
		"another charset":      {right + "?character_set_client=gbk", "the URL sets character_set_client"},
		"another isolation":    {right + "?tx_isolation=REPEATABLE-READ", "the URL sets tx_isolation"},
		"no such variable":     {right + "?no_such_variable=1", "no_such_variable"},
		"no foreign keys":      {right + "?foreign_key_checks=0", "the server does not enforce foreign keys"},
	} {
		t.Run(name, func(t *testing.T) { oneSentence(t, c.url, c.want) })
	}
}

// TestGalera_Mistakes are those that need a server of the test's own.
func TestGalera_Mistakes(t *testing.T) {
	g := galera(t)
	n := g.Nodes[2]
	for _, statement := range []string{
		"CREATE DATABASE mistakes CHARSET latin1", "CREATE USER reader IDENTIFIED BY 'secret'", "GRANT SELECT ON mistakes.* TO reader",
		"CREATE USER stranger IDENTIFIED BY 'secret'",
	} {
		must(t, n.Exec(t.Context(), statement))
	}
	oneSentence(t, "mysql://reader:secret@"+n.Address()+"/mistakes", "CREATE command denied to user 'reader'")
	oneSentence(t, "mysql://stranger:secret@"+n.Address()+"/mistakes", "Access denied for user 'stranger'")
	must(t, n.Exec(t.Context(), "SET GLOBAL read_only = ON"))
	oneSentence(t, n.URL("mistakes"), "the server is read-only")
	must(t, n.Exec(t.Context(), "SET GLOBAL read_only = OFF"))

	// The charset and the isolation of the server do not matter: the tables and the
	// connections have their own. Statements that the server cannot keep prepared run too.
	must(t, n.Exec(t.Context(), "SET GLOBAL tx_isolation = 'REPEATABLE-READ', GLOBAL sql_mode = '', GLOBAL max_prepared_stmt_count = 3"))
	s := newCluster(t, store.MySQL, n.URL("mistakes"), 1, nil)
	s.person(t, "tao.ran", store.RoleMember)
	s.exec(t, "UPDATE users SET nickname = '陶然🍀' WHERE username = 'tao.ran'")
	if got := s.texts(t, "SELECT nickname FROM users"); got[0] != "陶然🍀" {
		t.Errorf("the nickname is %q", got)
	}
}
