package main

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"quartet/cmd/quartet/proctest"
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
	program := proctest.Build(t)
	o := options{
		Program: program, Work: folder, Rounds: 1, Duration: 10 * time.Millisecond,
		Users: writeLimit, sessions: 1000, sizes: []int{100, 200}, log: 1 << 20,
	}
	r, err := measureAll(t.Context(), o)
	must(t, err)
	var printed strings.Builder
	must(t, r.publish(&printed, folder))
	tables, err := os.ReadFile(filepath.Join(folder, "results.md"))
	must(t, err)
	if text := string(tables); !strings.Contains(text, "| what |") || !strings.Contains(text, "| RSS idle (anonymous) |") {
		t.Errorf("the tables are\n%s", text)
	}
	for _, c := range cases() {
		if !strings.Contains(printed.String(), "bench "+c.name+" users=") {
			t.Errorf("%s is not among the lines", c.name)
		}
	}
	for _, want := range []string{"bench read-during-sign-ins server-kept ", "bench growth users=200,cold-us ", "bench growth users=200,idle-anonymous-mb "} {
		if !strings.Contains(printed.String(), want) {
			t.Errorf("no line begins with %q:\n%s", want, printed.String())
		}
	}
	for _, g := range r.Growth {
		if g.Log < o.log || g.KilledStart == 0 || g.Disk == 0 || g.WarmCPU == 0 || g.Cold == 0 {
			t.Errorf("growth is not measured: %+v", g)
		}
		if runtime.GOOS == "linux" && (g.AnonymousIdle <= 0 || g.AnonymousIdle >= g.MemoryIdle || g.Anonymous <= 0 || g.Anonymous >= g.Memory) {
			t.Errorf("the anonymous memory is not a part of the resident memory: %+v", g)
		}
	}
	var read results
	text, err := os.ReadFile(filepath.Join(folder, "results.json"))
	must(t, err)
	must(t, json.Unmarshal(text, &read))
	if len(read.Comparisons) != len(r.Comparisons) || read.Comparisons[0].Ratio.Median <= 0 {
		t.Errorf("results.json holds %+v", read.Comparisons)
	}
	svg, err := os.ReadFile(filepath.Join(folder, "results.svg"))
	must(t, err)
	if bars := barWidths(t, string(svg)); len(bars) != len(cases())+2 { // two of them also in the largest database
		t.Errorf("the picture has bars of the widths %v", bars)
	}
}

func TestNoBarOfThePictureIsClipped(t *testing.T) {
	t.Parallel()
	var r results
	for _, ratio := range []float64{0.5, 2, 40} {
		r.Comparisons = append(r.Comparisons, comparison{Case: "read", Clients: pictureClients, Ratio: spread{Median: ratio, Low: ratio, High: ratio + 20}})
	}
	svg, err := r.picture()
	must(t, err)
	bars := barWidths(t, svg) // from the bottom
	if len(bars) != 3 || !(math.Abs(bars[0]/bars[1]-20) < 0.1) || !(math.Abs(bars[1]/bars[2]-4) < 0.1) {
		t.Errorf("bars of the ratios 40, 2 and 0.5 are %v wide", bars)
	}
}

// barWidths are of all paths in the bars' colour.
func barWidths(t *testing.T, svg string) (widths []float64) {
	t.Helper()
	for decoder := xml.NewDecoder(strings.NewReader(svg)); ; {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return widths
		}
		must(t, err)
		element, ok := token.(xml.StartElement)
		if !ok || element.Name.Local != "path" || !strings.Contains(fmt.Sprint(element.Attr), "fill:#2F81C7") {
			continue
		}
		var left, right, y float64
		if _, err := fmt.Sscanf(element.Attr[0].Value, "M%f,%fL%f,%fL%f", &left, &y, &left, &y, &right); err != nil {
			t.Fatalf("%v: %v", element.Attr, err)
		}
		widths = append(widths, right-left)
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
		benchCase: benchCase{limit: 100, status: http.StatusOK, request: func(call) []byte { return get("/here", "") }},
		target:    &target{process: &process{address: server.Listener.Addr().String()}},
		progress:  new(progress), clients: 4, duration: time.Minute,
	}
	found, err := l.run(t.Context())
	must(t, err)
	if found.requests != 100 || arrived.Load() != 100 || connected.Load() != 4 {
		t.Errorf("%d requests counted, %d arrived over %d connections, want 100, 100 and 4", found.requests, arrived.Load(), connected.Load())
	}
	l.status = http.StatusTeapot
	if _, err := l.run(t.Context()); err == nil || !strings.Contains(err.Error(), "status 200, not 418: /here") {
		t.Errorf("a wrong status gives %v", err)
	}
}

func TestRatiosAreTakenWithinRounds(t *testing.T) {
	t.Parallel()
	var p pairs
	for _, rates := range [][2]float64{{50, 100}, {300, 100}, {90, 100}, {10, 100}} {
		p[0], p[1] = append(p[0], measurement{PerSecond: rates[0]}), append(p[1], measurement{PerSecond: rates[1]})
	}
	if p.ratio() != (spread{Median: 0.7, Low: 0.1, High: 3}) || medians(p[0]).PerSecond != 70 {
		t.Errorf("the ratio is %+v, the medians are %+v", p.ratio(), medians(p[0]))
	}
}

func TestTheSameJSONInAnotherOrderIsTheSameAnswer(t *testing.T) {
	t.Parallel()
	if !sameAnswer([]byte(`{"a":1,"b":[1,2]}`), []byte(`{"b":[1,2],"a":1}`)) || sameAnswer([]byte(`{"b":[1,2]}`), []byte(`{"b":[2,1]}`)) || sameAnswer(nil, nil) {
		t.Error("answers are compared wrongly")
	}
}
