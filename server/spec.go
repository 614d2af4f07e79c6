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

// spec serves the OpenAPI document, whole or cut down to some tags. What was
// written once is kept: there are no more than 2⁶ sets of tags. The document's
// tree is not: it takes more memory than the rest of a server at rest.
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

// in gives the document in the media type; with tags, their operations alone.
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
		return p.document, nil // as it was written, to the byte
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

// specification is a document that is sent. A caller that has it already gets 304.
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
	// The standard library knows the rules of RFC 9110 section 13.1.2.
	asked := &http.Request{Method: http.MethodGet, Header: http.Header{"If-None-Match": {d.has}}}
	http.ServeContent(w, asked, "", time.Time{}, bytes.NewReader(d.text))
	return nil
}

// VisitGetSpecAsYamlResponse sends the document.
func (d specification) VisitGetSpecAsYamlResponse(w http.ResponseWriter) error { return d.send(w) }

// VisitGetSpecAsJsonResponse sends the document.
func (d specification) VisitGetSpecAsJsonResponse(w http.ResponseWriter) error { return d.send(w) }

// GetSpecAsYaml serves the contract as it was written, or some dialects of it.
func (s *server) GetSpecAsYaml(_ context.Context, r openapi.GetSpecAsYamlRequestObject) (openapi.GetSpecAsYamlResponseObject, error) {
	text, err := s.spec.in(specYAML, r.Params.Tag)
	return text.against(r.Params.IfNoneMatch), err
}

// GetSpecAsJson serves the same as JSON.
func (s *server) GetSpecAsJson(_ context.Context, r openapi.GetSpecAsJsonRequestObject) (openapi.GetSpecAsJsonResponseObject, error) {
	text, err := s.spec.in(specJSON, r.Params.Tag)
	return text.against(r.Params.IfNoneMatch), err
}
