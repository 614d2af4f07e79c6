package mock

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
)

// call is a request to an operation.
type call struct {
	*http.Request
	operation *operation
	path      map[string]string // values of the path's parameters
	query     url.Values
	mediaType string
	body      any // the decoded body
	file      *file
}

// file is what was uploaded.
type file struct {
	mediaType, name string
	bytes           []byte
}

// maxBody is the longest body that is read.
const maxBody = 16 << 20

// refusal is why a request is not taken.
type refusal struct {
	statuses []int // documented ones are answered, in this order
	field    string
	rule     string
}

func (r refusal) String() string {
	if r.field == "" {
		return r.rule
	}
	return r.field + ": " + r.rule
}

// check validates a request, and decodes its body.
func (s *Server) check(c *call) *refusal {
	if !s.authenticated(c) {
		return &refusal{statuses: []int{401, 403}, rule: "the credentials that the operation requires are missing"}
	}
	text, err := io.ReadAll(http.MaxBytesReader(nil, c.Request.Body, maxBody))
	if err != nil {
		return &refusal{statuses: []int{413, 400}, rule: fmt.Sprintf("the body is cut off, or longer than %d bytes", maxBody)}
	}
	c.Request.Body = io.NopCloser(bytes.NewReader(text))
	c.mediaType, _, _ = mime.ParseMediaType(c.Header.Get("Content-Type"))
	options := &openapi3filter.Options{
		AuthenticationFunc:         openapi3filter.NoopAuthenticationFunc,
		KeepValidatedValue:         true,
		SkipSettingDefaults:        true,
		ExcludeReadOnlyValidations: true, // such a value is not kept
		MultiError:                 true,
		RegexCompiler:              compileLeniently,
		ExcludeRequestBody:         !decodable(c),
	}
	input := &openapi3filter.RequestValidationInput{
		Request: c.Request, PathParams: c.path, QueryParams: c.query, Options: options,
		Route: &routers.Route{Spec: s.document, Path: c.operation.path, PathItem: c.operation.item, Method: c.operation.method, Operation: c.operation.Operation},
	}
	err = openapi3filter.ValidateRequest(c.Context(), input)
	if kept, isKept := input.Request.Body.(interface{ ValidatedValue() any }); isKept {
		c.body = plain(kept.ValidatedValue())
	}
	if err != nil {
		return refusalOf(err)
	}
	c.file = fileOf(c.mediaType, c.Header.Get("Content-Type"), text)
	return nil
}

// decodable reports whether a body of the request's content type is one that can be read.
// An unknown content type is to be refused, so it counts as one.
func decodable(c *call) bool {
	if c.operation.RequestBody == nil || c.operation.RequestBody.Value.Content.Get(c.Header.Get("Content-Type")) == nil {
		return true
	}
	return openapi3filter.RegisteredBodyDecoder(c.mediaType) != nil || strings.HasSuffix(c.mediaType, "+json")
}

// refusalOf is the first thing that the validation found.
func refusalOf(err error) *refusal {
	if many, isMany := errors.AsType[openapi3.MultiError](err); isMany && len(many) > 0 {
		err = many[0]
	}
	r := &refusal{statuses: []int{400, 422}, rule: err.Error()}
	failed, isRequest := errors.AsType[*openapi3filter.RequestError](err)
	if !isRequest {
		return r
	}
	switch {
	case failed.Parameter != nil:
		r.field = failed.Parameter.In + " parameter " + failed.Parameter.Name
	case failed.RequestBody != nil:
		r.field = "body"
		if strings.HasPrefix(failed.Reason, "header Content-Type") {
			return &refusal{statuses: []int{415, 400, 422}, field: "Content-Type", rule: "the operation takes no body of this media type"}
		}
	}
	r.rule = failed.Reason
	if failed.Err != nil {
		r.rule = failed.Err.Error()
	}
	if nested, isMany := errors.AsType[openapi3.MultiError](failed.Err); isMany && len(nested) > 0 {
		failed.Err = nested[0]
	}
	if found, isSchema := errors.AsType[*openapi3.SchemaError](failed.Err); isSchema {
		if pointer := strings.Join(found.JSONPointer(), "/"); pointer != "" {
			r.field += " /" + pointer
		}
		r.rule = found.Reason
	}
	return r
}

// authenticated reports whether some alternative of the operation's security has all of
// its credentials. Every credential but an empty one is taken.
func (s *Server) authenticated(c *call) bool {
	security := c.operation.Security
	if security == nil {
		security = &s.document.Security
	}
	for _, alternative := range *security {
		complete := true
		for name := range alternative {
			complete = complete && s.hasCredential(c, name)
		}
		if complete {
			return true
		}
	}
	return len(*security) == 0
}

func (s *Server) hasCredential(c *call, name string) bool {
	if s.document.Components == nil || s.document.Components.SecuritySchemes[name] == nil {
		return true
	}
	switch scheme := s.document.Components.SecuritySchemes[name].Value; scheme.Type {
	case "apiKey":
		switch scheme.In {
		case openapi3.ParameterInQuery:
			return c.query.Get(scheme.Name) != ""
		case openapi3.ParameterInCookie:
			cookie, err := c.Cookie(scheme.Name)
			return err == nil && cookie.Value != ""
		}
		return c.Header.Get(scheme.Name) != ""
	case "mutualTLS":
		return true
	default:
		return c.Header.Get("Authorization") != ""
	}
}

// fileOf is the first file of a form, or a body that is no text of a known form.
func fileOf(mediaType, contentType string, text []byte) *file {
	if mediaType == "multipart/form-data" {
		_, parameters, _ := mime.ParseMediaType(contentType)
		reader := multipart.NewReader(bytes.NewReader(text), parameters["boundary"])
		for part, err := reader.NextPart(); err == nil; part, err = reader.NextPart() {
			if part.FileName() == "" {
				continue
			}
			if content, err := io.ReadAll(part); err == nil {
				return &file{mediaType: orOctets(part.Header.Get("Content-Type")), name: part.FileName(), bytes: content}
			}
		}
		return nil
	}
	switch {
	case len(text) == 0, isJSON(mediaType), mediaType == "application/x-www-form-urlencoded":
		return nil
	}
	return &file{mediaType: orOctets(mediaType), bytes: text}
}

func orOctets(mediaType string) string {
	if mediaType == "" {
		return "application/octet-stream"
	}
	return mediaType
}

// fields are the members of the record in the body: of a wrapper around it, of JSON in a
// field of a form, or of the body itself.
func (c *call) fields() map[string]any {
	object, _ := c.body.(map[string]any)
	if len(object) == 1 {
		for _, value := range object {
			switch v := value.(type) {
			case map[string]any:
				return v
			case string:
				decoder := json.NewDecoder(strings.NewReader(v))
				decoder.UseNumber()
				var inner map[string]any
				if strings.HasPrefix(v, "{") && decoder.Decode(&inner) == nil {
					return inner
				}
			}
		}
	}
	return object
}
