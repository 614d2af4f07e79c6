package e2e

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"quartet/openapi/check/contract"
	"quartet/server/account"
	"quartet/store"
	"quartet/store/storetest"
)

// writing is a request of each dialect that must write.
func writing(t *testing.T, s *cluster) map[string]contract.Request {
	t.Helper()
	user := s.person(t, "tao.ran", store.RoleMember)
	s.setCode(t, account.PurposeSignIn, mobile) // for a wrong guess to be counted
	return map[string]contract.Request{
		"jeecg":  postForm("/user/refresh", url.Values{"frontType": {"1"}}, "X-Access-Token", s.session(t, user)),
		"yudao":  byCode(mobile, wrongCode),
		"ruoyi":  postJSON("/account_api/wechat/user/getUserInfo", `{"code":"`+weChatCode+`"}`),
		"jfinal": postJSON("/api/user/create", `{"username":"chen.yiming"}`),
	}
}

// unavailable sends each request at once, and checks that each dialect reports
// unavailability without details of the database.
func unavailable(t *testing.T, s *cluster, requests map[string]contract.Request) {
	t.Helper()
	started := time.Now()
	var all sync.WaitGroup
	for dialect, r := range requests {
		all.Go(func() {
			got := s.server(0).send(t, r)
			refused(t, dialect, got, http.StatusServiceUnavailable)
			for _, word := range []string{"sql", "disk", "database", "lock", "INSERT", "users"} {
				if strings.Contains(strings.ToLower(got.Text), strings.ToLower(word)) {
					t.Errorf("the answer tells of the inside: %s", got.Text)
				}
			}
		})
	}
	all.Wait()
	t.Logf("answered within %s", time.Since(started).Round(10*time.Millisecond))
}

