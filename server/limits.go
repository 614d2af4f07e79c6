package server

import (
	"time"

	"github.com/dustin/go-humanize"
)

// Bounds is how much the server takes in one request, and how long it works on
// it. A zero field takes DefaultBounds' value. Each of them is an option of the
// program: its flags are a struct of the same fields in the same order.
type Limits struct {
	Body    int64         // bytes of a request body
	Headers int64         // bytes of a request's line and headers together
	Depth   int64         // levels of nested JSON
	Keys    int64         // keys in a JSON body, fields in a form
	Time    time.Duration // from the headers' arrival until the work is given up
}

// DefaultBounds is what Quartet promises: within Time an answer comes in less
// than 5 s.
func DefaultLimits() Limits {
	return Limits{Body: 64 << 10, Headers: 16 << 10, Depth: 16, Keys: 200, Time: 4500 * time.Millisecond}
}

func (b Limits) withDefaults() Limits {
	usual := DefaultLimits()
	return Limits{
		Body: positive(b.Body, usual.Body), Headers: positive(b.Headers, usual.Headers),
		Depth: positive(b.Depth, usual.Depth), Keys: positive(b.Keys, usual.Keys), Time: positive(b.Time, usual.Time),
	}
}

func positive[N int64 | time.Duration](n, otherwise N) N {
	if n > 0 {
		return n
	}
	return otherwise
}

// size words a number of bytes: "64 KiB".
func size(bytes int64) string { return humanize.IBytes(uint64(bytes)) }
