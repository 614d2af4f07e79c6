package mock

import (
	"maps"
	"slices"
	"strconv"

	"github.com/getkin/kin-openapi/openapi3"
)

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
	schema := s.schemaAt(r.record, r.keyPath)
	if own != "" && schema != nil && (len(r.keyPath) == 0 || len(documentedValues(s.maker.flat(schema))) > 0) {
		return own
	}
	for _, o := range r.operations {
		for _, p := range o.parameters {
			if p.Value.Name != o.plan.key || p.Value.In != openapi3.ParameterInPath && p.Value.In != openapi3.ParameterInQuery || p.Value.Schema == nil {
				continue
			}
			if schema != nil && own != "" && s.maker.flat(schema).Format != "" && typeOf(s.maker.flat(schema)) == openapi3.TypeString && s.maker.valid(p.Value.Schema.Value, own) {
				return own // such as a UUID
			}
			return textOf(s.maker.simplest(p.Value.Schema.Value, o.plan.key))
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
