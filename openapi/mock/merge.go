package mock

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// flat is a schema with what the parts of its allOf say.
func (m *maker) flat(s *openapi3.Schema) *openapi3.Schema {
	if len(s.AllOf) == 0 {
		return s
	}
	if known := m.merged[s]; known != nil {
		return known
	}
	m.merged[s] = s // of a schema that is a part of itself
	all := *s
	all.AllOf = nil
	all.Properties, all.Required = maps.Clone(s.Properties), slices.Clone(s.Required)
	for _, part := range s.AllOf {
		if part.Value != nil {
			add(&all, m.flat(part.Value), len(s.AllOf) == 1)
		}
	}
	m.merged[s] = &all
	return &all
}

// add narrows a schema by what another one says. only is set for the one part of an allOf:
// its example is the whole's.
func add(all, part *openapi3.Schema, only bool) {
	if all.Type == nil {
		all.Type = part.Type
	} else if all.Type.Is(openapi3.TypeNumber) && part.Type.Is(openapi3.TypeInteger) {
		all.Type = part.Type
	}
	if all.Properties == nil && len(part.Properties) > 0 {
		all.Properties = openapi3.Schemas{}
	}
	for name, property := range part.Properties {
		switch old := all.Properties[name]; {
		case old == nil || old.Value == nil || old.Value == property.Value:
			all.Properties[name] = property
		case property.Value != nil:
			all.Properties[name] = &openapi3.SchemaRef{Value: &openapi3.Schema{AllOf: openapi3.SchemaRefs{old, property}}}
		}
	}
	for _, name := range part.Required {
		if !slices.Contains(all.Required, name) {
			all.Required = append(all.Required, name)
		}
	}
	if all.Example == nil && (only || typeOf(part) != openapi3.TypeObject) {
		all.Example = part.Example
	}
	switch {
	case len(all.Enum) == 0:
		all.Enum = part.Enum
	case len(part.Enum) > 0:
		all.Enum = slices.DeleteFunc(slices.Clone(all.Enum), func(value any) bool {
			return !slices.ContainsFunc(part.Enum, func(other any) bool { return sameValue(value, other) })
		})
	}
	addOthers(all, part)
	addBounds(all, part)
}

func addOthers(all, part *openapi3.Schema) {
	switch {
	case len(all.OneOf) == 0:
		all.OneOf = part.OneOf
	case len(all.AnyOf) == 0 && len(part.OneOf) > 0:
		all.AnyOf = part.OneOf
	}
	if len(all.AnyOf) == 0 {
		all.AnyOf = part.AnyOf
	}
	if all.Items == nil {
		all.Items = part.Items
	}
	if len(all.PrefixItems) == 0 {
		all.PrefixItems = part.PrefixItems
	}
	if all.AdditionalProperties.Schema == nil && all.AdditionalProperties.Has == nil {
		all.AdditionalProperties = part.AdditionalProperties
	}
	if all.Discriminator == nil {
		all.Discriminator = part.Discriminator
	}
	if all.Const == nil {
		all.Const = part.Const
	}
	if all.Default == nil {
		all.Default = part.Default
	}
	if len(all.Examples) == 0 {
		all.Examples = part.Examples
	}
	if all.Format == "" {
		all.Format = part.Format
	}
	if all.Pattern == "" {
		all.Pattern = part.Pattern
	}
	if all.Not == nil {
		all.Not = part.Not
	}
	if all.If == nil {
		all.If, all.Then, all.Else = part.If, part.Then, part.Else
	}
	if all.Contains == nil {
		all.Contains, all.MinContains = part.Contains, part.MinContains
	}
	if all.PropertyNames == nil {
		all.PropertyNames = part.PropertyNames
	}
	if all.PatternProperties == nil {
		all.PatternProperties = part.PatternProperties
	}
	if all.DependentRequired == nil {
		all.DependentRequired = part.DependentRequired
	}
	if all.DependentSchemas == nil {
		all.DependentSchemas = part.DependentSchemas
	}
	all.UniqueItems = all.UniqueItems || part.UniqueItems
	all.ReadOnly, all.WriteOnly = all.ReadOnly || part.ReadOnly, all.WriteOnly || part.WriteOnly
}

func addBounds(all, part *openapi3.Schema) {
	if part.Min != nil && (all.Min == nil || *part.Min > *all.Min) {
		all.Min = part.Min
	}
	if part.Max != nil && (all.Max == nil || *part.Max < *all.Max) {
		all.Max = part.Max
	}
	if !all.ExclusiveMin.IsSet() {
		all.ExclusiveMin = part.ExclusiveMin
	}
	if !all.ExclusiveMax.IsSet() {
		all.ExclusiveMax = part.ExclusiveMax
	}
	if all.MultipleOf == nil {
		all.MultipleOf = part.MultipleOf
	}
	all.MinLength, all.MinItems = max(all.MinLength, part.MinLength), max(all.MinItems, part.MinItems)
	all.MinProps = max(all.MinProps, part.MinProps)
	if part.MaxLength != nil && (all.MaxLength == nil || *part.MaxLength < *all.MaxLength) {
		all.MaxLength = part.MaxLength
	}
	if part.MaxItems != nil && (all.MaxItems == nil || *part.MaxItems < *all.MaxItems) {
		all.MaxItems = part.MaxItems
	}
}

func sameValue(a, b any) bool {
	x, err1 := json.Marshal(a)
	y, err2 := json.Marshal(b)
	return err1 == nil && err2 == nil && string(x) == string(y)
}

