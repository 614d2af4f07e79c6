package main

import (
	"bufio"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// This program is the reference as well, also when it is a test.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == referenceCommand {
		if err := run(os.Args[1:]); err != nil {
			os.Stderr.WriteString(err.Error())
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// Every case runs against the real server and the reference, answers as it must,
// and ends up in the results; so does growth.
func TestBenchEndToEnd(t *testing.T) {
	if testing.Short() {
		t.Skip("builds and runs the program")
	}
	folder := t.TempDir()
	program := filepath.Join(folder, "quartet")
	built, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, "quartet/cmd/quartet").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, built)
	}
	o := options{
		program: program, work: folder, rounds: 1, duration: 10 * time.Millisecond,
		users: 100, sessions: 1000, sizes: []int{100, 200}, log: 1 << 20,
	}
	r, err := measureAll(t.Context(), o)
	must(t, err)
	var printed strings.Builder
	page := filepath.Join(folder, "README.md")
	must(t, os.WriteFile(page, []byte("# Page\n"+tableBegin+"old\n"+tableEnd+"\nend\n"), 0o600))
	must(t, r.publish(&printed, folder))
	pasted, err := os.ReadFile(page)
	must(t, err)
	if text := string(pasted); !strings.HasPrefix(text, "# Page\n") || !strings.HasSuffix(text, "\nend\n") || strings.Contains(text, "old") || !strings.Contains(text, "| what |") {
		t.Errorf("the page is\n%s", text)
	}
	for _, c := range cases() {
		if !strings.Contains(printed.String(), "bench "+c.name+" users=") {
			t.Errorf("%s is not among the lines", c.name)
		}
	}
	for _, want := range []string{"bench read-during-sign-ins server-kept ", "bench growth users=200,cold-us "} {
		if !strings.Contains(printed.String(), want) {
			t.Errorf("no line begins with %q:\n%s", want, printed.String())
		}
	}
	for _, g := range r.Growth {
		if g.Log < o.log || g.KilledStart == 0 || g.Disk == 0 {
			t.Errorf("growth is not measured: %+v", g)
		}
	}
	var read results
	text, err := os.ReadFile(filepath.Join(folder, "results.json"))
	must(t, err)
	must(t, json.Unmarshal(text, &read))
	if len(read.Comparisons) != len(r.Comparisons) || read.Comparisons[0].Ratio.Median <= 0 {
		t.Errorf("results.json holds %+v", read.Comparisons)
	}
	requireXML(t, filepath.Join(folder, "results.svg"))
}

func requireXML(t *testing.T, path string) {
	t.Helper()
	file, err := os.Open(path)
	must(t, err)
	defer file.Close()
	for decoder := xml.NewDecoder(bufio.NewReader(file)); ; {
		if _, err := decoder.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

func TestLoadSendsAsManyAsItMay(t *testing.T) {
	t.Parallel()
	var arrived, connected atomic.Int64
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		arrived.Add(1)
		_, _ = io.WriteString(w, r.URL.Path)
	}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connected.Add(1)
		}
	}
	server.Start()
	defer server.Close()
	l := load{
		address: server.Listener.Addr().String(), clients: 4, duration: time.Minute, limit: 100, status: http.StatusOK,
		request: func(int) []byte { return get("/here", "") },
	}
	found, err := l.run(t.Context())
	must(t, err)
	if found.Requests != 100 || arrived.Load() != 100 || connected.Load() != 4 {
		t.Errorf("%d requests counted, %d arrived over %d connections, want 100, 100 and 4", found.Requests, arrived.Load(), connected.Load())
	}
	l.status = http.StatusTeapot
	if _, err := l.run(t.Context()); err == nil || !strings.Contains(err.Error(), "status 200, not 418: /here") {
		t.Errorf("a wrong status gives %v", err)
	}
}

func TestSummaryIsOfMedians(t *testing.T) {
	t.Parallel()
	c := newCollection(1000)
	for _, rates := range [][2]float64{{50, 100}, {300, 100}, {90, 100}, {10, 100}} {
		c.add(benchCase{name: "read"}, 8, [2]sample{{Rate: rates[0]}, {Rate: rates[1]}})
	}
	made := c.summary()
	if len(made) != 1 || made[0].Ratio != (spread{Median: 0.7, Low: 0.1, High: 3}) || made[0].Server.PerSecond != 70 {
		t.Errorf("the summary is %+v", made)
	}
}

func TestTheSameJSONInAnotherOrderIsTheSameAnswer(t *testing.T) {
	t.Parallel()
	if !sameAnswer([]byte(`{"a":1,"b":[1,2]}`), []byte(`{"b":[1,2],"a":1}`)) || sameAnswer([]byte(`{"b":[1,2]}`), []byte(`{"b":[2,1]}`)) || sameAnswer(nil, nil) {
		t.Error("answers are compared wrongly")
	}
}
