package main

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"quartet/cmd/quartet/internal/cli"
	"quartet/cmd/quartet/internal/democmd"
)

func TestServeOutsideTheDemonstration(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	s := serve(t, "--database", db)
	contains(t, s.errs.String(), "no SMS service is configured", "no WeChat app is configured", "quartet user add NAME --role super_administrator")
	equal(t, "banner", s.out.String(), "")
	s.ok(t, get("/readyz"))
	equal(t, "SMS", s.do(t, raw("/auth/mobile/code", `{"mobile":"13900001111","companyType":0,"productType":0}`)).status, 503)
	equal(t, "WeChat", s.do(t, raw("/account_api/wechat/user/getUserInfo", `{"code":"0a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P"}`)).status, 503)
	equal(t, "outbox", s.do(t, get("/demo/outbox")).status, 404)
	equal(t, "reset", s.do(t, post("/demo/reset")).status, 404)
	equal(t, "registration", s.do(t, raw("/api/user/create", rawUser)).status, 401)
	equal(t, "demo token", s.do(t, get("/auth/sessions").with("Authorization", democmd.AccessToken)).status, 401)
	equal(t, "demo user", s.do(t, form("/api/user/login", map[string][]string{"loginAccount": {"demo"}, "password": {"quartet-demo"}})).status, 401)
}

func TestFirstAdministratorEndsTheHint(t *testing.T) {
	t.Parallel()
	db := newInstallation(t)
	done(t, at(db, "user", "add", "tang.xi", "--role", "super_administrator")...)
	if s := serve(t, db...); strings.Contains(s.errs.String(), "no users yet") {
		t.Error("the hint stays")
	}
}

func TestServeFlagsReachTheServer(t *testing.T) {
	t.Parallel()
	s := serve(t, "--database", newDatabase(t), "--open-registration", "--legacy-status", "jfinal,yudao@/admin-api", "--base-path", "/prod-api", "--base-path", "/admin-api",
		"--time-zone", "America/New_York", "--allow-origins", "https://app.example.com",
		"--language", "en", "--log-format", "json", "--log-level", "debug", "--no-docs")
	equal(t, "pages", s.do(t, get("/docs/")).status, 404)
	s.ok(t, get("/openapi.json"))
	id := s.ok(t, raw("/api/user/create", rawUser)).body["userId"].(float64)
	legacy := s.ok(t, get(fmt.Sprintf("/api/user/detail?id=%.0f", id)))
	equal(t, "state under 200", legacy.body["state"], "fail")
	equal(t, "language", legacy.body["message"], "Not signed in, or the token is not valid")
	equal(t, "yudao under its base path", s.do(t, raw("/admin-api/auth/mobile/code", `{}`)).status, 200)
	equal(t, "yudao under the other", s.do(t, raw("/prod-api/auth/mobile/code", `{}`)).status, 400)
	equal(t, "flat stays honest", s.do(t, raw("/account_api/wechat/user/getUserInfo", `{}`)).status, 400)
	made := s.signIn(t, "qin.yue", "quartet-example")
	user := s.ok(t, get(fmt.Sprintf("/api/user/detail?id=%.0f", id)).with("Jwt", made)).body["user"].(map[string]any)
	created, err := time.Parse(time.DateTime, fmt.Sprint(user["created"]))
	if behind := time.Since(created); err != nil || behind < 4*time.Hour || behind > 6*time.Hour {
		t.Errorf("not in New York: %v", user["created"])
	}
	cors := s.do(t, get("/readyz").with("Origin", "https://app.example.com"))
	equal(t, "CORS", cors.header.Get("Access-Control-Allow-Origin"), "https://app.example.com")
	contains(t, s.errs.String(), `{"time":`, `"level":"DEBUG"`)
}

func TestTrustedProxyTellsTheAddress(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		flags []string
		want  string
	}{
		{nil, "127.0.0.1"},
		{[]string{"--trusted-proxies", "10.0.0.0/8"}, "127.0.0.1"},
		{[]string{"--trusted-proxies", "10.0.0.0/8,127.0.0.1"}, "203.0.113.9"},
	} {
		s := serve(t, append(test.flags, "--database", newDatabase(t), "--open-registration")...)
		s.ok(t, raw("/api/user/create", rawUser))
		login := form("/api/user/login", map[string][]string{"loginAccount": {"qin.yue"}, "password": {"quartet-example"}})
		jwt := s.ok(t, login.with("X-Forwarded-For", "203.0.113.9")).body["Jwt"].(string)
		contains(t, s.ok(t, get("/auth/sessions").with("Authorization", jwt)).text, `"clientIp":"`+test.want+`"`)
	}
}

func TestATakenAddressIsNamed(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer taken.Close()
	database := newDatabase(t)
	refused(t, cli.ExitFailed, taken.Addr().String()+" is in use", "serve", "--demo", "--addr", taken.Addr().String(), "--database", database)
	refused(t, cli.ExitFailed, "there is no database", "user", "list", "--database", database)
	for _, address := range []string{"", "8080", "127.0.0.1"} {
		refused(t, cli.ExitUsage, "--addr must be HOST:PORT", "serve", "--addr", address, "--database", database)
	}
}

func TestEndingLetsARequestUnderWayFinish(t *testing.T) {
	t.Parallel()
	s := serve(t, "--database", newDatabase(t), "--open-registration")
	slow := begin(t, s.origin)
	s.stop()
	s.awaitClosed(t)
	select {
	case <-s.ended:
		t.Fatal("the program did not wait")
	default:
	}
	response := slow.finish(t)
	equal(t, "status", response.StatusCode, http.StatusOK)
	s.end(t)
}

// slowRequest is a request whose body is held back.
type slowRequest struct {
	net.Conn
	reader *bufio.Reader
}

// begin sends the head of a request and waits until its handler asks for the
// body, by the status 100 (RFC 9110 section 10.1.1).
func begin(t *testing.T, o origin) slowRequest {
	t.Helper()
	connection, err := net.Dial("tcp", strings.TrimPrefix(string(o), "http://"))
	must(t, err)
	t.Cleanup(func() { _ = connection.Close() })
	must(t, connection.SetDeadline(time.Now().Add(patience)))
	_, err = fmt.Fprintf(connection, "POST /api/user/create HTTP/1.1\r\nHost: quartet\r\nContent-Type: %s\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n", asJSON, len(rawUser))
	must(t, err)
	reader := bufio.NewReader(connection)
	line, err := reader.ReadString('\n')
	must(t, err)
	contains(t, line, "100 Continue")
	_, err = reader.ReadString('\n')
	must(t, err)
	return slowRequest{connection, reader}
}

// finish sends the body and reads the answer.
func (r slowRequest) finish(t *testing.T) *http.Response {
	t.Helper()
	_, err := fmt.Fprint(r, rawUser)
	must(t, err)
	response, err := http.ReadResponse(r.reader, nil)
	must(t, err)
	must(t, response.Body.Close())
	return response
}

// awaitClosed waits until nobody listens any more.
func (o origin) awaitClosed(t *testing.T) {
	t.Helper()
	for limit := time.Now().Add(patience); time.Now().Before(limit); time.Sleep(time.Millisecond) {
		connection, err := net.Dial("tcp", strings.TrimPrefix(string(o), "http://"))
		if err != nil {
			return
		}
		_ = connection.Close()
	}
	t.Fatal("the program goes on listening")
}
