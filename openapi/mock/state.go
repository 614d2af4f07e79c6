package mock

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// The limits of what is remembered. When one is reached, the oldest record of the
// collection, or the oldest file, is forgotten.
const (
	mostRecords = 1000     // of a collection
	mostScopes  = 1000     // collections
	mostBytes   = 64 << 20 // of all files
)

// record is one thing that is remembered.
type record struct {
	key    string
	fields map[string]any
	seeded bool // it comes from the document
	fresh  bool // it is as the document has it
	files  map[string]*file
}

// collection are the records of a resource under one scope, in the order of their creation.
type collection struct {
	records []*record
	removed map[string]bool
	next    int64
}

// scopeKey names a collection: a resource and the values of the parameters above it.
func scopeKey(r *resource, scope []string) string {
	return r.name + "\x00" + strings.Join(scope, "\x00")
}

// collection gives the records of a resource, with those that the document names.
func (s *Server) collection(r *resource, scope []string) *collection {
	key := scopeKey(r, scope)
	if known := s.collections[key]; known != nil {
		return known
	}
	if len(s.collections) >= mostScopes {
		s.forgetUnchanged() // what is made up for any path must not grow without an end
	}
	c := &collection{removed: map[string]bool{}}
	s.collections[key] = c
	if above := s.above(r, scope); above == nil || above.seeded {
		s.seed(c, r)
	}
	return c
}

// above is the record that a collection belongs to, nil if there is none.
func (s *Server) above(r *resource, scope []string) *record {
	if r.parent == nil || len(scope) == 0 {
		return nil
	}
	depth := strings.Count(r.parent.name, "{}")
	if depth >= len(scope) || !r.names(r.parent, depth) {
		return nil
	}
	return s.find(r.parent, scope[:depth], scope[depth])
}

// names reports whether the parameter at a place of the resource's path names a record of
// another resource.
func (r *resource) names(above *resource, depth int) bool {
	return slices.ContainsFunc(r.operations, func(o *operation) bool {
		return depth < len(o.plan.scope) && above.isNamedBy(o.plan.scope[depth])
	})
}

// exists reports whether the records above a scope exist. What nothing creates exists always.
func (s *Server) exists(r *resource, scope []string) bool {
	for above := r.parent; above != nil; above = above.parent {
		depth := strings.Count(above.name, "{}")
		if depth >= len(scope) || above.single || !r.names(above, depth) {
			continue
		}
		if s.find(above, scope[:depth], scope[depth]) == nil {
			return false
		}
	}
	return true
}

// find gives the record of a key. Where nothing creates records, there is one of every key
// that has not been removed.
func (s *Server) find(r *resource, scope []string, key string) *record {
	c := s.collection(r, scope)
	for _, one := range c.records {
		if one.key == key {
			return one
		}
	}
	if r.creates || c.removed[key] {
		return nil
	}
	one := &record{key: key, fields: s.sample(r), seeded: true, fresh: true}
	s.setKey(r, one.fields, key)
	c.add(one)
	return one
}

func (c *collection) add(one *record) {
	if len(c.records) >= mostRecords {
		c.records = slices.Delete(c.records, 0, 1)
	}
	c.records = append(c.records, one)
	delete(c.removed, one.key)
}

func (c *collection) remove(one *record) {
	c.records = slices.DeleteFunc(c.records, func(other *record) bool { return other == one })
	if len(c.removed) < mostRecords {
		c.removed[one.key] = true
	}
}

func (c *collection) has(key string) bool {
	return slices.ContainsFunc(c.records, func(one *record) bool { return one.key == key })
}

// valueAt follows keys into a value.
func valueAt(value any, path []string) any {
	for _, key := range path {
		object, isObject := value.(map[string]any)
		if !isObject {
			return nil
		}
		value = object[key]
	}
	return value
}

// keyOf is the key in a record, "" where it has none.
func (r *resource) keyOf(value any) string {
	if len(r.keyPath) == 0 {
		return ""
	}
	return textOf(valueAt(value, r.keyPath))
}

// withValueAt is a value with another one at a path.
func withValueAt(value any, path []string, inner any) any {
	if len(path) == 0 {
		return inner
	}
	object, _ := value.(map[string]any)
	object = maps.Clone(object)
	if object == nil {
		object = map[string]any{}
	}
	object[path[0]] = withValueAt(object[path[0]], path[1:], inner)
	return object
}

// setKey writes a record's key in the type of its schema.
func (s *Server) setKey(r *resource, fields map[string]any, key string) {
	if len(r.keyPath) == 0 || key == "" {
		return
	}
	schema := s.schemaAt(r.record, r.keyPath)
	value := any(key)
	if schema != nil {
		value = convert(key, typeOf(s.maker.flat(schema)))
	}
	changed, _ := withValueAt(fields, r.keyPath, value).(map[string]any)
	maps.Copy(fields, changed)
}

func (s *Server) schemaAt(ref *openapi3.SchemaRef, path []string) *openapi3.Schema {
	for _, name := range path {
		if ref == nil || ref.Value == nil {
			return nil
		}
		ref = s.properties(ref.Value)[name]
	}
	if ref == nil {
		return nil
	}
	return ref.Value
}

// newKey is a key that the collection does not have: the one of the documented answer if
// it is free, else the next number, or another text of its schema.
func (s *Server) newKey(c *collection, r *resource, schema *openapi3.Schema, documented string) string {
	if documented != "" && !c.has(documented) && !c.removed[documented] {
		return documented
	}
	kind := openapi3.TypeString
	if schema != nil {
		kind = typeOf(s.maker.flat(schema))
	}
	for _, one := range c.records {
		if number, err := strconv.ParseInt(one.key, 10, 64); err == nil {
			c.next = max(c.next, number)
		}
	}
	for range mostRecords + 1 {
		c.next++
		key := strconv.FormatInt(c.next, 10)
		if kind == openapi3.TypeString && schema != nil {
			flat := s.maker.flat(schema)
			if flat.Format != "" || flat.Pattern != "" || !s.maker.valid(schema, key) {
				key = s.maker.text(flat, place{names: r.name + key, name: r.noun})
			}
		}
		value := convert(key, kind)
		if !c.has(key) && (schema == nil || s.maker.valid(schema, value)) {
			return key
		}
	}
	return json.Number(strconv.FormatInt(c.next, 10)).String()
}

// forgetUnchanged drops the collections that are as the document has them, or all if none is.
func (s *Server) forgetUnchanged() {
	maps.DeleteFunc(s.collections, func(_ string, c *collection) bool {
		return len(c.removed) == 0 && !slices.ContainsFunc(c.records, func(one *record) bool { return !one.fresh || len(one.files) > 0 })
	})
	if len(s.collections) >= mostScopes {
		s.forget()
	}
}

// forget drops everything that is remembered.
func (s *Server) forget() {
	s.collections, s.uploaded = map[string]*collection{}, nil
}

// keepFile remembers a file of a record, within the limit of all files.
func (s *Server) keepFile(one *record, below string, f *file) {
	if one.files == nil {
		one.files = map[string]*file{}
	}
	one.files[below] = f
	s.uploaded = append(s.uploaded, f)
	total := 0
	for _, other := range s.uploaded {
		total += len(other.bytes)
	}
	for total > mostBytes && len(s.uploaded) > 1 {
		total -= len(s.uploaded[0].bytes)
		s.uploaded[0].bytes = nil
		s.uploaded = s.uploaded[1:]
	}
}
