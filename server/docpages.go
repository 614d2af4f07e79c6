package server

import (
	"bytes"
	"fmt"
	"html/template"
	"path"
	"strings"
	"sync"

	"github.com/labstack/echo/v4"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer/html"

	"quartet/openapi"
)

// pagePaths are the pages that the contract refers to. They are beside it, as in the repository, so
// that its relative addresses are right in both places.
var pagePaths = []string{"/TRANSCRIPTION.md", "/EXTENSIONS.md", "/EXTENSIONS.zh-CN.md"}

func registerPages(e openapi.EchoRouter) {
	for _, name := range pagePaths {
		rendered := sync.OnceValues(func() ([]byte, error) { return htmlOf(strings.TrimPrefix(name, "/")) })
		e.GET(name, atItsPath(name, func(c echo.Context) error {
			text, err := rendered()
			if err != nil {
				return err
			}
			return page(echo.MIMETextHTMLCharsetUTF8, text)(c)
		}))
	}
}

// htmlOf converts a page from Markdown to HTML. The text is the program's own, so its anchors stay.
func htmlOf(name string) ([]byte, error) {
	text, err := openapi.Pages.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("page %s: %w", name, err)
	}
	converter := goldmark.New(
		goldmark.WithExtensions(extension.Table),
		goldmark.WithParserOptions(parser.WithAutoHeadingID()),
		goldmark.WithRendererOptions(html.WithUnsafe()),
	)
	var body, whole bytes.Buffer
	if err := converter.Convert(text, &body); err != nil {
		return nil, fmt.Errorf("page %s: %w", name, err)
	}
	frame, err := template.ParseFS(pages, "docs/page.html")
	if err != nil {
		return nil, fmt.Errorf("page %s: %w", name, err)
	}
	title, _, _ := strings.Cut(strings.TrimPrefix(string(text), "# "), "\n")
	language := "en"
	if strings.HasSuffix(strings.TrimSuffix(name, path.Ext(name)), ".zh-CN") {
		language = "zh-CN"
	}
	err = frame.Execute(&whole, map[string]any{"Title": title, "Language": language, "Body": template.HTML(body.String())}) //nolint:gosec // own text
	return whole.Bytes(), err
}
