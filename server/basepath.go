package server

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"quartet/server/dialect"
)

// basePaths serves the dialects' operations, the documentation and the contract under
// the base paths too, and with a trailing slash or repeated slashes, as Spring 5 does.
// All other paths match exactly, so that a proxy can deny them by their path.
type basePaths struct {
	paths    []string // the longest first
	dialects dialect.List
}

func newBasePaths(paths []string, dialects dialect.List) basePaths {
	byLength := func(a, b string) int { return len(b) - len(a) }
	return basePaths{slices.SortedFunc(slices.Values(paths), byLength), dialects}
}

// rewrite gives the router the path of the contract. It reads the escaped path, so that
// an escaped slash stays a part of its segment.
func (b basePaths) rewrite(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		requested := c.Request().URL
		sent := requested.RawPath
		base, path := b.split(singleSlashes(sent))
		if base == "" && path == sent && !strings.HasSuffix(path, "/") {
			return next(c)
		}
		path, served := b.contractPath(path)
		decoded, err := url.PathUnescape(path)
		if !served || err != nil || path == sent {
			return next(c)
		}
		requested.Path, requested.RawPath = decoded, path
		c.Set(rewrittenKey, rewritten{base: base, sent: sent})
		return next(c)
	}
}

// split cuts the base path off, if the path has one.
func (b basePaths) split(path string) (base, rest string) {
	for _, base := range b.paths {
		switch rest, found := strings.CutPrefix(path, base); {
		case found && rest == "":
			return base, "/"
		case found && rest[0] == '/':
			return base, rest
		}
	}
	return "", path
}

// contractPath removes the trailing slash. It reports whether the path may be served
// rewritten: it belongs to a dialect, the documentation or the contract.
func (b basePaths) contractPath(path string) (string, bool) {
	if path == "/" || path == docsPath {
		return path, true
	}
	trimmed := strings.TrimSuffix(path, "/")
	if owner := b.owner(path); slices.Contains(b.dialects, owner) {
		if b.owner(trimmed) != owner {
			return path, true // such as /api/, whose failures are its dialect's
		}
		return trimmed, true
	}
	return trimmed, slices.Contains(specPaths, trimmed) || strings.HasPrefix(trimmed+"/", docsPath)
}

// owner is the dialect of an escaped path.
func (b basePaths) owner(path string) *dialect.Dialect {
	decoded, err := url.PathUnescape(path)
	if err != nil {
		return &dialect.Problem
	}
	return b.dialects.ForPath(decoded)
}

func singleSlashes(path string) string {
	for strings.Contains(path, "//") {
		path = strings.ReplaceAll(path, "//", "/")
	}
	return path
}

// rewritten is what a request's path was before rewrite changed it.
type rewritten struct {
	base string // its base path, "" if none
	sent string // the escaped path as sent
}

const rewrittenKey = "quartet.rewritten"

// basePathOf returns the base path of the request, "" if it has none.
func basePathOf(c echo.Context) string {
	before, _ := c.Get(rewrittenKey).(rewritten)
	return before.base
}

// sentPath returns the request's escaped path as the client sent it.
func sentPath(c echo.Context) string {
	if before, changed := c.Get(rewrittenKey).(rewritten); changed {
		return before.sent
	}
	return c.Request().URL.RawPath
}

// relativeReference returns the reference that RFC 3986 section 5.2 resolves against
// the path from to the path to. A proxy may have cut off what both begin with.
func relativeReference(from, to string) string {
	common := 0
	for i := 0; i < min(len(from), len(to)) && from[i] == to[i]; i++ {
		if from[i] == '/' {
			common = i + 1
		}
	}
	return strings.Repeat("../", strings.Count(from[common:], "/")) + to[common:]
}

var (
	// specPaths are the paths of the contract itself, and of the pages beside it.
	specPaths = append([]string{"/openapi.yaml", "/openapi.json"}, pagePaths...)
	// rootOnly are the first segments of the paths that are served at the root only.
	rootOnly = []string{"/healthz/", "/readyz/", "/metrics/", "/demo/", "/admin/", "/console/", "/oauth2/"}
	// basePathShape allows unreserved characters (RFC 3986), and no segment that begins
	// with a dot.
	basePathShape = regexp.MustCompile(`^(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+$`)
)

// checkBasePaths returns an error for a base path of another shape than /prod-api, and
// for one under which a path of the contract would have two meanings.
func checkBasePaths(paths []string, dialects dialect.List) error {
	served := []string{docsPath}
	for _, path := range specPaths {
		served = append(served, path+"/")
	}
	for _, d := range dialects {
		served = append(served, d.Prefixes...)
	}
	var all []error
	for _, path := range paths {
		whole := path + "/"
		overlaps := func(prefix string) bool { return strings.Contains(whole, prefix) || strings.HasPrefix(prefix, whole) }
		taken := slices.IndexFunc(served, overlaps)
		reserved := slices.IndexFunc(rootOnly, func(prefix string) bool { return strings.HasPrefix(whole, prefix) })
		switch {
		case !basePathShape.MatchString(path):
			all = append(all, fmt.Errorf("base path %q must look like /prod-api: segments of letters, digits and . _ ~ -, no slash at its end", path))
		case taken >= 0:
			all = append(all, fmt.Errorf("base path %q overlaps %s, where the server has paths of its own", path, served[taken]))
		case reserved >= 0:
			all = append(all, fmt.Errorf("base path %q overlaps %s, where the server has paths of its own", path, rootOnly[reserved]))
		}
	}
	return errors.Join(all...)
}

// checkBasePathApps returns an error for an application of a path that is no base path.
func checkBasePathApps(applications map[string]string, paths []string) error {
	var all []error
	for _, path := range slices.Sorted(maps.Keys(applications)) {
		if !slices.Contains(paths, path) {
			all = append(all, fmt.Errorf("there is an application for %q, which is no base path", path))
		}
		if applications[path] == "" {
			all = append(all, fmt.Errorf("there is no application for the base path %q", path))
		}
	}
	return errors.Join(all...)
}
