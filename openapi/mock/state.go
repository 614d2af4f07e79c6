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
		s.forget() // what is made up for any path must not grow without an end
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

// seed adds the records that the document has as examples of the resource.
func (s *Server) seed(c *collection, r *resource) {
	if r.single {
		c.records = []*record{{fields: s.sample(r), seeded: true, fresh: true}}
		return
	}
	for _, o := range r.operations {
		switch at := s.recordIn(o, r); {
		case o.plan.act == read && at != nil:
			value, key := s.documentedRecord(o, r, at)
			if value != nil {
				c.seedOne(value, key, r)
			}
		case o.plan.act == list:
			for _, item := range s.documentedList(o, r) {
				if len(c.records) < 20 {
					c.seedOne(item, r.keyOf(item), r)
				}
			}
		}
	}
	if len(c.records) == 0 && r.record != nil {
		value := maps.Clone(s.sample(r))
		key := s.firstKey(r, r.keyOf(value))
		s.setKey(r, value, key)
		c.seedOne(value, key, r)
	}
}

// seedOne adds an example, or what it says more of a record that is there.
func (c *collection) seedOne(value map[string]any, key string, r *resource) {
	switch {
	case key == "" && len(r.keyPath) > 0:
		return
	case key == "":
		key = strconv.Itoa(len(c.records) + 1)
	}
	for _, one := range c.records {
		if one.key == key {
			for name, member := range value {
				if _, present := one.fields[name]; !present {
					one.fields[name] = member
				}
			}
			return
		}
	}
	c.add(&record{key: key, fields: maps.Clone(value), seeded: true, fresh: true})
}

// documentedRecord is the record of an operation's example, and the key of its request.
func (s *Server) documentedRecord(o *operation, r *resource, at *found) (map[string]any, string) {
	_, media := successMedia(o)
	value, isDocumented := example(media, "")
	if !isDocumented {
		return nil, ""
	}
	object, _ := s.maker.fit(at.schema.Value, valueAt(value, at.path), r.noun).(map[string]any)
	if object == nil {
		return nil, ""
	}
	key := exampleOf(o, o.plan.key)
	if key == "" {
		key = r.keyOf(object)
	}
	return object, key
}

func (s *Server) documentedList(o *operation, r *resource) (all []map[string]any) {
	_, media := successMedia(o)
	value, isDocumented := example(media, "")
	at := s.listIn(o, r.record)
	if !isDocumented || at == nil {
		return nil
	}
	items, _ := valueAt(value, at.path).([]any)
	schema := s.maker.flat(at.schema.Value).Items.Value
	for _, item := range items {
		if object, isObject := s.maker.fit(schema, item, r.noun).(map[string]any); isObject {
			all = append(all, object)
		}
	}
	return all
}

func successMedia(o *operation) (int, *openapi3.MediaType) {
	status, response := o.success(preferredStatus(o.plan.act)...)
	if response == nil {
		return status, nil
	}
	key, _, _ := offer(response.Content, "")
	return status, response.Content[key]
}

// firstKey is the key of the record that is there at the start: the documented one of an
// operation on one record, or of the record; else 1, or what the parameter's schema takes.
func (s *Server) firstKey(r *resource, own string) string {
	for _, o := range r.operations {
		if key := exampleOf(o, o.plan.key); o.plan.key != "" && key != "" {
			return key
		}
	}
	if schema := s.schemaAt(r.record, r.keyPath); own != "" && schema != nil && (len(r.keyPath) == 0 || len(documentedValues(s.maker.flat(schema))) > 0) {
		return own
	}
	for _, o := range r.operations {
		for _, p := range o.parameters {
			if p.Value.Name == o.plan.key && p.Value.In == openapi3.ParameterInPath && p.Value.Schema != nil {
				return textOf(s.maker.simplest(p.Value.Schema.Value, o.plan.key))
			}
		}
	}
	if own != "" {
		return own
	}
	return "1"
}

// exampleOf is the documented value of a parameter, as text.
func exampleOf(o *operation, name string) string {
	for _, p := range o.parameters {
		if p.Value.Name != name {
			continue
		}
		if p.Value.Example != nil {
			return textOf(plain(p.Value.Example))
		}
		names := slices.Sorted(maps.Keys(p.Value.Examples))
		if at := slices.Index(names, "ok"); at > 0 {
			names[0] = "ok"
		}
		if len(names) > 0 && p.Value.Examples[names[0]].Value != nil {
			return textOf(plain(p.Value.Examples[names[0]].Value.Value))
		}
		if p.Value.Schema != nil && p.Value.Schema.Value != nil && p.Value.Schema.Value.Example != nil {
			return textOf(plain(p.Value.Schema.Value.Example))
		}
	}
	return ""
}

// sample is a record as the document shows it, or made from its schema.
func (s *Server) sample(r *resource) map[string]any {
	for _, wanted := range []act{read, list, create, replace, update} {
		for _, o := range r.operations {
			if o.plan.act != wanted {
				continue
			}
			if wanted == list {
				if items := s.documentedList(o, r); len(items) > 0 {
					return maps.Clone(items[0])
				}
			} else if at := s.recordIn(o, r); at != nil {
				if value, _ := s.documentedRecord(o, r, at); value != nil {
					return maps.Clone(value)
				}
			}
		}
	}
	if r.record == nil || r.record.Value == nil {
		return map[string]any{}
	}
	value, known := s.values[r.record.Value]
	if !known {
		value = s.maker.value(r.record.Value, r.noun)
		s.values[r.record.Value] = value
	}
	if object, isObject := value.(map[string]any); isObject {
		return maps.Clone(object)
	}
	return map[string]any{}
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
