package server

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"
)

type headKey struct{}

// headAsGet answers HEAD as GET without the body (RFC 9110 section 9.3.2), in
// front of the router, so that the same rules decide who may ask.
func headAsGet(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead {
			// A copy: net/http looks at its own request when it ends the answer.
			r = r.WithContext(context.WithValue(r.Context(), headKey{}, true))
			r.Method = http.MethodGet
			w = bodiless{w}
		}
		next.ServeHTTP(w, r)
	})
}

// sentMethod is the method as the client sent it.
func sentMethod(r *http.Request) string {
	if r.Context().Value(headKey{}) != nil {
		return http.MethodHead
	}
	return r.Method
}

// bodiless drops what is written behind the headers.
type bodiless struct{ http.ResponseWriter }

func (b bodiless) Write(text []byte) (int, error) { return len(text), nil }

// Unwrap lets http.ResponseController reach the connection.
func (b bodiless) Unwrap() http.ResponseWriter { return b.ResponseWriter }

// allowHead adds HEAD where the router's header Allow names GET: before an answer
// to OPTIONS is written, and to the failures that are written later.
func allowHead(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if c.Request().Method == http.MethodOptions {
			c.Response().Before(func() { addHead(c.Response().Header()) })
		}
		err := next(c)
		if err != nil {
			addHead(c.Response().Header())
		}
		return err
	}
}

func addHead(header http.Header) {
	allowed := strings.Split(header.Get(echo.HeaderAllow), ", ")
	if at := slices.Index(allowed, http.MethodGet); at >= 0 && !slices.Contains(allowed, http.MethodHead) {
		header.Set(echo.HeaderAllow, strings.Join(slices.Insert(allowed, at+1, http.MethodHead), ", "))
	}
}
