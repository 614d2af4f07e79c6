package traffic_test

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"quartet/openapi/check/contract"
	"quartet/openapi/check/replay"
	"quartet/openapi/check/traffic"
)

const notes = `
openapi: 3.1.0
info: {title: Notes, version: '1'}
servers: [{url: 'https://example.com/api/v1'}]
paths:
  /notes/{id}:
    get:
      operationId: getNote
      x-answer-rules: [{at: /id, equals: $request.path.id}]
      parameters:
        - {name: id, in: path, required: true, schema: {type: integer}}
        - {name: size, in: query, schema: {type: integer}}
      responses:
        '200':
          description: a note
          content:
            application/json:
              example: {id: 1, text: hello, kind: short}
              schema:
                type: object
                properties: {id: {type: integer}, text: {type: string}, kind: {type: string, enum: [short, long]}, token: {type: string}}
    put:
      operationId: putNote
      parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
      requestBody:
        content:
          application/json:
            schema: {type: object, required: [text], properties: {text: {type: string}, kind: {type: string, enum: [short, long]}}}
      responses:
        '204': {description: kept}
`

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// between starts a server and a proxy to it, which records.
func between(t *testing.T, server http.HandlerFunc) (proxy *traffic.Proxy, address string, recorded *[]replay.Exchange) {
	t.Helper()
	target := httptest.NewServer(server)
	t.Cleanup(target.Close)
	proxy, address, recorded = toTarget(t, target.URL)
	return proxy, address, recorded
}

func toTarget(t *testing.T, target string) (proxy *traffic.Proxy, address string, recorded *[]replay.Exchange) {
	t.Helper()
	spec, err := contract.Read([]byte(notes))
	must(t, err)
	where, err := url.Parse(target)
	must(t, err)
	recorded = &[]replay.Exchange{}
	proxy, err = traffic.New(spec, where, nil, func(e replay.Exchange) error {
		*recorded = append(*recorded, proxy.Shaped(e))
		return nil
	})
	must(t, err)
	listening := httptest.NewServer(proxy)
	t.Cleanup(listening.Close)
	return proxy, listening.URL, recorded
}

func get(t *testing.T, address string) (status int, body string) {
	t.Helper()
	response, err := http.Get(address)
	must(t, err)
	text, err := io.ReadAll(response.Body)
	must(t, errors.Join(err, response.Body.Close()))
	return response.StatusCode, string(text)
}

// reported waits until the proxy has judged so many exchanges: it does so when the client has
// the answer already.
func reported(t *testing.T, proxy *traffic.Proxy, exchanges int) (r traffic.Report, lines string) {
	t.Helper()
	for r = proxy.Report(); r.Exchanges < exchanges && t.Context().Err() == nil; r = proxy.Report() {
		time.Sleep(time.Millisecond)
	}
	var all []string
	for _, f := range r.Findings {
		all = append(all, fmt.Sprintf("%d× %s %s %s", f.Times, f.Operation, f.Of, f.Difference))
	}
	return r, strings.Join(all, "\n")
}

func answer(w http.ResponseWriter, text string) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, text)
}

func TestFindingsAndRecordsHoldShapesAlone(t *testing.T) {
	proxy, address, recorded := between(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		answer(w, `{"id":13800138000,"text":"林晚秋 demo@example.com","kind":"short","token":"AT-1-c2FtcGxlLW9ubHktYWNjZXNzLXRva2Vu","mood":"gloomy"}`)
	})
	get(t, address+"/api/v1/notes/7?size=many")
	request, err := http.NewRequest(http.MethodPut, address+"/notes/7", strings.NewReader(`{"kind":"谢绝","password":"violet"}`))
	must(t, err)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer secret-of-mine")
	response, err := http.DefaultClient.Do(request)
	must(t, errors.Join(err, response.Body.Close()))

	for _, sent := range [][2]string{{"text/plain", "hello"}, {"", ""}, {"application/json", "{"}} {
		request, err := http.NewRequest(http.MethodPut, address+"/notes/7", strings.NewReader(sent[1]))
		must(t, err)
		request.Header.Set("Content-Type", sent[0])
		response, err := http.DefaultClient.Do(request)
		must(t, errors.Join(err, response.Body.Close()))
	}

	_, lines := reported(t, proxy, 5)
	if want := `1× getNote request query size: documented integer, got an invalid integer
1× getNote answer /mood: documented no such key, got key mood: "aaaaaa"
1× getNote answer /id: documented the value of $request.path.id, got 10000000000
1× putNote request /text: documented key text, got no such key
1× putNote request /kind: documented one of [short long], got "字字"
1× putNote request content type: documented application/json, got "text/plain"
1× putNote request body: documented application/json, got malformed`; lines != want {
		t.Errorf("got\n%s\nwant\n%s", lines, want)
	}
	text, err := json.Marshal(recorded)
	must(t, err)
	for _, word := range []string{"13800138000", "晚秋", "example.com", "c2FtcGxl", "gloomy", "many", "violet", "secret-of-mine", "谢绝"} {
		if strings.Contains(string(text), word) || strings.Contains(lines, word) {
			t.Errorf("%s is in the record", word)
		}
	}
	if want := `{"id":10000000000,"kind":"short","mood":"aaaaaa","text":"字字字 aaaa@aaaaaaa.aaa","token":"***"}`; (*recorded)[0].Answer.Body != want {
		t.Errorf("got %s, want %s", (*recorded)[0].Answer.Body, want)
	}
	if got := (*recorded)[0].Request.Target; got != "/notes/{id}?size=aaaa" {
		t.Errorf("target %s", got)
	}
}

