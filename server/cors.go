package server

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
)

// exposedHeaders are the response headers that pages of other origins may read.
var exposedHeaders = []string{
	renewedHeader, "X-Access-Token", echo.HeaderXRequestID, echo.HeaderRetryAfter, echo.HeaderWWWAuthenticate, echo.HeaderAllow, "ETag",
	deprecationHeader, sunsetHeader, "X-Weak-Password",
}

// sameOriginPaths are closed to the pages of all other origins.
// Introspection is for programs that keep a secret, which a page cannot.
var sameOriginPaths = []string{"/admin", "/console", "/metrics", "/demo", "/oauth2"}

// preflightTime is how long browsers may cache the answer to a preflight.
const preflightTime = time.Hour

// requestedHeaders is a list of header names of at most longestRequestedHeaders bytes.
var requestedHeaders = regexp.MustCompile("^[ ,!#$%&'*+.^_`|~0-9A-Za-z-]+$")

const longestRequestedHeaders = 4 << 10

// origins decides which pages may call the server. No cookie, client certificate or IP
// address authenticates, so a page can do no more than the tokens that it holds.
type origins struct {
	listed  []string
	local   bool // pages of this computer may call, without credentials
	refused refusals
}

// access is what an origin is allowed.
type access int

const (
	refused access = iota
	withoutCredentials
	withCredentials
)

func (o *origins) accessOf(origin string) access {
	switch {
	case origin == "null": // sandboxed frames and files of anybody
		return refused
	case slices.Contains(o.listed, origin):
		return withCredentials
	case slices.Contains(o.listed, "*"), o.local && isLocal(origin):
		return withoutCredentials
	default:
		return refused
	}
}

func isLocal(origin string) bool {
	parsed, err := url.Parse(origin)
	return err == nil && checkOrigins([]string{origin}) == nil &&
		slices.Contains([]string{"http", "https"}, parsed.Scheme) &&
		slices.Contains([]string{"localhost", "127.0.0.1", "::1"}, parsed.Hostname())
}

// checkOrigins returns an error for a text that no browser sends as Origin.
func checkOrigins(origins []string) error {
	for _, origin := range origins {
		parsed, err := url.Parse(origin)
		if origin != "*" && (err != nil || parsed.Scheme == "" || parsed.Scheme+"://"+parsed.Host != origin || !isASCII(origin)) {
			return fmt.Errorf("allowed origin %q must look like https://app.example.com", origin)
		}
	}
	return nil
}

// isASCII is false for a domain name that browsers send in its ASCII form (RFC 5890).
func isASCII(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool { return r > unicode.MaxASCII }) < 0
}

// cors lets pages of allowed origins send any header and read the answers. It answers
// their preflights itself.
func (s *server) cors(o *origins) echo.MiddlewareFunc {
	allow := func(credentials bool) echo.MiddlewareFunc {
		return middleware.CORSWithConfig(middleware.CORSConfig{
			AllowOriginFunc:  func(string) (bool, error) { return true, nil },
			AllowCredentials: credentials,
			ExposeHeaders:    exposedHeaders,
			MaxAge:           int(preflightTime / time.Second),
		})
	}
	trusted, others := allow(true), allow(false)
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			r := c.Request()
			origin := r.Header.Get(echo.HeaderOrigin)
			isPreflight := r.Method == http.MethodOptions && r.Header.Get(echo.HeaderAccessControlRequestMethod) != ""
			switch {
			case isOf(sameOriginPaths, r.URL.Path):
				return next(c)
			case origin == "", r.Method == http.MethodOptions && !isPreflight:
				c.Response().Header().Add(echo.HeaderVary, echo.HeaderOrigin)
				return next(c)
			}
			if names := r.Header.Get(echo.HeaderAccessControlRequestHeaders); len(names) > longestRequestedHeaders || !requestedHeaders.MatchString(names) {
				r.Header.Del(echo.HeaderAccessControlRequestHeaders) // Echo allows what is requested
			}
			switch o.accessOf(origin) {
			case withCredentials:
				return trusted(next)(c)
			case withoutCredentials:
				return others(next)(c)
			}
			c.Response().Header().Add(echo.HeaderVary, echo.HeaderOrigin)
			if !isSameOrigin(r, origin) && o.refused.isNew(origin, s.now()) {
				s.log.LogAttrs(r.Context(), slog.LevelWarn, "pages of this origin may not call the server: see --allow-origins",
					slog.String("origin", shortened(origin)), slog.String("route", routeOf(c)))
			}
			return next(c)
		}
	}
}

func isOf(roots []string, path string) bool {
	return slices.ContainsFunc(roots, func(root string) bool {
		return path == root || strings.HasPrefix(path, root+"/")
	})
}

// isSameOrigin reports whether a browser calls the server that its page is from: it
// sends Origin then too, except with GET.
func isSameOrigin(r *http.Request, origin string) bool {
	_, host, _ := strings.Cut(origin, "://")
	return host == r.Host || r.Header.Get("Sec-Fetch-Site") == "same-origin"
}

// refusals remembers the origins that were refused within an hour.
type refusals struct {
	lock sync.Mutex
	at   map[string]time.Time
}

const (
	refusalInterval = time.Hour
	// mostRefusals bounds the memory, and the lines that strangers can add to the log.
	mostRefusals  = 100
	longestOrigin = 200 // bytes
)

// isNew reports whether the refusal of an origin is to be logged.
func (r *refusals) isNew(origin string, now time.Time) bool {
	origin = shortened(origin)
	r.lock.Lock()
	defer r.lock.Unlock()
	for known, at := range r.at {
		if now.Sub(at) >= refusalInterval {
			delete(r.at, known)
		}
	}
	if _, known := r.at[origin]; known || len(r.at) >= mostRefusals {
		return false
	}
	if r.at == nil {
		r.at = map[string]time.Time{}
	}
	r.at[origin] = now
	return true
}

func shortened(origin string) string { return origin[:min(len(origin), longestOrigin)] }
