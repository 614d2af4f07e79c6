package main

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"quartet/cmd/quartet/internal/cli"
	"quartet/cmd/quartet/internal/democmd"
	"quartet/openapi"
	"quartet/openapi/check/contract"
	"quartet/openapi/check/replay"
)

// checked is what --json prints.
type checked struct {
	Counts  replay.Counts
	Results []replay.Result
}

func (c checked) differences() (all []string) {
	for _, r := range c.Results {
		for _, d := range r.Differences {
			all = append(all, r.Operation+"/"+r.Example+" "+d.String())
		}
	}
	return all
}

// checkedBy runs quartet check for its JSON.
func checkedBy(t *testing.T, code int, args ...string) (c checked) {
	t.Helper()
	result := command(t, append([]string{"check", "--json"}, args...)...)
	if result.out != "" {
		decode(t, result.out, &c)
	}
	if result.code != code {
		t.Fatalf("exit code %d, want %d: %s%.2000s", result.code, code, result.errs, strings.Join(c.differences(), "\n"))
	}
	return c
}

// altered is a proxy that changes responses: it renames a key, changes a status and
// adds a key.
func altered(t *testing.T, behind origin) origin {
	t.Helper()
	target, err := url.Parse(string(behind))
	must(t, err)
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.ModifyResponse = func(r *http.Response) error {
		if r.StatusCode != http.StatusOK {
			return nil
		}
		switch r.Request.URL.Path {
		case "/healthz":
			r.StatusCode = http.StatusAccepted
		case "/user/info":
			return rewrite(r, `"nickname"`, `"nick"`)
		case "/auth/sessions":
			return rewrite(r, `{"code"`, `{"debug":{"accessToken":"AT-1-c2FtcGxlLW9ubHktYWNjZXNzLXRva2Vu"},"code"`)
		}
		return nil
	}
	server := httptest.NewServer(proxy)
	t.Cleanup(server.Close)
	return origin(server.URL)
}

func rewrite(r *http.Response, old, with string) error {
	text, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	changed := bytes.Replace(text, []byte(old), []byte(with), 1)
	if bytes.Equal(changed, text) {
		return fmt.Errorf("%s is not in %s", old, text)
	}
	r.Body = io.NopCloser(bytes.NewReader(changed))
	r.ContentLength = int64(len(changed))
	r.Header.Set("Content-Length", fmt.Sprint(len(changed)))
	return nil
}

// The demonstration answers every example as documented; examples that no client can
// cause are skipped. A proxy between them finds nothing either.
func TestCheckPassesOurselves(t *testing.T) {
	t.Parallel()
	live, liveURL := watched(t, string(serveDemo(t).origin))
	report := filepath.Join(t.TempDir(), "junit.xml")
	c := checkedBy(t, cli.ExitOK, "--target", liveURL, "--junit", report)
	if traffic := live.Report(); len(traffic.Findings) > 0 || traffic.Exchanges < c.Counts.Passed {
		t.Errorf("the proxy between them finds %+v in %d exchanges", traffic.Findings, traffic.Exchanges)
	}
	if got := c.differences(); len(got) > 0 || c.Counts.Differ > 0 {
		t.Errorf("differences: %s", strings.Join(got, "\n"))
	}
	equal(t, "examples", c.Counts.Passed+c.Counts.Skipped, c.Counts.Examples)
	equal(t, "results", len(c.Results), c.Counts.Examples)
	sameCounts(t, report, c.Counts)
	everyExampleIsThere(t, c)
}

func everyExampleIsThere(t *testing.T, c checked) {
	t.Helper()
	verdicts := map[string]replay.Verdict{}
	for _, r := range c.Results {
		example, _, _ := strings.Cut(r.Example, " (")
		verdicts[r.Operation+"/"+r.Documented+"/"+example] = r.Verdict
		if r.Documented == "500" || r.Example == "unavailable" || r.Example == "too_many_requests" {
			equal(t, r.Operation+"/"+r.Example, r.Verdict, replay.Skipped)
		}
	}
	spec, err := contract.Load()
	must(t, err)
	for _, o := range spec.Operations() {
		want := replay.Pass
		if o.OperationID == "setUpAdministrator" || o.OperationID == "retireSigningKey" { // the fixtures skip them
			want = replay.Skipped
		}
		for status, response := range o.Responses.Map() {
			if strings.HasPrefix(status, "2") {
				equal(t, o.OperationID+" ok", verdicts[o.OperationID+"/"+status+"/ok"], want)
			}
			for _, media := range response.Value.Content {
				for example := range media.Examples {
					if name := o.OperationID + "/" + status + "/" + example; verdicts[name] == "" {
						t.Errorf("%s has no result", name)
					}
				}
			}
		}
	}
}