// A failure may have the status 200: what it refuses is no request that was accepted.
func TestARefusedRequestIsNoFindingUnderLegacyStatus(t *testing.T) {
	spec, err := contract.Load()
	must(t, err)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json;charset=utf-8")
		_, _ = io.WriteString(w, `{"state":"fail","code":400,"message":"参数不正确"}`)
	}))
	defer server.Close()
	target, err := url.Parse(server.URL)
	must(t, err)
	proxy, err := traffic.New(spec, target, []string{"jfinal"}, nil)
	must(t, err)
	listening := httptest.NewServer(proxy)
	defer listening.Close()
	response, err := http.Post(listening.URL+"/api/user/login", contract.MediaJSON, strings.NewReader("{}"))
	must(t, errors.Join(err, response.Body.Close()))
	if _, lines := reported(t, proxy, 1); lines != "" {
		t.Error(lines)
	}
}

func TestUnknownPathsAreCounted(t *testing.T) {
	proxy, address, _ := between(t, func(w http.ResponseWriter, _ *http.Request) { answer(w, "{}") })
	for _, path := range []string{"/users/13800138000", "/users/13900139000", "/users/%E6%9E%97", "/assets/index-4f3a2b.js", "/v2/users"} {
		get(t, address+path)
	}
	for _, method := range []string{http.MethodOptions, http.MethodHead} {
		request, err := http.NewRequest(method, address+"/notes/1", nil)
		must(t, err)
		response, err := http.DefaultClient.Do(request)
		must(t, errors.Join(err, response.Body.Close()))
	}
	r, lines := reported(t, proxy, 0)
	if got, want := fmt.Sprint(r.Unknown), "[{GET /users/{…} 3} {GET /assets/{…}.js 1} {GET /v2/users 1}]"; got != want || lines != "" {
		t.Errorf("got %s, want %s; %s", got, want, lines)
	}
	if got := fmt.Sprint(r.NotJudged); got != "map[HEAD:1 OPTIONS:1]" {
		t.Error(got)
	}
}

func TestATargetThatIsDownIs502AndOneDifference(t *testing.T) {
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	proxy, address, _ := toTarget(t, gone.URL)
	for range 3 {
		if status, body := get(t, address+"/notes/1"); status != http.StatusBadGateway || !strings.Contains(body, "cannot be reached") {
			t.Errorf("%d %s", status, body)
		}
	}
	if _, lines := reported(t, proxy, 3); lines != "3× getNote answer answer: documented an answer, got the server cannot be reached" {
		t.Error(lines)
	}
}

func TestCompressedAnswersAreRead(t *testing.T) {
	for name, c := range map[string]struct {
		send func(http.ResponseWriter)
		want string
	}{
		"gzip": {func(w http.ResponseWriter) {
			w.Header().Set("Content-Encoding", "gzip")
			w.Header().Set("Content-Type", "application/json")
			packed := gzip.NewWriter(w)
			_, _ = io.WriteString(packed, `{"id":"1"}`)
			_ = packed.Close()
		}, `1× getNote answer /id: documented integer, got "0"`},
		"none as gzip": {func(w http.ResponseWriter) {
			w.Header().Set("Content-Encoding", "gzip")
			answer(w, `{"id":"1"}`)
		}, "1× getNote answer body: documented gzip, as Content-Encoding says, got gzip: invalid header"},
	} {
		proxy, address, _ := between(t, func(w http.ResponseWriter, r *http.Request) {
			if got := r.Header.Get("Accept-Encoding"); got != "gzip" {
				t.Errorf("the server is asked for %q", got)
			}
			c.send(w)
		})
		request, err := http.NewRequest(http.MethodGet, address+"/notes/1", nil)
		must(t, err)
		request.Header.Set("Accept-Encoding", "br, gzip, zstd")
		response, err := http.DefaultClient.Do(request)
		must(t, err)
		if got := response.Header.Get("Content-Encoding"); got != "gzip" {
			t.Errorf("the client gets %q", got)
		}
		_, _ = io.Copy(io.Discard, response.Body)
		must(t, response.Body.Close())
		if _, lines := reported(t, proxy, 1); lines != c.want {
			t.Errorf("%s: %s", name, lines)
		}
	}
}

