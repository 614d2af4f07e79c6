package mock

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"mime/multipart"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

const (
	mediaForm      = "application/x-www-form-urlencoded"
	mediaMultipart = "multipart/form-data"
)

// parseForm reads the fields of a form, and its first file. The text of a file is a field, too.
func parseForm(mediaType, boundary, text string) (form url.Values, first *file, err error) {
	if mediaType == mediaForm {
		form, err = url.ParseQuery(text)
		return form, nil, err
	}
	form = url.Values{}
	reader := multipart.NewReader(strings.NewReader(text), boundary)
	for {
		part, err := reader.NextPart()
		if errors.Is(err, io.EOF) {
			return form, first, nil
		}
		if err != nil {
			return nil, nil, err
		}
		content, err := io.ReadAll(part)
		if err != nil {
			return nil, nil, err
		}
		form.Add(part.FormName(), string(content))
		if part.FileName() != "" && first == nil {
			first = &file{mediaType: orOctets(part.Header.Get("Content-Type")), name: part.FileName(), bytes: content}
		}
	}
}

// formValue is a form as its schema says. Beside names it takes what clients send for
// objects and lists: user[name]=x, ids[]=1, items[0][price]=5, and JSON. (openapi3filter
// reads no lists of objects, and no fields of several types.)
func (m *maker) formValue(schema *openapi3.Schema, form url.Values) any {
	tree := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(form)) {
		keys := strings.Split(strings.ReplaceAll(name, "]", ""), "[")
		for _, value := range form[name] {
			put(tree, keys, value)
		}
	}
	return m.typed(schema, tree, 0)
}

// put adds a text to a tree. A text that is there already becomes a list.
func put(tree map[string]any, keys []string, value string) {
	key := keys[0]
	if len(keys) == 1 || len(keys) == 2 && keys[1] == "" {
		switch old := tree[key].(type) {
		case nil:
			tree[key] = any(value)
			if len(keys) == 2 {
				tree[key] = []any{value}
			}
		case []any:
			tree[key] = append(old, value)
		default:
			tree[key] = []any{old, value}
		}
		return
	}
	inner, isMap := tree[key].(map[string]any)
	if !isMap {
		inner = map[string]any{}
		tree[key] = inner
	}
	put(inner, keys[1:], value)
}

// typed gives the texts of a form the types of the schema.
func (m *maker) typed(schema *openapi3.Schema, value any, depth int) any {
	if schema == nil || depth > mostDepth {
		return value
	}
	flat := m.flat(schema)
	kind := typeOf(flat)
	switch v := value.(type) {
	case map[string]any:
		if items, isList := numbered(v); isList && kind != openapi3.TypeObject {
			value = items
			break
		}
		object := map[string]any{}
		for name, member := range v {
			object[name] = m.typed(m.propertyOf(flat, name), member, depth+1)
		}
		return object
	case string:
		if kind == openapi3.TypeObject || kind == openapi3.TypeArray || kind == "" {
			if decoded, isJSON := jsonText(v); isJSON {
				return decoded
			}
		}
		if kind == openapi3.TypeArray {
			value = []any{v}
			break
		}
		if kind == "" {
			return m.ofAnyType(flat, v)
		}
		return convert(v, kind)
	}
	items, isList := value.([]any)
	if !isList {
		return value
	}
	list := make([]any, 0, len(items))
	inner := m.itemsOf(flat)
	for _, item := range items {
		item = m.typed(inner, item, depth+1)
		list = append(list, item)
	}
	return list
}

// itemsOf is the schema of a list's items, in any of the alternatives.
func (m *maker) itemsOf(flat *openapi3.Schema) *openapi3.Schema {
	if flat.Items != nil {
		return flat.Items.Value
	}
	for _, choice := range slices.Concat(flat.OneOf, flat.AnyOf) {
		if choice.Value != nil && m.flat(choice.Value).Items != nil {
			return m.flat(choice.Value).Items.Value
		}
	}
	return nil
}

// propertyOf is the schema of a key, in any of the alternatives.
func (m *maker) propertyOf(flat *openapi3.Schema, name string) *openapi3.Schema {
	if property := flat.Properties[name]; property != nil {
		return property.Value
	}
	for _, choice := range slices.Concat(flat.OneOf, flat.AnyOf) {
		if choice.Value == nil {
			continue
		}
		if property := m.flat(choice.Value).Properties[name]; property != nil {
			return property.Value
		}
	}
	if extra := flat.AdditionalProperties.Schema; extra != nil {
		return extra.Value
	}
	return nil
}

// ofAnyType is a text as the first type that an alternative has and that fits.
func (m *maker) ofAnyType(flat *openapi3.Schema, text string) any {
	for _, choice := range slices.Concat(flat.OneOf, flat.AnyOf) {
		if choice.Value == nil {
			continue
		}
		if value := m.typed(choice.Value, text, mostDepth-1); choice.Value.VisitJSON(value) == nil {
			return value
		}
	}
	return text
}

// numbered is the list that {"0": …, "1": …} stands for.
func numbered(object map[string]any) (list []any, ok bool) {
	for i := range len(object) {
		item, present := object[strconv.Itoa(i)]
		if !present {
			return nil, false
		}
		list = append(list, item)
	}
	return list, len(list) > 0
}

func jsonText(text string) (any, bool) {
	if !strings.HasPrefix(text, "{") && !strings.HasPrefix(text, "[") {
		return nil, false
	}
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var value any
	err := decoder.Decode(&value)
	return value, err == nil
}
