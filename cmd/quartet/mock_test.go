package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"quartet/cmd/quartet/internal/cli"
	"quartet/cmd/quartet/proctest"
	"quartet/openapi/check/contract"
)

var answering = regexp.MustCompile(`is answered on http://([0-9.:]+)/`)

// startMock runs quartet mock on a free port and stops it with the test.
func startMock(t *testing.T, args ...string) *running {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	s := &running{out: proctest.NewTranscript(), errs: proctest.NewTranscript(), stop: stop, ended: make(chan struct{})}
	go func() {
		defer close(s.ended)
		s.code = run(ctx, append([]string{"mock", "--addr", "127.0.0.1:0"}, args...), strings.NewReader(""), s.out, s.errs)
	}()
	t.Cleanup(func() { s.end(t) })
	s.origin = origin("http://" + s.out.Await(t, answering, s.ended))
	return s
}

func TestMockRemembersUsers(t *testing.T) {
	t.Parallel()
	s := startMock(t)
	contains(t, s.out.String(), "/api/user/create", "create /api/user")
	jwt := s.signIn(t, "demo", "quartet-demo")
	equal(t, "status without a token", s.do(t, get("/api/user/detail?id=1")).status, http.StatusUnauthorized)

	created := s.ok(t, form("/api/user/create", url.Values{"user": {`{"username":"wen.yu","nickname":"雨"}`}}).with("Jwt", jwt))
	id := fmt.Sprintf("%.0f", created.body["userId"])
	detail := s.ok(t, get("/api/user/detail?id="+id).with("Jwt", jwt))
	contains(t, detail.text, `"username":"wen.yu"`, `"nickname":"雨"`, `"id":`+id)
	other := s.ok(t, get("/user/info?accessToken=x&userId="+id).with("X-App-Id", "1"))
	contains(t, other.text, `"userId":"`+id+`"`, `"nickname":"雨"`)

	s.ok(t, raw("/api/user/update", `{"id":`+id+`,"nickname":"小雨"}`).with("Jwt", jwt))
	contains(t, s.ok(t, raw("/api/user/detail", `{"id":`+id+`}`).with("Jwt", jwt)).text, `"nickname":"小雨"`, `"username":"wen.yu"`)

	s.do(t, post("/__mock/reset"))
	missing := s.do(t, get("/api/user/detail?id="+id).with("Jwt", jwt))
	equal(t, "status after the reset", missing.status, http.StatusNotFound)
	contains(t, missing.text, `"state":"fail"`, "用户不存在")
	contains(t, missing.header.Get("Mock-Reason"), "there is no user "+id)
}

// Every request that the document has as an example is answered with the answer of that
// name: quartet check finds no difference.
// onlyInPaths are operations whose example concerns what no answer of the document shows, so
// that the mock does not have it.
var onlyInPaths = []string{
	"setUserRole", "mergeUser", "eraseUser", "deleteApplication", "deleteOrganisation", "deleteRole", "removeMembership", "revokeApplicationSecret", "unlinkOrganisation",
}

func TestMockAnswersDocumentedRequests(t *testing.T) {
	t.Parallel()
	spec, err := contract.Load()
	must(t, err)
	args := []string{"--target", string(startMock(t).origin)}
	sent := 0
	for _, o := range spec.Operations() {
		names := []string{"ok"}
		if o.RequestBody != nil {
			names = append(names, contract.ExampleNames(o.RequestBody.Value.Content)...)
		}
		for _, p := range o.Parameters {
			for name := range p.Value.Examples {
				names = append(names, name)
			}
		}
		slices.Sort(names)
		for _, name := range slices.Compact(names) {
			if name == "not_modified" { // the mock knows no version of what it answers
				continue
			}
			if name == "ok" && slices.Contains(onlyInPaths, o.OperationID) {
				continue
			}
			sent++
			args = append(args, "--only", o.OperationID+"/"+name)
		}
	}
	c := checkedBy(t, cli.ExitOK, args...)
	if got := c.differences(); len(got) > 0 {
		t.Errorf("differences: %s", strings.Join(got, "\n"))
	}
	if sent < 50 || c.Counts.Passed < 50 {
		t.Errorf("%d of %d examples passed", c.Counts.Passed, sent)
	}
}

func TestMockRefusesOtherDocuments(t *testing.T) {
	t.Parallel()
	swagger := filepath.Join(t.TempDir(), "swagger.yaml")
	must(t, os.WriteFile(swagger, []byte("swagger: '2.0'\ninfo: {title: Old, version: '1'}\npaths: {}\n"), 0o600))
	refused(t, cli.ExitUsage, "no OpenAPI 3 document", "mock", swagger)
	refused(t, cli.ExitUsage, "cannot be answered", "mock", swagger+".none")
	s := startMock(t, "../../openapi/mock/testdata/paged.yaml") // OpenAPI 3.1
	contains(t, s.ok(t, get("/books")).text, `"items"`, `"total":1`)
}

// mockInAProcess creates a user in a mock of its own process, reads it, and ends it by a signal.
func mockInAProcess(t *testing.T, binary string) {
	program := exec.Command(binary, "mock", "--addr", "127.0.0.1:0")
	out, ended := proctest.NewTranscript(), make(chan struct{})
	program.Stdout = out
	must(t, program.Start())
	go func() {
		defer close(ended)
		_ = program.Wait() // how it ended is in the state
	}()
	t.Cleanup(func() { _ = program.Process.Kill(); <-ended })
	o := origin("http://" + out.Await(t, answering, ended))
	created := o.ok(t, raw("/api/user/create", `{"username":"wen.yu"}`).with("Jwt", "any"))
	contains(t, o.ok(t, get(fmt.Sprintf("/api/user/detail?id=%.0f", created.body["userId"])).with("Jwt", "any")).text, "wen.yu")
	must(t, program.Process.Signal(syscall.SIGTERM))
	<-ended
	equal(t, "exit code", program.ProcessState.ExitCode(), cli.ExitOK)
}
