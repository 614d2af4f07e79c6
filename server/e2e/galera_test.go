package e2e

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"quartet/server/account"
	"quartet/store"
	"quartet/store/storetest"
	"quartet/store/storetest/databases"
)

// startedGalera is one cluster of three nodes for all tests of the package.
var startedGalera struct {
	once    sync.Once
	cluster *databases.Galera
	err     error
}

// galera returns the nodes, all of them running. The test is skipped where the programs
// are not installed, but not in CI.
func galera(t *testing.T) *databases.Galera {
	t.Helper()
	storetest.Want(t, store.MySQL)
	g := &startedGalera
	g.once.Do(func() { g.cluster, g.err = databases.StartGalera(context.Background(), 3*time.Second) })
	if errors.Is(g.err, databases.ErrMissing) && os.Getenv("CI") != "true" {
		t.Skip(g.err)
	}
	must(t, g.err)
	return g.cluster
}

func stopGalera() {
	if startedGalera.cluster != nil {
		_ = startedGalera.cluster.Stop() // what is left is in the folder of temporary files
	}
}

// onGalera is a cluster of three servers on a database of the test's own. They prefer
// one node, or, if apart, each another one.
func onGalera(t *testing.T, g *databases.Galera, apart bool, flags ...string) *cluster {
	t.Helper()
	database := "quartet_" + strings.ToLower(rand.Text())
	must(t, g.Nodes[0].Exec(t.Context(), "CREATE DATABASE "+database))
	s := newCluster(t, store.MySQL, g.URL(0, database), 1, flags)
	for i := 1; i < len(g.Nodes); i++ {
		preferred := 0
		if apart {
			preferred = i
		}
		s.servers = append(s.servers, s.startOn(t, g.URL(preferred, database)))
	}
	return s
}

// TestGalera_ServersOnThreeNodes: what must hold between servers holds although each of
// them reads and writes through another node. A server may answer that it cannot now.
func TestGalera_ServersOnThreeNodes(t *testing.T) {
	g := galera(t)
	s := onGalera(t, g, true, append(behindProxy, "--open-registration", "--register-per-ip", "50/1h")...)

	t.Run("one code, one session", func(t *testing.T) {
		s.setCode(t, account.PurposeSignIn, mobile)
		answers := atOnce(100, func(i int) answer { return s.server(i).send(t, byCode(mobile, someCode, fromOne(i)...)) })
		counted := statuses(answers)
		t.Logf("100 right submissions at once: %v", counted)
		if counted[http.StatusOK] > 1 || counted[http.StatusOK]+counted[http.StatusUnauthorized]+counted[http.StatusServiceUnavailable] != 100 {
			t.Errorf("100 right submissions at once: %v", counted)
		}
		// The one that signs in may be among those who are told that it is not known.
		if sessions := s.sessions(t); sessions > 1 || sessions == 0 && counted[http.StatusServiceUnavailable] == 0 {
			t.Errorf("%d sessions", sessions)
		}
	})

	t.Run("a kick is seen by the next request", func(t *testing.T) {
		const another = "13900002222"
		user := s.owner(t, "lu.yao", another)
		s.application(t, user)
		kicked, _ := s.pair(t, another)
		stale, kicks := 0, many(500)
		for i := range kicks {
			s.setCode(t, account.PurposeSignIn, another)
			s.lapse(t, "code-guess") // no client IP has asked for the codes
			kicker := text(s.server(i).ok(t, byCode(another, someCode)), "data.accessToken.value")
			for _, server := range s.servers {
				if got := server.send(t, get("/auth/sessions", "Authorization", kicked)); got.Status != http.StatusUnauthorized {
					stale++
				}
			}
			kicked = kicker
		}
		s.good(t, user, kicked)
		t.Logf("%d of %d kicks were seen by the next request through each node", kicks-stale, kicks)
		if stale > 0 {
			t.Errorf("%d requests came in with a token whose session had ended", stale)
		}
	})

	t.Run("a limit of 50 lets 50 pass", func(t *testing.T) {
		before := s.number(t, "SELECT COUNT(*) FROM users")
		register := func(i int) answer {
			return s.server(i).send(t, postJSON("/api/user/create", fmt.Sprintf(`{"username":"limited.%d"}`, i), from("198.51.100.7")...))
		}
		counted := statuses(atOnce(150, register))
		for i := 150; i < 400 && counted[http.StatusOK]+counted[http.StatusServiceUnavailable] < 50; i++ {
			counted[register(i).Status]++
		}
		t.Logf("registrations: %v", counted)
		made := s.number(t, "SELECT COUNT(*) FROM users") - before
		if counted[http.StatusOK] > 50 || made > 50 || made < int64(counted[http.StatusOK]) ||
			counted[http.StatusOK]+counted[http.StatusServiceUnavailable] < 50 {
			t.Errorf("%v, and %d users", counted, made)
		}
		if count := s.number(t, "SELECT MAX(count) FROM rate_counters WHERE key LIKE 'register-address:%'"); count != 50 {
			t.Errorf("%d are counted", count)
		}
	})

	t.Run("one super administrator stays", func(t *testing.T) { superAdministratorsAct(t, s) })
}
