package mock_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"

	"quartet/openapi/mock"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// counts are those of operations and answers. Of the answers without Prefer some are the
// documented 404 or 409, because the record of a made key does not exist.
type counts struct{ operations, valid, unread, missing int }

// answerAll asks for the success and for every other documented answer of each operation,
// and validates each.
func answerAll(t *testing.T, document *openapi3.T) (all counts) {
	t.Helper()
	answering := mock.New(document, mock.Options{})
	server := httptest.NewServer(answering)
	defer server.Close()
	for _, path := range document.Paths.InMatchingOrder() {
		item := document.Paths.Value(path)
		if before, _, isVariant := strings.Cut(path, "#"); isVariant && document.Paths.Value(before) != nil {
			continue // HTTP cannot tell it from the other path
		}
		operations := item.Operations()
		for _, method := range slices.Sorted(maps.Keys(operations)) {
			operation := operations[method]
			all.operations++
			answering.Forget()
			request := requestOf(t, server.URL, answering.StartPath(path, func(name string) string {
				for _, p := range slices.Concat(item.Parameters, operation.Parameters) {
					if p.Value.Name == name && p.Value.In == openapi3.ParameterInPath {
						return parameterText(document, p.Value)
					}
				}
				return "{" + name + "}"
			}), method, item, operation, document)
			keys := []string{""}
			for key := range operation.Responses.Map() {
				keys = append(keys, key)
			}
			slices.Sort(keys)
			for _, key := range keys {
				again := request.Clone(t.Context())
				again.Body, _ = request.GetBody()
				if key != "" {
					code := key
					if key == "default" {
						code = "500"
					}
					again.Header.Set("Prefer", "code="+strings.ReplaceAll(strings.ToLower(code), "xx", "00"))
				}
				judge(t, again, path, item, operation, document, key, &all)
			}
		}
	}
	return all
}

func judge(t *testing.T, request *http.Request, path string, item *openapi3.PathItem, operation *openapi3.Operation, document *openapi3.T, key string, all *counts) {
	t.Helper()
	response, err := http.DefaultTransport.RoundTrip(request)
	must(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	must(t, err)
	name := fmt.Sprintf("%s %s → %d", request.Method, path, response.StatusCode)
	switch {
	case key != "" || response.StatusCode < 400:
	case response.StatusCode == http.StatusNotFound || response.StatusCode == http.StatusConflict:
		all.missing++
		t.Log(name, response.Header.Get("Mock-Reason"))
		if response.Header.Get("Content-Type") == "application/problem+json" && operation.Responses.Status(response.StatusCode) == nil {
			return // the document has no such answer
		}
	default:
		t.Errorf("%s: no success: %.300s %s", name, body, response.Header.Get("Mock-Reason"))
		return
	}
	input := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{
			Request: request, Route: &routers.Route{Spec: document, Path: path, PathItem: item, Method: request.Method, Operation: operation},
		},
		Status: response.StatusCode, Header: response.Header,
		Options: &openapi3filter.Options{IncludeResponseStatus: true},
	}
	input.SetBodyBytes(body)
	err = openapi3filter.ValidateResponse(t.Context(), input)
	switch {
	case err == nil:
		all.valid++
	case strings.Contains(err.Error(), "unsupported content type"):
		all.unread++
	default:
		text := strings.ReplaceAll(err.Error(), "\n", " ")
		t.Errorf("%s: %.600s\n%.400s", name, text, body)
	}
}

// requestOf is a request that the operation takes, of its examples and of values that the
// mock would answer.
func requestOf(t *testing.T, base, path, method string, item *openapi3.PathItem, operation *openapi3.Operation, document *openapi3.T) *http.Request {
	t.Helper()
	query, header := url.Values{}, http.Header{}
	target := path
	for _, list := range []openapi3.Parameters{item.Parameters, operation.Parameters} {
		for _, p := range list {
			if !p.Value.Required && p.Value.In != openapi3.ParameterInPath {
				continue
			}
			text := parameterText(document, p.Value)
			switch p.Value.In {
			case openapi3.ParameterInPath:
				target = strings.ReplaceAll(target, "{"+p.Value.Name+"}", url.PathEscape(text))
			case openapi3.ParameterInQuery:
				query.Set(p.Value.Name, text)
			case openapi3.ParameterInHeader:
				header.Set(p.Value.Name, text)
			}
		}
	}
	authorise(document, operation, query, header)
	var body []byte
	if operation.RequestBody != nil {
		body = bodyOf(document, operation, header)
	}
	request, err := http.NewRequestWithContext(t.Context(), method, base+target+"?"+query.Encode(), bytes.NewReader(body))
	must(t, err)
	request.Header = header
	return request
}

