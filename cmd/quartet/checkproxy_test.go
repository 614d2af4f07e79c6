package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"quartet/cmd/quartet/internal/cli"
	"quartet/cmd/quartet/proctest"
	"quartet/openapi/check/traffic"
)

var passing = regexp.MustCompile(`(http://[0-9.:]+) passes requests on`)

// TestCheckAsAProxy runs the command as people do: requests pass through it, and when it
// is interrupted it prints what was not as documented.
func TestCheckAsAProxy(t *testing.T) {
	t.Parallel()
	target := string(altered(t, serveDemo(t).origin))
	record := filepath.Join(t.TempDir(), "traffic.jsonl")
	ctx, interrupt := context.WithCancel(t.Context())
	out, errs, ended, code := proctest.NewTranscript(), proctest.NewTranscript(), make(chan struct{}), 0
	go func() {
		defer close(ended)
		code = run(ctx, []string{"check", "--json", "--proxy", "127.0.0.1:0", "--target", target, "--record", record}, strings.NewReader(""), out, errs)
	}()
	through := origin(errs.Await(t, passing, ended))

	for range 2 {
		equal(t, "status", send(t, http.MethodGet, string(through)+"/healthz", ""), http.StatusAccepted)
	}
	equal(t, "status", send(t, http.MethodGet, string(through)+"/readyz", ""), http.StatusOK)
	equal(t, "status", send(t, http.MethodGet, string(through)+"/nowhere", ""), http.StatusNotFound)
	equal(t, "status", send(t, http.MethodPost, string(through)+"/auth/mobile/code", `{"mobile":"13800138000","companyType":"0","productType":0}`), http.StatusOK)
	// A client has its answer before the proxy has judged it.
	soFar := ""
	for !strings.Contains(soFar, "4 requests to documented operations: 2 differences") {
		time.Sleep(10 * time.Millisecond)
		soFar = textAt(t, string(through)+"/.quartet-check")
	}
	contains(t, soFar, "GET /nowhere", "getHealth")
	interrupt()
	<-ended
	equal(t, "exit code", code, cli.ExitFailed)
	contains(t, errs.String(), "2 differences in 4 requests")
	var report traffic.Report
	decode(t, out.String(), &report)
	equal(t, "requests", report.Exchanges, 4)
	equal(t, "unknown", fmt.Sprint(report.Unknown), "[{GET /nowhere 1}]")
	var found []string
	for _, f := range report.Findings {
		found = append(found, strings.Join([]string{f.Operation, f.Of, f.String(), strings.Repeat("*", f.Times)}, " "))
	}
	equal(t, "findings", strings.Join(found, "\n"), `getHealth answer status: documented 200, got 202 **
sendMobileCode request /companyType: documented integer, got "0" *`)
	text, err := os.ReadFile(record)
	must(t, err)
	equal(t, "records", strings.Count(string(text), "\n"), 3)
	if strings.Contains(string(text), "13800138000") {
		t.Errorf("a mobile is in the recording: %s", text)
	}
	contains(t, string(text), `"target":"/auth/mobile/code"`, `\"mobile\":\"00000000000\"`)
}

func textAt(t *testing.T, url string) string {
	t.Helper()
	response, err := http.Get(url)
	must(t, err)
	text, err := io.ReadAll(response.Body)
	must(t, errors.Join(err, response.Body.Close()))
	return string(text)
}

func send(t *testing.T, method, url, body string) int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	must(t, err)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	must(t, err)
	must(t, response.Body.Close())
	return response.StatusCode
}
