package mock

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

func (m *maker) object(s, flat *openapi3.Schema, at place) (any, bool) {
	object := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(flat.Properties)) {
		property := flat.Properties[name].Value
		required := slices.Contains(flat.Required, name)
		if property == nil || m.hidden(property) && !(required && m.jsonSchema) || !required && !m.wanted(property, at) {
			continue
		}
		below := at.below(name, s)
		below.name = name
		value, ok := m.make(property, below)
		if at.checking && ok && !m.valid(property, value) {
			below.minimal = true
			value, ok = m.make(property, below)
			ok = ok && (required || m.valid(property, value))
		}
		switch {
		case ok:
			object[name] = value
		case required && m.valid(property, nil):
			object[name] = nil
		case required:
			return nil, false
		}
	}
	for _, name := range flat.Required {
		if _, present := object[name]; !present && flat.Properties[name] == nil {
			object[name] = m.additional(flat, at.below(name, s), name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(flat.DependentRequired)) {
		if _, present := object[name]; !present {
			continue
		}
		for _, other := range flat.DependentRequired[name] {
			if _, present := object[other]; !present {
				object[other] = m.additional(flat, at.below(other, s), other)
			}
		}
	}
	least := int(flat.MinProps)
	isMap := flat.AdditionalProperties.Schema != nil || len(flat.PatternProperties) > 0
	if least == 0 && len(flat.Properties) == 0 && isMap && !at.minimal && at.depth < longestBranch {
		least = 1
	}
	for i := 0; len(object) < least && i <= 4*least; i++ {
		name := m.nameOf(flat, i, at)
		object[name] = m.additional(flat, at.below(name, s), name)
	}
	return object, true
}

// wanted reports whether an optional property is made.
func (m *maker) wanted(property *openapi3.Schema, at place) bool {
	if at.minimal || at.depth >= longestBranch || slices.Contains(at.open, property) || m.budget <= 0 {
		return false
	}
	m.budget--
	return true
}

func (m *maker) additional(flat *openapi3.Schema, at place, name string) any {
	at.name = name
	if property := flat.Properties[name]; property != nil {
		value, _ := m.make(property.Value, at)
		return value
	}
	for _, pattern := range slices.Sorted(maps.Keys(flat.PatternProperties)) {
		if compiled, _ := compileLeniently(pattern); compiled.MatchString(name) {
			value, _ := m.make(flat.PatternProperties[pattern].Value, at)
			return value
		}
	}
	if extra := flat.AdditionalProperties.Schema; extra != nil && extra.Value != nil {
		value, _ := m.make(extra.Value, at)
		return value
	}
	return name
}

// nameOf is the name of the key of that number that no schema names.
func (m *maker) nameOf(flat *openapi3.Schema, i int, at place) string {
	at.name, at.variant = "key", i
	if flat.PropertyNames != nil && flat.PropertyNames.Value != nil {
		if len(flat.PropertyNames.Value.Enum) > 0 {
			return textOf(flat.PropertyNames.Value.Enum[i%len(flat.PropertyNames.Value.Enum)])
		}
		return m.text(m.flat(flat.PropertyNames.Value), at)
	}
	for _, pattern := range slices.Sorted(maps.Keys(flat.PatternProperties)) {
		if flat.AdditionalProperties.Schema == nil {
			return m.text(&openapi3.Schema{Type: &openapi3.Types{openapi3.TypeString}, Pattern: pattern}, at)
		}
	}
	if i > 0 {
		return "key" + strconv.Itoa(i)
	}
	return "key"
}

func (m *maker) list(s, flat *openapi3.Schema, at place) (any, bool) {
	list := []any{}
	for i, item := range flat.PrefixItems {
		value, ok := m.make(item.Value, at.below(string(rune('0'+i)), s))
		if !ok {
			return nil, false
		}
		list = append(list, value)
	}
	least := max(int(flat.MinItems), 1)
	if at.minimal || at.depth >= longestBranch {
		least = int(flat.MinItems)
	}
	if flat.MaxItems != nil {
		least = min(least, int(*flat.MaxItems))
	}
	if flat.Contains != nil && flat.Contains.Value != nil {
		contained := &openapi3.Schema{AllOf: openapi3.SchemaRefs{flat.Contains}}
		if flat.Items != nil {
			contained.AllOf = append(contained.AllOf, flat.Items)
		}
		wanted := 1
		if flat.MinContains != nil {
			wanted = int(*flat.MinContains)
		}
		for i := range wanted {
			value, _ := m.item(contained, i, flat.UniqueItems, at.below("", flat.Contains.Value))
			list = append(list, value)
		}
	}
	if flat.Items == nil || flat.Items.Value == nil {
		return list, true
	}
	recursive := slices.Contains(at.open, flat.Items.Value)
	for i := 0; len(list) < least && i < 8*least; i++ {
		if recursive && flat.MinItems == 0 {
			break
		}
		value, ok := m.item(flat.Items.Value, i, flat.UniqueItems, at.below("", s))
		if !ok {
			break
		}
		if flat.UniqueItems && slices.ContainsFunc(list, func(other any) bool { return sameValue(other, value) }) {
			continue
		}
		list = append(list, value)
	}
	return list, len(list) >= int(flat.MinItems)
}

// item makes the item of that number: from the second on not the documented one, but the
// next value of an enum, or a made one.
func (m *maker) item(s *openapi3.Schema, i int, unique bool, at place) (any, bool) {
	flat := m.flat(s)
	switch {
	case unique:
		at.variant += i
		return m.make(s, at)
	case i > 0 && len(flat.Enum) > 0:
		return plain(flat.Enum[i%len(flat.Enum)]), true
	case i == 0 || len(flat.OneOf)+len(flat.AnyOf) > 0 || isConditional(flat):
		at.names += strings.Repeat("+", i)
		return m.make(s, at)
	}
	at.names += strings.Repeat("+", i)
	return m.ofType(s, flat, at)
}

// mostVariants is how many values are tried where a schema has conditions.
const mostVariants = 8

// isConditional reports whether a value may have the type and the keys that a schema names,
// and not fit it.
func isConditional(flat *openapi3.Schema) bool {
	return flat.Not != nil || flat.If != nil || len(flat.DependentSchemas) > 0 || len(flat.OneOf) > 0
}

// mended is another value, where one does not fit the conditions of its schema: made of the
// branches of if, of dependentSchemas, without a key, or another one.
func (m *maker) mended(s, flat *openapi3.Schema, value any, at place) any {
	base := *flat
	base.If, base.Then, base.Else, base.DependentSchemas = nil, nil, nil, nil
	object, _ := value.(map[string]any)
	dependent := openapi3.SchemaRefs{{Value: &base}}
	for _, name := range slices.Sorted(maps.Keys(flat.DependentSchemas)) {
		if _, present := object[name]; present {
			dependent = append(dependent, flat.DependentSchemas[name])
		}
	}
	branches := []openapi3.SchemaRefs{{flat.If, flat.Then}, {flat.Else}, nil}
	if flat.If == nil {
		branches = branches[2:]
	}
	for _, branch := range branches {
		all := slices.DeleteFunc(slices.Concat(dependent, branch), func(ref *openapi3.SchemaRef) bool { return ref == nil || ref.Value == nil })
		if len(all) == 1 {
			continue
		}
		one := &openapi3.Schema{AllOf: all}
		if made, ok := m.make(one, at.below("", all[len(all)-1].Value)); ok && m.valid(s, made) {
			return made
		}
	}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		less := maps.Clone(object)
		delete(less, name)
		if !slices.Contains(flat.Required, name) && m.valid(s, less) {
			return less
		}
	}
	for i := 1; i <= mostVariants && at.variant == 0; i++ {
		other := at
		other.variant = i
		if made, ok := m.once(s, flat, other); ok && m.valid(s, made) {
			return made
		}
	}
	return value
}
