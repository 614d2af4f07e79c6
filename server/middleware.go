package server

import (
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"runtime/debug"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"go.opentelemetry.io/otel/trace"

	"quartet/openapi"
	"quartet/server/account"
	"quartet/server/apierr"
	"quartet/server/dialect"
	"quartet/server/request"
)

var sentRequestID = regexp.MustCompile(`^[0-9A-Za-z._-]{8,64}$`)

// setHeaders sets the headers that every response has.
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

// rawPath makes Echo's router use the escaped path. Otherwise path parameters are
// sometimes escaped and sometimes not, and the generated code, which always unescapes
// them, turns %2541 into A.
func rawPath(r *http.Request) { r.URL.RawPath = r.URL.EscapedPath() }

// requestID names the request in the log and in the response. A client's own id is used
// if it is 8 to 64 safe characters.
func requestID(r *http.Request) string {
	if id := r.Header.Get(echo.HeaderXRequestID); sentRequestID.MatchString(id) {
		return id
	}
	return uuid.NewString()
}

// logRequest counts, times and logs the request after its response.
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
	name, method, status := "none", methodLabel(c.Request().Method), c.Response().Status
	if o := s.operations[request.RouteOf(c)]; o != nil {
		name = o.OperationID
	}
	s.metrics.observe(requestLabels{name, method, status}, took)
	if !s.log.Enabled(c.Request().Context(), slog.LevelInfo) {
		return
	}
	s.log.LogAttrs(c.Request().Context(), slog.LevelInfo, "request",
		s.traceID(c),
		slog.String("request_id", c.Response().Header().Get(echo.HeaderXRequestID)),
		slog.String("method", method),
		slog.String("route", routeOf(c)),
		slog.String("operation", name),
		slog.Int("status", status),
		slog.Duration("took", took),
		slog.String("client_ip", c.RealIP()),
	)
}

// traceID is empty, and is not logged, where the request is not traced.
func (s *server) traceID(c echo.Context) slog.Attr {
	if !s.traced {
		return slog.Attr{}
	}
	if traced := trace.SpanContextFromContext(c.Request().Context()); traced.IsSampled() {
		return slog.String("trace_id", traced.TraceID().String())
	}
	return slog.Attr{}
}

// routeOf returns the path of the route. Unknown paths are not logged, because a client
// may have put anything into them.
func routeOf(c echo.Context) string {
	if path := c.Path(); path != "" {
		return path
	}
	return "unmatched"
}

// recoverPanic converts a panic to a failure.
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

// checkContract checks the request against the operation that Echo's router matched:
// parameters, body, caller, access.
func (s *server) checkContract(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		o := s.operations[request.RouteOf(c)]
		if o == nil {
			return next(c)
		}
		if !o.dialect.HasProblems() { // the generated code names no charset
			c.Response().Before(func() { c.Response().Header().Set(echo.HeaderContentType, o.dialect.ContentType) })
		}
		members, err := o.Read(c)
		if err != nil {
			return err
		}
		call := &dialect.Call{ClientIP: c.RealIP(), UserAgent: clip(c.Request().UserAgent())}
		ctx := account.WithRequestInfo(c.Request().Context(), account.RequestInfo{Dialect: o.dialect.Name, ClientIP: call.ClientIP, UserAgent: call.UserAgent})
		if err := s.identify(ctx, c, o, members, call); err != nil {
			return err
		}
		if err := s.authorise(ctx, o, call); err != nil {
			return err
		}
		if token := call.Caller.Renewed; token != "" {
			c.Response().Header().Set(renewedHeader, token)
		}
		c.SetRequest(c.Request().WithContext(call.With(ctx)))
		return next(c)
	}
}

// renewedHeader carries the renewed JWT, as in the framework of document 004.
const renewedHeader = "Jwt"

// refuseEmptyAnswer returns an error if a handler returns neither a response nor an
// error, for which the generated code would send an empty 200.
func refuseEmptyAnswer(next openapi.StrictHandlerFunc, operationID string) openapi.StrictHandlerFunc {
	return func(c echo.Context, request any) (any, error) {
		answer, err := next(c, request)
		if err == nil && answer == nil {
			return nil, apierr.Wrap(apierr.Internal, fmt.Errorf("%s returned no response", operationID))
		}
		return answer, err
	}
}
