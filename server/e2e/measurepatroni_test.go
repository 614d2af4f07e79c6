//go:build measure

package e2e

import (
	"database/sql"
	"net/http"
	"testing"
	"time"
)

// TestMeasurePatroniAlone kills the Patroni of the leader and not its PostgreSQL, with no
// watchdog that would end it: two nodes then take themselves for the leader, and the servers
// stay with the old one. Nothing is acknowledged there, but it is read. All goes on once
// Patroni is started again. It takes longer than an ordinary test may.
func TestMeasurePatroniAlone(t *testing.T) {
	nodes := newPatroni(t)
	old := nodes[0]
	s := onOwnPostgres(t, databaseURL(nodes[0].postgres, nodes[1].postgres, nodes[2].postgres))
	l := startLoad(t, s, s.balancer(), true)
	ended := s.session(t, l.user)
	s.good(t, l.user, ended)
	l.more(t, 100)
	old.killManager(t)
	var leads *patroni
	await(t, "another leader", func() bool {
		time.Sleep(100 * time.Millisecond)
		leads = nodes[1].leader(t, nodes)
		return leads != nil && leads != old
	})
	time.Sleep(time.Second) // what was acknowledged before is answered
	before := l.acknowledged()
	db, err := sql.Open("pgx", databaseURL(leads.postgres))
	must(t, err)
	t.Cleanup(func() { _ = db.Close() })
	_, err = db.ExecContext(t.Context(), "DELETE FROM sessions WHERE id <> (SELECT MIN(id) FROM sessions)")
	must(t, err)
	time.Sleep(10 * time.Second)
	if n := l.acknowledged() - before; n > 0 {
		t.Errorf("the old leader acknowledged %d changes", n)
	}
	answered := 0
	for _, r := range eachDialect(l.user, ended) {
		if s.server(0).send(t, r).Status == http.StatusOK {
			answered++
		}
	}
	t.Logf("of %d requests with a session that the new leader has ended, the old one let %d pass", len(eachDialect(0, "")), answered)
	old.manage(t)
	s.writesAgain(t, "Patroni is started again")
	nodes[1].awaitMembers(t, len(nodes))
	s.dead(t, l.user, ended)
	l.more(t, 50)
	l.check(t, s)
}