// sameCounts reads a JUnit report as a CI system does, and counts its cases.
func sameCounts(t *testing.T, path string, want replay.Counts) {
	t.Helper()
	text, err := os.ReadFile(path)
	must(t, err)
	var report struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Skipped  int `xml:"skipped,attr"`
		Cases    []struct {
			Failure *struct{} `xml:"failure"`
			Skipped *struct{} `xml:"skipped"`
		} `xml:"testsuite>testcase"`
	}
	must(t, xml.Unmarshal(text, &report))
	failures, skipped := 0, 0
	for _, one := range report.Cases {
		if one.Failure != nil {
			failures++
		}
		if one.Skipped != nil {
			skipped++
		}
	}
	equal(t, "tests", [2]int{report.Tests, len(report.Cases)}, [2]int{want.Examples, want.Examples})
	equal(t, "failures", [2]int{report.Failures, failures}, [2]int{want.Differ, want.Differ})
	equal(t, "skipped", [2]int{report.Skipped, skipped}, [2]int{want.Skipped, want.Skipped})
}

const alteredDifferences = `getHealth/ok status: documented 200, got 202
getUserInfo/ok /data/nickname: documented key nickname, got key nick
listSessions/ok /debug: documented no such key, got key debug: {"accessToken":"***"}`

func TestCheckNamesWhatDiffers(t *testing.T) {
	t.Parallel()
	target := string(altered(t, serveDemo(t).origin))
	report := filepath.Join(t.TempDir(), "junit.xml")
	c := checkedBy(t, cli.ExitFailed, "--target", target, "--junit", report)
	equal(t, "differences", strings.Join(c.differences(), "\n"), alteredDifferences)
	equal(t, "examples that differ", c.Counts.Differ, 3)
	sameCounts(t, report, c.Counts)

	table := command(t, "check", "--target", target, "--only", "getHealth,/user/info")
	equal(t, "exit code", table.code, cli.ExitFailed)
	contains(t, table.out, "202, not 200", "/data/nickname", "key nickname", "key nick", "differs", "skipped: takes a fault of the server")
	contains(t, table.errs, "2 differences in 2 examples")
	if strings.Contains(table.out, "listSessions") {
		t.Errorf("--only lets more through:\n%s", table.out)
	}
}

func TestCheckIsNarrowed(t *testing.T) {
	t.Parallel()
	target := string(serveDemo(t).origin)
	for _, narrowed := range []struct {
		flags []string
		want  string
	}{
		{[]string{"--only", "getUserDetail/*_found"}, "getUserDetail/user_not_found"},
		{[]string{"--only", "/.well-known/*", "--only", "getHealth/ok"}, "getHealth/ok getJsonWebKeys/ok getJsonWebKeys/headers_too_large getJsonWebKeys/internal"},
		{[]string{"--dialect", "ruoyi", "--only", "*/ok"}, "getWeChatUserInfo/ok"},
	} {
		var names []string
		for _, r := range checkedBy(t, cli.ExitOK, append(narrowed.flags, "--target", target)...).Results {
			names = append(names, r.Operation+"/"+r.Example)
		}
		equal(t, strings.Join(narrowed.flags, " "), strings.Join(names, " "), narrowed.want)
	}
	refused(t, cli.ExitUsage, "no example of the document is selected", "check", "--target", target, "--only", "nothing")
	refused(t, cli.ExitUsage, "no checks ran", "check", "--target", target, "--only", "*/internal")
}

