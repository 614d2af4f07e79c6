package server

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
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
	index, script, sheet        []byte
	settings, settingsUnderBase []byte
	errors                      func() ([]byte, error) // rendered at the first request
	assets                      http.Handler
}

// docsPath is the path of the pages.
const docsPath = "/docs/"

func newDocs(contract *openapi3.T, dialects dialect.List, demo *Demo) (*docs, error) {
	d := &docs{errors: sync.OnceValues(func() ([]byte, error) { return errorPage(dialects) }), assets: v5emb.New("Quartet", "/openapi.yaml", docsPath)}
	var err error
	if d.settings, err = json.Marshal(pageSettings{Demo: authorised(contract, demo)}); err != nil {
		return nil, fmt.Errorf("settings of the page: %w", err)
	}
	if d.settingsUnderBase, err = json.Marshal(pageSettings{authorised(contract, demo), dialects.Names()}); err != nil {
		return nil, fmt.Errorf("settings of the page: %w", err)
	}
	for name, page := range map[string]*[]byte{"index.html": &d.index, "page.js": &d.script, "page.css": &d.sheet} {
		if *page, err = pages.ReadFile("docs/" + name); err != nil {
			return nil, fmt.Errorf("page %s: %w", name, err)
		}
	}
	return d, nil
}

// pageSettings are what the script of the page reads from settings.json.
type pageSettings struct {
	// Demo are the credentials of the demonstration.
	Demo map[string]any `json:"demo,omitempty"`
	// Tags are those of the operations to show: under a base path those of the
	// dialects, because the others are served at the root only; all where empty.
	Tags []string `json:"tags,omitempty"`
}

// authorised returns the credentials of the demonstration for every security scheme of
// the contract, in the form in which Swagger UI stores them: its token, its application
// or the application's secret; nil for no demonstration.
func authorised(contract *openapi3.T, demo *Demo) map[string]any {
	if demo == nil {
		return nil
	}
	schemes := map[string]any{}
	for name, scheme := range contract.Components.SecuritySchemes {
		var value any = demo.AccessToken
		var places applicationPlaces
		places.read(scheme.Value)
		switch {
		case places.id:
			value = demo.Application
		case places.secret:
			value = demo.ApplicationSecret
		case places.basic:
			value = map[string]string{"username": demo.Application, "password": demo.ApplicationSecret}
		}
		schemes[name] = map[string]any{"name": name, "schema": scheme.Value, "value": value}
	}
	return schemes
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
	serve("errors", d.errorReference)
	serve("page.js", page("text/javascript; charset=utf-8", d.script))
	serve("page.css", page("text/css; charset=utf-8", d.sheet))
	serve("settings.json", d.pageSettings)
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

func (d *docs) errorReference(c echo.Context) error {
	text, err := d.errors()
	if err != nil {
		return err
	}
	return page(echo.MIMETextHTMLCharsetUTF8, text)(c)
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
