package e2e

import (
	"database/sql"
	"fmt"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestCluster_Patroni kills the leader of three PostgreSQL servers and its Patroni under
// load. Nobody helps: another node leads, the servers find it, and the old leader, which
// has a change that nobody else has, is rewound and follows. Then it leads again.
func TestCluster_Patroni(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector runs on the failover by hand, which is the same to the servers")
	}
	nodes := newPatroni(t)
	first := nodes[0]
	s := onOwnPostgres(t, databaseURL(nodes[0].postgres, nodes[1].postgres, nodes[2].postgres))
	t.Logf("PostgreSQL %s", s.texts(t, "SHOW server_version")[0])
	l := startLoad(t, s, s.balancer(), true)
	ended := s.session(t, l.user)
	s.good(t, l.user, ended)
	l.more(t, 100)
	s.server(1).ok(t, post("/auth/logout", "Authorization", ended))

	first.strand(t)
	first.killManager(t)
	first.kill(t)
	s.writesAgain(t, "the leader is killed")
	l.more(t, 100)
	s.dead(t, l.user, ended)
	s.good(t, l.user, l.token)

	first.manage(t)
	nodes[1].awaitMembers(t, len(nodes))
	if !strings.Contains(first.said(), "running pg_rewind") {
		t.Errorf("the old leader was not rewound:\n%s", first.said())
	}
	nodes[1].leader(t, nodes).switchOver(t, first)
	s.writesAgain(t, "the lead is handed over")
	await(t, "the first node to lead", func() bool {
		nodes[1].awaitMembers(t, len(nodes))
		return nodes[1].leader(t, nodes) == first
	})
	l.more(t, 100)
	s.dead(t, l.user, ended)
	l.check(t, s)
	if n := s.number(t, "SELECT COUNT(*) FROM metadata WHERE name = 'stranded'"); n != 0 {
		t.Error("a change that only the old leader had is back")
	}
}

// strand commits a change on the leader that cannot reach any other node. Nobody is told
// that it was done.
func (p *patroni) strand(t *testing.T) {
	t.Helper()
	db, err := sql.Open("pgx", databaseURL(p.postgres))
	must(t, err)
	defer func() { _ = db.Close() }()
	rows, err := db.QueryContext(t.Context(), "SELECT pid FROM pg_stat_replication")
	must(t, err)
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var pid int
		must(t, rows.Scan(&pid))
		must(t, syscall.Kill(pid, syscall.SIGSTOP))
	}
	must(t, rows.Err())
	_, err = db.ExecContext(t.Context(), "SET synchronous_commit = local; INSERT INTO metadata (name, value) VALUES ('stranded', '')")
	must(t, err)
}

// writesAgain waits until each server writes. Until then they say that they are
// unavailable.
func (s *cluster) writesAgain(t *testing.T, since string) {
	t.Helper()
	started := time.Now()
	for i, server := range s.servers {
		refusals := 0
		await(t, fmt.Sprintf("server %d to write", i), func() bool {
			name := fmt.Sprintf("again.%d.%d.%d", started.UnixNano()%1e9, i, refusals)
			got := server.send(t, postJSON("/api/user/create", `{"username":"`+name+`"}`))
			if got.Status == http.StatusOK {
				return true
			}
			refused(t, "jfinal", got, http.StatusServiceUnavailable)
			refusals++
			time.Sleep(100 * time.Millisecond)
			return false
		})
		t.Logf("%s: server %d wrote after %d refusals, %s", since, i, refusals, time.Since(started).Round(time.Millisecond))
	}
}
