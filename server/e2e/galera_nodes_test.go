package e2e

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"quartet/store/storetest/databases"
)

// TestGalera_Nodes restarts, kills and cuts off nodes under the load of three servers
// that prefer one node. Nothing acknowledged is lost or doubled, and the servers write
// again by themselves, as far as the cluster can.
func TestGalera_Nodes(t *testing.T) {
	g := galera(t)
	t.Cleanup(func() {
		if !t.Failed() {
			return
		}
		for i, n := range g.Nodes {
			t.Logf("node %d logs:\n%s", i+1, n.Log())
		}
	})
	s := onGalera(t, g, false, "--open-registration", "--register-per-ip", "1000000/1h", "--register-global", "1000000/1h")
	l := startLoad(t, s, s.balancer(), true)
	more := func() { l.more(t, 100) }
	ended := s.session(t, l.user)
	s.server(1).ok(t, post("/auth/logout", "Authorization", ended))

	for i, n := range g.Nodes {
		more()
		must(t, n.Shutdown(t.Context()))
		s.writesAgain(t, fmt.Sprint("node ", i+1, " was stopped"))
		must(t, n.Start(t.Context()))
	}

	more()
	g.Nodes[0].Kill()
	s.writesAgain(t, "the preferred node was killed")
	more()
	must(t, g.Nodes[0].Start(t.Context()))
	more()

	isolate(t, s, g, l)
	more()

	g.Nodes[1].Kill()
	g.Nodes[2].Kill()
	await(t, "the last node to refuse", func() bool { return g.Nodes[0].Status(t.Context(), "wsrep_cluster_status") == "non-Primary" })
	for _, server := range s.servers {
		await(t, "a server to refuse", func() bool {
			return server.send(t, postJSON("/api/user/create", `{"username":"too.few"}`)).Status == http.StatusServiceUnavailable
		})
		readsNothing(t, server, l)
	}
	// What ENGINES.md tells the operator to do.
	must(t, g.Nodes[0].Exec(t.Context(), "SET GLOBAL wsrep_provider_options = 'pc.bootstrap=YES'"))
	s.writesAgain(t, "the last node was made the cluster")
	for _, n := range g.Nodes[1:] {
		must(t, n.Start(t.Context()))
	}
	more()
	s.dead(t, l.user, ended)
	s.good(t, l.user, l.token)
	l.check(t, s)
	sameUsers(t, s, g)
}

// isolate takes the last node out of the cluster, although it goes on running: a server
// that knows only this node refuses, and the others go on.
func isolate(t *testing.T, s *cluster, g *databases.Galera, l *load) {
	t.Helper()
	alone := g.Nodes[2]
	database := s.texts(t, "SELECT DATABASE()")[0]
	server := s.startOn(t, alone.URL(database))
	create := func(name string) answer {
		return server.send(t, postJSON("/api/user/create", `{"username":"`+name+`"}`))
	}
	expect(t, create("not.yet.alone"), http.StatusOK)
	must(t, alone.Exec(t.Context(), "SET GLOBAL wsrep_provider_options = 'gmcast.isolate=1'"))
	await(t, "the node to be alone", func() bool { return alone.Status(t.Context(), "wsrep_cluster_status") == "non-Primary" })
	for i := range 5 {
		refused(t, "jfinal", create(fmt.Sprint("alone.", i)), http.StatusServiceUnavailable)
		readsNothing(t, server, l)
	}
	s.writesAgain(t, "a node was cut off")
	must(t, alone.Exec(t.Context(), "SET GLOBAL wsrep_provider_options = 'gmcast.isolate=0'"))
	await(t, "the node to be back", func() bool { return create(fmt.Sprint("again.", time.Now().UnixNano())).Status == http.StatusOK })
	if n := s.number(t, "SELECT COUNT(*) FROM users WHERE username LIKE 'alone.%'"); n != 0 {
		t.Errorf("%d users were made on a node that was cut off", n)
	}
}

// readsNothing uses the session in every dialect: each is refused.
func readsNothing(t *testing.T, server *process, l *load) {
	t.Helper()
	for dialect, r := range eachDialect(l.user, l.token) {
		refused(t, dialect, server.send(t, r), http.StatusServiceUnavailable)
	}
}

// sameUsers compares what the nodes have.
func sameUsers(t *testing.T, s *cluster, g *databases.Galera) {
	t.Helper()
	database := s.texts(t, "SELECT DATABASE()")[0]
	var have []string
	for _, n := range g.Nodes {
		if size := n.Status(t.Context(), "wsrep_cluster_size"); size != "3" {
			t.Errorf("the cluster has %s nodes", size)
		}
		users, err := n.Text(t.Context(), "SELECT CONCAT(COUNT(*), ' users, ', SUM(CRC32(CONCAT(id, username)))) FROM "+database+".users")
		must(t, err)
		have = append(have, users)
	}
	if have[0] != have[1] || have[0] != have[2] {
		t.Errorf("the nodes have %q", have)
	}
}
