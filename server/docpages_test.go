package server_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"quartet/openapi/check/contract"
	"quartet/server"
	"quartet/server/account"
)

var reference = regexp.MustCompile(`<a href="([^"]*)"`)

// The addresses of the contract's externalDocs, and those of the pages behind them, are right
// where the server serves the contract. Every operation of a dialect has one.
func TestExternalDocsResolve(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(_ *account.Config, o *server.Options) { o.BasePaths = []string{"/prod-api"} })
	spec, err := contract.Load()
	must(t, err)
	addresses := []string{spec.ExternalDocs.URL, "EXTENSIONS.zh-CN.md", "TRANSCRIPTION.zh-CN.md"}
	for _, o := range spec.Operations() {
		switch {
		case o.ExternalDocs != nil:
			addresses = append(addresses, o.ExternalDocs.URL)
		case o.Tags[0] != "system" && o.Tags[0] != "admin":
			t.Errorf("%s has no externalDocs", o.OperationID)
		}
	}
	for _, document := range []string{"/openapi.yaml", "/prod-api/openapi.yaml"} {
		for _, address := range addresses {
			path, page := w.pageAt(t, document, address)
			for _, match := range reference.FindAllStringSubmatch(page, -1) {
				if !strings.Contains(match[1], "://") { // another server's
					w.pageAt(t, path, match[1])
				}
			}
		}
	}
}

// The document in Chinese refers to the pages in Chinese, and each page to its twin.
func TestChineseDocumentLeadsToChinesePages(t *testing.T) {
	t.Parallel()
	w := newWorld(t, under("/prod-api"))
	for language, want := range map[string]string{"zh": "EXTENSIONS.zh-CN.md", "en": "EXTENSIONS.md"} {
		for _, base := range []string{"", "/prod-api"} {
			spec, err := contract.Read([]byte(requireOK(t, w.get(base+"/openapi.yaml?language="+language)).text))
			must(t, err)
			if spec.ExternalDocs.URL != want {
				t.Errorf("%s leads to %s", language, spec.ExternalDocs.URL)
			}
			for _, o := range spec.Operations() {
				if o.ExternalDocs != nil {
					w.pageAt(t, base+"/openapi.yaml", o.ExternalDocs.URL)
				}
			}
		}
	}
	for path, twin := range map[string]string{"/EXTENSIONS.md": `<a href="EXTENSIONS.zh-CN.md" hreflang="zh-CN">`, "/EXTENSIONS.zh-CN.md": `<a href="EXTENSIONS.md" hreflang="en">`} {
		if page := requireOK(t, w.get(path)).text; !strings.Contains(page, twin) {
			t.Errorf("%s has no link %s", path, twin)
		}
	}
}

// pageAt is what an address in a document leads to.
func (w *world) pageAt(t *testing.T, document, address string) (path, text string) {
	t.Helper()
	base, err := url.Parse(document)
	must(t, err)
	to, err := base.Parse(address)
	must(t, err)
	got := w.get(to.Path)
	if got.status != http.StatusOK || to.Fragment != "" && !strings.Contains(got.text, `id="`+to.Fragment+`"`) {
		t.Errorf("%s in %s: %d, or without the anchor", address, document, got.status)
	}
	return to.Path, got.text
}
