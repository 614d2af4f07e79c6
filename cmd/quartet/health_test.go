package main

import (
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"quartet/cmd/quartet/internal/cli"
)

func TestHealthAsksWhetherTheServerIsReady(t *testing.T) {
	t.Parallel()
	s := serve(t, "--database", newDatabase(t))
	address := strings.TrimPrefix(string(s.origin), "http://")
	_, port, err := net.SplitHostPort(address)
	must(t, err)
	for _, addr := range []string{address, "0.0.0.0:" + port, ":" + port, "[::]:" + port} {
		equal(t, addr, done(t, "health", "--addr", addr), "ready\n")
	}
	equal(t, "by URL", done(t, "health", "--url", string(s.origin)+"/readyz"), "ready\n")
	s.end(t)
	refused(t, cli.ExitFailed, "not ready", "health", "--addr", address)
}

func TestHealthFailsWhenTheDatabaseDoes(t *testing.T) {
	t.Parallel()
	broken := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/readyz" {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	defer broken.Close()
	refused(t, cli.ExitFailed, "answers 503", "health", "--addr", strings.TrimPrefix(broken.URL, "http://"))
	refused(t, cli.ExitUsage, "--addr must be HOST:PORT", "health", "--addr", "8080")
	refused(t, cli.ExitUsage, "quartet:", "health", "--url", "http://%zz")
}
