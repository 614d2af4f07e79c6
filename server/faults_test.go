package server_test

import (
	"database/sql"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"quartet/server"
	"quartet/store"
)

// TestBrokenSchemaTellsNothingOfTheInside breaks the database's schema under the
// server: every handler fails internally, and no response contains SQL.
func TestBrokenSchemaTellsNothingOfTheInside(t *testing.T) {
	w := newWorld(t)
	w.add("tao.ran", store.RoleMember)
	breaker, err := sql.Open("sqlite", w.path)
	must(t, err)
	defer func() { _ = breaker.Close() }()
	for _, table := range []string{"users", "sessions", "one_time_codes", "rate_counters"} {
		_, err := breaker.ExecContext(t.Context(), "ALTER TABLE "+table+" RENAME TO gone_"+table)
		must(t, err)
	}
	for dialect, r := range everyDialect {
		if dialect == "system" {
			continue
		}
		t.Run(dialect, func(t *testing.T) {
			w := *w
			w.t = t
			got := w.send(r)
			requireFailure(t, dialect, got, http.StatusInternalServerError)
			if low := strings.ToLower(got.text); strings.Contains(low, "table") || strings.Contains(low, "sql") {
				t.Errorf("the answer tells of the inside: %s", got.text)
			}
		})
	}
}

// TestPanicIsAnsweredAndLogged serves without any rules: every handler runs into a nil pointer.
func TestPanicIsAnsweredAndLogged(t *testing.T) {
	log := &safeBuffer{}
	handler, err := server.New(server.Options{Log: slog.New(slog.NewTextHandler(log, nil))})
	must(t, err)
	listening := httptest.NewServer(handler)
	defer listening.Close()
	w := &world{t: t, url: listening.URL}
	for dialect, r := range everyDialect {
		requireFailure(t, dialect, w.send(r), http.StatusInternalServerError)
	}
	requireOK(t, w.get("/healthz"))
	if !strings.Contains(log.String(), "nil pointer") {
		t.Error("the panic is not logged")
	}
}

func TestProvidersDown(t *testing.T) {
	w := newWorld(t)
	w.sms.Fail(func(string) error { return errors.New("connection refused") })
	w.weChat.Fail(func(string) error { return errors.New("connection refused") })
	requireFailure(t, "yudao", w.postJSON("/auth/mobile/code", `{"mobile":"`+mobile+`"}`), http.StatusServiceUnavailable)
	requireFailure(t, "ruoyi", w.postJSON("/account_api/wechat/user/getUserInfo", `{"code":"0a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P"}`), http.StatusServiceUnavailable)
}

func TestTooManyCodes(t *testing.T) {
	w := newWorld(t)
	w.code(mobile, "sign_in")
	got := w.postJSON("/auth/mobile/code", `{"mobile":"`+mobile+`"}`)
	requireFailure(t, "yudao", got, http.StatusTooManyRequests)
	if got.header.Get("Retry-After") == "" {
		t.Error("no Retry-After header")
	}
}

// TestLogHoldsNothingSecret runs each way in and looks for what went through it.
func TestLogHoldsNothingSecret(t *testing.T) {
	w := newWorld(t)
	w.add("tao.ran", store.RoleMember)
	w.application("1", "")
	jwt := w.jwt("tao.ran")
	data := w.pair(mobile, "0")
	code := w.sms.Messages()[0].Code
	access := value(data, "accessToken")
	w.get("/user/info?userId=1&accessToken="+access, "X-App-Id", "1")
	w.get("/nothing/" + access)
	w.get("/wx/pc/check-login-status/" + access)
	w.postForm("/api/user/login", url.Values{"loginAccount": {mobile}, "password": {"wrong-but-long"}})
	w.postForm("/user/refresh", url.Values{"token": {access}, "frontType": {"x"}})
	log := w.log.String()
	for name, secret := range map[string]string{
		"JWT": jwt, "access token": access, "refresh token": value(data, "refreshToken"), "code": code,
		"password": goodPassword, "wrong password": "wrong-but-long", "mobile": mobile,
	} {
		if strings.Contains(log, secret) {
			t.Errorf("the log holds the %s", name)
		}
	}
	if !strings.Contains(log, "operation=signInByMobile") {
		t.Error("the log does not tell what happened")
	}
}

func TestClientAddress(t *testing.T) {
	w := newWorld(t)
	jwt := func(forwarded string) string {
		w.add("user"+forwarded[:3]+forwarded[len(forwarded)-1:], store.RoleMember)
		got := w.postForm("/api/user/login", url.Values{"loginAccount": {"user" + forwarded[:3] + forwarded[len(forwarded)-1:]}, "password": {goodPassword}}, "X-Forwarded-For", forwarded)
		return requireOK(t, got).body["Jwt"].(string)
	}
	sessions := requireOK(t, w.get("/auth/sessions", "Authorization", jwt("203.0.113.7")))
	if address := sessions.body["data"].([]any)[0].(map[string]any)["clientIp"]; address != "127.0.0.1" {
		t.Errorf("a client's own X-Forwarded-For was believed: %v", address)
	}
}
