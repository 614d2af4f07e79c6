package server

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"math"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"quartet/server/apierr"
	"quartet/server/dialect"
)

// handleError writes every failure, in the envelope of the path's dialect, with its
// HTTP status or with 200 for dialects in legacyStatus.
func (s *server) handleError(err error, c echo.Context) {
	failed := toAPIError(err)
	owner := s.dialects.ForPath(c.Request().URL.Path)
	status, answer := owner.Body(failed, s.languageOf(owner, c.Request()), s.now())
	s.metrics.failed(owner.Name, failed.Code)
	s.logFailure(c, failed, status)
	if s.traced {
		traceFailure(c, failed, status)
	}
	if c.Response().Committed {
		return
	}
	header := c.Response().Header()
	if failed.RetryAfter > 0 {
		header.Set(echo.HeaderRetryAfter, strconv.Itoa(int(math.Ceil(failed.RetryAfter.Seconds()))))
	}
	if status == http.StatusUnauthorized {
		header.Set(echo.HeaderWWWAuthenticate, cmp.Or(owner.Challenge, challenge(failed, c)))
	}
	if s.hasLegacyStatus(owner, basePathOf(c)) {
		status = http.StatusOK
	}
	header.Set(echo.HeaderContentType, owner.ContentType)
	if err := c.JSON(status, answer); err != nil {
		s.log.LogAttrs(c.Request().Context(), slog.LevelDebug, "answer not written", slog.String("error", err.Error()))
	}
}

// challenge is of the scheme that the request proves itself by.
func challenge(failed *apierr.Error, c echo.Context) string {
	_, _, isBasic := basicCredentials(c)
	if isBasic && (failed.Code == apierr.UnknownApplication || failed.Code == apierr.WrongApplicationSecret) {
		return dialect.OAuth2.Challenge
	}
	return dialect.BearerChallenge(failed)
}

// languageOf returns the language of a failure's message. Front ends show the messages of
// dialects as they are, so these do not depend on the browser unless the operator says so;
// problem details are for engineers.
func (s *server) languageOf(owner *dialect.Dialect, r *http.Request) dialect.Language {
	if !owner.HasProblems() && s.language != LanguageAuto {
		return s.language
	}
	other := s.language
	if other == LanguageAuto {
		other = dialect.Chinese
	}
	return dialect.Preferred(r.Header.Get("Accept-Language"), other)
}

// toAPIError converts any error to one of package apierr.
func toAPIError(err error) *apierr.Error {
	if failed, known := errors.AsType[*apierr.Error](err); known {
		return failed
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return apierr.Wrap(apierr.Unavailable, err)
	}
	if routed, isRouted := errors.AsType[*echo.HTTPError](err); isRouted {
		return apierr.Wrap(cmp.Or(routerFailures[routed.Code], apierr.Internal), err)
	}
	return apierr.Wrap(apierr.Internal, err)
}

// routerFailures are the failures that Echo and the generated code report themselves.
var routerFailures = map[int]apierr.Code{
	http.StatusNotFound:              apierr.PathNotFound,
	http.StatusMethodNotAllowed:      apierr.MethodNotAllowed,
	http.StatusUnsupportedMediaType:  apierr.UnsupportedMediaType,
	http.StatusRequestEntityTooLarge: apierr.BodyTooLarge,
	http.StatusBadRequest:            apierr.MalformedBody,
}

// logFailure logs the cause, which is not in the response.
func (s *server) logFailure(c echo.Context, failed *apierr.Error, status int) {
	level := slog.LevelDebug
	switch {
	case status == http.StatusServiceUnavailable:
		level = slog.LevelWarn
	case status >= http.StatusInternalServerError:
		level = slog.LevelError
	}
	s.log.LogAttrs(c.Request().Context(), level, "request failed",
		slog.String("request_id", c.Response().Header().Get(echo.HeaderXRequestID)),
		slog.String("route", routeOf(c)),
		slog.String("failure", failed.Error()),
	)
}