func authorise(document *openapi3.T, operation *openapi3.Operation, query url.Values, header http.Header) {
	security := operation.Security
	if security == nil {
		security = &document.Security
	}
	for _, alternative := range *security {
		for name := range alternative {
			scheme := document.Components.SecuritySchemes[name].Value
			switch {
			case scheme.Type != "apiKey":
				header.Set("Authorization", "Bearer anything")
			case scheme.In == "query":
				query.Set(scheme.Name, "anything")
			case scheme.In == "cookie":
				header.Add("Cookie", scheme.Name+"=anything")
			default:
				header.Set(scheme.Name, "anything")
			}
		}
		return
	}
}

func parameterText(document *openapi3.T, p *openapi3.Parameter) string {
	value := p.Example
	for _, name := range []string{"ok"} {
		if named := p.Examples[name]; named != nil {
			value = named.Value.Value
		}
	}
	schema := p.Schema
	if schema == nil {
		for _, media := range p.Content {
			text, _ := json.Marshal(mock.Value(document, media.Schema.Value, p.Name))
			return string(text)
		}
	}
	if value == nil && p.In == openapi3.ParameterInPath {
		value = mock.Simplest(document, schema.Value, p.Name)
	}
	if value == nil {
		value = mock.Value(document, schema.Value, p.Name)
	}
	if list, isList := value.([]any); isList && len(list) > 0 {
		value = list[0]
	}
	return fmt.Sprint(value)
}

func bodyOf(document *openapi3.T, operation *openapi3.Operation, header http.Header) []byte {
	all := operation.RequestBody.Value.Content
	for _, mime := range append([]string{"application/json", "application/x-www-form-urlencoded", "multipart/form-data"}, slices.Sorted(maps.Keys(all))...) {
		media := all[mime]
		if media == nil {
			continue
		}
		header.Set("Content-Type", mime)
		switch value := mock.RequestValue(document, media); {
		case strings.HasSuffix(mime, "json"):
			text, _ := json.Marshal(value)
			return text
		case mime == "application/x-www-form-urlencoded":
			form := url.Values{}
			flatten("", value, form)
			return []byte(form.Encode())
		case mime == "multipart/form-data":
			return multipartOf(value, media, header)
		default:
			return []byte(fmt.Sprint(value))
		}
	}
	return nil
}

// flatten writes objects and lists as user[name] and ids[0].
func flatten(name string, value any, form url.Values) {
	switch v := value.(type) {
	case map[string]any:
		for key, member := range v {
			below := key
			if name != "" {
				below = name + "[" + key + "]"
			}
			flatten(below, member, form)
		}
	case []any:
		for i, item := range v {
			flatten(fmt.Sprintf("%s[%d]", name, i), item, form)
		}
	default:
		form.Set(name, fmt.Sprint(v))
	}
}

func multipartOf(value any, media *openapi3.MediaType, header http.Header) []byte {
	var text bytes.Buffer
	writer := multipart.NewWriter(&text)
	object, _ := value.(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(object)) {
		members, isList := object[name].([]any)
		if !isList {
			members = []any{object[name]}
		}
		for _, member := range members {
			if property := media.Schema.Value.Properties[name]; property != nil && property.Value.Format == "binary" {
				part, _ := writer.CreateFormFile(name, "example.bin")
				_, _ = fmt.Fprint(part, member)
				continue
			}
			if _, isObject := member.(map[string]any); isObject {
				part, _ := writer.CreatePart(textproto.MIMEHeader{"Content-Disposition": {fmt.Sprintf("form-data; name=%q", name)}, "Content-Type": {"application/json"}})
				inner, _ := json.Marshal(member)
				_, _ = part.Write(inner)
				continue
			}
			_ = writer.WriteField(name, fmt.Sprint(member))
		}
	}
	_ = writer.Close()
	header.Set("Content-Type", writer.FormDataContentType())
	return text.Bytes()
}
