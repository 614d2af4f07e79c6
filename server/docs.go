package server

import (
	"embed"
	"fmt"
	"net/http"
	"path"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/labstack/echo/v4"
	"github.com/swaggest/swgui/v5emb"

	"quartet/openapi"
)

//go:embed docs/*.html docs/*.css docs/*.js
var pages embed.FS

// docs are the documentation pages and what belongs to them, by their path: Swagger UI,
// the references, and the pages beside the contract. They load nothing from other servers.
type docs map[string]echo.HandlerFunc

// docsPath is the path of the pages.
const docsPath = "/docs/"

// mediaTypes are those of the pages' own files.
var mediaTypes = map[string]string{".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}

// newDocs needs the document whole, and the part of it that requests are checked by.
func newDocs(document []byte, requests *openapi3.T, o Options) (docs, error) {
	index, err := pages.ReadFile("docs/index.html")
	if err != nil {
		return nil, fmt.Errorf("page: %w", err)
	}
	settings, err := settingsHandler(requests, o)
	if err != nil {
		return nil, err
	}
	failures := func() ([]byte, error) { return failuresJSON(o.Dialects) }
	d := docs{
		docsPath:                   page(echo.MIMETextHTMLCharsetUTF8, index),
		docsPath + "errors":        later(echo.MIMETextHTMLCharsetUTF8, func() ([]byte, error) { return errorPage(o.Dialects) }),
		docsPath + "tokens":        later(echo.MIMETextHTMLCharsetUTF8, func() ([]byte, error) { return tokensPage(document, o.Dialects, o.Accounts) }),
		docsPath + "failures.json": later(echo.MIMEApplicationJSON, failures),
		docsPath + "settings.json": settings,
	}
	entries, err := pages.ReadDir("docs")
	if err != nil {
		return nil, fmt.Errorf("pages: %w", err)
	}
	for _, entry := range entries {
		name := entry.Name()
		if mediaType := mediaTypes[path.Ext(name)]; mediaType != "" {
			d[docsPath+name] = later(mediaType, func() ([]byte, error) { return pages.ReadFile("docs/" + name) })
		}
	}
	assets := v5emb.New("Quartet", "/openapi.yaml", docsPath)
	for _, name := range []string{"swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png"} {
		d[docsPath+name] = asset(assets)
	}
	for _, name := range pagePaths {
		d[name] = later(echo.MIMETextHTMLCharsetUTF8, func() ([]byte, error) { return htmlOf(name[1:]) })
	}
	return d, nil
}

func (d docs) register(e openapi.EchoRouter) {
	toDocs := func(c echo.Context) error { return redirect(c, docsPath) }
	e.GET("/", toDocs)
	e.GET("/docs", toDocs)
	for path, handler := range d {
		e.GET(path, atItsPath(path, handler))
	}
}

// atItsPath redirects a request with a trailing slash or repeated slashes to the path
// itself, against which the relative references of the pages are resolved.
func atItsPath(path string, h echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if sentPath(c) != basePathOf(c)+path {
			return redirect(c, path)
		}
		return h(c)
	}
}

// redirect sends the client to a path of the server, under the base path of the request.
// The reference is relative, so it holds behind a proxy that cuts a prefix off.
func redirect(c echo.Context, path string) error {
	return c.Redirect(http.StatusFound, relativeReference(sentPath(c), basePathOf(c)+path))
}

// later is a page that is rendered at its first request.
func later(contentType string, render func() ([]byte, error)) echo.HandlerFunc {
	rendered := sync.OnceValues(func() (echo.HandlerFunc, error) {
		text, err := render()
		return page(contentType, text), err
	})
	return func(c echo.Context) error {
		handler, err := rendered()
		if err != nil {
			return err
		}
		return handler(c)
	}
}

// contentPolicy allows the pages to load from and call this server only. Swagger UI
// sets styles from script, and its icons are data URLs.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; " +
	"img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// page is a text that a browser keeps, and asks about by its ETag.
func page(contentType string, text []byte) echo.HandlerFunc {
	content := newSpecification(contentType, text)
	return func(c echo.Context) error {
		c.Response().Header().Set("Content-Security-Policy", contentPolicy)
		asked := c.Request().Header.Get("If-None-Match")
		return content.against(&asked).send(c.Response())
	}
}

func asset(assets http.Handler) echo.HandlerFunc {
	return func(c echo.Context) error {
		c.Response().Header().Set(echo.HeaderCacheControl, "public, max-age=3600")
		assets.ServeHTTP(c.Response(), c.Request())
		return nil
	}
}
