package examples

import (
	"bytes"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"quartet/cmd/quartet/proctest"
)

var (
	fence   = regexp.MustCompile("(?ms)^```(sh|text|json)\n(.*?)^```")
	address = regexp.MustCompile(`http://(127\.0\.0\.1:\d+)`)
)

// usual is where the READMEs have the demonstration.
const usual = "127.0.0.1:8080"

// quickstart is a folder and the blocks of its README.
type quickstart struct {
	folder   string
	run, try string // commands
	prints   string // what run prints, or try where it serves
	serves   string // the address in run of what it serves
}

// quickstarts lists the folders with a README.
func quickstarts(t *testing.T) (all []quickstart) {
	t.Helper()
	pages, err := filepath.Glob("*/README.md")
	must(t, err)
	for _, page := range pages {
		q := read(t, page)
		if other := read(t, strings.Replace(page, ".md", ".zh-CN.md", 1)); other != q {
			t.Errorf("%s: the blocks in Chinese are %+v, want %+v", q.folder, other, q)
		}
		all = append(all, q)
	}
	if len(all) == 0 {
		t.Fatal("there are no quickstarts")
	}
	slices.Reverse(all) // those that take longest to install run first
	return all
}

func read(t *testing.T, page string) quickstart {
	t.Helper()
	text, err := os.ReadFile(page)
	must(t, err)
	q := quickstart{folder: filepath.Dir(page)}
	for _, block := range fence.FindAllStringSubmatch(string(text), -1) {
		switch {
		case block[1] != "sh":
			q.prints = block[2]
		case q.run == "":
			q.run = block[2]
		case q.try == "":
			q.try = block[2]
		default:
			t.Errorf("%s has more than two blocks of commands", page)
		}
	}
	enter := "cd openapi/sdk/examples/" + q.folder + "\n"
	if !strings.HasPrefix(q.run, enter) || !strings.HasPrefix(q.try, enter) {
		t.Errorf("%s: a block does not begin with %s", page, enter)
	}
	for _, found := range address.FindAllStringSubmatch(q.run, -1) {
		if found[1] != usual {
			q.serves = found[1]
		}
	}
	return q
}

// TestBlocks reads the READMEs, so that a page that cannot be run is seen without other tools.
func TestBlocks(t *testing.T) {
	t.Parallel()
	for _, list := range []string{"README.md", "README.zh-CN.md"} {
		text, err := os.ReadFile(list)
		must(t, err)
		for _, q := range quickstarts(t) {
			if link := "](" + q.folder + "/" + list + ")"; !strings.Contains(string(text), link) {
				t.Errorf("%s has no link %s", list, link)
			}
		}
	}
}

// TestLocks makes sure that no lock file names the registry of one machine.
func TestLocks(t *testing.T) {
	t.Parallel()
	locks, err := filepath.Glob("*/package-lock.json")
	must(t, err)
	for _, lock := range locks {
		text, err := os.ReadFile(lock)
		must(t, err)
		for line := range strings.Lines(string(text)) {
			if strings.Contains(line, `"resolved"`) && !strings.Contains(line, `"https://registry.npmjs.org/`) {
				t.Errorf("%s: %s", lock, line)
			}
		}
	}
}

// TestExamples runs the quickstarts beside each other. Without QUARTET_EXAMPLES it is skipped,
// since it needs more than Go; QUARTET_EXAMPLES=all runs all, QUARTET_EXAMPLES=vue,python some.
func TestExamples(t *testing.T) {
	chosen := os.Getenv("QUARTET_EXAMPLES")
	if chosen == "" {
		t.Skip("to run this, use make test-examples, or set QUARTET_EXAMPLES=all")
	}
	all := quickstarts(t)
	for name := range strings.SplitSeq(chosen, ",") {
		if name != "all" && !slices.ContainsFunc(all, func(q quickstart) bool { return q.folder == name }) {
			t.Fatalf("there is no quickstart %q", name)
		}
	}
	server := startDemonstration(t)
	for _, q := range all {
		if chosen != "all" && !slices.Contains(strings.Split(chosen, ","), q.folder) {
			continue
		}
		t.Run(q.folder, func(t *testing.T) {
			if command, how := missing(t, q.folder); command != "" {
				if os.Getenv("CI") == "true" {
					t.Fatalf("%s is missing", command)
				}
				t.Skipf("skipped: %s, since %s is missing. To run it: %s", q.folder, command, how)
			}
			t.Parallel()
			began := time.Now()
			follow(t, q, server)
			t.Logf("%s: did as its README says in %.0f s", q.folder, time.Since(began).Seconds())
		})
	}
}

// follow does what the README says.
func follow(t *testing.T, q quickstart, server string) {
	t.Helper()
	page := proctest.FreeAddress(t, "127.0.0.1")
	if q.serves == "" {
		compare(t, q, shell(t, q.run, q, server, page))
		shell(t, q.try, q, server, page)
		return
	}
	var log bytes.Buffer
	running := command(t, q.run, q, server, page)
	running.Stdout, running.Stderr = &log, &log
	must(t, running.Start())
	ended := make(chan error, 1)
	go func() { ended <- running.Wait() }()
	defer func() {
		_ = syscall.Kill(-running.Process.Pid, syscall.SIGKILL)
		<-ended
		if t.Failed() {
			t.Logf("%s\n%s", q.run, log.String())
		}
	}()
	if await(t, "http://"+page, ended) {
		compare(t, q, shell(t, q.try, q, server, page))
	}
}

// await waits until something is served, and is false where the commands end before.
func await(t *testing.T, url string, ended chan error) bool {
	t.Helper()
	for limit := time.Now().Add(15 * time.Minute); time.Now().Before(limit); time.Sleep(200 * time.Millisecond) {
		select {
		case err := <-ended:
			t.Errorf("the commands end: %v", err)
			ended <- err
			return false
		default:
		}
		if answer, err := http.Get(url); err == nil {
			_ = answer.Body.Close()
			return true
		}
	}
	t.Error("nothing is served at " + url)
	return false
}

// shell runs a block to its end and gives what it prints.
func shell(t *testing.T, block string, q quickstart, server, page string) string {
	t.Helper()
	var out, log bytes.Buffer
	running := command(t, block, q, server, page)
	running.Stdout, running.Stderr = &out, &log
	if err := running.Run(); err != nil {
		t.Errorf("%v, of:\n%s\n%s%s", err, block, out.String(), log.String())
	}
	return out.String()
}

// command is a block as a command in the top folder, with the addresses of the test.
func command(t *testing.T, block string, q quickstart, server, page string) *exec.Cmd {
	t.Helper()
	block = strings.ReplaceAll(block, usual, server)
	if q.serves != "" {
		block = strings.ReplaceAll(block, q.serves, page)
	}
	running := exec.CommandContext(t.Context(), "bash", "-euo", "pipefail", "-c", block)
	running.Dir = "../../.."
	running.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	_, port, _ := strings.Cut(page, ":")
	running.Env = append(proctest.WithoutSettings(), "QUARTET_URL=http://"+server, "PAGE_URL=http://"+page, "PORT="+port, "SHORT_LIFE=true")
	return running
}

// compare makes sure that the last thing printed is what the README shows.
func compare(t *testing.T, q quickstart, printed string) {
	t.Helper()
	if !strings.HasSuffix(strings.TrimSpace(printed), strings.TrimSpace(q.prints)) {
		t.Errorf("%s prints\n%s\nand not, as the README says,\n%s", q.folder, printed, q.prints)
	}
}
