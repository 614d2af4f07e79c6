package server_test

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"
	"time"

	"quartet/server"
	"quartet/server/account"
	"quartet/server/idgen"
	"quartet/store"
)

// at is a clock that a test sets.
type setClock struct{ now time.Time }

func (c *setClock) time(config *account.Config, options *server.Options) {
	config.Now, options.Now = func() time.Time { return c.now }, func() time.Time { return c.now }
	config.IDs = idgen.New(func() time.Time { return c.now })
}

func TestTheAuditIsReadNewestFirst(t *testing.T) {
	t.Parallel()
	clock := &setClock{now: time.Now().Add(-72 * time.Hour).Truncate(time.Hour)}
	begin := clock.now
	w := newWorld(t, clock.time)
	w.add("root", store.RoleSuperAdministrator)
	pupil := w.add("pupil", store.RoleMember)
	root := w.bearer("root")
	for range 5 {
		clock.now = clock.now.Add(time.Hour)
		w.jwt("pupil")
		_, err := w.accounts.CommandLine().EndSessionsOf(t.Context(), pupil)
		must(t, err)
	}
	_, err := w.accounts.CommandLine().AddRole(t.Context(), "teacher", "老师", false)
	must(t, err)
	clock.now = begin.Add(30 * time.Minute) // so that the administrator's token is alive
	ask := func(query string) []any { return w.every("/admin/audit"+query, root, "id", 2) }
	all := ask("")
	for i := 1; i < len(all); i++ {
		if len(all[i].(string)) > len(all[i-1].(string)) || all[i].(string) >= all[i-1].(string) {
			t.Errorf("%v is not newest first", all)
		}
	}
	hour := func(n int) string {
		return url.QueryEscape(begin.Add(time.Duration(n) * time.Hour).Format(time.RFC3339))
	}
	for query, want := range map[string]int{
		"?kind=session_ended":                                        5,
		"?kind=role_added":                                           1,
		"?kind=role_added&kind=session_ended":                        6,
		fmt.Sprint("?kind=session_ended&user=", pupil):               5,
		"?kind=session_ended&user=404":                               0,
		"?kind=session_ended&since=" + hour(2):                       4,
		"?kind=session_ended&until=" + hour(2):                       1,
		"?kind=session_ended&since=" + hour(2) + "&until=" + hour(4): 2,
		"?since=" + hour(6):                                          0,
		"?until=" + hour(0):                                          0,
	} {
		if got := len(ask(query)); got != want {
			t.Errorf("%s: %d events, want %d", query, got, want)
		}
	}
	wantProblem(t, w.operate(http.MethodGet, "/admin/audit?kind=nonsense", "", root), http.StatusBadRequest, "invalid_field", "kind")
	wantProblem(t, w.operate(http.MethodGet, "/admin/audit?since=yesterday", "", root), http.StatusBadRequest, "invalid_field", "since")
	one := wantStatus(t, w.operate(http.MethodGet, "/admin/audit?kind=sign_in&limit=1", "", root), http.StatusOK)
	event := one.body["items"].([]any)[0].(map[string]any)
	if detail := event["detail"].(map[string]any); detail["way"] != "password" || event["dialect"] != "jfinal" || event["clientIp"] != "127.0.0.1" {
		t.Error(one.text)
	}
}

func TestFiguresCountEventsBySpans(t *testing.T) {
	t.Parallel()
	clock := &setClock{now: time.Now().Add(-72 * time.Hour).Truncate(time.Hour)}
	begin := clock.now
	w := newWorld(t, clock.time)
	w.add("root", store.RoleSuperAdministrator)
	w.add("pupil", store.RoleMember)
	wrong := func() {
		w.postForm("/api/user/login", url.Values{"loginAccount": {"pupil"}, "password": {"wrong-password"}})
	}
	w.jwt("pupil")
	w.jwt("pupil")
	wrong()
	clock.now = begin.Add(90 * time.Minute)
	wrong()
	w.pair("13800138000", "1")
	clock.now = begin.Add(150 * time.Minute)
	root := w.bearer("root")
	times := "&since=" + url.QueryEscape(begin.Format(time.RFC3339)) + "&until=" + url.QueryEscape(begin.Add(150*time.Minute).Format(time.RFC3339))
	got := wantStatus(t, w.operate(http.MethodGet, "/admin/figures?step=hour"+times, "", root), http.StatusOK)
	counts := map[string]string{}
	for _, series := range got.body["series"].([]any) {
		s := series.(map[string]any)
		counts[fmt.Sprint(s["name"], " ", s["way"], " ", s["dialect"])] = fmt.Sprint(s["counts"])
	}
	for series, want := range map[string]string{
		"sign_ins password jfinal":         "[2 0 0]",
		"sign_ins code yudao":              "[0 1 0]",
		"sign_ins_failed password jfinal":  "[1 1 0]",
		"codes_sent <nil> yudao":           "[0 1 0]",
		"users_created <nil> command_line": "[2 0 0]",
		"users_created <nil> yudao":        "[0 1 0]",
	} {
		if counts[series] != want {
			t.Errorf("%s: %s, want %s", series, counts[series], want)
		}
		delete(counts, series)
	}
	if len(counts) > 0 || len(got.body["spans"].([]any)) != 3 || got.body["liveSessions"] != float64(2) {
		t.Errorf("also %v: %s", counts, got.text)
	}
	day := wantStatus(t, w.operate(http.MethodGet, "/admin/figures?step=day"+times, "", root), http.StatusOK)
	if fmt.Sprint(day.body["series"].([]any)[0].(map[string]any)["counts"]) != "[2]" {
		t.Error(day.text)
	}
	for step, spans := range map[string]int{"hour": 24, "day": 30} {
		recent := wantStatus(t, w.operate(http.MethodGet, "/admin/figures?step="+step, "", root), http.StatusOK)
		if len(recent.body["spans"].([]any)) != spans {
			t.Error(recent.text)
		}
	}
	for _, query := range []string{
		"?since=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z", "?since=2026-01-01T00:00:00Z&until=2026-02-01T00:00:01Z",
		"?step=day&since=2024-01-01T00:00:00Z&until=2026-02-01T00:00:00Z", "?since=2026-01-01T00:00:00Z&until=2026-01-01T00:00:00Z",
	} {
		wantProblem(t, w.operate(http.MethodGet, "/admin/figures"+query, "", root), http.StatusBadRequest, "invalid_field", "since")
	}
	wantStatus(t, w.operate(http.MethodGet, "/admin/figures?since=2026-01-01T00:00:00Z&until=2026-02-01T00:00:00Z", "", root), http.StatusOK)
}
