package server

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"path"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/labstack/echo/v4"
	"github.com/swaggest/swgui/v5emb"

	"quartet/openapi"
	"quartet/server/dialect"
)

//go:embed docs/*.html docs/*.css docs/*.js
var pages embed.FS

// docs serves the documentation pages: Swagger UI and the error reference. They load
// nothing from other servers.
type docs struct {
	index                       []byte
	files                       map[string][]byte // scripts and style sheets by their name
	settings, settingsUnderBase []byte
	errors, failures            func() ([]byte, error) // rendered at the first request
	assets                      http.Handler
}

// docsPath is the path of the pages.
const docsPath = "/docs/"

func newDocs(contract *openapi3.T, o Options) (*docs, error) {
	d := &docs{
		errors:   sync.OnceValues(func() ([]byte, error) { return errorPage(o.Dialects) }),
		failures: sync.OnceValues(func() ([]byte, error) { return failuresJSON(o.Dialects) }),
		assets:   v5emb.New("Quartet", "/openapi.yaml", docsPath),
	}
	var err error
	if d.settings, err = settingsJSON(contract, o, false); err != nil {
		return nil, err
	}
	if d.settingsUnderBase, err = settingsJSON(contract, o, true); err != nil {
		return nil, err
	}
	if d.index, err = pages.ReadFile("docs/index.html"); err != nil {
		return nil, fmt.Errorf("page: %w", err)
	}
	d.files, err = scriptsAndSheets()
	return d, err
}

// mediaTypes are those of the pages' own files.
var mediaTypes = map[string]string{".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}

func scriptsAndSheets() (map[string][]byte, error) {
	entries, err := pages.ReadDir("docs")
	if err != nil {
		return nil, fmt.Errorf("pages: %w", err)
	}
	files := map[string][]byte{}
	for _, entry := range entries {
		if mediaTypes[path.Ext(entry.Name())] == "" {
			continue
		}
		if files[entry.Name()], err = pages.ReadFile("docs/" + entry.Name()); err != nil {
			return nil, fmt.Errorf("page %s: %w", entry.Name(), err)
		}
	}
	return files, nil
}

func errorPage(dialects dialect.List) ([]byte, error) {
	page, err := template.ParseFS(pages, "docs/errors.html")
	if err != nil {
		return nil, fmt.Errorf("error page: %w", err)
	}
	var text bytes.Buffer
	err = page.Execute(&text, map[string]any{"Dialects": dialects.Names(), "Rows": dialects.Reference()})
	return text.Bytes(), err
}

// contentPolicy allows the pages to load from and call this server only. Swagger UI
// sets styles from script, and its icons are data URLs.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; " +
	"img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

func (d *docs) register(e openapi.EchoRouter) {
	toDocs := func(c echo.Context) error { return redirect(c, docsPath) }
	e.GET("/", toDocs)
	e.GET("/docs", toDocs)
	serve := func(name string, h echo.HandlerFunc) { e.GET(docsPath+name, atItsPath(docsPath+name, h)) }
	serve("", page(echo.MIMETextHTMLCharsetUTF8, d.index))
	serve("errors", later(echo.MIMETextHTMLCharsetUTF8, d.errors))
	for name, text := range d.files {
		serve(name, page(mediaTypes[path.Ext(name)], text))
	}
	serve("settings.json", d.pageSettings)
	serve("failures.json", later(echo.MIMEApplicationJSON, d.failures))
	for _, asset := range []string{"swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png"} {
		serve(asset, d.asset)
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

func (d *docs) pageSettings(c echo.Context) error {
	settings := d.settings
	if basePathOf(c) != "" {
		settings = d.settingsUnderBase
	}
	return page(echo.MIMEApplicationJSON, settings)(c)
}

// later is a page that is rendered at its first request.
func later(contentType string, render func() ([]byte, error)) echo.HandlerFunc {
	return func(c echo.Context) error {
		text, err := render()
		if err != nil {
			return err
		}
		return page(contentType, text)(c)
	}
}

func page(contentType string, text []byte) echo.HandlerFunc {
	return func(c echo.Context) error {
		header := c.Response().Header()
		header.Set("Content-Security-Policy", contentPolicy)
		header.Set(echo.HeaderCacheControl, "no-cache")
		return c.Blob(http.StatusOK, contentType, text)
	}
}

func (d *docs) asset(c echo.Context) error {
	c.Response().Header().Set(echo.HeaderCacheControl, "public, max-age=3600")
	d.assets.ServeHTTP(c.Response(), c.Request())
	return nil
}
