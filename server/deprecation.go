package server

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"quartet/server/request"
)

// The headers of RFC 9745 and RFC 8594.
const (
	deprecationHeader = "Deprecation"
	sunsetHeader      = "Sunset"
)

// deprecation holds the headers of a deprecated operation, "" for any other.
type deprecation struct{ since, until string }

// readDeprecation reads since when the operation is deprecated and until when it works,
// which a deprecated operation must say.
func (o *operation) readDeprecation() error {
	since, errSince := dateOf(o, "x-deprecation")
	until, errUntil := dateOf(o, "x-sunset")
	if !o.Deprecated {
		if o.Extensions["x-deprecation"] != nil || o.Extensions["x-sunset"] != nil {
			return errors.New("x-deprecation and x-sunset need deprecated: true")
		}
		return nil
	}
	if err := errors.Join(errSince, errUntil); err != nil {
		return err
	}
	if !since.Before(until) {
		return errors.New("x-sunset must be later than x-deprecation")
	}
	o.deprecation = deprecation{fmt.Sprintf("@%d", since.Unix()), until.Format(http.TimeFormat)}
	return nil
}

func dateOf(o *operation, name string) (time.Time, error) {
	text, _ := o.Extensions[name].(string)
	date, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return time.Time{}, fmt.Errorf("%s is %q, and must be a date such as 2027-06-01", name, text)
	}
	return date, nil
}

// announceSunset tells the callers of deprecated operations, in failures too.
func (s *server) announceSunset(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if o := s.operations[request.RouteOf(c)]; o != nil && o.Deprecated {
			header := c.Response().Header()
			header.Set(deprecationHeader, o.deprecation.since)
			header.Set(sunsetHeader, o.deprecation.until)
		}
		return next(c)
	}
}
