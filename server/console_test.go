package server_test

import (
	"compress/gzip"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"strings"
	"testing"

	"quartet/server"
	"quartet/server/account"
	"quartet/server/console"
)

var consoleReference = regexp.MustCompile(`(?:src|href)="([^"]+)"`)

func TestConsoleIsServedWithItsPolicy(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	page := requireOK(t, w.get("/console/"))
	policy := page.header.Get("Content-Security-Policy")
	for _, part := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "form-action 'none'", "frame-ancestors 'none'"} {
		if !strings.Contains(policy, part) {
			t.Errorf("the policy lacks %s: %s", part, policy)
		}
	}
	if strings.Contains(policy, "unsafe") {
		t.Errorf("the policy allows too much: %s", policy)
	}
	for name, want := range map[string]string{
		"Content-Type": "text/html; charset=UTF-8", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff", "Cache-Control": "no-cache", "Access-Control-Allow-Origin": "",
	} {
		if got := page.header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	for _, match := range consoleReference.FindAllStringSubmatch(page.text, -1) {
		if strings.HasPrefix(match[1], "data:") {
			continue
		}
		address, err := url.Parse(match[1])
		must(t, err)
		if address.IsAbs() || strings.HasPrefix(match[1], "/") {
			t.Errorf("%s is not relative", match[1])
		}
		requireOK(t, w.get(path.Join("/console", match[1])))
	}
	if got := w.get("/console"); got.status != http.StatusFound || got.header.Get("Location") != "console/" {
		t.Errorf("/console answers %d to %s", got.status, got.header.Get("Location"))
	}
}

// Every file has a type that the program knows, and is the same compressed.
func TestConsoleFilesAreServedAsTheyAre(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	must(t, fs.WalkDir(console.Files(), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(console.Files(), name)
		must(t, err)
		address := "/console/" + strings.TrimSuffix(name, "index.html")
		plain := requireOK(t, w.get(address, "Accept-Encoding", "identity"))
		if plain.text != string(text) || plain.header.Get("Content-Encoding") != "" {
			t.Errorf("%s is not sent as it is", name)
		}
		if plain.header.Get("Content-Type") == "application/octet-stream" {
			t.Errorf("%s has a kind that the server does not know", name)
		}
		want := "no-cache"
		if strings.HasPrefix(name, "assets/") {
			want = "public, max-age=31536000, immutable"
		}
		if got := plain.header.Get("Cache-Control"); got != want {
			t.Errorf("%s: %s", name, got)
		}
		for _, accepted := range []string{"gzip", "br, gzip;q=0.5", "GZIP ; q=1.0", "deflate,gzip"} {
			short := requireOK(t, w.get(address, "Accept-Encoding", accepted))
			if short.header.Get("Vary") != "Accept-Encoding" {
				t.Errorf("%s varies by %s", name, short.header.Get("Vary"))
			}
			if short.header.Get("Content-Encoding") == "" {
				if len(text) > 1<<10 && strings.HasPrefix(plain.header.Get("Content-Type"), "text/") {
					t.Errorf("%s is not compressed for %s", name, accepted)
				}
				continue
			}
			if unpacked(t, short.text) != string(text) || short.header.Get("Etag") == plain.header.Get("Etag") {
				t.Errorf("%s is another file when it is compressed", name)
			}
			known := w.get(address, "Accept-Encoding", accepted, "If-None-Match", short.header.Get("Etag"))
			if known.status != http.StatusNotModified {
				t.Errorf("%s is sent again: %d", name, known.status)
			}
		}
		for _, accepted := range []string{"gzip;q=0", "gzip; q=0.0", "xgzip", "br"} {
			if got := w.get(address, "Accept-Encoding", accepted); got.text != string(text) {
				t.Errorf("%s is compressed for %s", name, accepted)
			}
		}
		return nil
	}))
	for _, address := range []string{"/console/nothing", "/console/assets/", "/console/../metrics", "/console//", "/console/%2e%2e/metrics"} {
		if got := w.get(address); got.status != http.StatusNotFound {
			t.Errorf("%s answers %d", address, got.status)
		}
	}
}

func unpacked(t *testing.T, text string) string {
	t.Helper()
	reader, err := gzip.NewReader(strings.NewReader(text))
	must(t, err)
	whole, err := io.ReadAll(reader)
	must(t, err)
	return string(whole)
}

// Only a demonstration tells a token, and only the console's own listener is referred to.
func TestConsoleSettings(t *testing.T) {
	t.Parallel()
	if got := requireOK(t, newWorld(t).get("/console/settings.json")); strings.TrimSpace(got.text) != `{"docs":"../docs/"}` {
		t.Errorf("settings: %s", got.text)
	}
	_, admin := split(t, newWorld(t), nothingElse)
	if got := requireOK(t, admin.get("/console/settings.json")); strings.TrimSpace(got.text) != "{}" {
		t.Errorf("settings of a listener of its own: %s", got.text)
	}
	noConsole := newWorld(t, inDemo, func(_ *account.Config, o *server.Options) { o.NoConsole = true })
	apart, _ := split(t, newWorld(t), func(o *server.Options) { inDemo(nil, o) })
	for _, w := range []*world{noConsole, apart} {
		if got := requireOK(t, w.get("/docs/settings.json")); strings.Contains(got.text, "console") {
			t.Errorf("the documentation refers to a console that is not there: %s", got.text)
		}
	}
	demo := requireOK(t, newWorld(t, inDemo).get("/console/settings.json")).body["demo"].(map[string]any)
	if demo["token"] != administratorToken || demo["outbox"] != "../demo/outbox" || demo["reset"] != "../demo/reset" {
		t.Errorf("settings of a demonstration: %v", demo)
	}
}
