package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"quartet/store"
)

// onOwnPostgres is a cluster of three servers on a PostgreSQL of the test's own.
func onOwnPostgres(t *testing.T, databaseURL string) *cluster {
	t.Helper()
	return newCluster(t, store.Postgres, databaseURL, 3, []string{
		"--open-registration", "--register-per-ip", "1000000/1h", "--register-global", "1000000/1h",
	})
}

// TestCluster_RollingRestart restarts each server, one after the other, while clients
// send requests. No request may fail, also while the signing key is rotated to another
// algorithm.
func TestCluster_RollingRestart(t *testing.T) {
	s := onOwnPostgres(t, databaseURL(newPostgres(t)))
	b := s.balancer()
	l := startLoad(t, s, b, false)
	before := s.server(0).jwt(t, "tao.ran", goodPassword)
	if code, errs := command(t, "keys", "rotate", "--algorithm", "EdDSA", "--overlap", "0s", "--database", s.url, "--keys", s.keys); code != 0 {
		t.Fatal(errs)
	}
	jwts := []string{before}
	for i, old := range s.servers {
		l.more(t, 50)
		must(t, old.os.Signal(syscall.SIGTERM))
		if ended := old.awaitEnd(t); ended.ExitStatus() != 0 {
			t.Errorf("exit status %d:\n%s", ended.ExitStatus(), old.log)
		}
		l.more(t, 50)
		s.servers[i] = s.start(t)
		b.replace(old.origin, s.servers[i].origin)
		jwts = append(jwts, s.servers[i].jwt(t, "tao.ran", goodPassword))
	}
	l.more(t, 50)
	if header(before) == header(jwts[1]) {
		t.Error("the key has not been rotated")
	}
	for _, jwt := range jwts {
		s.good(t, l.user, jwt)
	}
	l.check(t, s)
}

// header is the part of a JWT that names its key.
func header(jwt string) string {
	part, _, _ := strings.Cut(jwt, ".")
	return part
}

// TestCluster_PostgresRestarts restarts the database under load, gracefully and not.
// Meanwhile the servers report that they are unavailable, and afterwards they recover
// by themselves.
func TestCluster_PostgresRestarts(t *testing.T) {
	p := newPostgres(t)
	s := onOwnPostgres(t, databaseURL(p))
	l := startLoad(t, s, s.balancer(), true)
	for _, mode := range []string{"fast", "immediate"} {
		l.more(t, 200)
		p.restart(t, mode)
		s.answersAgain(t, "restarted, "+mode)
	}
	l.more(t, 200)
	l.check(t, s)
}

// TestCluster_Failover kills the primary under load and promotes its standby, as
// an operator or a manager of clusters would. The servers find it by themselves.
func TestCluster_Failover(t *testing.T) {
	primary := newPostgres(t)
	standby := primary.standby(t)
	s := onOwnPostgres(t, databaseURL(primary, standby))
	l := startLoad(t, s, s.balancer(), true)
	ended := s.session(t, l.user)
	s.good(t, l.user, ended)
	s.server(1).ok(t, post("/auth/logout", "Authorization", ended))
	l.more(t, 200)
	primary.kill(t)
	standby.promote(t)
	s.answersAgain(t, "promoted")
	l.more(t, 200)
	s.dead(t, l.user, ended)
	s.good(t, l.user, l.token)
	l.check(t, s)
}

// answersAgain calls each server until it can write. A server may fail as many requests
// as it had connections, and no more.
func (s *cluster) answersAgain(t *testing.T, since string) {
	t.Helper()
	const connections = 16
	started := time.Now()
	for i, server := range s.servers {
		failed := 0
		for {
			name := fmt.Sprintf("again.%d.%d.%d", started.UnixNano()%1e9, i, failed)
			got := server.send(t, postJSON("/api/user/create", `{"username":"`+name+`"}`))
			if got.Status == http.StatusOK {
				break
			}
			refused(t, "jfinal", got, http.StatusServiceUnavailable)
			if failed++; failed > connections {
				t.Fatalf("server %d cannot write:\n%s", i, server.log)
			}
		}
		t.Logf("%s: server %d wrote after %d refusals, %s", since, i, failed, time.Since(started).Round(time.Millisecond))
	}
}
