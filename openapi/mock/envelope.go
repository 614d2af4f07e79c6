package mock

import (
	"encoding/json"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// The usual names of the keys around a result.
var (
	outcomeNames = []string{"code", "errcode", "errno", "errorcode", "retcode", "success", "ok", "state", "status"}
	resultNames  = []string{"data", "result", "rows", "payload"}
	sayingNames  = []string{"msg", "message", "errmsg"}
	statusNames  = []string{"status", "code", "statuscode", "httpstatus", "errcode", "errorcode"}
)

// isEnvelope reports whether an object is a result with keys around it, and not a record
// that has a code or a state.
func isEnvelope(flat *openapi3.Schema) bool {
	has := func(known []string) bool {
		for name := range flat.Properties {
			if isOneOf(name, known) {
				return true
			}
		}
		return false
	}
	return has(outcomeNames) && (has(resultNames) || has(sayingNames)) && !has([]string{"id"})
}

// succeeded is a made value whose envelope says that it is a success. What the schema of a
// key says itself stays.
func (s *Server) succeeded(at shape, value any) any {
	object, isObject := value.(map[string]any)
	schema := schemaOf(at.media)
	if !isObject || schema == nil || at.status >= 300 || !isEnvelope(s.maker.flat(schema)) {
		return value
	}
	flat := s.maker.flat(schema)
	shown, _ := plain(flat.Example).(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(object)) {
		property := flat.Properties[name]
		if _, isShown := shown[name]; isShown || property == nil || property.Value == nil || len(documentedValues(s.maker.flat(property.Value))) > 0 {
			continue
		}
		for _, good := range s.successes(at.operation, name, s.maker.flat(property.Value)) {
			changed := maps.Clone(object)
			changed[name] = good
			if s.maker.valid(property.Value, good) && s.maker.valid(schema, changed) {
				object = changed
				break
			}
		}
	}
	return object
}

// successes are the values of a key that may say that all went well, best first: that of the
// tag's x-envelope, that of examples of the same tag and of others, the described one, and
// the usual one.
func (s *Server) successes(o *operation, name string, property *openapi3.Schema) (all []any) {
	if !isOneOf(name, outcomeNames) && !isOneOf(name, sayingNames) {
		return nil
	}
	for _, tag := range o.Tags {
		if success := s.envelopes[tag].Success; success != nil && success.Key == name {
			all = append(all, plain(success.Value))
		}
	}
	if shown := s.shown(name, o.Tags, true); shown != nil {
		all = append(all, shown)
	}
	if shown := s.shown(name, nil, true); shown != nil {
		all = append(all, shown)
	}
	kind := typeOf(property)
	if number := describedSuccess(property.Description); number != "" && kind != openapi3.TypeBoolean {
		all = append(all, convert(number, kind))
	}
	switch {
	case isOneOf(name, sayingNames):
		return append(all, "success")
	case kind == openapi3.TypeBoolean:
		return append(all, true)
	case sameName(name, "state"):
		return append(all, "ok")
	case sameName(name, "status") && kind == openapi3.TypeString:
		return append(all, "success")
	}
	if failed, err := strconv.Atoi(textOf(s.shown(name, nil, false))); sameName(name, "status") || err == nil && http.StatusText(failed) != "" && failed >= 400 {
		all = append(all, convert("200", kind)) // failures have the HTTP status
	}
	return append(all, convert("0", kind), convert("200", kind))
}

var (
	numberBefore = regexp.MustCompile(`(?i)(\d+)\s*(?:[-:：=,，"'\x60]|表示|代表|为|是|means|is|a)*\s*(?:成功|success|ok)`)
	numberAfter  = regexp.MustCompile(`(?i)(?:成功|success|ok)[^\d,，;；]{0,8}?(\d+)`)
)

// describedSuccess is the number that a description calls a success: "0 表示成功".
func describedSuccess(description string) string {
	for _, pattern := range []*regexp.Regexp{numberBefore, numberAfter} {
		if match := pattern.FindStringSubmatch(description); match != nil {
			return match[1]
		}
	}
	return ""
}

// shown is the value that a key at the top of answers has most often in the examples of
// successes, or of failures; tags limits the operations.
func (s *Server) shown(name string, tags []string, success bool) (most any) {
	values, counts := map[string]any{}, map[string]int{}
	for _, r := range s.routes {
		for _, o := range r.operations {
			if tags != nil && !slices.ContainsFunc(tags, func(tag string) bool { return slices.Contains(o.Tags, tag) }) {
				continue
			}
			for key, response := range o.Responses.Map() {
				if response.Value == nil || (statusOf(key) < 300 && key != "default") != success {
					continue
				}
				for _, media := range response.Value.Content {
					value, _ := example(media, "")
					object, _ := value.(map[string]any)
					if flat := schemaOf(media); flat != nil && object != nil && !isEnvelope(s.maker.flat(flat)) {
						continue
					}
					if member := object[name]; member != nil {
						values[textOf(member)] = member
						counts[textOf(member)]++
					}
				}
			}
		}
	}
	best := 0
	for _, text := range slices.Sorted(maps.Keys(values)) {
		if counts[text] > best {
			most, best = values[text], counts[text]
		}
	}
	return most
}

// messageNames are the usual names of what a failure says to people.
var messageNames = []string{"detail", "message", "msg", "errmsg", "error_description", "errormessage", "description", "error", "title", "reason"}

// failed is a made failure that says its reason, and nothing that contradicts its status.
func (s *Server) failed(schema *openapi3.Schema, value any, status int, reason string, depth int) any {
	object, isObject := value.(map[string]any)
	if !isObject || depth > 3 {
		return value
	}
	flat := s.maker.flat(schema)
	texts := 0
	for name, member := range object {
		if _, isText := member.(string); isText && isOneOf(name, messageNames) {
			texts++
		}
	}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		said := object[name]
		switch member := said.(type) {
		case map[string]any:
			if property := flat.Properties[name]; property != nil && property.Value != nil {
				said = s.failed(property.Value, member, status, reason, depth+1)
			}
		case bool:
			said = member && !isOneOf(name, []string{"success", "ok"})
		case string:
			switch {
			case texts > 1 && isOneOf(name, []string{"title", "error"}):
				said = http.StatusText(status)
			case isOneOf(name, messageNames):
				said = reason
			case isOneOf(name, []string{"status", "state"}) && depth == 0:
				said = "fail"
			case isOneOf(name, statusNames) && strings.Trim(member, "0123456789") == "":
				said = strconv.Itoa(status)
			}
		case json.Number:
			if isOneOf(name, statusNames) {
				said = json.Number(strconv.Itoa(status))
			}
		}
		changed := maps.Clone(object)
		changed[name] = said
		if s.maker.valid(schema, changed) {
			object = changed
		}
	}
	return object
}
