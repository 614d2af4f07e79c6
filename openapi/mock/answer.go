package mock

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// answer is a response before it is written.
type answer struct {
	status int
	header http.Header
	body   []byte
	note   string // for the log
}

// shape is where an answer is documented: one media type of one response.
type shape struct {
	operation *operation
	status    int
	response  *openapi3.Response
	key, mime string
	media     *openapi3.MediaType
}

// shapeOf chooses the media type. It reports false where the client takes none.
func shapeOf(c *call, status int, response *openapi3.Response) (shape, bool) {
	key, mime, ok := offer(response.Content, c.Header.Get("Accept"))
	return shape{c.operation, status, response, key, mime, response.Content[key]}, ok
}

// static is the answer of a shape that does not depend on what is remembered: the example
// of that name or the first, or a value of the schema.
func (s *Server) static(at shape, name string) any {
	if value, found := example(at.media, name); found {
		if name != "" {
			return s.maker.fit(schemaOf(at.media), value, "")
		}
		if _, isKnown := s.examples[at.media]; !isKnown {
			s.examples[at.media] = s.maker.fit(schemaOf(at.media), value, "")
		}
		return s.examples[at.media]
	}
	return s.succeeded(at, s.made(at))
}

// made is a value made from the schema. It is made once.
func (s *Server) made(at shape) any {
	schema := schemaOf(at.media)
	if schema == nil {
		return map[string]any{}
	}
	if known, isKnown := s.values[schema]; isKnown {
		return known
	}
	name := ""
	if !isJSON(at.mime) {
		name = "text"
	}
	s.values[schema] = s.maker.value(schema, name)
	return s.values[schema]
}

// respond writes a value in a shape, with the headers that it must have.
func (s *Server) respond(at shape, value any) answer {
	a := answer{status: at.status, header: http.Header{}}
	for _, name := range slices.Sorted(maps.Keys(at.response.Headers)) {
		header := at.response.Headers[name].Value
		if header == nil || strings.EqualFold(name, "Content-Type") || !header.Required {
			continue
		}
		a.header.Set(name, s.headerValue(name, header))
	}
	if at.media != nil && at.status != http.StatusNoContent && at.status != http.StatusNotModified {
		a.header.Set("Content-Type", s.withCharset(at))
		a.body = encode(at.mime, value)
	}
	return a
}

// withCharset is the content type of an answer. JSON names the charset that a tag of the
// operation has as x-charset.
func (s *Server) withCharset(at shape) string {
	switch {
	case strings.Contains(at.mime, ";"):
	case strings.HasPrefix(at.mime, "text/"):
		return at.mime + "; charset=utf-8"
	case isJSON(at.mime):
		for _, name := range at.operation.Tags {
			if tag := s.document.Tags.Get(name); tag != nil && tag.Extensions["x-charset"] != nil {
				return at.mime + ";charset=" + textOf(tag.Extensions["x-charset"])
			}
		}
	}
	return at.mime
}

func (s *Server) headerValue(name string, header *openapi3.Header) string {
	value, found := any(nil), header.Example != nil
	switch {
	case found:
		value = plain(header.Example)
	case len(header.Examples) > 0:
		first := header.Examples[slices.Sorted(maps.Keys(header.Examples))[0]].Value
		if first != nil {
			value = plain(first.Value)
		}
	}
	if header.Schema != nil && header.Schema.Value != nil {
		value = s.maker.fit(header.Schema.Value, value, strings.ToLower(name))
	}
	if list, isList := value.([]any); isList {
		texts := make([]string, 0, len(list))
		for _, item := range list {
			texts = append(texts, textOf(item))
		}
		return strings.Join(texts, ",")
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, textOf(value))
}

// reasonHeader says why a request was refused, beside the documented failure.
const reasonHeader = "Mock-Reason"

// fail answers a documented failure, whose example stays as it is, or a problem (RFC 9457)
// where none is documented.
func (s *Server) fail(c *call, r *refusal) answer {
	status, response := c.operation.documented(r.statuses...)
	if response == nil {
		return withReason(problem(r.statuses[0], r.String()), r.String())
	}
	at, acceptable := shapeOf(c, status, response)
	if !acceptable {
		key, mime, _ := offer(response.Content, "")
		at.key, at.mime, at.media = key, mime, response.Content[key]
	}
	name := ""
	for _, known := range exampleNames(at.media) {
		if r.rule != "" && strings.Contains(known, "not_found") && status == http.StatusNotFound {
			name = known
		}
	}
	value := s.static(at, name)
	_, isDocumented := example(at.media, name)
	isDocumented = isDocumented && c.operation.Responses.Value(strconv.Itoa(status)) != nil
	if schema := schemaOf(at.media); schema != nil && isJSON(at.mime) && !isDocumented {
		value = s.failed(schema, value, status, r.String(), 0)
	}
	return withReason(s.respond(at, value), r.String())
}

func withReason(a answer, reason string) answer {
	a.note = reason
	if a.header.Get(reasonHeader) == "" {
		a.header.Set(reasonHeader, strings.Map(func(r rune) rune {
			if r < ' ' || r > '~' {
				return ' '
			}
			return r
		}, reason))
	}
	return a
}

// problem is a failure that the document does not describe.
func problem(status int, detail string) answer {
	body := encode("application/problem+json", map[string]any{
		"type": "about:blank", "title": http.StatusText(status), "status": status, "detail": detail,
	})
	return answer{status: status, header: http.Header{"Content-Type": {"application/problem+json"}}, body: body, note: detail}
}

// preferred is the answer that the header Prefer asks for: code=404, example=name.
func (s *Server) preferred(c *call) (answer, bool) {
	code, name := "", ""
	for part := range strings.FieldsFuncSeq(strings.Join(c.Header.Values("Prefer"), ","), func(r rune) bool { return r == ',' || r == ';' }) {
		key, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch strings.ToLower(key) {
		case "code":
			code = strings.Trim(value, `"`)
		case "example":
			name = strings.Trim(value, `"`)
		}
	}
	if code == "" && name == "" {
		return answer{}, false
	}
	for _, key := range slices.Sorted(maps.Keys(c.operation.Responses.Map())) {
		response := c.operation.Responses.Value(key).Value
		status, isNumber := statusOf(key), true
		if wanted, err := strconv.Atoi(code); err == nil {
			isNumber = key == code || key == "default" && c.operation.Responses.Value(code) == nil || strings.EqualFold(key, code[:1]+"XX")
			status = wanted
		} else if code != "" {
			isNumber = false
		}
		if response == nil || !isNumber {
			continue
		}
		at, acceptable := shapeOf(c, status, response)
		if _, found := example(at.media, name); name != "" && !found || !acceptable {
			continue
		}
		a := s.respond(at, s.static(at, name))
		a.header.Set("Preference-Applied", strings.Join(c.Header.Values("Prefer"), ", "))
		return a, true
	}
	return problem(http.StatusBadRequest, fmt.Sprintf("the operation documents no answer for the header Prefer: %s",
		strings.Join(c.Header.Values("Prefer"), ", "))), true
}
