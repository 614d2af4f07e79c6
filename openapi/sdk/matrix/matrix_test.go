package matrix

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"quartet/cmd/quartet/proctest"
)

var update = flag.Bool("update", false, "rewrite the tables of README.md and README.zh-CN.md")

var allLanguages = []string{"typescript", "java", "kotlin", "go", "python", "rust", "php", "ruby"}

// TestMatrix runs the rows one after the other. Without QUARTET_MATRIX it is skipped, since it
// needs more than Go; QUARTET_MATRIX=all runs all languages, QUARTET_MATRIX=typescript,java some.
func TestMatrix(t *testing.T) {
	chosen := os.Getenv("QUARTET_MATRIX")
	if chosen == "" {
		t.Skip("to run this, use make sdk-matrix, or set QUARTET_MATRIX=all")
	}
	languages := choose(t, chosen)
	d := startDemonstration(t)
	ran := map[string]result{}
	for _, language := range languages {
		t.Run(language, func(t *testing.T) {
			if command, how := missing(t, language); command != "" {
				if os.Getenv("CI") == "true" {
					t.Fatalf("%s is missing", command)
				}
				t.Skipf("skipped: %s, since %s is missing. To run it: %s", language, command, how)
			}
			all := rows(t, language)
			if len(all) == 0 {
				t.Error("no rows")
			}
			for _, row := range all {
				t.Run(filepath.Base(row), func(t *testing.T) {
					began := time.Now()
					ran[row] = run(t, d, row)
					t.Logf("%s: %s, in %.0f s", row, ran[row], time.Since(began).Seconds())
				})
			}
		})
	}
	if !t.Failed() || *update {
		for _, page := range pages {
			page.check(t, ran)
		}
	}
}

// choose gives the languages that QUARTET_MATRIX names.
func choose(t *testing.T, chosen string) []string {
	t.Helper()
	if chosen == "all" {
		return allLanguages
	}
	languages := strings.Split(chosen, ",")
	for _, language := range languages {
		if !slices.Contains(allLanguages, language) {
			t.Fatalf("there is no language %q, only all, %s", language, strings.Join(allLanguages, ", "))
		}
	}
	return languages
}

// rows lists the rows of a language, by the names of their folders.
func rows(t *testing.T, language string) []string {
	t.Helper()
	scripts, err := filepath.Glob(filepath.Join(language, "*", "row.sh"))
	must(t, err)
	for i, script := range scripts {
		scripts[i] = filepath.Dir(script)
	}
	return scripts
}

// missing gives the first command of a language's file tools that is not installed, and the way to it.
func missing(t *testing.T, language string) (command, how string) {
	t.Helper()
	tools, err := os.ReadFile(filepath.Join(language, "tools"))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(tools)) {
		command, how, _ := strings.Cut(strings.TrimSpace(line), " ")
		if _, err := exec.LookPath(command); command != "" && err != nil {
			return command, strings.TrimSpace(how)
		}
	}
	return "", ""
}

// result is what a row wrote.
type result struct{ version, generates, compiles, calls, failures, note, noteChinese string }

func (r result) complete() bool {
	return r.generates == "yes" && r.compiles == "yes" && r.calls == "5/5" && r.failures == "5/5"
}

func (r result) String() string {
	return "generates " + r.generates + ", compiles " + r.compiles + ", calls " + r.calls + ", failures " + r.failures
}

// run runs the row's script and reads what it wrote.
func run(t *testing.T, d demonstration, row string) result {
	t.Helper()
	proctest.Reset(t, d.url)
	folder, err := filepath.Abs(row)
	must(t, err)
	cache, err := filepath.Abs(filepath.Join("../../../bin/matrix", filepath.Dir(row)))
	must(t, err)
	work := filepath.Join(cache, "work", filepath.Base(row))
	must(t, os.RemoveAll(work))
	must(t, os.MkdirAll(work, 0o755))
	// A module of its own keeps generated Go code out of ./... of this one.
	must(t, os.WriteFile(filepath.Join(cache, "../go.mod"), []byte("module matrix\n"), 0o644))

	var out, log bytes.Buffer
	script := exec.CommandContext(t.Context(), filepath.Join(folder, "row.sh"))
	script.Dir, script.Stdout, script.Stderr = folder, &out, &log
	script.Env = append(d.environment(), "WORK="+work, "CACHE="+cache)
	failure := script.Run()
	r := read(t, out.String())
	if failure != nil {
		t.Errorf("%v, after: %s\n%s%s", failure, r, out.String(), end(log.String()))
		return r
	}
	if r.version == "" {
		t.Error("the row wrote no version")
	}
	if (r.note == "") != (r.noteChinese == "") {
		t.Errorf("one note is missing: %q, %q", r.note, r.noteChinese)
	}
	if _, err := os.Stat(filepath.Join(row, "reproduction.yaml")); !r.complete() && (r.note == "" || err != nil) {
		t.Errorf("less than all, so the row needs a note and reproduction.yaml: %s\n%s%s", r, out.String(), end(log.String()))
	}
	return r
}

// end is the last part of a log.
func end(log string) string {
	lines := slices.Collect(strings.Lines(log))
	return strings.Join(lines[max(0, len(lines)-60):], "")
}

// read reads the lines that a row wrote.
func read(t *testing.T, written string) result {
	t.Helper()
	r := result{generates: "no", compiles: "no", calls: "0/5", failures: "0/5"}
	for line := range strings.Lines(written) {
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch word {
		case "version":
			r.version = rest
		case "generates":
			r.generates = "yes"
		case "compiles":
			r.compiles = "yes"
		case "calls":
			r.calls = rest
		case "failures":
			r.failures = rest
		case "note:":
			r.note = strings.TrimSpace(r.note + " " + rest)
		case "note-zh:":
			r.noteChinese = strings.TrimSpace(r.noteChinese + " " + rest)
		default:
			t.Errorf("not a line of a row: %s", line)
		}
	}
	return r
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