// fit is a value changed as little as makes it valid: what does not fit is made anew,
// what is missing is added.
func (m *maker) fit(s *openapi3.Schema, value any, name string) any {
	if s == nil || m.valid(s, value) {
		return value
	}
	m.budget = mostOptional
	at := place{names: name, name: name}
	if fitted := m.fitted(s, value, at); m.valid(s, fitted) {
		return fitted
	}
	return m.value(s, name)
}

func (m *maker) fitted(s *openapi3.Schema, value any, at place) any {
	if s == nil || at.depth > mostDepth || m.valid(s, value) {
		return value
	}
	flat := m.flat(s)
	switch v := value.(type) {
	case map[string]any:
		fitted := m.overlay(s, flat, v, at)
		if m.valid(s, fitted) {
			return fitted
		}
		if fitted := m.ofAlternative(s, flat, v, at); fitted != nil {
			return fitted
		}
	case []any:
		if flat.Items == nil {
			break
		}
		list := make([]any, 0, len(v))
		for _, item := range v {
			list = append(list, m.fitted(flat.Items.Value, item, at.below("", s)))
		}
		if m.valid(s, list) {
			return list
		}
	default:
		if converted := convert(value, typeOf(flat)); m.valid(s, converted) {
			return converted
		}
	}
	made, _ := m.make(s, at)
	if object, isObject := made.(map[string]any); isObject {
		return m.keep(s, object, value)
	}
	return made
}

// overlay is an object that fits the properties of the schema, and has the required ones.
func (m *maker) overlay(s, flat *openapi3.Schema, value map[string]any, at place) map[string]any {
	object := map[string]any{}
	open := flat.AdditionalProperties.Has == nil || *flat.AdditionalProperties.Has
	for _, name := range slices.Sorted(maps.Keys(value)) {
		property := flat.Properties[name]
		switch {
		case property == nil && (open || len(flat.OneOf)+len(flat.AnyOf) > 0):
			object[name] = value[name]
		case property == nil || property.Value == nil || m.hidden(property.Value):
		default:
			below := at.below(name, s)
			below.name = name
			object[name] = m.fitted(property.Value, value[name], below)
		}
	}
	for _, name := range flat.Required {
		property := flat.Properties[name]
		if _, present := object[name]; present || property == nil || property.Value == nil || m.hidden(property.Value) {
			continue
		}
		below := at.below(name, s)
		below.name = name
		object[name], _ = m.make(property.Value, below)
	}
	return object
}

// ofAlternative fits an object to the first alternative of oneOf and anyOf that takes it.
func (m *maker) ofAlternative(s, flat *openapi3.Schema, value map[string]any, at place) any {
	for _, choices := range []openapi3.SchemaRefs{flat.OneOf, flat.AnyOf} {
		for _, choice := range choices {
			if choice.Value == nil || slices.Contains(at.open, choice.Value) {
				continue
			}
			base := *flat
			base.OneOf, base.AnyOf, base.Discriminator = nil, nil, nil
			one := &openapi3.Schema{AllOf: openapi3.SchemaRefs{{Value: &base}, choice}}
			if fitted := m.overlay(one, m.flat(one), value, at.below("", choice.Value)); m.valid(s, fitted) {
				return fitted
			}
		}
	}
	return nil
}

// toldApart is an object that fits one alternative of oneOf and, by a key that only another
// one has, no other. nil where there is no such key.
func (m *maker) toldApart(s, choice *openapi3.Schema, choices openapi3.SchemaRefs, value any) any {
	object, isObject := value.(map[string]any)
	if !isObject || !m.valid(choice, value) {
		return nil
	}
	own := m.flat(choice).Properties
	for _, other := range choices {
		if other.Value == nil || other.Value == choice {
			continue
		}
		properties := m.flat(other.Value).Properties
		for _, name := range slices.Sorted(maps.Keys(properties)) {
			if own[name] != nil || properties[name].Value == nil {
				continue
			}
			changed := maps.Clone(object)
			changed[name] = any(name)
			if m.valid(properties[name].Value, name) {
				changed[name] = true
			}
			if m.valid(s, changed) {
				return changed
			}
		}
	}
	return nil
}

// keep puts the members of a value into a made object where it stays valid.
func (m *maker) keep(s *openapi3.Schema, made map[string]any, value any) map[string]any {
	members, _ := value.(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(members)) {
		changed := maps.Clone(made)
		changed[name] = members[name]
		if m.valid(s, changed) {
			made = changed
		}
	}
	return made
}

// convert is a simple value as another type, where its text can be read as that.
func convert(value any, kind string) any {
	if value == nil {
		return nil
	}
	text := textOf(value)
	switch kind {
	case openapi3.TypeString:
		return text
	case openapi3.TypeInteger:
		if _, err := strconv.ParseInt(text, 10, 64); err == nil {
			return json.Number(text)
		}
	case openapi3.TypeNumber:
		if _, err := strconv.ParseFloat(text, 64); err == nil {
			return json.Number(text)
		}
	case openapi3.TypeBoolean:
		if parsed, err := strconv.ParseBool(text); err == nil {
			return parsed
		}
	}
	return value
}

// textOf is a simple value as it stands in a path or a query.
func textOf(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case map[string]any, []any:
		text, _ := json.Marshal(v)
		return string(text)
	}
	return strings.TrimSpace(fmt.Sprint(value))
}
