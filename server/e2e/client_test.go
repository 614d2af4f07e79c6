package e2e

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"quartet/openapi/check/contract"
)

// origin is where a server is reached.
type origin string

// answer is what came back; JSON objects are decoded into body.
type answer struct {
	contract.Answer
	body map[string]any
}

var client = http.Client{
	Transport:     &http.Transport{MaxIdleConnsPerHost: 256},
	Timeout:       patience,
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

func (o origin) try(ctx context.Context, r contract.Request) (answer, error) {
	return o.tryThrough(ctx, &client, r)
}

func (o origin) tryThrough(ctx context.Context, client *http.Client, r contract.Request) (answer, error) {
	made, err := http.NewRequestWithContext(ctx, r.Method, string(o)+r.Target(), strings.NewReader(r.Body))
	if err != nil {
		return answer{}, err
	}
	made.Header = r.Header
	got, err := client.Do(made)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = got.Body.Close() }()
	text, err := io.ReadAll(got.Body)
	a := answer{Answer: contract.Answer{Status: got.StatusCode, Header: got.Header, Text: string(text)}}
	_ = json.Unmarshal(text, &a.body) // not all answers are JSON objects
	return a, err
}

// send gives the answer, or an empty one with the test failed: it may be called
// by any goroutine.
func (o origin) send(t testing.TB, r contract.Request) answer {
	t.Helper()
	a, err := o.try(t.Context(), r)
	if err != nil {
		t.Errorf("%s %s: %v", r.Method, r.Path, err)
	}
	return a
}

// ok sends what must be answered 200.
func (o origin) ok(t *testing.T, r contract.Request) answer {
	t.Helper()
	return expect(t, o.send(t, r), http.StatusOK)
}

func expect(t *testing.T, got answer, status int) answer {
	t.Helper()
	if got.Status != status {
		t.Fatalf("status %d, want %d: %s", got.Status, status, got.Text)
	}
	return got
}

// refused is an answer that must have the status and be the dialect's envelope.
func refused(t testing.TB, dialect string, got answer, status int) {
	t.Helper()
	if got.Status != status {
		t.Errorf("status %d, want %d: %s", got.Status, status, got.Text)
		return
	}
	if err := loadedContract(t).CheckFailure(dialect, got.Answer); err != nil {
		t.Errorf("not the envelope of %s: %v: %s", dialect, err, got.Text)
	}
}

var loadContract = sync.OnceValues(contract.Load)

func loadedContract(t testing.TB) contract.Contract {
	t.Helper()
	loaded, err := loadContract()
	must(t, err)
	return loaded
}

func get(path string, header ...string) contract.Request {
	return with(contract.Request{Method: http.MethodGet, Path: path}, header)
}

func post(path string, header ...string) contract.Request {
	return with(contract.Request{Method: http.MethodPost, Path: path}, header)
}

func postJSON(path, body string, header ...string) contract.Request {
	return with(contract.Request{Method: http.MethodPost, Path: path, Body: body}, append(header, "Content-Type", contract.MediaJSON))
}

func postForm(path string, fields url.Values, header ...string) contract.Request {
	return with(contract.Request{Method: http.MethodPost, Path: path, Body: fields.Encode()}, append(header, "Content-Type", contract.MediaForm))
}

func with(r contract.Request, header []string) contract.Request {
	r = r.Clone()
	if r.Header == nil {
		r.Header = http.Header{}
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return r
}

// atOnce runs n calls that all wait for each other before they start, and gives
// their answers.
func atOnce(n int, call func(i int) answer) []answer {
	answers := make([]answer, n)
	var ready, all sync.WaitGroup
	ready.Add(n)
	for i := range n {
		all.Go(func() {
			ready.Done()
			ready.Wait()
			answers[i] = call(i)
		})
	}
	all.Wait()
	return answers
}

// statuses counts the answers of each status.
func statuses(answers []answer) map[int]int {
	counted := map[int]int{}
	for _, a := range answers {
		counted[a.Status]++
	}
	return counted
}

// text reads a text within an answer: data.accessToken.value.
func text(a answer, path string) string {
	var value any = a.body
	for _, name := range strings.Split(path, ".") {
		members, _ := value.(map[string]any)
		value = members[name]
	}
	found, _ := value.(string)
	return found
}
