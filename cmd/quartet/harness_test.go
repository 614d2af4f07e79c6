package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"quartet/cmd/quartet/internal/cli"
	"quartet/cmd/quartet/proctest"
)

// patience is the time limit of waiting for something that must happen. Tests do not
// depend on how soon it does.
const patience = time.Minute

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func contains(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q is missing in:\n%s", part, text)
		}
	}
}

// newDatabase names an SQLite file of the test's own that does not exist yet.
func newDatabase(t *testing.T) string {
	t.Helper()
	return "sqlite:" + filepath.Join(t.TempDir(), "data", "quartet.db")
}

// ran is what a command left behind.
type ran struct {
	code      int
	out, errs string
}

// command runs the program to its end.
func command(t *testing.T, args ...string) ran {
	t.Helper()
	return commandWith(t, "", args...)
}

func commandWith(t *testing.T, input string, args ...string) ran {
	t.Helper()
	var out, errs bytes.Buffer
	code := run(t.Context(), args, strings.NewReader(input), &out, &errs)
	return ran{code: code, out: out.String(), errs: errs.String()}
}

// done runs a command that must succeed.
func done(t *testing.T, args ...string) string {
	t.Helper()
	result := command(t, args...)
	if result.code != cli.ExitOK || result.errs != "" {
		t.Fatalf("%s: exit code %d: %s", strings.Join(args, " "), result.code, result.errs)
	}
	return result.out
}

// refused runs a command that must fail with code and say text.
func refused(t *testing.T, code int, text string, args ...string) {
	t.Helper()
	result := command(t, args...)
	if result.code != code || !strings.Contains(result.errs, text) {
		t.Errorf("%s: exit code %d, want %d and %q: %s", strings.Join(args, " "), result.code, code, text, result.errs)
	}
}

var (
	listening      = regexp.MustCompile(`listening[" ,]+address["=:]+([0-9.:]+)`)
	administration = regexp.MustCompile(`listening for administration[" ,]+address["=:]+([0-9.:]+)`)
)

// adminOf is the listener for administration that a server's log names, and main where it
// has none.
func adminOf(log *proctest.Transcript, main origin) origin {
	if found := administration.FindStringSubmatch(log.String()); found != nil {
		return origin("http://" + found[1])
	}
	return main
}

// running is a program that serves, inside this process.
type running struct {
	origin
	admin     origin // of administration
	out, errs *proctest.Transcript
	stop      context.CancelFunc // what the first signal does
	ended     chan struct{}
	code      int // once ended is closed
}

// serve starts the program on a free port and stops it with the test.
func serve(t *testing.T, args ...string) *running {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	s := &running{out: proctest.NewTranscript(), errs: proctest.NewTranscript(), stop: stop, ended: make(chan struct{})}
	go func() {
		defer close(s.ended)
		s.code = run(ctx, append([]string{"serve", "--addr", "127.0.0.1:0"}, args...), strings.NewReader(""), s.out, s.errs)
	}()
	t.Cleanup(func() { s.end(t) })
	s.origin = origin("http://" + s.errs.Await(t, listening, s.ended))
	s.admin = adminOf(s.errs, s.origin)
	return s
}

// serveDemo starts a demonstration on a database of its own.
func serveDemo(t *testing.T) *running {
	t.Helper()
	return serve(t, "--demo", "--database", newDatabase(t))
}

// end stops the program as a signal does, and waits for it.
func (s *running) end(t *testing.T) {
	t.Helper()
	s.stop()
	select {
	case <-s.ended:
		equal(t, "exit code", s.code, cli.ExitOK)
	case <-time.After(patience):
		t.Error("the program does not end")
	}
}

// origin is where a server is reached.
type origin string

// call is a request to make. A body is sent as kind.
type call struct {
	method, path string
	header       map[string]string
	kind, body   string
}

const (
	asForm = "application/x-www-form-urlencoded"
	asJSON = "application/json"
)

// form and raw are calls by POST.
func form(path string, values url.Values) call {
	return call{method: http.MethodPost, path: path, kind: asForm, body: values.Encode()}
}

func raw(path, body string) call {
	return call{method: http.MethodPost, path: path, kind: asJSON, body: body}
}

func get(path string) call { return call{method: http.MethodGet, path: path} }

func post(path string) call { return call{method: http.MethodPost, path: path} }

// with adds a header.
func (c call) with(name, value string) call {
	header := map[string]string{}
	for n, v := range c.header {
		header[n] = v
	}
	header[name] = value
	c.header = header
	return c
}

// reply is what came back; JSON is decoded into body.
type reply struct {
	status int
	header http.Header
	text   string
	body   map[string]any
}

func (o origin) do(t *testing.T, c call) reply {
	t.Helper()
	r, err := o.try(t.Context(), c)
	must(t, err)
	return r
}

func (o origin) try(ctx context.Context, c call) (reply, error) {
	request, err := http.NewRequestWithContext(ctx, c.method, string(o)+c.path, strings.NewReader(c.body))
	if err != nil {
		return reply{}, err
	}
	if c.kind != "" {
		request.Header.Set("Content-Type", c.kind)
	}
	for name, value := range c.header {
		request.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return reply{}, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	r := reply{status: response.StatusCode, header: response.Header, text: string(text)}
	_ = json.Unmarshal(text, &r.body) // not all answers are JSON objects
	return r, err
}

// ok makes a call that must answer 200.
func (o origin) ok(t *testing.T, c call) reply {
	t.Helper()
	r := o.do(t, c)
	if r.status/100 != 2 {
		t.Fatalf("%s %s answers %d: %s", c.method, c.path, r.status, r.text)
	}
	return r
}

// signIn gives a JWT.
func (o origin) signIn(t *testing.T, name, password string) string {
	t.Helper()
	r := o.ok(t, form("/api/user/login", url.Values{"loginAccount": {name}, "password": {password}}))
	return r.body["Jwt"].(string)
}