// recovers waits until the server writes again.
func recovers(t *testing.T, s *cluster) {
	t.Helper()
	limit := time.Now().Add(patience)
	for {
		got, err := s.server(0).try(t.Context(), postJSON("/api/user/create", `{"username":"su.qing"}`))
		if err == nil && got.Status == http.StatusOK {
			return
		}
		if time.Now().After(limit) {
			t.Fatalf("the server does not recover: %v %s", err, got.Text)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// TestFaults_DatabaseLocked: another process holds the lock the whole time, so the
// responses cannot have waited for it.
func TestFaults_DatabaseLocked(t *testing.T) {
	s := onSQLite(t, "--demo")
	requests := writing(t, s)
	holder, err := s.facts.Conn(t.Context())
	must(t, err)
	defer func() { _ = holder.Close() }()
	_, err = holder.ExecContext(t.Context(), "BEGIN EXCLUSIVE")
	must(t, err)
	unavailable(t, s, requests)
	s.server(0).ok(t, get("/healthz"))
	_, err = holder.ExecContext(t.Context(), "ROLLBACK")
	must(t, err)
	recovers(t, s)
}

// smallDisk mounts a disk of 32 MiB.
func smallDisk(t *testing.T) (dir string) {
	t.Helper()
	skip := t.Skipf
	if os.Getenv("CI") == "true" {
		skip = t.Fatalf
	}
	if os.Getuid() != 0 {
		skip("to fill a disk, run this as root: it mounts a small one")
	}
	dir = t.TempDir()
	if out, err := exec.CommandContext(t.Context(), "mount", "-t", "tmpfs", "-o", "size=32m", "quartet-test", dir).CombinedOutput(); err != nil {
		skip("to fill a disk, a small one must be mounted, which is not permitted here: %v %s", err, out)
	}
	t.Cleanup(func() { _ = exec.Command("umount", "--lazy", dir).Run() })
	return dir
}

func TestFaults_DiskFull(t *testing.T) {
	disk := smallDisk(t)
	s := newCluster(t, store.SQLite, "sqlite:"+filepath.Join(disk, "quartet.db"), 1, []string{"--demo"})
	requests := writing(t, s)
	s.server(0).ok(t, get("/readyz"))
	fill := filepath.Join(disk, "full")
	file, err := os.Create(fill)
	must(t, err)
	if _, err = io.Copy(file, endless{}); err == nil {
		t.Fatal("the disk takes everything")
	}
	must(t, file.Close())
	// Writes can succeed for a while, because the database's log is used again.
	awaitStatus(t, s, http.StatusServiceUnavailable, `"detail":"数据库所在磁盘将满"`)
	s.untilFull(t, requests["jeecg"])
	unavailable(t, s, requests)
	awaitStatus(t, s, http.StatusServiceUnavailable, `"detail":"数据库所在磁盘将满"`)
	s.server(0).ok(t, get("/healthz"))
	must(t, os.Remove(fill))
	recovers(t, s)
	awaitStatus(t, s, http.StatusOK, "ok")
	if check := s.texts(t, "PRAGMA integrity_check"); check[0] != "ok" {
		t.Errorf("integrity: %v", check)
	}
}

// awaitStatus waits until /readyz answers a status and a text.
func awaitStatus(t *testing.T, s *cluster, status int, text string) {
	t.Helper()
	limit := time.Now().Add(patience)
	for {
		got := s.server(0).send(t, get("/readyz"))
		if got.Status == status && strings.Contains(got.Text, text) {
			return
		}
		if time.Now().After(limit) {
			t.Fatalf("/readyz answers %d %s", got.Status, got.Text)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// endless is a file without an end.
type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

// untilFull writes small rows until the disk, and the database's log, are full.
func (s *cluster) untilFull(t *testing.T, write contract.Request) {
	t.Helper()
	for range 2000 {
		if s.server(0).send(t, write).Status != http.StatusOK {
			return
		}
	}
	t.Fatal("the disk does not get full")
}

// TestFaults_PostgresOutOfReach cuts the connection between the server and its
// database, and restores it.
func TestFaults_PostgresOutOfReach(t *testing.T) {
	databaseURL := storetest.PostgresURL(t)
	address, err := url.Parse(databaseURL)
	must(t, err)
	wire := newWire(t, address.Host)
	address.Host = wire.listener.Addr().String()
	s := newCluster(t, store.Postgres, address.String(), 1, []string{"--demo"})
	requests := writing(t, s)
	wire.cut()
	unavailable(t, s, requests)
	refused(t, "system", s.server(0).send(t, get("/readyz")), http.StatusServiceUnavailable)
	wire.mend()
	recovers(t, s)
	// A probe of /readyz counts for a second, so the one that failed may still be answered.
	await(t, "the server to be ready", func() bool { return s.server(0).send(t, get("/readyz")).Status == http.StatusOK })
}

// wire is a connection to a database that can be cut.
type wire struct {
	listener net.Listener
	to       string
	mutex    sync.Mutex
	whole    bool
	open     []net.Conn
}

func newWire(t *testing.T, to string) *wire {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	must(t, err)
	w := &wire{listener: listener, to: to, whole: true}
	t.Cleanup(func() { _ = listener.Close(); w.cut() })
	go func() {
		for {
			from, err := listener.Accept()
			if err != nil {
				return
			}
			w.connect(from)
		}
	}()
	return w
}

func (w *wire) connect(from net.Conn) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	to, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", w.to)
	if err != nil || !w.whole {
		_ = from.Close()
		return
	}
	w.open = append(w.open, from, to)
	go func() { _, _ = io.Copy(to, from); _ = to.Close() }()
	go func() { _, _ = io.Copy(from, to); _ = from.Close() }()
}

func (w *wire) cut() {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.whole = false
	for _, connection := range w.open {
		_ = connection.Close()
	}
	w.open = nil
}

func (w *wire) mend() {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.whole = true
}

// TestFaults_Gateways: SMS and WeChat that are down, slow or return invalid responses.
func TestFaults_Gateways(t *testing.T) {
	h := newInProcessServer(t)
	for kind, fail := range map[string]func(string) error{
		"down":     func(string) error { return errors.New("connection refused") },
		"nonsense": func(string) error { return errors.New("invalid character '<' looking for beginning of value") },
		"slow":     func(string) error { <-t.Context().Done(); return t.Context().Err() },
	} {
		h.sms.Fail(fail)
		h.weChat.Fail(fail)
		answers := atOnce(2, func(i int) answer {
			return h.send([]contract.Request{
				postJSON("/auth/mobile/code", `{"mobile":"`+mobile+`"}`),
				postJSON("/account_api/wechat/user/getUserInfo", `{"code":"`+weChatCode+`"}`),
			}[i])
		})
		refused(t, "yudao", answers[0], http.StatusServiceUnavailable)
		refused(t, "ruoyi", answers[1], http.StatusServiceUnavailable)
		for _, a := range answers {
			if strings.Contains(a.Text, "refused") || strings.Contains(a.Text, "invalid character") {
				t.Errorf("%s: the answer tells of the inside: %s", kind, a.Text)
			}
		}
	}
	h.sms.Fail(nil)
	h.weChat.Fail(nil)
	expect(t, h.send(postJSON("/account_api/wechat/user/getUserInfo", `{"code":"`+weChatCode+`"}`)), http.StatusOK)
	expect(t, h.send(postJSON("/auth/mobile/code", `{"mobile":"13900004444"}`)), http.StatusOK)
}