func TestCheckThatCannotRun(t *testing.T) {
	t.Parallel()
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	refused(t, cli.ExitUsage, gone.URL+" cannot be reached: dial tcp", "check", "--target", gone.URL)
	odd := filepath.Join(t.TempDir(), "odd.yaml")
	must(t, os.WriteFile(odd, []byte("openapi: 3.0.3\npaths: 7\n"), 0o600))
	refused(t, cli.ExitUsage, "is not an OpenAPI 3.0 or 3.1 document", "check", "--target", gone.URL, "--spec", odd)
	for text, reason := range map[string]string{
		"swagger: '2.0'\npaths: {}\n":                                 "it is Swagger 2.0; convert it to OpenAPI 3.0",
		"openapi: 3.2.0\ninfo: {title: x, version: '1'}\npaths: {}\n": "it is OpenAPI 3.2.0, and 3.0 and 3.1 are read",
		"a: b: c":           "it is neither YAML nor JSON",
		"[1, 2]":            "it is neither YAML nor JSON",
		"name: a package\n": "it has no key openapi",
		"openapi: 3.1.0\ninfo: {title: x, version: '1'}\npaths: {/a: {$ref: 'b.yaml#/a'}}": "it refers to another file; make one file of them",
	} {
		other := filepath.Join(t.TempDir(), "other.yaml")
		must(t, os.WriteFile(other, []byte(text), 0o600))
		refused(t, cli.ExitUsage, reason, "check", "--target", gone.URL, "--spec", other)
	}
	refused(t, cli.ExitUsage, "cannot read the OpenAPI document", "check", "--target", gone.URL, "--spec", gone.URL+"/openapi.yaml")
	refused(t, cli.ExitUsage, odd, "check", "--target", gone.URL, "--fixtures", odd)
	refused(t, cli.ExitUsage, "--target", "check")
	refused(t, cli.ExitUsage, "takes two servers", "check", "--compare", gone.URL)
	refused(t, cli.ExitUsage, "is not a valid glob", "check", "--target", gone.URL, "--only", "[")
	refused(t, cli.ExitUsage, "--header", "check", "--target", gone.URL, "--header", "none")
	refused(t, cli.ExitUsage, "was not written by --record", "check", "--compare", odd, odd)
}

func TestCheckComparesServers(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	recorded := filepath.Join(folder, "a.jsonl")
	checkedBy(t, cli.ExitOK, "--target", string(serveDemo(t).origin), "--record", recorded)
	same := checkedBy(t, cli.ExitOK, "--compare", string(serveDemo(t).origin), string(serveDemo(t).origin))
	equal(t, "differences of equals", strings.Join(same.differences(), "\n"), "")

	live := checkedBy(t, cli.ExitFailed, "--compare", string(serveDemo(t).origin), string(altered(t, serveDemo(t).origin)))
	equal(t, "differences", strings.Join(live.differences(), "\n"), alteredDifferences)
	equal(t, "examples", live.Counts.Examples, same.Counts.Examples)

	fromFile := checkedBy(t, cli.ExitFailed, "--compare", recorded, string(altered(t, serveDemo(t).origin)))
	equal(t, "differences from the file", strings.Join(fromFile.differences(), "\n"), alteredDifferences)
	equal(t, "passed from the file", fromFile.Counts.Passed, live.Counts.Passed)
	equal(t, "file against itself", checkedBy(t, cli.ExitOK, "--compare", recorded, recorded).Counts.Passed, same.Counts.Passed)
	refused(t, cli.ExitUsage, "already exists", "check", "--target", "http://127.0.0.1:1", "--record", recorded)
}

// A recording contains no secrets unless --keep-secrets is set.
func TestRecordingsHoldNoSecrets(t *testing.T) {
	t.Parallel()
	s := serveDemo(t)
	folder := t.TempDir()
	masked, kept := filepath.Join(folder, "masked"), filepath.Join(folder, "kept")
	checkedBy(t, cli.ExitOK, "--target", string(s.origin), "--record", masked, "--only", "getUserDetail", "--only", "signIn*", "--only", "updatePassword/wrong*", "--only", "getUserInfo")
	checkedBy(t, cli.ExitOK, "--target", string(s.origin), "--record", kept, "--keep-secrets", "--only", "signInByPassword")
	secret, err := os.ReadFile(masked)
	must(t, err)
	for _, word := range []string{"quartet-demo", "quartet-nobody", "not-the-old-one", democmd.Code, "eyJ", "RT-", `"AT-`} {
		if bytes.Contains(secret, []byte(word)) {
			t.Errorf("%s is in the recording", word)
		}
	}
	contains(t, string(secret), contract.Masked, `\"nickname\":\"晚秋\"`)
	open, err := os.ReadFile(kept)
	must(t, err)
	contains(t, string(open), "quartet-demo", "eyJ")
	info, err := os.Stat(masked)
	must(t, err)
	equal(t, "mode", info.Mode().Perm(), 0o600)
}

