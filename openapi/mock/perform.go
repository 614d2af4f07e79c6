package mock

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// perform does what an operation does to what is remembered, and answers. It reports
// false where the answer is static.
func (s *Server) perform(c *call) (answer, bool) {
	p := c.operation.plan
	if p.act == noAct || p.resource == nil {
		return answer{}, false
	}
	scope := make([]string, 0, len(p.scope))
	for _, name := range p.scope {
		scope = append(scope, c.path[name])
	}
	if !s.exists(p.resource, scope) {
		return s.notFound(c, "what the path leads through does not exist"), true
	}
	switch p.act {
	case create:
		return s.createAll(c, scope)
	case list:
		return s.list(c, scope)
	}
	key := s.keyOf(c)
	if key == "" && !p.resource.single {
		return answer{}, false
	}
	var one *record
	if p.resource.single {
		one = c.single(s.collection(p.resource, scope))
	} else {
		one = s.find(p.resource, scope, key)
	}
	if one == nil && p.act == replace && c.operation.Responses.Value("201") != nil {
		return s.create(c, scope)
	}
	if one == nil {
		return s.notFound(c, fmt.Sprintf("there is no %s %s", p.resource.noun, key)), true
	}
	return s.performOn(c, scope, one)
}

// single is the record of a resource that has one, nil when it is removed. A PUT brings it back.
func (c *call) single(all *collection) *record {
	if len(all.records) == 0 {
		if c.Method != http.MethodPut {
			return nil
		}
		all.add(&record{fields: map[string]any{}})
	}
	return all.records[0]
}

func (s *Server) performOn(c *call, scope []string, one *record) (answer, bool) {
	p := c.operation.plan
	switch p.act {
	case replace, update:
		s.change(c, one)
	case remove:
		s.collection(p.resource, scope).remove(one)
	case upload:
		if c.file != nil {
			s.keepFile(one, p.file, c.file)
		}
	case download:
		return s.download(c, one)
	}
	status, response := c.operation.success(preferredStatus(p.act)...)
	if response == nil {
		return answer{status: status, note: string(p.act)}, true
	}
	at, acceptable := shapeOf(c, status, response)
	switch {
	case !acceptable:
		return notAcceptable(c, response), true
	case p.act == read && !isJSON(at.mime) && at.media != nil:
		return s.download(c, one)
	}
	a := s.respond(at, s.withRecord(c, at, one))
	a.note = fmt.Sprintf("%s %s %s", p.act, p.resource.noun, one.key)
	return a, true
}

// withRecord is the answer's documented value with the record in its place.
func (s *Server) withRecord(c *call, at shape, one *record) any {
	p := c.operation.plan
	base := s.static(at, "")
	where := s.recordIn(c.operation, p.resource)
	if where == nil && isJSON(at.mime) && one.key != "" {
		if path := s.keyAlone(c.operation, p.resource); path != nil {
			return s.maker.fit(schemaOf(at.media), withValueAt(base, path, one.typedKey(s.schemaAt(successSchema(c.operation), path), s.maker)), "")
		}
	}
	if where == nil || !isJSON(at.mime) {
		return base
	}
	if one.fresh && p.act != create && p.resource.keyOf(valueAt(base, where.path)) == one.key {
		return base // as it is documented
	}
	if (p.act == touch || p.act == upload) && !s.speaksOf(where, p.resource) {
		return base
	}
	value := s.projected(p.resource, one, where.schema.Value, valueAt(base, where.path))
	return s.maker.fit(schemaOf(at.media), withValueAt(base, where.path, value), "")
}

// speaksOf reports whether a place holds the records of a resource, and nothing that is
// merely called like them.
func (s *Server) speaksOf(where *found, r *resource) bool {
	return r.record != nil && sameSchema(where.schema, r.record)
}

