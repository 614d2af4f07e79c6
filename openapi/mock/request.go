package mock

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"slices"
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
	text      []byte // the body as it was sent
	cutOff    bool   // or is longer than maxBody
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
	text := c.text
	if c.cutOff {
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
	err := openapi3filter.ValidateRequest(c.Context(), input)
	if kept, isKept := input.Request.Body.(interface{ ValidatedValue() any }); isKept {
		c.body = plain(kept.ValidatedValue())
	} else if isJSON(c.mediaType) { // the validator keeps none where it finds anything
		c.body = plain(json.RawMessage(text))
	}
	if refused := s.refusalOf(c, err); refused != nil {
		return refused
	}
	if refused := s.checkForm(c, string(text)); refused != nil {
		return refused
	}
	if act := c.operation.plan.act; act == update || act == replace {
		if _, applies := patched(map[string]any{}, c); !applies {
			return &refusal{statuses: []int{415}, field: "Content-Type", rule: "of JSON Patch the mock applies add, replace and remove of keys of objects alone"}
		}
	}
	if c.mediaType != mediaMultipart {
		c.file = fileOf(c.mediaType, text)
	}
	return nil
}

// decodable reports whether a body of the request's content type is one that can be read.
// An unknown content type is to be refused, so it counts as one.
func decodable(c *call) bool {
	if c.operation.RequestBody == nil || c.operation.RequestBody.Value.Content.Get(c.Header.Get("Content-Type")) == nil {
		return true
	}
	if c.mediaType == mediaForm || c.mediaType == mediaMultipart {
		return false // checkForm reads it
	}
	return openapi3filter.RegisteredBodyDecoder(c.mediaType) != nil || strings.HasSuffix(c.mediaType, "+json")
}

// checkForm validates a form, and decodes it.
func (s *Server) checkForm(c *call, text string) *refusal {
	media := content(c.operation).Get(c.Header.Get("Content-Type"))
	if c.mediaType != mediaForm && c.mediaType != mediaMultipart || media == nil {
		return nil
	}
	if text == "" && c.operation.RequestBody.Value.Required {
		return &refusal{statuses: []int{400, 422}, field: "body", rule: openapi3filter.ErrInvalidRequired.Error()}
	}
	_, parameters, _ := mime.ParseMediaType(c.Header.Get("Content-Type"))
	form, first, err := parseForm(c.mediaType, parameters["boundary"], text)
	if err != nil {
		return &refusal{statuses: []int{400, 422}, field: "body", rule: err.Error()}
	}
	schema := schemaOf(media)
	c.file, c.body = first, s.maker.formValue(schema, form)
	if schema == nil || text == "" {
		return nil
	}
	options := append(slices.Clone(s.maker.options), openapi3.VisitAsRequest(), openapi3.DisableReadOnlyValidation())
	if err := schema.VisitJSON(c.body, options...); err != nil {
		return s.refusalOf(c, &openapi3filter.RequestError{RequestBody: c.operation.RequestBody.Value, Err: err})
	}
	return nil
}

// refusalOf is the first thing that the validation found, nil for none. What the validator
// cannot read is no fault of the request.
func (s *Server) refusalOf(c *call, err error) *refusal {
	if many, isMany := err.(openapi3.MultiError); isMany { //nolint:errorlint // not one inside of another error
		for _, one := range many {
			if refused := s.refusalOf(c, one); refused != nil {
				return refused
			}
		}
		return nil
	}
	if err == nil || strings.Contains(err.Error(), "invalid serialization method") || strings.Contains(err.Error(), "unsupported schema of request body") {
		return nil
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
	if all := schemaErrors(failed.Err); len(all) > 0 {
		all = slices.DeleteFunc(all, func(one *openapi3.SchemaError) bool { return failed.RequestBody != nil && s.isServers(c, one) })
		if len(all) == 0 {
			return nil
		}
		found := all[0]
		if pointer := strings.Join(found.JSONPointer(), "/"); pointer != "" {
			r.field += " /" + pointer
		}
		r.rule = found.Reason
	}
	return r
}

// schemaErrors are what a validation found, one by one.
func schemaErrors(err error) (all []*openapi3.SchemaError) {
	if many, isMany := errors.AsType[openapi3.MultiError](err); isMany {
		for _, one := range many {
			all = append(all, schemaErrors(one)...)
		}
		return all
	}
	if one, isOne := errors.AsType[*openapi3.SchemaError](err); isOne {
		return []*openapi3.SchemaError{one}
	}
	return nil
}

var missingNames = regexp.MustCompile(`missing propert(?:y|ies) ('.*)$`)

// isServers reports whether nothing is missing but what clients do not write: JSON Schema,
// and with it OpenAPI 3.1, requires a key that is readOnly in requests as well.
func (s *Server) isServers(c *call, found *openapi3.SchemaError) bool {
	match := missingNames.FindStringSubmatch(found.Reason)
	media := content(c.operation).Get(c.Header.Get("Content-Type"))
	if match == nil || media == nil {
		return false
	}
	for name := range strings.SplitSeq(match[1], ", ") {
		path := append(slices.Clone(found.JSONPointer()), strings.Trim(name, "'"))
		schema := s.schemaAt(media.Schema, path)
		if schema == nil || !s.maker.flat(schema).ReadOnly {
			return false
		}
	}
	return true
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

// fileOf is a body that is no form and no JSON.
func fileOf(mediaType string, text []byte) *file {
	if len(text) == 0 || isJSON(mediaType) || mediaType == mediaForm {
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
