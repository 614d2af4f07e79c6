package e2e

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"quartet/openapi/check/contract"
	"quartet/server/account"
	"quartet/store"
)

// peakMemory is what the process may take at most, in KiB: a few hashes of 19 MiB
// at a time, and no more for waiting ones.
const peakMemory = 256 << 10

var highWater = regexp.MustCompile(`VmHWM:\s+(\d+) kB`)

// checkMemory checks the most memory that the process has had, where the system
// tells and the race detector does not multiply it.
func (p *process) checkMemory(t *testing.T) {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.os.Pid))
	if err != nil || raceDetector {
		return
	}
	match := highWater.FindSubmatch(status)
	if match == nil {
		return
	}
	peak, err := strconv.Atoi(string(match[1]))
	must(t, err)
	t.Logf("peak memory %d MiB", peak>>10)
	if peak > peakMemory {
		t.Errorf("the program took %d KiB, more than %d", peak, peakMemory)
	}
}

// TestLoad_LoginFlood: while 200 connections sign in without a pause, right and
// wrong, reading a user works every time.
func TestLoad_LoginFlood(t *testing.T) {
	s := onSQLite(t)
	user := s.person(t, "tao.ran", store.RoleMember)
	s.application(t, user)
	s.person(t, "shi.ling", store.RoleMember) // whose oldest sessions end
	info := eachDialect(user, s.session(t, user))["cas"]
	flooding, calm := context.WithCancel(t.Context())
	defer calm()
	var flood sync.WaitGroup
	var flooded atomic.Int64
	for i := range 200 {
		flood.Go(func() {
			for flooding.Err() == nil {
				r := byPassword("shi.ling", goodPassword)
				if i%2 == 1 {
					r = byPassword(fmt.Sprintf("nobody.%d", i), otherPassword)
				}
				got, err := s.server(0).try(flooding, r)
				if err == nil && got.Status != http.StatusOK {
					refusedAsOneOf(t, got, http.StatusUnauthorized, http.StatusTooManyRequests, http.StatusServiceUnavailable)
				}
				if err == nil {
					flooded.Add(1)
				}
			}
		})
	}
	for flooded.Load() < 50 && !t.Failed() { // the flood is there
		time.Sleep(time.Millisecond)
	}
	started := time.Now()
	for range many(500) {
		s.server(0).ok(t, info)
	}
	t.Logf("%d × GET /user/info in %s, beside %d sign-ins", many(500), time.Since(started).Round(time.Millisecond), flooded.Load())
	calm()
	flood.Wait()
	s.server(0).checkMemory(t)
	s.server(0).ok(t, info)
}

func refusedAsOneOf(t *testing.T, got answer, statuses ...int) {
	t.Helper()
	for _, status := range statuses {
		if got.Status == status {
			refused(t, "jfinal", got, status)
			return
		}
	}
	t.Errorf("status %d: %s", got.Status, got.Text)
}

// dial opens a bare connection.
func (o origin) dial(t *testing.T) net.Conn {
	t.Helper()
	connection, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(string(o), "http://"))
	must(t, err)
	t.Cleanup(func() { _ = connection.Close() })
	return connection
}

// TestLoad_SlowClients: clients that send headers or a body slowly are disconnected,
// headers before bodies, and other clients are not delayed.
func TestLoad_SlowClients(t *testing.T) {
	t.Parallel()
	s := onSQLite(t)
	const clients = 200
	var headers, bodies sync.WaitGroup
	begin := func(group *sync.WaitGroup, text string) {
		for range clients {
			connection := s.server(0).dial(t)
			_, err := io.WriteString(connection, text)
			must(t, err)
			group.Go(func() { dribble(t, connection) })
		}
	}
	begin(&bodies, "POST /api/user/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 60000\r\n\r\n")
	begin(&headers, "POST /api/user/login HTTP/1.1\r\nHost: x\r\nX-Slow: ")
	s.server(0).ok(t, get("/readyz"))
	bodiesGone := make(chan struct{})
	go func() { bodies.Wait(); close(bodiesGone) }()
	headers.Wait()
	select {
	case <-bodiesGone: // they have five times as long
		t.Error("slow headers are given the time of a slow body")
	default:
	}
	s.server(0).ok(t, get("/readyz"))
	<-bodiesGone
	s.server(0).ok(t, get("/readyz"))
}

// dribble sends a byte now and then until the server ends the connection. What
// the server says before, if anything, is a failure in the envelope, or what
// net/http says to headers that do not come.
func dribble(t *testing.T, connection net.Conn) {
	stop := make(chan struct{})
	var writing sync.WaitGroup
	writing.Go(func() {
		for {
			select {
			case <-stop:
				return
			case <-time.After(200 * time.Millisecond):
				if _, err := io.WriteString(connection, "a"); err != nil {
					return
				}
			}
		}
	})
	defer writing.Wait()
	defer close(stop)
	check(t, connection.SetReadDeadline(time.Now().Add(patience)))
	reader := bufio.NewReader(connection)
	if response, err := http.ReadResponse(reader, nil); err == nil {
		text, _ := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if response.StatusCode < http.StatusBadRequest {
			t.Errorf("status %d: %s", response.StatusCode, text)
		}
		if response.StatusCode != http.StatusRequestTimeout && strings.HasPrefix(response.Header.Get("Content-Type"), contract.MediaJSON) {
			got := answer{Answer: contract.Answer{Status: response.StatusCode, Header: response.Header, Text: string(text)}}
			refused(t, "jfinal", got, response.StatusCode)
		}
	}
	_, err := io.Copy(io.Discard, reader)
	if failed, ok := err.(net.Error); ok && failed.Timeout() {
		t.Error("a slow client is not cut off")
	}
}