// projected is what a schema has of a record: its keys, also where they are written in
// another way; of what the record lacks, the required keys as they are documented.
func (s *Server) projected(r *resource, one *record, schema *openapi3.Schema, documented any) any {
	flat := s.maker.flat(schema)
	value := map[string]any{}
	for name, member := range one.fields {
		if flat.Properties[name] != nil || len(flat.Properties) == 0 || len(flat.OneOf)+len(flat.AnyOf) > 0 {
			value[name] = member
		}
	}
	example, _ := documented.(map[string]any)
	for name := range flat.Properties {
		if _, present := value[name]; present {
			continue
		}
		if other, isSame := memberLike(one.fields, name); isSame {
			value[name] = other
			continue
		}
		isKey := one.key != "" && slices.ContainsFunc(keyNames("", r.noun), func(known string) bool { return sameName(known, name) })
		if isKey && len(r.keyPath) == 1 && (sameName(name, "id") || sameName(name, r.noun+"id")) && !sameName(name, r.keyPath[0]) {
			if typed := one.typedKey(flat.Properties[name].Value, s.maker); s.maker.valid(flat.Properties[name].Value, typed) {
				value[name] = typed
				continue
			}
		}
		if member, isDocumented := example[name]; isDocumented && slices.Contains(flat.Required, name) {
			value[name] = member
		}
	}
	return s.maker.fit(schema, value, r.noun)
}

func memberLike(fields map[string]any, name string) (any, bool) {
	for _, other := range slices.Sorted(maps.Keys(fields)) {
		if sameName(other, name) {
			return fields[other], true
		}
	}
	return nil, false
}

// change puts what was sent into a record.
func (s *Server) change(c *call, one *record) {
	p := c.operation.plan
	sent := s.recordSent(c)
	fields := maps.Clone(one.fields)
	if p.act == replace && len(sent) > 0 {
		for name := range fields {
			if !s.keptOnReplace(p.resource, name) {
				delete(fields, name)
			}
		}
	}
	for name, value := range sent {
		if value == nil && p.act == update {
			delete(fields, name)
			continue
		}
		fields[name] = value
	}
	fields, _ = patched(fields, c)
	s.setKey(p.resource, fields, one.key)
	one.fields, one.fresh = fields, false
	if c.file != nil {
		s.keepFile(one, "", c.file)
	}
}

// patched are fields after a JSON Patch (RFC 6902), if the body is one. It reports false
// where the patch does more than to add, replace and remove keys of objects.
func patched(fields map[string]any, c *call) (map[string]any, bool) {
	operations, isList := c.body.([]any)
	if !isList || c.mediaType != "application/json-patch+json" {
		return fields, true
	}
	for _, one := range operations {
		one, _ := one.(map[string]any)
		pointer, isPointer := strings.CutPrefix(textOf(one["path"]), "/")
		path := strings.Split(pointer, "/")
		inList := slices.ContainsFunc(path, func(key string) bool { return strings.Trim(key, "0123456789") == "" || key == "-" })
		if !isPointer || inList {
			return fields, false
		}
		for i, key := range path {
			path[i] = strings.ReplaceAll(strings.ReplaceAll(key, "~1", "/"), "~0", "~")
		}
		switch one["op"] {
		case "add", "replace":
			fields, _ = withValueAt(fields, path, one["value"]).(map[string]any)
		case "remove":
			above, last := path[:len(path)-1], path[len(path)-1]
			object, _ := valueAt(fields, above).(map[string]any)
			object = maps.Clone(object)
			delete(object, last)
			fields, _ = withValueAt(fields, above, object).(map[string]any)
		default:
			return fields, false
		}
	}
	return fields, true
}

// keptOnReplace reports whether a key is the server's, which a client does not send.
func (s *Server) keptOnReplace(r *resource, name string) bool {
	schema := s.schemaAt(r.record, []string{name})
	return schema != nil && s.maker.flat(schema).ReadOnly
}

// recordSent are the fields of a body that a record may have: not those that clients
// cannot set, and no files.
func (s *Server) recordSent(c *call) map[string]any {
	sent := map[string]any{}
	for name, value := range c.fields() {
		if schema := s.schemaAt(c.operation.plan.resource.record, []string{name}); schema != nil && s.maker.flat(schema).ReadOnly {
			continue
		}
		sent[name] = value
	}
	return sent
}

