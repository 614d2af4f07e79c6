package traffic

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"strings"
	"sync"
	"sync/atomic"
)

// The limits of what is kept of bodies while they are passed on.
const (
	longestBody = 1 << 20  // bytes of one body; a larger one is not judged
	mostMemory  = 64 << 20 // bytes of all bodies at a time
)

// memory counts the bytes that are kept.
type memory struct{ used atomic.Int64 }

// captured is a body that is passed on while it is kept, within the limits.
type captured struct {
	body   io.ReadCloser
	length int64 // as its header says, -1 for unknown
	memory *memory
	ended  func(*captured) // called once

	mu       sync.Mutex
	kept     bytes.Buffer
	passed   int64
	complete bool  // it was passed on to its end
	tooLarge bool  // some of it is not kept
	failed   error // the sender ended the connection within it
	once     sync.Once
}

func (m *memory) capture(body io.ReadCloser, length int64, ended func(*captured)) *captured {
	return &captured{body: body, length: length, memory: m, ended: ended}
}

// Read passes on. After the end the body is not read again: the transport of requests does
// so, and the server may have closed the body by then, which would end the connection.
func (c *captured) Read(to []byte) (n int, err error) {
	if complete, _, _ := c.outcome(); complete {
		return 0, io.EOF
	}
	n, err = c.body.Read(to)
	c.keep(to[:n], err)
	if err != nil {
		c.end()
	}
	return n, err
}

// Close ends the body, which may not have been passed on to its end.
func (c *captured) Close() error {
	err := c.body.Close()
	c.end()
	return err
}

func (c *captured) end() {
	if c.ended != nil {
		c.once.Do(func() {
			c.ended(c)
			c.release()
		})
	}
}

func (c *captured) keep(part []byte, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.passed += int64(len(part))
	switch {
	case errors.Is(err, io.EOF), err == nil && c.passed == c.length:
		c.complete = true
	default:
		c.failed = err
	}
	if c.tooLarge || len(part) == 0 {
		return
	}
	used := c.memory.used.Add(int64(len(part)))
	if c.kept.Len()+len(part) > longestBody || used > mostMemory {
		c.memory.used.Add(-int64(len(part)))
		c.drop()
		c.tooLarge = true
		return
	}
	c.kept.Write(part)
}

func (c *captured) drop() {
	c.memory.used.Add(-int64(c.kept.Len()))
	c.kept = bytes.Buffer{}
}

// release gives the memory back, and keeps nothing more.
func (c *captured) release() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drop()
	c.tooLarge = true
}

// text is what was kept; isWhole reports whether that is the body to its end.
func (c *captured) text() (text string, isWhole bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.kept.String(), !c.tooLarge && c.complete
}

// outcome is how the body ended.
func (c *captured) outcome() (complete, tooLarge bool, failed error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.complete, c.tooLarge, c.failed
}

const gzipped = "gzip"

// errLargeInside is the error of a body that grows beyond the limit when it is inflated.
var errLargeInside = errors.New("too large when inflated")

// inflated is a body without its encoding.
func inflated(text string) (string, error) {
	reader, err := gzip.NewReader(strings.NewReader(text))
	if err != nil {
		return "", err
	}
	inside, err := io.ReadAll(io.LimitReader(reader, longestBody+1))
	if len(inside) > longestBody {
		return "", errLargeInside
	}
	return string(inside), err
}