// check is must for any goroutine.
func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Error(err)
	}
}

// TestLoad_IdleConnections holds thousands of connections that say nothing after
// their first request.
func TestLoad_IdleConnections(t *testing.T) {
	t.Parallel()
	s := onSQLite(t)
	const connections = 3000
	for range connections {
		connection := s.server(0).dial(t)
		_, err := io.WriteString(connection, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
		must(t, err)
		response, err := http.ReadResponse(bufio.NewReader(connection), nil)
		must(t, err)
		_ = response.Body.Close()
		if response.StatusCode != http.StatusOK {
			t.Fatalf("status %d", response.StatusCode)
		}
	}
	for range 50 {
		s.server(0).ok(t, get("/readyz"))
	}
	s.server(0).checkMemory(t)
}

// TestLoad_UnfinishedHeaders: requests whose headers do not end hold little memory, however
// much they send.
func TestLoad_UnfinishedHeaders(t *testing.T) {
	t.Parallel()
	s := onSQLite(t)
	line := "X-Long: " + strings.Repeat("a", 4000) + "\r\n"
	begin := func(connection net.Conn, lines int) {
		_, _ = io.WriteString(connection, "GET /healthz HTTP/1.1\r\nHost: x\r\n") // the server may have ended it
		for range lines {
			if _, err := io.WriteString(connection, line); err != nil {
				break
			}
		}
	}
	// What the server keeps of a connection has an end, long before that of the headers.
	const most, beyond = 6, 16 // lines, of 24 KiB and of 64
	connection := s.server(0).dial(t)
	go begin(connection, beyond)
	got, err := http.ReadResponse(bufio.NewReader(connection), nil)
	must(t, err)
	if got.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("status %d", got.StatusCode)
	}
	atOnce(1500, func(int) answer { begin(s.server(0).dial(t), most); return answer{} })
	s.server(0).ok(t, get("/readyz"))
	s.server(0).checkMemory(t)
}

// TestLoad_FiguresOfAnApplication: while an application with no right but that of the figures
// asks for those of many events without a pause, every user is read.
func TestLoad_FiguresOfAnApplication(t *testing.T) {
	s := onSQLite(t)
	user, application := s.person(t, "tao.ran", store.RoleMember), s.proven(t, "reports", []string{account.RightFiguresRead})
	s.exec(t, `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000)
		INSERT INTO audit_events (id, at, kind, dialect, client_ip, detail)
		SELECT (SELECT MIN(id) FROM audit_events) - i, ? - i, 'sign_in', 'jfinal', '192.0.2.1', '{"way":"password"}' FROM n`, time.Now().UnixMilli())
	read := get("/auth/sessions", "Authorization", s.session(t, user))
	flooding, calm := context.WithCancel(t.Context())
	var flood sync.WaitGroup
	for range 30 {
		flood.Go(func() {
			for flooding.Err() == nil {
				_, _ = s.server(0).try(flooding, operating(http.MethodGet, "/admin/figures?step=day", "", application))
			}
		})
	}
	time.Sleep(time.Second) // until they wait for each other
	for range 20 {
		s.server(0).ok(t, read)
	}
	calm()
	flood.Wait()
}

// TestLoad_OpenRegistration: registrations of strangers are limited, however many run
// at the same time, and administrators are not.
func TestLoad_OpenRegistration(t *testing.T) {
	onEachEngine(t, append(behindProxy, "--open-registration"), func(t *testing.T, s *cluster) {
		create := func(name, address string, header ...string) contract.Request {
			return postJSON("/api/user/create", `{"username":"`+name+`"}`, append(header, from(address)...)...)
		}
		limited := func(got answer) {
			t.Helper()
			refused(t, "jfinal", got, http.StatusTooManyRequests)
			if wait, err := strconv.Atoi(got.Header.Get("Retry-After")); err != nil || wait < 1 || wait > 3600 {
				t.Errorf("Retry-After %q", got.Header.Get("Retry-After"))
			}
		}
		answers := atOnce(100, func(i int) answer {
			return s.server(i).send(t, create(fmt.Sprintf("crowd.%d", i), "203.0.113.7"))
		})
		if counted := statuses(answers); counted[http.StatusOK] != 60 || counted[http.StatusTooManyRequests] != 40 {
			t.Errorf("100 users from one address: %v", counted)
		}
		if users := s.number(t, "SELECT COUNT(*) FROM users"); users != 60 {
			t.Errorf("%d users", users)
		}
		limited(s.server(1).send(t, create("one.more", "203.0.113.7")))
		// Names are not to be asked for without end either.
		limited(s.server(0).send(t, create("crowd.0", "203.0.113.7")))
		s.server(0).ok(t, create("somebody.else", "203.0.113.8"))

		s.exec(t, "UPDATE rate_counters SET count = 999 WHERE key = 'register-all'")
		s.server(0).ok(t, create("the.last", "203.0.113.9"))
		limited(s.server(1).send(t, create("one.more", "203.0.113.10")))
		administrator := s.session(t, s.person(t, "he.yun", store.RoleAdministrator))
		for i := range 3 {
			s.server(i).ok(t, create(fmt.Sprintf("invited.%d", i), "203.0.113.7", "Jwt", administrator))
		}
		member := s.session(t, s.person(t, "tao.ran", store.RoleMember))
		limited(s.server(0).send(t, create("one.more", "203.0.113.11", "Jwt", member)))
	})
}
