package server

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"quartet/openapi"
	"quartet/openapi/specfilter"
)

// spec serves the OpenAPI document, whole or filtered by tags, in its renderings. It
// keeps the documents of all tags and of one, of which there are at most 192; one of
// several tags is written for each request. It does not keep the document's tree,
// which takes more memory than the rest of an idle server.
type spec struct {
	document []byte     // in YAML
	writing  sync.Mutex // one at a time, so that many requests take one processor
	mutex    sync.Mutex
	written  map[string]specification
}

// in returns what is wanted of the document.
func (p *spec) in(wanted specfilter.Wanted) (specification, error) {
	if known, ok := p.known(wanted); ok {
		return known, nil
	}
	p.writing.Lock()
	defer p.writing.Unlock()
	if known, ok := p.known(wanted); ok {
		return known, nil
	}
	text, err := wanted.Of(p.document)
	if err != nil {
		return specification{}, err
	}
	mediaType := "application/yaml"
	if wanted.JSON {
		mediaType = echo.MIMEApplicationJSON
	}
	written := newSpecification(mediaType, text)
	if len(wanted.Tags) < 2 {
		p.mutex.Lock()
		defer p.mutex.Unlock()
		p.written[wanted.Key()] = written
	}
	return written, nil
}

func (p *spec) known(wanted specfilter.Wanted) (specification, bool) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	known, ok := p.written[wanted.Key()]
	return known, ok
}

// wanted reads the parameters of a request for the document.
func wanted(tags *openapi.Tags, render *openapi.Render, language *openapi.Language, json bool) specfilter.Wanted {
	w := specfilter.Wanted{JSON: json, Samples: openapi.CodeSamples, Pages: openapi.Pages}
	if tags != nil {
		for _, tag := range *tags {
			w.Tags = append(w.Tags, string(tag))
		}
		slices.Sort(w.Tags)
		w.Tags = slices.Compact(w.Tags)
	}
	if render != nil {
		w.Render = string(*render)
	}
	if language != nil {
		w.Language = string(*language)
	}
	return w
}

// specification is a rendered document. A client that has it already gets 304.
type specification struct {
	text           []byte
	mediaType, tag string
	encoding       string // Content-Encoding; "" for none
	cache          string // Cache-Control; "" for no-cache
	has            string // If-None-Match
}

func newSpecification(mediaType string, text []byte) specification {
	sum := sha256.Sum256(text)
	return specification{text: text, mediaType: mediaType, tag: `"` + base64.RawURLEncoding.EncodeToString(sum[:16]) + `"`}
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
	w.Header().Set(echo.HeaderCacheControl, cmp.Or(d.cache, "no-cache"))
	if d.encoding != "" {
		w.Header().Set(echo.HeaderContentEncoding, d.encoding)
	}
	// http.ServeContent implements RFC 9110 section 13.1.2.
	asked := &http.Request{Method: http.MethodGet, Header: http.Header{"If-None-Match": {d.has}}}
	http.ServeContent(w, asked, "", time.Time{}, bytes.NewReader(d.text))
	return nil
}

// VisitGetSpecAsYamlResponse writes the document.
func (d specification) VisitGetSpecAsYamlResponse(w http.ResponseWriter) error { return d.send(w) }

// VisitGetSpecAsJsonResponse writes the document.
func (d specification) VisitGetSpecAsJsonResponse(w http.ResponseWriter) error { return d.send(w) }

// GetSpecAsYaml returns the contract as it was written, or the operations of some tags,
// or a rendering, or one language.
func (s *server) GetSpecAsYaml(_ context.Context, r openapi.GetSpecAsYamlRequestObject) (openapi.GetSpecAsYamlResponseObject, error) {
	text, err := s.spec.in(wanted(r.Params.Tag, r.Params.Render, r.Params.Language, false))
	return text.against(r.Params.IfNoneMatch), err
}

// GetSpecAsJson returns the same as JSON.
func (s *server) GetSpecAsJson(_ context.Context, r openapi.GetSpecAsJsonRequestObject) (openapi.GetSpecAsJsonResponseObject, error) {
	text, err := s.spec.in(wanted(r.Params.Tag, r.Params.Render, r.Params.Language, true))
	return text.against(r.Params.IfNoneMatch), err
}
