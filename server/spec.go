package server

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"quartet/openapi"
	"quartet/openapi/specfilter"
)

// spec serves the OpenAPI document, whole or filtered by tags. It keeps the rendered
// documents, of which there are at most 2⁷, but not the document's tree, which takes
// more memory than the rest of an idle server.
type spec struct {
	document []byte // in YAML
	mutex    sync.Mutex
	written  map[string]specification
}

// The media types of the document.
const (
	specYAML = "application/yaml"
	specJSON = "application/json"
)

// in returns the document in a media type; with tags, only their operations.
func (p *spec) in(mediaType string, tags *openapi.Tags) (specification, error) {
	wanted := sorted(tags)
	key := mediaType + " " + strings.Join(wanted, " ")
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if known, ok := p.written[key]; ok {
		return known, nil
	}
	text, err := p.write(mediaType, wanted)
	if err != nil {
		return specification{}, err
	}
	sum := sha256.Sum256(text)
	p.written[key] = specification{text: text, mediaType: mediaType, tag: `"` + base64.RawURLEncoding.EncodeToString(sum[:16]) + `"`}
	return p.written[key], nil
}

func (p *spec) write(mediaType string, tags []string) ([]byte, error) {
	if mediaType == specYAML && len(tags) == 0 {
		return p.document, nil // unchanged
	}
	document, err := specfilter.Read(p.document)
	if err != nil {
		return nil, err
	}
	if len(tags) > 0 {
		document = document.Only(tags...)
	}
	if mediaType == specJSON {
		return document.JSON()
	}
	return document.YAML()
}

func sorted(tags *openapi.Tags) []string {
	if tags == nil {
		return nil
	}
	var names []string
	for _, tag := range *tags {
		names = append(names, string(tag))
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// specification is a rendered document. A client that has it already gets 304.
type specification struct {
	text           []byte
	mediaType, tag string
	has            string // If-None-Match
}

func (d specification) against(ifNoneMatch *openapi.IfNoneMatch) specification {
	if ifNoneMatch != nil {
		d.has = *ifNoneMatch
	}
	return d
}

func (d specification) send(w http.ResponseWriter) error {
	w.Header().Set(echo.HeaderContentType, d.mediaType)
	w.Header().Set("ETag", d.tag)
	w.Header().Set(echo.HeaderCacheControl, "no-cache")
	// http.ServeContent implements RFC 9110 section 13.1.2.
	asked := &http.Request{Method: http.MethodGet, Header: http.Header{"If-None-Match": {d.has}}}
	http.ServeContent(w, asked, "", time.Time{}, bytes.NewReader(d.text))
	return nil
}

// VisitGetSpecAsYamlResponse writes the document.
func (d specification) VisitGetSpecAsYamlResponse(w http.ResponseWriter) error { return d.send(w) }

// VisitGetSpecAsJsonResponse writes the document.
func (d specification) VisitGetSpecAsJsonResponse(w http.ResponseWriter) error { return d.send(w) }

// GetSpecAsYaml returns the contract as it was written, or the operations of some tags.
func (s *server) GetSpecAsYaml(_ context.Context, r openapi.GetSpecAsYamlRequestObject) (openapi.GetSpecAsYamlResponseObject, error) {
	text, err := s.spec.in(specYAML, r.Params.Tag)
	return text.against(r.Params.IfNoneMatch), err
}

// GetSpecAsJson returns the same as JSON.
func (s *server) GetSpecAsJson(_ context.Context, r openapi.GetSpecAsJsonRequestObject) (openapi.GetSpecAsJsonResponseObject, error) {
	text, err := s.spec.in(specJSON, r.Params.Tag)
	return text.against(r.Params.IfNoneMatch), err
}
