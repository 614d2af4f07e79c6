package traffic

import (
	"errors"
	"io"
	"strings"
	"testing"
)

// once is a body that must not be read again after its end: the HTTP server closes it when
// the answer begins.
type once struct {
	rest  *strings.Reader
	ended bool
}

func (o *once) Read(to []byte) (int, error) {
	if o.ended {
		return 0, errors.New("read after its end")
	}
	n, _ := o.rest.Read(to)
	o.ended = o.rest.Len() == 0
	return n, nil
}

func (o *once) Close() error { return nil }

func TestABodyIsNotReadAfterItsEnd(t *testing.T) {
	var m memory
	c := m.capture(&once{rest: strings.NewReader("tea")}, 3, nil)
	for range 2 { // the transport of requests looks for the end again
		if _, err := io.Copy(io.Discard, c); err != nil {
			t.Error(err)
		}
	}
	if text, isWhole := c.text(); text != "tea" || !isWhole {
		t.Errorf("%q %v", text, isWhole)
	}
}

func TestBodiesShareALimitOfMemory(t *testing.T) {
	var m memory
	var open []*captured
	whole := 0
	for range mostMemory/longestBody + 10 {
		c := m.capture(io.NopCloser(strings.NewReader(strings.Repeat("a", longestBody))), -1, nil)
		if n, err := io.Copy(io.Discard, c); n != longestBody || err != nil {
			t.Fatalf("%d bytes are passed on: %v", n, err)
		}
		if _, isWhole := c.text(); isWhole {
			whole++
		}
		open = append(open, c)
	}
	if whole != mostMemory/longestBody || m.used.Load() != mostMemory {
		t.Errorf("%d bodies are kept, in %d bytes", whole, m.used.Load())
	}
	for _, c := range open {
		c.release()
		c.release()
	}
	if m.used.Load() != 0 {
		t.Errorf("%d bytes are still kept", m.used.Load())
	}
}
