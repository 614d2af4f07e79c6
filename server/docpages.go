package server

import (
	"bytes"
	"fmt"
	"html/template"
	"io/fs"
	"slices"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer/html"

	"quartet/openapi"
	"quartet/server/account"
	"quartet/server/dialect"
)

// pagePaths are the pages that the contract refers to. They are beside it, as in the repository, so
// that its relative addresses are right in both places.
var pagePaths = pagesIn(openapi.Pages)

func pagesIn(files fs.FS) []string {
	names, _ := fs.Glob(files, "*.md") // only a malformed pattern fails
	for i, name := range names {
		names[i] = "/" + name
	}
	return names
}

// frame is what every page but the explorer has around its content.
type frame struct {
	Title    string
	Docs     string // the relative reference of docsPath, "" in it
	Language string // of a page in one language
	Twin     *twin
	Body     template.HTML
}

// twin is the page in the other language.
type twin struct{ Path, Language, Name string }

// framed renders the content of a page, and the frame around it.
func framed(f frame, content string, data any) ([]byte, error) {
	if content != "" {
		body, err := executed(content, data)
		if err != nil {
			return nil, err
		}
		f.Body = template.HTML(body) //nolint:gosec // the template has escaped it
	}
	return executed("frame.html", f)
}

func executed(name string, data any) ([]byte, error) {
	page, err := template.New(name).Funcs(template.FuncMap{"words": words}).ParseFS(pages, "docs/"+name)
	if err != nil {
		return nil, fmt.Errorf("page %s: %w", name, err)
	}
	var text bytes.Buffer
	if err := page.Execute(&text, data); err != nil {
		return nil, fmt.Errorf("page %s: %w", name, err)
	}
	return text.Bytes(), nil
}

// words is a paragraph of the contract, in Markdown, as it stands within a cell.
func words(paragraph string) (template.HTML, error) {
	var text bytes.Buffer
	err := goldmark.Convert([]byte(paragraph), &text)
	inner := strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(text.String()), "<p>"), "</p>")
	return template.HTML(inner), err //nolint:gosec // goldmark leaves raw HTML out
}

func errorPage(dialects dialect.List) ([]byte, error) {
	return framed(frame{Title: "错误码 Errors"}, "errors.html", map[string]any{"Dialects": dialects.Names(), "Rows": dialects.Reference()})
}

func tokensPage(document []byte, dialects dialect.List, accounts *account.Service) ([]byte, error) {
	data, err := newTokenPage(document, dialects, accounts.Lifetimes())
	if err != nil {
		return nil, err
	}
	return framed(frame{Title: "令牌 Tokens"}, "tokens.html", data)
}

const inChinese = ".zh-CN.md"

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
	var body bytes.Buffer
	if err := converter.Convert(text, &body); err != nil {
		return nil, fmt.Errorf("page %s: %w", name, err)
	}
	f := frame{Docs: "docs/", Language: "en", Body: template.HTML(body.String())} //nolint:gosec // own text
	f.Title, _, _ = strings.Cut(strings.TrimPrefix(string(text), "# "), "\n")
	other := twin{strings.TrimSuffix(name, ".md") + inChinese, "zh-CN", "中文"}
	if base, isChinese := strings.CutSuffix(name, inChinese); isChinese {
		f.Language, other = "zh-CN", twin{base + ".md", "en", "English"}
	}
	if slices.Contains(pagePaths, "/"+other.Path) {
		f.Twin = &other
	}
	return framed(f, "", nil)
}
