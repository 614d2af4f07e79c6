package e2e

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"quartet/store/storetest/databases"
)

// postgres is a PostgreSQL server of the test's own, which it may restart, kill
// and replace.
type postgres struct {
	programs string // folder
	place    string // folder of all that is the server's
	port     int
	killed   bool
}

// newPostgres starts a server on new data.
func newPostgres(t *testing.T) *postgres {
	t.Helper()
	p := placePostgres(t, postgresPrograms(t))
	p.run(t, "initdb", "--no-sync", "--auth=trust", "--encoding=UTF8", "--lc-messages=C", "--username=quartet", "--pgdata", p.data())
	p.start(t)
	return p
}

// placePostgres finds a place for a server of these programs.
func placePostgres(t *testing.T, programs string) *postgres {
	t.Helper()
	place, err := os.MkdirTemp("", "quartet-postgres")
	must(t, err)
	p := &postgres{programs: programs, place: place, port: freePort(t)}
	if owner := postgresOwner(t); owner != nil {
		must(t, os.Chown(place, int(owner.Uid), int(owner.Gid)))
	}
	t.Cleanup(func() {
		if _, running := p.pid(); running {
			p.control(t, "stop", "--mode=immediate")
		}
		_ = os.RemoveAll(place)
	})
	return p
}

// programsVariable is the environment variable that names the folder of PostgreSQL's
// programs, for a machine that has several versions.
const programsVariable = "QUARTET_TEST_POSTGRES_PROGRAMS"

// postgresPrograms is the folder of PostgreSQL's programs. The test is skipped where
// there are none.
func postgresPrograms(t *testing.T) string {
	t.Helper()
	if named := os.Getenv(programsVariable); named != "" {
		return named
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/pg_ctl")
	if len(found) > 0 {
		return filepath.Dir(slices.Max(found))
	}
	path, err := exec.LookPath("pg_ctl")
	if err != nil {
		t.Skip("to start PostgreSQL, install its server programs (Debian: apt-get install postgresql)")
	}
	path, err = filepath.EvalSymlinks(path) // the others are beside it
	must(t, err)
	return filepath.Dir(path)
}

// postgresOwner is whom the server runs as: PostgreSQL refuses to be root.
func postgresOwner(t *testing.T) *syscall.Credential {
	t.Helper()
	owner, err := databases.Owner("postgres")
	if errors.Is(err, databases.ErrMissing) {
		t.Skip("to start PostgreSQL as root, there must be a user postgres")
	}
	must(t, err)
	return owner
}

// freePort gives a port that nobody listens at.
func freePort(t *testing.T) int {
	t.Helper()
	port, err := databases.FreePort()
	must(t, err)
	return port
}

func (p *postgres) data() string { return filepath.Join(p.place, "data") }

// address is where the server listens.
func (p *postgres) address() string { return fmt.Sprint("127.0.0.1:", p.port) }

// databaseURL names the database at any of the servers.
func databaseURL(servers ...*postgres) string {
	var addresses []string
	for _, p := range servers {
		addresses = append(addresses, p.address())
	}
	return "postgres://quartet@" + strings.Join(addresses, ",") + "/postgres?sslmode=disable&target_session_attrs=read-write"
}

// run runs one of PostgreSQL's programs to its end.
func (p *postgres) run(t *testing.T, program string, args ...string) {
	t.Helper()
	// The test's own context has ended where a cleanup runs.
	command := exec.CommandContext(context.WithoutCancel(t.Context()), filepath.Join(p.programs, program), args...)
	command.Dir = p.place
	command.SysProcAttr = &syscall.SysProcAttr{Credential: postgresOwner(t)}
	if out, err := command.CombinedOutput(); err != nil {
		log, _ := os.ReadFile(p.log())
		t.Fatalf("%s: %v: %s\n%s", program, err, out, log)
	}
}

func (p *postgres) log() string { return filepath.Join(p.place, "log") }

func (p *postgres) control(t *testing.T, verb string, args ...string) {
	t.Helper()
	p.run(t, "pg_ctl", append([]string{verb, "--wait", "--silent", "--pgdata", p.data(), "--log", p.log()}, args...)...)
}

func (p *postgres) start(t *testing.T) {
	t.Helper()
	p.control(t, "start", "--options", fmt.Sprintf("-p %d -k '' -c listen_addresses=127.0.0.1", p.port))
}

// restart gives back once the server accepts connections again.
func (p *postgres) restart(t *testing.T, mode string) {
	t.Helper()
	p.control(t, "restart", "--mode="+mode)
}

// promote makes a standby the primary.
func (p *postgres) promote(t *testing.T) {
	t.Helper()
	p.run(t, "pg_ctl", "promote", "--wait", "--silent", "--pgdata", p.data())
}

// pid is the process that all others of the server come from.
func (p *postgres) pid() (pid int, running bool) {
	text, err := os.ReadFile(filepath.Join(p.data(), "postmaster.pid"))
	if err != nil || p.killed {
		return 0, false
	}
	first, _, _ := strings.Cut(string(text), "\n")
	pid, err = strconv.Atoi(first)
	return pid, err == nil && syscall.Kill(pid, 0) == nil
}

// kill ends all processes of the server at once, as a power cut would.
func (p *postgres) kill(t *testing.T) {
	t.Helper()
	pid, running := p.pid()
	if !running {
		t.Fatal("PostgreSQL does not run")
	}
	p.killed = true
	must(t, syscall.Kill(pid, syscall.SIGSTOP)) // it must not start others for those that end
	children, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	for _, child := range append(strings.Fields(string(children)), strconv.Itoa(pid)) {
		id, err := strconv.Atoi(child)
		must(t, err)
		if err := syscall.Kill(id, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
			t.Fatal(err)
		}
	}
}

// standby starts a server that repeats what p does. From then on p acknowledges
// nothing that the standby does not have.
func (p *postgres) standby(t *testing.T) *postgres {
	t.Helper()
	s := placePostgres(t, p.programs)
	s.run(t, "pg_basebackup", "--host=127.0.0.1", "--port", strconv.Itoa(p.port), "--username=quartet",
		"--pgdata", s.data(), "--write-recovery-conf", "--wal-method=stream", "--checkpoint=fast", "--no-sync")
	s.start(t)
	db, err := sql.Open("pgx", databaseURL(p))
	must(t, err)
	defer func() { _ = db.Close() }()
	for _, statement := range []string{"ALTER SYSTEM SET synchronous_standby_names = '*'", "SELECT pg_reload_conf()"} {
		_, err := db.ExecContext(t.Context(), statement)
		must(t, err)
	}
	await(t, "a synchronous standby", func() bool {
		var standbys int
		must(t, db.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM pg_stat_replication WHERE sync_state = 'sync'").Scan(&standbys))
		return standbys == 1
	})
	return s
}
