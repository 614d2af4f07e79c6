package server

import (
	"bytes"
	"fmt"
	"html/template"
	"path"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer/html"

	"quartet/openapi"
	"quartet/server/dialect"
)

// pagePaths are the pages that the contract refers to. They are beside it, as in the repository, so
// that its relative addresses are right in both places.
var pagePaths = []string{"/TRANSCRIPTION.md", "/EXTENSIONS.md", "/EXTENSIONS.zh-CN.md"}

func errorPage(dialects dialect.List) ([]byte, error) {
	page, err := template.ParseFS(pages, "docs/errors.html")
	if err != nil {
		return nil, fmt.Errorf("error page: %w", err)
	}
	var text bytes.Buffer
	err = page.Execute(&text, map[string]any{"Dialects": dialects.Names(), "Rows": dialects.Reference()})
	return text.Bytes(), err
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
