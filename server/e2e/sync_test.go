package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"quartet/cmd/quartet/proctest"
	"quartet/store"
)

// call is a system call of the server, and the lines of the trace at which it
// began and ended.
type call struct {
	text       string
	begun, end int
}

var (
	cutOff  = regexp.MustCompile(`^(\d+) +(.*) <unfinished \.\.\.>$`)
	resumed = regexp.MustCompile(`^(\d+) +<\.\.\. \w+ resumed>(.*)$`)
	whole   = regexp.MustCompile(`^\d+ +(.*)$`)

	isSync   = regexp.MustCompile(`^(?:fsync|fdatasync)\(.* = 0$`)
	isAsked  = regexp.MustCompile(`^read\((\d+), "POST `)
	isAnswer = regexp.MustCompile(`^write\((\d+), "HTTP/1.1 200`)
)

// callsOf puts the calls together that another thread's came between, in order
// of their ends.
func callsOf(trace string) (calls []call) {
	begun := map[string]call{} // by thread
	for at, line := range strings.Split(trace, "\n") {
		if half := cutOff.FindStringSubmatch(line); half != nil {
			begun[half[1]] = call{half[2], at, 0}
		} else if half := resumed.FindStringSubmatch(line); half != nil {
			calls = append(calls, call{begun[half[1]].text + half[2], begun[half[1]].begun, at})
		} else if one := whole.FindStringSubmatch(line); one != nil {
			calls = append(calls, call{one[1], at, at})
		}
	}
	return calls
}

// traced runs work under strace and gives what it saw of the server, or skips
// the test where that cannot be.
func traced(t *testing.T, server *process, work func()) []call {
	t.Helper()
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("to see the program's calls of fsync, install strace")
	}
	out := filepath.Join(t.TempDir(), "strace")
	tracing := exec.Command(strace, "-f", "-s", "16", "-e", "trace=fsync,fdatasync,read,write", "-o", out, "-p", fmt.Sprint(server.os.Pid))
	told := proctest.NewTranscript()
	tracing.Stderr = told
	must(t, tracing.Start())
	ended := make(chan struct{})
	go func() { defer close(ended); _ = tracing.Wait() }()
	select {
	case <-ended:
		t.Skipf("to see the program's calls of fsync, strace must be permitted: %s", told)
	case <-told.Holds("attached"):
	}
	work()
	must(t, tracing.Process.Signal(os.Interrupt))
	<-ended
	trace, err := os.ReadFile(out)
	must(t, err)
	return callsOf(string(trace))
}

// TestFaults_EveryCommitIsSynced tests what SIGKILL cannot: that the program syncs the
// disk between reading a request and answering it. Serial writers have a sync each,
// concurrent ones share them.
func TestFaults_EveryCommitIsSynced(t *testing.T) {
	s := onSQLite(t)
	administrator := s.session(t, s.person(t, "he.yun", store.RoleAdministrator))
	for _, writers := range []int{1, 16} {
		t.Run(fmt.Sprint(writers), func(t *testing.T) {
			const each = 50
			calls := traced(t, s.server(0), func() {
				var all sync.WaitGroup
				for writer := range writers {
					all.Go(func() {
						for n := range each {
							s.server(0).ok(t, postJSON("/api/user/create", fmt.Sprintf(`{"username":"user-%d-%d-%d"}`, writers, writer, n), "Jwt", administrator))
						}
					})
				}
				all.Wait()
			})
			answers, syncs := syncedAnswers(t, calls)
			if answers != writers*each || writers == 1 && syncs < answers {
				t.Errorf("%d writes, %d of them answered, %d calls of fsync", writers*each, answers, syncs)
			}
			t.Logf("%d acknowledged writes, %d calls of fsync", answers, syncs)
		})
	}
}

// syncedAnswers makes sure that a sync began after each request was read and
// ended before it was answered.
func syncedAnswers(t *testing.T, calls []call) (answers, syncs int) {
	t.Helper()
	asked := map[string]int{} // by connection
	newest := -1              // when the latest of the syncs that have ended began
	for _, c := range calls {
		if isSync.MatchString(c.text) {
			newest = max(newest, c.begun)
			syncs++
		} else if of := isAsked.FindStringSubmatch(c.text); of != nil {
			asked[of[1]] = c.end
		} else if of := isAnswer.FindStringSubmatch(c.text); of != nil {
			answers++
			if at, known := asked[of[1]]; !known || newest < at {
				t.Errorf("line %d of the trace answers what was not synced since line %d", c.begun, at)
			}
		}
	}
	return answers, syncs
}
