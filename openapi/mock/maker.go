package mock

import (
	"encoding/json"
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// maker makes values that are valid against their schemas. It is deterministic: a value
// depends on the schema, on the seed and on the names that lead to it.
type maker struct {
	seed       uint64
	options    []openapi3.SchemaValidationOption
	merged     map[*openapi3.Schema]*openapi3.Schema
	jsonSchema bool // OpenAPI 3.1, which requires keys whoever writes them
	budget     int  // how many optional properties the value may still get
	request    bool // the value is sent, not answered
}

const (
	longestBranch = 6   // below it objects have their required properties alone
	mostOptional  = 400 // optional properties of one value
	mostDepth     = 24  // below it nothing is made
)

func newMaker(document *openapi3.T, seed uint64) *maker {
	options := []openapi3.SchemaValidationOption{openapi3.VisitAsResponse(), openapi3.SetSchemaRegexCompiler(compileLeniently)}
	if document.IsOpenAPI31OrLater() {
		options = append(options, openapi3.EnableJSONSchema2020())
	}
	return &maker{seed: seed, options: options, jsonSchema: document.IsOpenAPI31OrLater(), merged: map[*openapi3.Schema]*openapi3.Schema{}}
}

func (m *maker) valid(s *openapi3.Schema, value any) bool {
	return s == nil || s.VisitJSON(value, m.options...) == nil
}

// place is where in a value something is made.
type place struct {
	names    string // the names that lead there
	name     string // the last name of an object's property
	open     []*openapi3.Schema
	depth    int
	variant  int  // another number makes another value
	minimal  bool // required properties alone
	checking bool // every property is checked, because the whole was not valid
}

func (p place) below(name string, s *openapi3.Schema) place {
	p.names, p.depth = p.names+"/"+name, p.depth+1
	p.open = append(slices.Clip(p.open), s)
	return p
}

func (p place) random(seed uint64) *rand.Rand {
	hash := fnv.New64a()
	_, _ = hash.Write([]byte(p.names + strings.Repeat("+", p.variant)))
	return rand.New(rand.NewPCG(seed, hash.Sum64()))
}

// value makes a value of a schema for an answer.
func (m *maker) value(s *openapi3.Schema, name string) any {
	var first any
	attempts := []place{{}, {checking: true}, {minimal: true}, {minimal: true, checking: true}}
	for i, at := range attempts {
		m.budget, at.names, at.name = mostOptional, name, name
		value, _ := m.make(s, at)
		if m.valid(s, value) {
			return value
		}
		if i == 0 {
			first = value
		}
	}
	return first
}

// make makes a value. It reports false where a schema contains itself without an end.
func (m *maker) make(s *openapi3.Schema, at place) (any, bool) {
	if s == nil {
		return at.name, true
	}
	if at.depth > mostDepth {
		return nil, false
	}
	flat := m.flat(s)
	value, ok := m.once(s, flat, at)
	if ok && isConditional(flat) && !m.valid(s, value) {
		return m.mended(s, flat, value, at), true
	}
	return value, ok
}

func (m *maker) once(s, flat *openapi3.Schema, at place) (any, bool) {
	documented := documentedValues(flat)
	switch {
	case at.variant > 0 && len(flat.Enum) > 0:
		documented = []any{plain(flat.Enum[at.variant%len(flat.Enum)])}
	case at.variant > 0 && flat.Const == nil:
		documented = nil
	}
	for _, documented := range documented {
		if m.valid(s, documented) {
			return documented, true
		}
		if object, isObject := documented.(map[string]any); isObject && !at.minimal {
			if value := m.overlay(s, flat, object, at); m.valid(s, value) {
				return value, true
			}
		}
	}
	if len(flat.OneOf)+len(flat.AnyOf) > 0 {
		return m.alternative(s, flat, at)
	}
	return m.ofType(s, flat, at)
}

// documentedValues are the values that a schema itself names, best first.
func documentedValues(s *openapi3.Schema) (all []any) {
	if s.Example != nil {
		all = append(all, plain(s.Example))
	}
	for _, list := range [][]any{s.Examples, {s.Default, s.Const}, s.Enum} {
		for _, value := range list {
			if value != nil {
				all = append(all, plain(value))
			}
		}
	}
	return all
}

// plain is a value as JSON has it: maps, lists, texts, booleans, nil and json.Number.
func plain(value any) any {
	text, err := json.Marshal(value)
	if err != nil {
		return nil
	}
	decoder := json.NewDecoder(strings.NewReader(string(text)))
	decoder.UseNumber()
	var decoded any
	_ = decoder.Decode(&decoded) // it was encoded here
	return decoded
}

// alternative makes a value of the first of the schema's alternatives that gives a valid one.
func (m *maker) alternative(s, flat *openapi3.Schema, at place) (any, bool) {
	base := *flat
	choices := flat.OneOf
	if len(choices) > 0 {
		base.OneOf = nil
	} else {
		choices, base.AnyOf = flat.AnyOf, nil
	}
	base.Discriminator = nil
	var first any
	made := false
	for i := range choices {
		choice := choices[(i+at.variant)%len(choices)]
		if choice.Value == nil || choice.Value.Type.Is("null") || slices.Contains(at.open, choice.Value) {
			continue
		}
		one := &openapi3.Schema{AllOf: openapi3.SchemaRefs{{Value: &base}, choice}}
		value, ok := m.make(one, at.below("", choice.Value))
		if !ok {
			continue
		}
		if object, isObject := value.(map[string]any); isObject && flat.Discriminator != nil {
			name := discriminatorValue(flat.Discriminator, choice.Ref)
			if old, present := object[flat.Discriminator.PropertyName]; name != "" && (!present || !m.valid(s, value) || old == nil) {
				object = maps.Clone(object)
				object[flat.Discriminator.PropertyName] = name
				value = object
			}
		}
		if m.valid(s, value) {
			return value, true
		}
		if told := m.toldApart(s, choice.Value, choices, value); told != nil {
			return told, true
		}
		if !made {
			first, made = value, true
		}
	}
	if !made && m.valid(s, nil) {
		return nil, true
	}
	return first, made
}

func discriminatorValue(d *openapi3.Discriminator, ref string) string {
	for _, name := range slices.Sorted(maps.Keys(d.Mapping)) {
		if mapped := d.Mapping[name].Ref; mapped == ref || lastOf(mapped) == lastOf(ref) {
			return name
		}
	}
	return lastOf(ref)
}

func lastOf(ref string) string { return ref[strings.LastIndex(ref, "/")+1:] }

func (m *maker) ofType(s, flat *openapi3.Schema, at place) (any, bool) {
	switch typeOf(flat) {
	case openapi3.TypeObject:
		return m.object(s, flat, at)
	case openapi3.TypeArray:
		return m.list(s, flat, at)
	case openapi3.TypeBoolean:
		return at.variant%2 == 0, true
	case openapi3.TypeInteger, openapi3.TypeNumber:
		first := at
		first.variant = 0
		return numberOf(flat, typeOf(flat) == openapi3.TypeInteger, at.variant, first.random(m.seed)), true
	case "null":
		return nil, true
	case openapi3.TypeString:
		return m.text(flat, at), true
	}
	if at.depth == 0 {
		return map[string]any{}, true
	}
	return at.name, true
}

// typeOf is the first type of a schema but null, or the one that its other words mean.
func typeOf(s *openapi3.Schema) string {
	for _, name := range s.Type.Slice() {
		if name != "null" || len(s.Type.Slice()) == 1 {
			return name
		}
	}
	switch {
	case len(s.Properties) > 0 || len(s.Required) > 0 || s.AdditionalProperties.Schema != nil:
		return openapi3.TypeObject
	case s.Items != nil || len(s.PrefixItems) > 0:
		return openapi3.TypeArray
	case s.Pattern != "" || s.Format != "" || s.MinLength > 0 || s.MaxLength != nil:
		return openapi3.TypeString
	case s.Min != nil || s.Max != nil || s.MultipleOf != nil:
		return openapi3.TypeNumber
	}
	return ""
}

// hidden reports whether a property is left out: in answers what clients write alone, in
// requests what the server does.
func (m *maker) hidden(property *openapi3.Schema) bool {
	flat := m.flat(property)
	if m.request {
		return flat.ReadOnly
	}
	return flat.WriteOnly
}

// simplest is 1 where a schema takes it, else a made value.
func (m *maker) simplest(s *openapi3.Schema, name string) any {
	if s == nil {
		return "1"
	}
	flat := m.flat(s)
	for _, value := range []any{json.Number("1"), "1"} {
		isFree := len(documentedValues(flat)) == 0 && (flat.Format == "" || typeOf(flat) != openapi3.TypeString)
		if isFree && m.valid(s, value) {
			return value
		}
	}
	return m.value(s, name)
}