// Clients such as curl send headers and body apart, and servers may answer in parts: every
// answer arrives whole.
func TestRequestsAndAnswersInPartsArriveWhole(t *testing.T) {
	proxy, address, _ := between(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", "2")
		w.(http.Flusher).Flush()
		_, _ = io.WriteString(w, "{}")
	})
	const times = 100
	for range times {
		connection, err := net.Dial("tcp", strings.TrimPrefix(address, "http://"))
		must(t, err)
		for _, part := range []string{"PUT /notes/7 HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 14\r\n\r\n", `{"text":"tea"}`} {
			_, err = io.WriteString(connection, part)
			must(t, err)
		}
		response, err := http.ReadResponse(bufio.NewReader(connection), nil)
		must(t, err)
		if body, err := io.ReadAll(response.Body); err != nil || string(body) != "{}" {
			t.Fatalf("%q %v", body, err)
		}
		must(t, connection.Close())
	}
	if _, lines := reported(t, proxy, times); lines != fmt.Sprintf("%d× putNote answer status: documented 204, got 200", times) {
		t.Error(lines)
	}
}

// What is large, endless or no HTTP any more passes through while the proxy keeps next to
// nothing of it.
func TestLargeBodiesAndStreamsPassThrough(t *testing.T) {
	const large = 40 << 20
	more := make(chan struct{})
	proxy, address, _ := between(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/notes/1": // larger than what is kept
			n, _ := io.Copy(io.Discard, r.Body)
			w.Header().Set("X-Received", fmt.Sprint(n))
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.CopyN(w, zeros{}, large)
		case "/notes/2": // events
			w.Header().Set("Content-Type", "text/event-stream")
			_, _ = io.WriteString(w, "data: 1\n\n")
			w.(http.Flusher).Flush()
			<-more
			_, _ = io.WriteString(w, "data: 2\n\n")
		case "/notes/3": // a web socket that says everything again
			connection, buffered, err := w.(http.Hijacker).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			defer connection.Close()
			_, _ = io.WriteString(connection, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
			line, _ := buffered.ReadString('\n')
			_, _ = io.WriteString(connection, line)
		}
	})
	request, err := http.NewRequest(http.MethodPut, address+"/notes/1", io.LimitReader(zeros{}, large))
	must(t, err)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	must(t, err)
	n, err := io.Copy(io.Discard, response.Body)
	must(t, errors.Join(err, response.Body.Close()))
	if received := response.Header.Get("X-Received"); n != large || received != fmt.Sprint(large) {
		t.Errorf("%d bytes back, %s there", n, received)
	}

	events, err := http.Get(address + "/notes/2")
	must(t, err)
	lines := bufio.NewReader(events.Body)
	if line, err := lines.ReadString('\n'); err != nil || line != "data: 1\n" {
		t.Errorf("%q %v", line, err)
	}
	close(more) // the first event was there before the second was sent
	_, err = io.Copy(io.Discard, lines)
	must(t, errors.Join(err, events.Body.Close()))

	socket, err := net.Dial("tcp", strings.TrimPrefix(address, "http://"))
	must(t, err)
	_, err = io.WriteString(socket, "GET /notes/3 HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
	must(t, err)
	reader := bufio.NewReader(socket)
	upgraded, err := http.ReadResponse(reader, nil)
	must(t, err)
	_, err = io.WriteString(socket, "hello\n")
	must(t, err)
	if line, _ := reader.ReadString('\n'); upgraded.StatusCode != http.StatusSwitchingProtocols || line != "hello\n" {
		t.Errorf("%d %q", upgraded.StatusCode, line)
	}
	must(t, socket.Close())
	r, found := reported(t, proxy, 0)
	if got := fmt.Sprint(r.NotJudged); got != "map[streams:2 too large:1]" || found != "" {
		t.Errorf("%s %s", got, found)
	}
}

type zeros struct{}

func (zeros) Read(to []byte) (int, error) {
	clear(to)
	return len(to), nil
}
