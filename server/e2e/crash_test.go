package e2e

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"quartet/store"
)

// acknowledged creates users with several writers until enough have been acknowledged,
// then calls end, and returns the acknowledged ids.
func acknowledged(t *testing.T, at *process, administrator, prefix string, enough int, end func()) []int64 {
	t.Helper()
	const writers = 16
	var (
		mutex sync.Mutex
		all   sync.WaitGroup
		once  sync.Once
		ids   []int64
	)
	for writer := range writers {
		all.Go(func() {
			for n := 0; ; n++ {
				got, err := at.try(t.Context(), postJSON("/api/user/create", fmt.Sprintf(`{"username":"%s-%d-%d"}`, prefix, writer, n), "Jwt", administrator))
				if err != nil {
					return // the server is gone
				}
				if got.Status != http.StatusOK {
					t.Errorf("status %d: %s", got.Status, got.Text)
					return
				}
				mutex.Lock()
				ids = append(ids, int64(got.body["userId"].(float64)))
				reached := len(ids) >= enough
				mutex.Unlock()
				if reached {
					once.Do(end)
				}
			}
		})
	}
	all.Wait()
	if len(ids) < enough {
		t.Fatalf("only %d writes were acknowledged:\n%s", len(ids), at.log)
	}
	return ids
}

// missing counts the ids of users who are not there.
func (s *cluster) missing(t *testing.T, ids []int64) (lost int) {
	t.Helper()
	there := map[string]bool{}
	for _, id := range s.texts(t, "SELECT CAST(id AS TEXT) FROM users") {
		there[id] = true
	}
	for _, id := range ids {
		if !there[fmt.Sprint(id)] {
			lost++
		}
	}
	return lost
}

func TestFaults_Kill(t *testing.T) {
	s := onSQLite(t)
	administrator := s.session(t, s.person(t, "he.yun", store.RoleAdministrator))
	const kills, each = 20, 500
	var ids []int64
	for round := range many(kills) {
		server := s.servers[0]
		ids = append(ids, acknowledged(t, server, administrator, fmt.Sprint("round-", round), each, func() { _ = server.os.Kill() })...)
		server.awaitEnd(t)
		s.servers[0] = s.start(t)
	}
	if lost := s.missing(t, ids); lost > 0 {
		t.Errorf("%d of %d acknowledged writes are lost", lost, len(ids))
	}
	if check := s.texts(t, "PRAGMA integrity_check"); check[0] != "ok" {
		t.Errorf("integrity: %v", check)
	}
	t.Logf("%d kills, %d acknowledged writes", many(kills), len(ids))
}

// TestFaults_ShutdownRecordsSessions: the last use of sessions is written in the
// background, so the shutdown must write it.
func TestFaults_ShutdownRecordsSessions(t *testing.T) {
	s := onSQLite(t)
	access := s.session(t, s.person(t, "he.yun", store.RoleMember))
	s.exec(t, "UPDATE sessions SET last_seen_at = 1")
	s.server(0).ok(t, get("/auth/sessions", "Authorization", access))
	must(t, s.server(0).os.Signal(syscall.SIGTERM))
	s.server(0).awaitEnd(t)
	if s.number(t, "SELECT last_seen_at FROM sessions") == 1 {
		t.Error("the session was never seen")
	}
}

func TestFaults_ShutdownUnderLoad(t *testing.T) {
	onEachEngine(t, nil, func(t *testing.T, s *cluster) {
		administrator := s.session(t, s.person(t, "he.yun", store.RoleAdministrator))
		for _, server := range s.servers {
			ids := acknowledged(t, server, administrator, fmt.Sprint("process-", server.os.Pid), 300, func() { _ = server.os.Signal(syscall.SIGTERM) })
			if ended := server.awaitEnd(t); ended.ExitStatus() != 0 {
				t.Errorf("exit status %d:\n%s", ended.ExitStatus(), server.log)
			}
			if lost := s.missing(t, ids); lost > 0 {
				t.Errorf("%d of %d acknowledged writes are lost", lost, len(ids))
			}
		}
	})
}

