package e2e

import (
	"io"
	"net"
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
	if code == 0 || !strings.HasPrefix(last, "quartet: ") || !strings.Contains(last, want) || strings.Contains(errs, "s3cret") {
		t.Errorf("exit status %d, want %q:\n%s", code, want, errs)
	}
	for line := range strings.SplitSeq(strings.TrimSpace(errs), "\n") {
		if line != last && !strings.HasPrefix(line, "time=") { // the log's
			t.Errorf("more than one line:\n%s", errs)
		}
	}
}

const cannotUse = "quartet: cannot use the database: "

// otherProtocol listens as a server that is no MySQL: it says nothing, or a greeting and no
// more. It returns the address.
func otherProtocol(t *testing.T, greeting string) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { _ = connection.Close() })
			if greeting != "" {
				_, _ = io.WriteString(connection, greeting)
				_ = connection.Close()
			}
		}
	}()
	return listener.Addr().String()
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
		"wrong password":    {at("nobody:s3cret", host, database), cannotUse + host + " does not accept the user nobody with this password: Access denied for user 'nobody'"},
		"unknown database":  {at(account, host, "there_is_none"), cannotUse + host + " has no database there_is_none: CREATE DATABASE there_is_none"},
		"unknown host":      {at(account, "db..invalid", database) + "?ssl-mode=DISABLED", cannotUse + "the host db..invalid is unknown"}, // no name server is asked
		"nobody listens":    {at(account, "127.0.0.1:1", database), cannotUse + "127.0.0.1:1 refuses connections: no MariaDB or MySQL listens there"},
		"several hosts":     {at(account, "127.0.0.1:1,127.0.0.1:2", database), "listens there; 127.0.0.1:2 refuses connections: no MariaDB or MySQL listens there"},
		"silent":            {at(account, otherProtocol(t, ""), database) + "?connect_timeout=1", " accepts connections and says nothing: it hangs, or is no MariaDB or MySQL"},
		"another protocol":  {at(account, otherProtocol(t, "HTTP/1.1 400 Bad Request\r\n\r\n"), database), " ends the connection, or is no MariaDB or MySQL"},
		"another charset":   {right + "?character_set_client=gbk", "the URL sets character_set_client"},
		"a driver's":        {right + "?charset=gbk", "the URL sets charset, which the program sets itself: take it out of the URL"},
		"another isolation": {right + "?tx_isolation=REPEATABLE-READ", "the URL sets tx_isolation"},
		"no such variable":  {right + "?no_such_variable=1", "does not accept a parameter of the URL as a session variable: Unknown system variable 'no_such_variable'"},
		"no foreign keys":   {right + "?foreign_key_checks=0", "the server does not enforce foreign keys"},
	} {
		t.Run(name, func(t *testing.T) { oneSentence(t, c.url, c.want) })
	}
}

// TestGalera_Mistakes are those that need a server of the test's own.
func TestGalera_Mistakes(t *testing.T) {
	g := galera(t)
	n := g.Nodes[2]
	for _, statement := range []string{
		"CREATE DATABASE mistakes CHARSET latin1", "CREATE USER reader IDENTIFIED BY 's3cret'", "GRANT SELECT ON mistakes.* TO reader",
		"CREATE USER stranger IDENTIFIED BY 's3cret'",
	} {
		must(t, n.Exec(t.Context(), statement))
	}
	at := n.Address()
	oneSentence(t, "mysql://reader:s3cret@"+at+"/mistakes", cannotUse+"the user reader lacks rights in the database mistakes (CREATE command denied to user 'reader'")
	oneSentence(t, "mysql://stranger:s3cret@"+at+"/mistakes", cannotUse+at+" has no database mistakes that the user stranger may use: CREATE DATABASE mistakes, and grant rights ON mistakes.*")
	must(t, n.Exec(t.Context(), "SET GLOBAL read_only = ON"))
	oneSentence(t, n.URL("mistakes"), cannotUse+at+" is read-only (read_only or innodb_read_only is ON)")
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

// TestGalera_LeastRights: the user that migrates needs no more than the page says, and
// servers need not be able to change tables. They say at their start what they may not use.
func TestGalera_LeastRights(t *testing.T) {
	g := galera(t)
	n := g.Nodes[2]
	for _, statement := range []string{
		"CREATE DATABASE least", "CREATE USER owner IDENTIFIED BY 's3cret'", "CREATE USER lin IDENTIFIED BY 's3cret'",
		"GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, DROP, INDEX, REFERENCES ON least.* TO owner",
		"GRANT SELECT, INSERT, UPDATE ON least.* TO lin",
	} {
		must(t, n.Exec(t.Context(), statement))
	}
	if code, errs := command(t, "migrate", "--database", "mysql://owner:s3cret@"+n.Address()+"/least"); code != 0 {
		t.Fatal(errs)
	}
	lin := "mysql://lin:s3cret@" + n.Address() + "/least"
	const grant = "GRANT SELECT, INSERT, UPDATE, DELETE ON least.* TO 'lin'@'%'"
	oneSentence(t, lin, "metadata: "+grant)
	must(t, n.Exec(t.Context(), grant))
	start(t, "serve", "--addr", "127.0.0.1:0", "--admin-addr", "127.0.0.1:0", "--open-registration", "--database", lin,
		"--keys", filepath.Join(t.TempDir(), "keys")).ok(t, postJSON("/api/user/create", `{"username":"tao.ran"}`))
}
