package request

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/labstack/echo/v4"

	"quartet/server/apierr"
)

// Limits are the limits of one request. Zero fields take their value from
// DefaultLimits.
type Limits struct {
	Body    int64         // bytes of the request body
	Headers int64         // bytes of the request line and headers
	Depth   int64         // levels of nested JSON
	Keys    int64         // keys in a JSON body, fields in a form
	Time    time.Duration // from the end of the headers to the end of the response
}

// DefaultLimits are the default limits. Their Time keeps every response below 5 s.
func DefaultLimits() Limits {
	return Limits{Body: 64 << 10, Headers: 16 << 10, Depth: 16, Keys: 200, Time: 4500 * time.Millisecond}
}

// WithDefaults returns limits with the default values of zero fields.
func (l Limits) WithDefaults() Limits {
	usual := DefaultLimits()
	return Limits{
		Body: cmp.Or(l.Body, usual.Body), Headers: cmp.Or(l.Headers, usual.Headers),
		Depth: cmp.Or(l.Depth, usual.Depth), Keys: cmp.Or(l.Keys, usual.Keys), Time: cmp.Or(l.Time, usual.Time),
	}
}

// Deadline ends the context of a request after Time.
func Deadline(longest time.Duration) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			ctx, cancel := context.WithTimeout(c.Request().Context(), longest)
			defer cancel()
			c.SetRequest(c.Request().WithContext(ctx))
			return next(c)
		}
	}
}

// limitReading makes reads of the body fail when the time of the request has passed. It
// reports whether the connection supports that.
func limitReading(c echo.Context) bool {
	deadline, limited := c.Request().Context().Deadline()
	if !limited || c.Request().ContentLength == 0 {
		return false
	}
	return http.NewResponseController(c.Response()).SetReadDeadline(deadline) == nil
}

// endReadingLimit undoes limitReading. Without it net/http takes the passed time for a
// client that has left. After a body that was too slow the limit stays, so that net/http
// does not wait for the rest of it.
func endReadingLimit(c echo.Context) {
	_ = http.NewResponseController(c.Response()).SetReadDeadline(time.Time{})
}

// LimitHeaders refuses a request whose line and headers have more bytes than most. The
// limit of net/http must be higher, because it responds in plain text.
func LimitHeaders(most int64) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if headerSize(c.Request()) > most {
				return &apierr.Error{Code: apierr.HeadersTooLarge, Expected: size(most)}
			}
			return next(c)
		}
	}
}

func headerSize(r *http.Request) int64 {
	bytes := len(r.RequestURI)
	for name, values := range r.Header {
		for _, value := range values {
			bytes += len(name) + len(value) + len(": \r\n")
		}
	}
	return int64(bytes)
}

// size formats a number of bytes: "64 KiB".
func size(bytes int64) string { return humanize.IBytes(uint64(bytes)) }
