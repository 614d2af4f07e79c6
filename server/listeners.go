package server

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"
)

// Handlers answer the requests of a server's listeners. The embedded one is that of the
// listener for everybody.
type Handlers struct {
	http.Handler
	// Admin answers at the listener for administration: the admin API, the console, the
	// metrics and the state of the server. It is nil without Options.AdminListener.
	Admin http.Handler
}

var (
	// administrative are the first segments of what a listener for administration has to
	// itself.
	administrative = []string{"/admin", "/console", "/metrics"}
	// onBoth are those of what both listeners serve. In a demonstration the console shows
	// the outbox.
	onBoth = []string{"/healthz", "/readyz", "/demo"}
)

// listeners say which routes a listener serves.
type listeners struct {
	off   []string // first segments that neither serves
	split bool     // there is a listener for administration
}

func newListeners(o Options) listeners {
	l := listeners{split: o.AdminListener}
	if o.NoAdmin {
		l.off = append(l.off, "/admin")
	}
	if o.hasNoConsole() {
		l.off = append(l.off, "/console")
	}
	return l
}

// hasNoConsole: the console is a page of the admin API.
func (o Options) hasNoConsole() bool { return o.NoConsole || o.NoAdmin }

// handlers are those of the listeners in front of e.
func (l listeners) handlers(e *echo.Echo) Handlers {
	if !l.split {
		return Handlers{Handler: e}
	}
	return Handlers{Handler: e, Admin: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), forAdministration{}, true)))
	})}
}

// forAdministration marks the context of a request that came to the listener for
// administration.
type forAdministration struct{}

func isForAdministration(r *http.Request) bool { return r.Context().Value(forAdministration{}) != nil }

func (l listeners) serves(r *http.Request, route string) bool {
	switch {
	case isOf(l.off, route):
		return false
	case !l.split:
		return true
	case isForAdministration(r):
		return isOf(administrative, route) || isOf(onBoth, route)
	default:
		return !isOf(administrative, route)
	}
}

// atItsListener answers a route that the listener of the request does not serve as a path
// that is not known. It asks for the route that was found and not for the path, so that no
// spelling of a path gets around it.
func (l listeners) atItsListener(next echo.HandlerFunc) echo.HandlerFunc {
	if !l.split && len(l.off) == 0 {
		return next
	}
	return func(c echo.Context) error {
		if l.serves(c.Request(), c.Path()) {
			return next(c)
		}
		c.SetPath("") // for the log and the metrics
		if isForAdministration(c.Request()) && c.Request().URL.Path == "/" && !isOf(l.off, "/console") {
			return redirect(c, consolePath)
		}
		return echo.ErrNotFound
	}
}
