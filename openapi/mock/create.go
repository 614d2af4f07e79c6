package mock

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// createAll adds the record in the body, or each of a list. The answer to a list has those
// records where it has a list, else it is as documented.
func (s *Server) createAll(c *call, scope []string) (answer, bool) {
	items, isList := c.body.([]any)
	if !isList {
		return s.create(c, scope)
	}
	for _, item := range items {
		if _, isObject := item.(map[string]any); !isObject {
			return answer{}, false
		}
	}
	_, media := successMedia(c.operation)
	where := s.listIn(c.operation, c.operation.plan.resource.record)
	if media == nil {
		where = nil
	}
	made := []any{}
	for _, item := range items {
		one := *c
		one.body = item
		if a, ok := s.create(&one, scope); !ok || a.status >= 300 {
			return a, ok
		}
		if records := s.collection(c.operation.plan.resource, scope).records; where != nil && len(records) > 0 {
			schema := s.maker.flat(where.schema.Value).Items.Value
			made = append(made, s.projected(c.operation.plan.resource, records[len(records)-1], schema, nil))
		}
	}
	status, response := c.operation.success(preferredStatus(create)...)
	if response == nil {
		return answer{status: status}, true
	}
	at, acceptable := shapeOf(c, status, response)
	if !acceptable {
		return notAcceptable(c, response), true
	}
	value := s.static(at, "")
	if where != nil && isJSON(at.mime) {
		value = s.maker.fit(schemaOf(at.media), withValueAt(value, where.path, made), "")
	}
	a := s.respond(at, value)
	a.note = fmt.Sprintf("create %d %s", len(items), c.operation.plan.resource.noun)
	return a, true
}

// create adds a record.
func (s *Server) create(c *call, scope []string) (answer, bool) {
	p := c.operation.plan
	status, response := c.operation.success(preferredStatus(create)...)
	if response == nil {
		return answer{}, false
	}
	at, acceptable := shapeOf(c, status, response)
	if !acceptable {
		return notAcceptable(c, response), true
	}
	all, sent := s.collection(p.resource, scope), s.recordSent(c)
	one := &record{fields: map[string]any{}}
	documented := s.static(at, "")
	where, keyPlace := s.recordIn(c.operation, p.resource), s.keyPlace(c.operation, p.resource)
	key := c.path[p.key]
	if key == "" {
		key = p.resource.keyOf(sent)
	}
	if key != "" && all.has(key) {
		if _, conflict := c.operation.documented(http.StatusConflict); c.operation.Responses.Value("409") != nil && conflict != nil {
			return s.fail(c, &refusal{statuses: []int{409}, rule: fmt.Sprintf("there is a %s %s already", p.resource.noun, key)}), true
		}
		all.records = slices.DeleteFunc(all.records, func(other *record) bool { return other.key == key })
	}
	if key == "" {
		key = s.freeKey(c, all, at, documented, where, keyPlace)
	}
	one.key = key
	s.fill(p.resource, one, sent)
	s.number(p.resource, all, one)
	s.describeFile(p.resource, one, c.file, sent)
	all.add(one)
	var value any
	switch {
	case where != nil && isJSON(at.mime):
		value = s.withRecord(c, at, one)
	case len(keyPlace) > 0 && isJSON(at.mime):
		value = s.maker.fit(schemaOf(at.media), withValueAt(documented, keyPlace, one.typedKey(s.schemaAt(successSchema(c.operation), keyPlace), s.maker)), "")
	default:
		value = documented
	}
	a := s.respond(at, value)
	if header := at.response.Headers["Location"]; header != nil {
		a.header.Set("Location", strings.TrimSuffix(c.URL.Path, "/")+"/"+one.key)
	}
	a.note = fmt.Sprintf("create %s %s", p.resource.noun, one.key)
	return a, true
}

// freeKey is the key of a new record that was sent without one: the documented one while
// it is free.
func (s *Server) freeKey(c *call, all *collection, at shape, documented any, where *found, keyPlace []string) string {
	r, path := c.operation.plan.resource, keyPlace
	schema := s.schemaAt(r.record, r.keyPath)
	if where != nil {
		path = append(slices.Clip(where.path), r.keyPath...)
	} else if schema == nil {
		schema = s.schemaAt(successSchema(c.operation), keyPlace)
	}
	taken := ""
	if _, isExample := example(at.media, ""); len(path) > 0 && (isExample || schema != nil && len(documentedValues(s.maker.flat(schema))) > 0) {
		taken = textOf(valueAt(documented, path))
	}
	return s.newKey(all, r, schema, taken)
}
