package server

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"runtime/debug"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"quartet/openapi"
	"quartet/server/account"
	"quartet/server/apierr"
)

var sentRequestID = regexp.MustCompile(`^[0-9A-Za-z._-]{8,64}$`)

// prepare makes every request and answer what the rest relies on.
func setHeaders(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		rawPath(c.Request())
		header := c.Response().Header()
		header.Set(echo.HeaderXRequestID, requestID(c.Request()))
		header.Set(echo.HeaderXContentTypeOptions, "nosniff")
		header.Set(echo.HeaderCacheControl, "no-store")
		return next(c)
	}
}

// rawPath makes Echo's router see the path as it was sent. Otherwise it hands
// on path parameters now escaped, now not, and the generated code, which always
// unescapes them, turns %2541 into A.
func rawPath(r *http.Request) { r.URL.RawPath = r.URL.EscapedPath() }

// requestID names the request in the log and in the answer. A caller's own id
// is kept when it looks like one.
func requestID(r *http.Request) string {
	if id := r.Header.Get(echo.HeaderXRequestID); sentRequestID.MatchString(id) {
		return id
	}
	return uuid.NewString()
}

// observe counts, times and logs the request after its answer.
func (s *server) logRequest(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		start := time.Now()
		s.metrics.inFlight.Inc()
		defer s.metrics.inFlight.Dec()
		if err := next(c); err != nil {
			c.Error(err)
		}
		s.record(c, time.Since(start))
		return nil
	}
}

func (s *server) record(c echo.Context, took time.Duration) {
	name, method, status := "none", methodLabel(sentMethod(c.Request())), c.Response().Status
	if o := s.operations.find(c.Request().Method, c.Path()); o != nil {
		name = o.id
	}
	s.metrics.answered(answered{name, method, status}, took)
	if !s.log.Enabled(c.Request().Context(), slog.LevelInfo) {
		return
	}
	s.log.LogAttrs(c.Request().Context(), slog.LevelInfo, "request",
		slog.String("request_id", c.Response().Header().Get(echo.HeaderXRequestID)),
		slog.String("method", method),
		slog.String("route", routeOf(c)),
		slog.String("operation", name),
		slog.Int("status", status),
		slog.Duration("took", took),
		slog.String("client_ip", c.RealIP()),
	)
}

// routeOf is the path as the contract writes it. Paths nobody serves are not
// logged: a client may have put anything into them.
func routeOf(c echo.Context) string {
	if path := c.Path(); path != "" {
		return path
	}
	return "unmatched"
}

// recoverPanic turns a panic into a failure like any other.
func (s *server) recoverPanic(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		defer func() {
			raised := recover()
			if raised == nil {
				return
			}
			if raised == http.ErrAbortHandler { //nolint:errorlint // net/http compares it so too
				panic(raised)
			}
			s.log.LogAttrs(c.Request().Context(), slog.LevelError, "panic",
				slog.String("route", routeOf(c)), slog.String("stack", string(debug.Stack())))
			err = apierr.Wrap(apierr.Internal, fmt.Errorf("panic: %v", raised))
		}()
		return next(c)
	}
}

// deadline bounds the work on one request.
func deadline(most time.Duration) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			ctx, cancel := context.WithTimeout(c.Request().Context(), most)
			defer cancel()
			c.SetRequest(c.Request().WithContext(ctx))
			return next(c)
		}
	}
}

// limitHeaders answers longer headers in the caller's envelope. The listener's
// own bound lies higher, since it answers in plain text.
func limitHeaders(most int64) echo.MiddlewareFunc {
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

// checkContract is the one validation pass, for the operation that Echo's
// router matched: parameters, body, caller, access.
func (s *server) checkContract(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		o := s.operations.find(c.Request().Method, c.Path())
		if o == nil {
			return next(c)
		}
		if err := o.checkParameters(c); err != nil {
			return err
		}
		members, err := o.readBody(c.Request())
		if err != nil {
			return err
		}
		made := &call{clientIP: c.RealIP(), userAgent: clip(c.Request().UserAgent())}
		ctx := account.WithRequestInfo(c.Request().Context(), account.RequestInfo{Dialect: o.dialect.Name, ClientIP: made.clientIP})
		if err := s.identify(ctx, c, o, members, made); err != nil {
			return err
		}
		if err := s.authorise(o, made); err != nil {
			return err
		}
		sendRenewed(c, made.caller.Renewed)
		c.SetRequest(c.Request().WithContext(context.WithValue(ctx, callKey{}, made)))
		return next(c)
	}
}

// renewedHeader carries the JWT that goes on, as the framework behind document
// 004 sends it.
const renewedHeader = "Jwt"

func sendRenewed(c echo.Context, token string) {
	if token != "" {
		c.Response().Header().Set(renewedHeader, token)
	}
}

// refuseEmptyAnswer guards the generated code, which answers an empty 200 to a
// handler that returns neither an answer nor an error.
func refuseEmptyAnswer(next openapi.StrictHandlerFunc, operationID string) openapi.StrictHandlerFunc {
	return func(c echo.Context, request any) (any, error) {
		answer, err := next(c, request)
		if err == nil && answer == nil {
			return nil, apierr.Wrap(apierr.Internal, fmt.Errorf("%s answered nothing", operationID))
		}
		return answer, err
	}
}
