package server

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strings"
	"sync"

	"github.com/labstack/echo/v4"

	"quartet/openapi"
	"quartet/server/console"
)

// consolePath is the path of the console.
const consolePath = "/console/"

const (
	// consolePolicy lets the console load and call this server only, and run no script and
	// no style that stands in a page.
	consolePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
		"font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	// hashedFor is for files whose names change with their content.
	hashedFor = "public, max-age=31536000, immutable"
)

// consoleTypes are the media types of the console's files. The system's list of them is not
// asked, because it differs from one computer to another.
var consoleTypes = map[string]string{
	".html": echo.MIMETextHTMLCharsetUTF8, ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
	".json": echo.MIMEApplicationJSON, ".svg": "image/svg+xml", ".png": "image/png", ".woff2": "font/woff2",
}

// registerConsole registers the files of the console by their exact paths.
func registerConsole(e openapi.EchoRouter, o Options) error {
	files := console.Files()
	settings, err := json.Marshal(o.consoleSettings())
	if err != nil {
		return fmt.Errorf("settings of the console: %w", err)
	}
	e.GET(strings.TrimSuffix(consolePath, "/"), func(c echo.Context) error { return redirect(c, consolePath) })
	e.GET(consolePath+"settings.json", consoleFile{name: "settings.json", text: func() ([]byte, error) { return settings, nil }}.handler())
	return fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		address := consolePath + name
		if name == "index.html" {
			address = consolePath
		}
		e.GET(address, consoleFile{name: name, text: func() ([]byte, error) { return fs.ReadFile(files, name) }}.handler())
		return nil
	})
}

// consoleSettings are what the console reads of its server.
type consoleSettings struct {
	Version string `json:"version,omitempty"`
	// Docs is the relative reference of the documentation, "" where the console's
	// listener has none.
	Docs string       `json:"docs,omitempty"`
	Demo *consoleDemo `json:"demo,omitempty"`
}

// consoleDemo is the token that a demonstration's console is signed in with, and the
// relative references of the outbox and the reset.
type consoleDemo struct {
	Token  string `json:"token"`
	Outbox string `json:"outbox"`
	Reset  string `json:"reset"`
}

func (o Options) consoleSettings() consoleSettings {
	settings := consoleSettings{Version: o.Version}
	if !o.NoDocs && !o.AdminListener {
		settings.Docs = relativeReference(consolePath, docsPath)
	}
	if o.Demo != nil {
		settings.Demo = &consoleDemo{
			Token:  o.Demo.AdministratorToken,
			Outbox: relativeReference(consolePath, "/demo/outbox"),
			Reset:  relativeReference(consolePath, "/demo/reset"),
		}
	}
	return settings
}

// consoleFile is a file of the console.
type consoleFile struct {
	name string
	text func() ([]byte, error)
}

// handler sends the file, compressed where the client takes that. The file is read and
// compressed at its first request.
func (f consoleFile) handler() echo.HandlerFunc {
	var plain, compressed specification
	prepare := sync.OnceValue(func() error {
		text, err := f.text()
		if err != nil {
			return fmt.Errorf("console: %w", err)
		}
		plain = f.content(text)
		compressed = plain
		short, err := gzipped(text)
		if err == nil && len(short) < len(text) {
			compressed = f.content(short)
			compressed.encoding = "gzip"
		}
		return err
	})
	return func(c echo.Context) error {
		if err := prepare(); err != nil {
			return err
		}
		header := c.Response().Header()
		header.Set("Content-Security-Policy", consolePolicy)
		header.Set("Referrer-Policy", "no-referrer")
		header.Add(echo.HeaderVary, echo.HeaderAcceptEncoding)
		content := plain
		if takesGzip.MatchString(strings.Join(c.Request().Header.Values(echo.HeaderAcceptEncoding), ",")) {
			content = compressed
		}
		asked := c.Request().Header.Get("If-None-Match")
		return content.against(&asked).send(c.Response())
	}
}

func (f consoleFile) content(text []byte) specification {
	content := newSpecification(cmp.Or(consoleTypes[path.Ext(f.name)], echo.MIMEOctetStream), text)
	if strings.HasPrefix(f.name, "assets/") {
		content.cache = hashedFor
	}
	return content
}

// takesGzip finds gzip in an Accept-Encoding, unless its weight is 0.
var takesGzip = regexp.MustCompile(`(?i)(^|[,\s])gzip\s*(,|$|;\s*q=(1|0?\.0*[1-9]))`)

func gzipped(text []byte) ([]byte, error) {
	var short bytes.Buffer
	writer, err := gzip.NewWriterLevel(&short, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := writer.Write(text); err != nil {
		return nil, err
	}
	err = writer.Close()
	return short.Bytes(), err
}