// begun is a request that the server has begun to read, and not yet to answer.
func begun(t *testing.T, at origin) net.Conn {
	t.Helper()
	connection := at.dial(t)
	_, err := io.WriteString(connection, "POST /api/user/create HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Type: application/json\r\nContent-Length: 23\r\n\r\n")
	must(t, err)
	// The server asks for the body only once the handler reads it.
	must(t, connection.SetReadDeadline(time.Now().Add(patience)))
	_, err = io.ReadFull(connection, make([]byte, len("HTTP/1.1 100 Continue\r\n\r\n")))
	must(t, err)
	return connection
}

// closed waits until nobody listens any more.
func (o origin) closed(t *testing.T) {
	t.Helper()
	for limit := time.Now().Add(patience); time.Now().Before(limit); time.Sleep(5 * time.Millisecond) {
		connection, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(string(o), "http://"))
		if err != nil {
			return
		}
		_ = connection.Close()
	}
	t.Fatal("the server goes on listening")
}

func TestFaults_Signals(t *testing.T) {
	s := onSQLite(t, "--open-registration")
	first := s.servers[0]
	slow := begun(t, first.origin)
	must(t, first.os.Signal(syscall.SIGTERM))
	first.closed(t)
	_, err := io.WriteString(slow, `{"username":"tao.ran"} `)
	must(t, err)
	answer, err := io.ReadAll(slow)
	must(t, err)
	if !bytes.HasPrefix(answer, []byte("HTTP/1.1 200")) {
		t.Errorf("a request under way is answered %s", answer)
	}
	if ended := first.awaitEnd(t); ended.ExitStatus() != 0 {
		t.Errorf("after one signal: exit status %d", ended.ExitStatus())
	}
	if n := s.number(t, "SELECT COUNT(*) FROM users"); n != 1 {
		t.Errorf("%d users", n)
	}

	second := s.start(t)
	begun(t, second.origin)
	must(t, second.os.Signal(syscall.SIGTERM))
	second.closed(t)
	must(t, second.os.Signal(syscall.SIGTERM))
	if ended := second.awaitEnd(t); ended.ExitStatus() != 130 {
		t.Errorf("after two signals: exit status %d, want 130", ended.ExitStatus())
	}
}

// TestFaults_RefusesBadKeys: the program does not start with weak keys.
func TestFaults_RefusesBadKeys(t *testing.T) {
	place := t.TempDir()
	database, keys := "sqlite:"+filepath.Join(place, "quartet.db"), filepath.Join(place, "keys")
	serve := []string{"serve", "--addr", "127.0.0.1:0", "--database", database, "--keys", keys}
	first := start(t, serve...)
	must(t, first.os.Signal(syscall.SIGTERM))
	first.awaitEnd(t)
	secret := filepath.Join(keys, "hmac.key")
	genuine, err := os.ReadFile(secret)
	must(t, err)
	refuses := func(why string, words ...string) {
		t.Helper()
		code, errs := command(t, serve...)
		if code != 1 {
			t.Errorf("%s: exit code %d: %s", why, code, errs)
		}
		for _, word := range words {
			if !strings.Contains(errs, word) {
				t.Errorf("%s: it does not say %q: %s", why, word, errs)
			}
		}
	}
	must(t, os.Chmod(secret, 0o644))
	refuses("a key that others can read", secret, "chmod 600")
	must(t, os.Chmod(secret, 0o600))
	for why, text := range map[string]string{
		"a short secret": "c2hvcnQ=\n",
		"a constant one": strings.Repeat("A", 43) + "=\n",
		"another one":    "cXVhcnRldC1hbm90aGVyLXNlY3JldC0wMTIzNDU2Nzg=\n",
	} {
		must(t, os.WriteFile(secret, []byte(text), 0o600))
		refuses(why, "keys")
	}
	must(t, os.WriteFile(secret, genuine, 0o600))
	start(t, serve...)
}
