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
	addresses := []string{spec.ExternalDocs.URL, "EXTENSIONS.zh-CN.md"}
	for _, o := range spec.Operations() {
		switch {
		case o.ExternalDocs != nil:
			addresses = append(addresses, o.ExternalDocs.URL)
		case o.Tags[0] != "system":
			t.Errorf("%s has no externalDocs", o.OperationID)
		}
	}
	for _, document := range []string{"/openapi.yaml", "/prod-api/openapi.yaml"} {
		for _, address := range addresses {
			path, page := w.pageAt(t, document, address)
			for _, match := range reference.FindAllStringSubmatch(page, -1) {
				w.pageAt(t, path, match[1])
			}
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
