package mock

import (
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// found is a place in an answer and what the schema says of it.
type found struct {
	path   []string
	schema *openapi3.SchemaRef
}

const deepestPlace = 3 // how many keys may be around what is looked for

// search looks through a schema, the nearest places first.
func (s *Server) search(root *openapi3.SchemaRef, accept func(found) bool) *found {
	level := []found{{nil, root}}
	for depth := 0; depth <= deepestPlace; depth++ {
		var next []found
		for _, here := range level {
			if here.schema == nil || here.schema.Value == nil {
				continue
			}
			if accept(here) {
				return &here
			}
			properties := s.properties(here.schema.Value)
			for _, name := range slices.Sorted(maps.Keys(properties)) {
				next = append(next, found{append(slices.Clip(here.path), name), properties[name]})
			}
		}
		level = next
	}
	return nil
}

// successSchema is the schema of the JSON of an operation's success.
func successSchema(o *operation) *openapi3.SchemaRef {
	_, response := o.success(preferredStatus(o.plan.act)...)
	if response == nil {
		return nil
	}
	key, mime, _ := offer(response.Content, "")
	if media := response.Content[key]; media != nil && isJSON(mime) {
		return media.Schema
	}
	return nil
}

func preferredStatus(a act) []int {
	switch a {
	case create, upload:
		return []int{201, 200, 202}
	case remove:
		return []int{204, 200, 202}
	}
	return []int{200}
}

// listIn finds the list of records in the answer of an operation: of that schema, or else
// the nearest list of objects.
func (s *Server) listIn(o *operation, record *openapi3.SchemaRef) *found {
	schema := successSchema(o)
	isList := func(at found) *openapi3.SchemaRef {
		flat := s.maker.flat(at.schema.Value)
		if typeOf(flat) != openapi3.TypeArray || flat.Items == nil || flat.Items.Value == nil {
			return nil
		}
		return flat.Items
	}
	if record != nil {
		if at := s.search(schema, func(at found) bool { items := isList(at); return items != nil && sameSchema(items, record) }); at != nil {
			return at
		}
	}
	return s.search(schema, func(at found) bool {
		items := isList(at)
		return items != nil && s.isObject(items.Value)
	})
}

// isObject reports whether a schema is that of an object, in one of its alternatives at least.
func (s *Server) isObject(schema *openapi3.Schema) bool {
	flat := s.maker.flat(schema)
	if typeOf(flat) == openapi3.TypeObject {
		return true
	}
	return slices.ContainsFunc(slices.Concat(flat.OneOf, flat.AnyOf), func(one *openapi3.SchemaRef) bool {
		return one.Value != nil && typeOf(s.maker.flat(one.Value)) == openapi3.TypeObject
	})
}

func sameSchema(a, b *openapi3.SchemaRef) bool {
	return a.Value == b.Value || a.Ref != "" && a.Ref == b.Ref
}

// recordIn finds the record in the answer of an operation: by its schema; by the name of
// the component; where the key is; or where the only object of an envelope is.
func (s *Server) recordIn(o *operation, r *resource) *found {
	schema := successSchema(o)
	if schema == nil {
		return nil
	}
	if r.record != nil {
		if at := s.search(schema, func(at found) bool { return sameSchema(at.schema, r.record) }); at != nil {
			return at
		}
	}
	if at := s.search(schema, func(at found) bool { return isNoun(lastOf(at.schema.Ref), r.noun) && s.isObject(at.schema.Value) }); at != nil {
		return at
	}
	return s.search(schema, func(at found) bool {
		return s.keyIn(at.schema, r) != nil && s.isObject(at.schema.Value) && s.isAkin(at.schema, r)
	})
}

// isAkin reports whether an object has two keys of a resource's records at least, and not
// just what names one.
func (s *Server) isAkin(schema *openapi3.SchemaRef, r *resource) bool {
	if r.record == nil || r.record.Value == nil {
		return true
	}
	common, properties := 0, s.properties(schema.Value)
	for name := range s.properties(r.record.Value) {
		if properties[name] != nil {
			common++
		}
	}
	return common >= min(2, len(s.properties(r.record.Value)))
}

// properties are those of a schema and of its alternatives.
func (s *Server) properties(schema *openapi3.Schema) openapi3.Schemas {
	flat := s.maker.flat(schema)
	if len(flat.OneOf)+len(flat.AnyOf) == 0 {
		return flat.Properties
	}
	all := openapi3.Schemas{}
	for _, choice := range slices.Concat(flat.OneOf, flat.AnyOf) {
		if choice.Value != nil {
			maps.Copy(all, s.maker.flat(choice.Value).Properties)
		}
	}
	maps.Copy(all, flat.Properties)
	return all
}

// isNoun reports whether a component is called like a resource: User, UserDTO, UserInfo.
func isNoun(component, noun string) bool {
	name := strings.ToLower(component)
	for _, end := range []string{"", "dto", "vo", "info", "detail", "details", "resource", "model", "entity", "item", "full"} {
		if noun != "" && (name == noun+end || singular(name) == noun+end) {
			return true
		}
	}
	return false
}

// keyIn is the path of the key in a record.
func (s *Server) keyIn(record *openapi3.SchemaRef, r *resource) []string {
	if record == nil || record.Value == nil {
		return nil
	}
	properties := s.properties(record.Value)
	parameter := ""
	for _, o := range r.operations {
		if parameter == "" && o.plan.key != "" && strings.Contains(o.path, "{"+o.plan.key+"}") {
			parameter = o.plan.key
		}
	}
	for _, wanted := range keyNames(parameter, r.noun) {
		for _, name := range slices.Sorted(maps.Keys(properties)) {
			if sameName(name, wanted) && properties[name].Value != nil && !s.isObject(properties[name].Value) {
				return []string{name}
			}
		}
	}
	if metadata := properties["metadata"]; metadata != nil && metadata.Value != nil && parameter != "" {
		if inner := s.maker.flat(metadata.Value).Properties[parameter]; inner != nil {
			return []string{"metadata", parameter}
		}
	}
	return nil
}

// findKey finds the schema of a resource's records, and where their key is.
func (s *Server) findKey(r *resource) {
	for _, wanted := range []act{read, list, create, replace, update} {
		for _, o := range r.operations {
			if o.plan.act != wanted || r.record != nil {
				continue
			}
			if wanted == list {
				if at := s.listIn(o, nil); at != nil {
					r.record = s.maker.flat(at.schema.Value).Items
				}
			} else if at := s.recordIn(o, r); at != nil {
				r.record = at.schema
			} else if schema := successSchema(o); wanted == read && schema != nil {
				r.record = schema
			}
		}
	}
	r.keyPath = s.keyIn(r.record, r)
}

// content is what an operation takes.
func content(o *operation) openapi3.Content {
	if o.RequestBody == nil || o.RequestBody.Value == nil {
		return nil
	}
	return o.RequestBody.Value.Content
}

func isListBody(o *operation) bool {
	for mime, media := range content(o) {
		if isJSON(mime) && media.Schema != nil && media.Schema.Value != nil && media.Schema.Value.Type.Is(openapi3.TypeArray) {
			return true
		}
	}
	return false
}

// bodyNames are the names of the fields that a body may have.
func bodyNames(o *operation) (names []string) {
	for _, media := range content(o) {
		if media.Schema == nil || media.Schema.Value == nil {
			continue
		}
		for _, schema := range append(openapi3.SchemaRefs{media.Schema}, media.Schema.Value.AllOf...) {
			if schema.Value != nil {
				names = slices.AppendSeq(names, maps.Keys(schema.Value.Properties))
			}
		}
		if example, isObject := plain(media.Schema.Value.Example).(map[string]any); isObject {
			names = slices.AppendSeq(names, maps.Keys(example))
		}
	}
	slices.Sort(names)
	return names
}

// takesFile reports whether a body is a file, or a form with one.
func takesFile(o *operation) bool {
	for mime, media := range content(o) {
		switch {
		case mime == mediaMultipart:
			if media.Schema != nil && media.Schema.Value != nil {
				for _, property := range media.Schema.Value.Properties {
					if property.Value != nil && (isBinary(property.Value) || property.Value.Items != nil && isBinary(property.Value.Items.Value)) {
						return true
					}
				}
			}
		case !isJSON(mime) && isFile(mime, media):
			return true
		}
	}
	return false
}

func isBinary(schema *openapi3.Schema) bool {
	return schema != nil && (schema.Format == "binary" || schema.ContentMediaType != "" && schema.ContentEncoding == "")
}

func isFile(mime string, media *openapi3.MediaType) bool {
	kind, _, _ := strings.Cut(mime, "/")
	return mime == "application/octet-stream" || mime == "application/pdf" || mime == "application/zip" || mime == "*/*" && isBinary(schemaOf(media)) ||
		kind == "image" || kind == "audio" || kind == "video"
}

func isBinaryAnswer(o *operation) bool {
	_, response := o.success()
	if response == nil {
		return false
	}
	for mime, media := range response.Content {
		if isFile(mime, media) || !isJSON(mime) && isBinary(schemaOf(media)) {
			return true
		}
	}
	return false
}

// hasJSON reports whether the success may be JSON.
func hasJSON(o *operation) bool {
	_, response := o.success()
	if response == nil {
		return false
	}
	for mime := range response.Content {
		if isJSON(mime) {
			return true
		}
	}
	return false
}