// An older server has other users, requires a header, sends failures with status 200,
// and is checked against a document of its own.
func TestCheckOfAnotherBackEnd(t *testing.T) {
	t.Parallel()
	s := serve(t, "--database", newDatabase(t), "--open-registration", "--legacy-status", "jfinal")
	s.ok(t, raw("/api/user/create", `{"username":"tao.ran","password":"violet-otter-lantern"}`))
	token := s.signIn(t, "tao.ran", "violet-otter-lantern")
	target, err := url.Parse(string(s.origin))
	must(t, err)
	forward := httputil.NewSingleHostReverseProxy(target)
	gate := httptest.NewServer(http.StripPrefix("/old", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Gate") != "open, please" {
			http.Error(w, "no", http.StatusForbidden)
			return
		}
		forward.ServeHTTP(w, r)
	})))
	defer gate.Close()
	folder := t.TempDir()
	spec, fixtures := filepath.Join(folder, "spec.yaml"), filepath.Join(folder, "fixtures.yaml")
	must(t, os.WriteFile(spec, openapi.Document, 0o600))
	must(t, os.WriteFile(fixtures, []byte(`
credentials:
  user: {token: "`+token+`"}
values:
  quartet-demo: violet-otter-lantern
  chen.yiming: 'chen-${run}'
  su.qing: 'su-${run}'
examples:
  signInByPassword/ok: {loginAccount: tao.ran}
  createUser/username_taken: {username: tao.ran}
skip:
  createUser/unsupported*: the gate answers it
`), 0o600))
	c := checkedBy(t, cli.ExitOK, "--target", gate.URL+"/old", "--header", "X-Gate: open, please", "--spec", spec, "--fixtures", fixtures,
		"--legacy-status", "jfinal", "--only", "signInByPassword", "--only", "createUser/[nou]*", "--only", "getUserDetail/unauth*", "--only", "getUserDetail/user_not_found")
	equal(t, "differences", strings.Join(c.differences(), "\n"), "")
	if c.Counts.Passed < 10 {
		t.Errorf("only %d passed", c.Counts.Passed)
	}
	wrong := checkedBy(t, cli.ExitUsage, "--target", gate.URL+"/old", "--header", "X-Gate: open, please", "--only", "getUserDetail/ok")
	equal(t, "without fixtures", strings.Join(wrong.differences(), "\n"),
		"getUserDetail/ok credentials: documented a token at /Jwt of signInByPassword, got status 200")
}

// A demonstration is as before after a check of any examples that change it.
func TestCheckResetsTheDemonstration(t *testing.T) {
	t.Parallel()
	target := string(serveDemo(t).origin)
	for range 2 {
		checkedBy(t, cli.ExitOK, "--target", target, "--only", "createUser/ok")
	}
}

// The demonstration's fixtures say nothing of another document.
func TestCheckOfAnotherDocumentWithoutFixtures(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer x" {
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	defer server.Close()
	spec := filepath.Join(t.TempDir(), "own.yaml")
	must(t, os.WriteFile(spec, []byte(`
openapi: 3.0.3
info: {title: Notes, version: '1'}
security: [{bearer: []}]
paths: {/notes: {get: {responses: {'200': {description: notes}}}}}
components: {securitySchemes: {bearer: {type: http, scheme: bearer}}}
`), 0o600))
	none := checkedBy(t, cli.ExitUsage, "--target", server.URL, "--spec", spec)
	equal(t, "reason", none.Results[0].Reason, "the fixtures have no credentials")
	checkedBy(t, cli.ExitOK, "--target", server.URL, "--spec", spec, "--header", "Authorization: Bearer x")
}

func TestCheckPrintsJSONThatScriptsRead(t *testing.T) {
	t.Parallel()
	out := done(t, "check", "--json", "--target", string(serveDemo(t).origin), "--only", "getHealth/ok")
	var read map[string]any
	must(t, json.Unmarshal([]byte(out), &read))
	equal(t, "counts", fmt.Sprint(read["counts"]), "map[differ:0 differences:0 examples:1 passed:1 skipped:0]")
}
