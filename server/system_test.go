package server_test

import (
	"context"
	"encoding/json"
	"html"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"quartet/server"
	"quartet/server/account"
	"quartet/server/dialect"
	"quartet/server/dialect/all"
	"quartet/server/dialect/yudao"
)

func TestDocsPages(t *testing.T) {
	w := newWorld(t)
	if root := w.get("/"); root.status != http.StatusFound || root.header.Get("Location") != "docs/" {
		t.Errorf("/ answers %d %s", root.status, root.header.Get("Location"))
	}
	index := requireOK(t, w.get("/docs/"))
	if !strings.Contains(index.header.Get("Content-Security-Policy"), "default-src 'none'") {
		t.Error("no content security policy")
	}
	for _, name := range []string{"page.js", "page.css", "swagger-ui-bundle.js", "swagger-ui.css", "favicon-32x32.png", "settings.json", "errors"} {
		if got := w.get("/docs/" + name); got.status != http.StatusOK || got.text == "" {
			t.Errorf("/docs/%s answers %d", name, got.status)
		}
	}
	if settings := w.get("/docs/settings.json"); strings.TrimSpace(settings.text) != "{}" {
		t.Errorf("outside the demo the page signs in with %s", settings.text)
	}
}

// The explorer shows the failures of an operation, and what to do after one.
func TestPageKnowsTheFailuresOfEveryDialect(t *testing.T) {
	var got struct {
		Failures []struct {
			Symbol          string
			HTTP            int
			Numbers         map[string]int32
			Message, Advice map[string]string
		}
	}
	must(t, json.Unmarshal([]byte(requireOK(t, newWorld(t).get("/docs/failures.json")).text), &got))
	rows := all.Dialects.Reference()
	if len(got.Failures) != len(rows) {
		t.Fatalf("%d failures, not %d", len(got.Failures), len(rows))
	}
	for i, row := range rows {
		f := got.Failures[i]
		if f.Symbol != string(row.Symbol) || f.HTTP != row.HTTP || f.Message["zh"] != row.Chinese || f.Message["en"] != row.English ||
			f.Advice["zh"] != row.AdviceChinese || f.Advice["en"] != row.AdviceEnglish || len(f.Numbers) != len(all.Dialects) ||
			f.Numbers["yudao"] != yudao.Dialect.Number(row.Symbol) {
			t.Errorf("%s is %+v", row.Symbol, f)
		}
	}
}

// What --no-docs leaves out is an unknown path; the contract stays.
func TestDocsCanBeLeftOut(t *testing.T) {
	with, without := newWorld(t, under("/prod-api")), newWorld(t, under("/prod-api"), func(_ *account.Config, o *server.Options) { o.NoDocs = true })
	for _, path := range []string{
		"/", "/docs", "/docs/", "/docs/errors", "/docs/settings.json", "/docs/failures.json", "/docs/page.js", "/docs/swagger-ui-bundle.js",
		"/TRANSCRIPTION.md", "/EXTENSIONS.zh-CN.md",
	} {
		for _, base := range []string{"", "/prod-api"} {
			if got := with.get(base + path); got.status != http.StatusOK && got.status != http.StatusFound {
				t.Errorf("%s answers %d", base+path, got.status)
			}
			requireFailure(t, "system", without.get(base+path), http.StatusNotFound)
		}
	}
	for _, path := range []string{"/openapi.yaml", "/openapi.json", "/prod-api/openapi.json"} {
		requireOK(t, without.get(path))
	}
}

func TestPagesAreNotSentAgainToWhoHasThem(t *testing.T) {
	w := newWorld(t)
	for _, path := range []string{"/docs/", "/docs/errors", "/docs/page.css", "/docs/settings.json", "/TRANSCRIPTION.md"} {
		first := requireOK(t, w.get(path))
		again := w.get(path, "If-None-Match", first.header.Get("ETag"))
		if again.status != http.StatusNotModified || again.text != "" || again.header.Get("Cache-Control") != "no-cache" ||
			!strings.Contains(again.header.Get("Content-Security-Policy"), "frame-ancestors 'none'") {
			t.Errorf("%s is sent again: %d", path, again.status)
		}
	}
}

// The page explains the code of every failure, so each must have its anchor there.
func TestErrorPageExplainsEveryFailure(t *testing.T) {
	page := html.UnescapeString(requireOK(t, newWorld(t).get("/docs/errors")).text)
	rows := all.Dialects.Reference()
	if len(rows) != len(dialect.Catalogue) {
		t.Errorf("%d rows for %d failures", len(rows), len(dialect.Catalogue))
	}
	for _, row := range rows {
		_, shown, found := strings.Cut(page, `<tr id="`+string(row.Symbol)+`">`)
		shown, _, _ = strings.Cut(shown, "</tr>")
		for _, text := range []string{
			`href="#` + string(row.Symbol) + `"`, `"HTTP">` + strconv.Itoa(row.HTTP) + "<", `"yudao">` + strconv.Itoa(int(yudao.Dialect.Number(row.Symbol))) + "<",
			row.Chinese, row.English, row.AdviceChinese, row.AdviceEnglish,
		} {
			if text == "" || !strings.Contains(shown, text) {
				t.Errorf("%s (on the page: %t) lacks %q", row.Symbol, found, text)
			}
		}
	}
}

func TestMetrics(t *testing.T) {
	w := newWorld(t)
	w.get("/api/nothing")
	w.send(request{method: "MADEUP", path: "/healthz"})
	got := requireOK(t, w.get("/metrics"))
	for _, line := range []string{
		`quartet_failures_total{dialect="jfinal",failure="path_not_found"} 1`,
		`quartet_http_requests_total{method="GET",operation="none",status="404"} 1`,
		`quartet_http_requests_total{method="other",operation="none",status="405"} 1`,
	} {
		if !strings.Contains(got.text, line) {
			t.Errorf("metrics lack %s:\n%s", line, got.text)
		}
	}
}

func TestOutboxIsForTheDemoOnly(t *testing.T) {
	requireFailure(t, "system", newWorld(t).get("/demo/outbox"), http.StatusNotFound)
	if got := requireOK(t, newWorld(t, inDemo).get("/demo/outbox")); strings.TrimSpace(got.text) != "[]" {
		t.Errorf("outbox %s", got.text)
	}
}

func TestResetIsForTheDemoOnly(t *testing.T) {
	reset := request{method: http.MethodPost, path: "/demo/reset"}
	requireFailure(t, "system", newWorld(t).send(reset), http.StatusNotFound)
	resets := 0
	w := newWorld(t, inDemo, func(_ *account.Config, o *server.Options) {
		o.Demo.Reset = func(context.Context) error { resets++; return nil }
	})
	if got := requireOK(t, w.send(reset)); strings.TrimSpace(got.text) != `{"status":"ok"}` || resets != 1 {
		t.Errorf("answer %s, %d resets", got.text, resets)
	}
}

func TestRequestID(t *testing.T) {
	w := newWorld(t)
	if got := w.get("/healthz", "X-Request-Id", "trace-0001"); got.header.Get("X-Request-Id") != "trace-0001" {
		t.Error("the caller's id is not kept")
	}
	if got := w.get("/healthz", "X-Request-Id", "bad id\t{}"); got.header.Get("X-Request-Id") == "bad id\t{}" {
		t.Error("any text passes for an id")
	}
}

func TestUnknownLegacyDialectIsRefused(t *testing.T) {
	if _, err := server.New(server.Options{LegacyStatus: []string{"soap"}}); err == nil || !strings.Contains(err.Error(), "soap") {
		t.Errorf("error %v", err)
	}
}