// keyOf is the key that a request names: in its path, its query or its body.
func (s *Server) keyOf(c *call) string {
	p := c.operation.plan
	if value, inPath := c.path[p.key]; inPath {
		return value
	}
	fields := c.fields()
	for _, name := range []string{p.key, strings.Join(p.resource.keyPath, ".")} {
		if name == "" {
			continue
		}
		if c.query.Get(name) != "" {
			return c.query.Get(name)
		}
		if value, sent := memberLike(fields, name); sent {
			return textOf(value)
		}
	}
	return p.resource.keyOf(fields)
}

func (one *record) typedKey(schema *openapi3.Schema, m *maker) any {
	if schema == nil {
		return one.key
	}
	return convert(one.key, typeOf(m.flat(schema)))
}

// keyAlone is where an answer has nothing of a record but its key, by its name.
func (s *Server) keyAlone(o *operation, r *resource) []string {
	at := s.search(successSchema(o), func(at found) bool { return s.keyIn(at.schema, r) != nil })
	if at == nil {
		return nil
	}
	return append(slices.Clip(at.path), s.keyIn(at.schema, r)...)
}

// keyPlace is where an answer has the key alone, which may be all that an envelope has.
func (s *Server) keyPlace(o *operation, r *resource) []string {
	if path := s.keyAlone(o, r); path != nil {
		return path
	}
	at := s.search(successSchema(o), func(at found) bool {
		kind := typeOf(s.maker.flat(at.schema.Value))
		return len(at.path) > 0 && (at.path[len(at.path)-1] == "data" || at.path[len(at.path)-1] == "result") &&
			(kind == openapi3.TypeInteger || kind == openapi3.TypeString)
	})
	if at != nil {
		return at.path
	}
	return nil
}

// fill gives a new record what was sent, and of the rest what the server sets: keys that
// clients cannot set, required keys, and defaults.
func (s *Server) fill(r *resource, one *record, sent map[string]any) {
	maps.Copy(one.fields, sent)
	if r.record == nil || r.record.Value == nil {
		s.setKey(r, one.fields, one.key)
		return
	}
	flat := s.maker.flat(r.record.Value)
	sample := s.sample(r)
	for _, name := range slices.Sorted(maps.Keys(flat.Properties)) {
		property := flat.Properties[name].Value
		if _, present := one.fields[name]; present || property == nil {
			continue
		}
		inner := s.maker.flat(property)
		switch {
		case inner.Default != nil && !slices.Contains(flat.Required, name):
			one.fields[name] = plain(inner.Default)
		case !inner.ReadOnly && !slices.Contains(flat.Required, name):
		case sample[name] != nil:
			one.fields[name] = sample[name]
		default:
			one.fields[name] = s.maker.value(property, name)
		}
	}
	s.setKey(r, one.fields, one.key)
}

func notAcceptable(c *call, response *openapi3.Response) answer {
	types := strings.Join(slices.Sorted(maps.Keys(response.Content)), ", ")
	return problem(http.StatusNotAcceptable, fmt.Sprintf("the operation answers %s, not %s", types, c.Header.Get("Accept")))
}

// notFound answers that something does not exist: with the documented 404, or where
// failures have status 200 with the example of that name.
func (s *Server) notFound(c *call, reason string) answer {
	missing := &refusal{statuses: []int{404, 410}, rule: reason}
	for key, ref := range c.operation.Responses.Map() {
		if ref.Value == nil || key == "404" {
			continue
		}
		for _, media := range ref.Value.Content {
			for _, name := range exampleNames(media) {
				if c.operation.Responses.Value("404") == nil && saysMissing(name+" "+media.Examples[name].Value.Summary) {
					at, _ := shapeOf(c, statusOf(key), ref.Value)
					return withReason(s.respond(at, s.static(at, name)), reason)
				}
			}
		}
	}
	return s.fail(c, missing)
}

func saysMissing(text string) bool {
	lower := strings.NewReplacer("_", "", "-", "", " ", "").Replace(strings.ToLower(text))
	for _, word := range []string{"notfound", "nosuch", "missing", "notexist", "不存在", "没有"} {
		if strings.Contains(lower, word) {
			return true
		}
	}
	return false
}
