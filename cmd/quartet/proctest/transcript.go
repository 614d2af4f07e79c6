package proctest

import (
	"bytes"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// Transcript is what a running program has written so far.
type Transcript struct {
	mutex   sync.Mutex
	text    bytes.Buffer
	changed chan struct{}
}

// NewTranscript is empty.
func NewTranscript() *Transcript { return &Transcript{changed: make(chan struct{})} }

// Write appends and wakes who waits (io.Writer).
func (s *Transcript) Write(p []byte) (int, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	close(s.changed)
	s.changed = make(chan struct{})
	return s.text.Write(p)
}

// read gives the text and a channel that is closed when there is more.
func (s *Transcript) read() (text string, changed <-chan struct{}) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.text.String(), s.changed
}

func (s *Transcript) String() string {
	text, _ := s.read()
	return text
}

// Holds is closed once the text has been written.
func (s *Transcript) Holds(text string) <-chan struct{} {
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			written, changed := s.read()
			if strings.Contains(written, text) {
				return
			}
			<-changed
		}
	}()
	return done
}

// Await waits for something to be written, and gives the first group of it.
// Once ended is closed nothing more will come.
func (s *Transcript) Await(t testing.TB, pattern *regexp.Regexp, ended <-chan struct{}) string {
	t.Helper()
	limit := time.After(patience)
	for {
		text, changed := s.read()
		if match := pattern.FindStringSubmatch(text); match != nil {
			return match[1]
		}
		select {
		case <-changed:
		case <-ended:
			t.Fatalf("the program ended before it wrote %s:\n%s", pattern, s)
		case <-limit:
			t.Fatalf("the program did not write %s:\n%s", pattern, s)
		}
	}
}
