package main

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"
	"text/template"

	"github.com/getkin/kin-openapi/openapi3"
)

//go:embed typescript java
var templates embed.FS

// settings are what the layer says of the generated client.
type settings struct {
	Types   string // the module of openapi-typescript
	Package string // of the Java client
}

// written returns the files of the layer by name.
func written(language string, tags []tag, s settings) (map[string][]byte, error) {
	entries, err := templates.ReadDir(language)
	if err != nil {
		return nil, fmt.Errorf("a language is typescript or java, not %q", language)
	}
	parsed, err := template.New("").Funcs(functions).ParseFS(templates, language+"/*.tmpl")
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	write := func(name, from string, data any) error {
		var text bytes.Buffer
		err := parsed.ExecuteTemplate(&text, from, data)
		files[name] = text.Bytes()
		return err
	}
	for _, entry := range entries {
		name := strings.TrimSuffix(path.Base(entry.Name()), ".tmpl")
		if !strings.HasPrefix(name, "Tag") {
			err = write(name, entry.Name(), map[string]any{"Tags": tags, "Settings": s})
		}
		for _, t := range tags {
			if err == nil && strings.HasPrefix(name, "Tag") { // one file for each tag
				err = write(upper(t.Name)+strings.TrimPrefix(name, "Tag"), entry.Name(), map[string]any{"Tag": t, "Settings": s})
			}
		}
		if err != nil {
			return nil, err
		}
	}
	return files, nil
}

var functions = template.FuncMap{
	"upper": upper, "lowercase": strings.ToLower, "lower": lower, "identifier": identifier, "javaType": javaType, "javaResult": javaResult,
	"javaRecords": javaRecords, "tsType": tsType, "json": func(value any) (string, error) {
		text, err := json.Marshal(value)
		return string(text), err
	},
	"forms": func(tags []tag) bool {
		return slices.ContainsFunc(tags, func(t tag) bool {
			return slices.ContainsFunc(t.Operations, func(o operation) bool { return o.Form })
		})
	},
	"optional": func(o operation) bool {
		return !slices.ContainsFunc(o.Parameters, func(p property) bool { return p.Required })
	},
}

func upper(name string) string { return strings.ToUpper(name[:1]) + name[1:] }

func lower(name string) string { return strings.ToLower(name[:1]) + name[1:] }

// identifier is a name of a parameter or key in Java: xDeviceNumber for X-Device-Number.
func identifier(name string) string {
	words := strings.FieldsFunc(name, func(r rune) bool { return r == '-' || r == '_' || r == '.' })
	for i, word := range words {
		if words[i] = upper(word); i == 0 {
			words[i] = lower(word)
		}
	}
	return strings.Join(words, "")
}

// javaType is the type that openapi-generator gives a schema.
func javaType(s *openapi3.SchemaRef) string {
	v := s.Value
	is := func(name string) bool { return v.Type.Is(name) }
	switch {
	case s.Ref != "" && (is("object") || len(v.AllOf) > 0 || len(v.Enum) > 0):
		return path.Base(s.Ref)
	case is("array"):
		return "List<" + javaType(v.Items) + ">"
	case is("boolean"):
		return "Boolean"
	case is("integer") && v.Format == "int64":
		return "Long"
	case is("integer"):
		return "Integer"
	case is("number"):
		return "BigDecimal"
	case is("string"):
		if named := map[string]string{"date-time": "OffsetDateTime", "date": "LocalDate", "uuid": "UUID", "uri": "URI"}[v.Format]; named != "" {
			return named
		}
		return "String"
	}
	return "Object"
}

// javaRecord is the result of flat answers.
type javaRecord struct {
	Name string
	Keys []property
}

// javaResult is the type that a call of an operation returns; void where there is nothing.
func javaResult(t tag, o operation) (string, error) {
	whole, flat, err := t.result(o)
	switch {
	case err != nil:
		return "", err
	case whole != nil:
		return javaType(whole), nil
	case len(flat) == 0:
		return "void", nil
	}
	return recordName(o), nil
}

// recordName is UserDetailData for the schema UserDetailResponse.
func recordName(o operation) string {
	return strings.TrimSuffix(path.Base(o.Answer.Ref), "Response") + "Data"
}

// javaRecords are the results of a tag's flat answers.
func javaRecords(t tag) ([]javaRecord, error) {
	var records []javaRecord
	for _, o := range t.Operations {
		_, flat, err := t.result(o)
		if err != nil {
			return nil, err
		}
		r := javaRecord{recordName(o), flat}
		if len(flat) > 0 && !slices.ContainsFunc(records, func(other javaRecord) bool { return other.Name == r.Name }) {
			records = append(records, r)
		}
	}
	return records, nil
}

// tsType is the TypeScript type of a schema.
func tsType(s *openapi3.SchemaRef) (string, error) {
	v, is := s.Value, ""
	switch {
	case len(v.Enum) > 0:
		values := make([]string, len(v.Enum))
		for i, value := range v.Enum {
			text, err := json.Marshal(value)
			if err != nil {
				return "", err
			}
			values[i] = string(text)
		}
		is = strings.Join(values, " | ")
	case v.Type.Is("string"), v.Type.Is("boolean"):
		is = v.Type.Slice()[0]
	case v.Type.Is("integer"), v.Type.Is("number"):
		is = "number"
	case v.Type.Is("object") && v.MaxProps != nil && *v.MaxProps == 0:
		is = "Record<string, never>"
	default:
		is = "unknown"
	}
	if v.Nullable {
		is += " | null"
	}
	return is, nil
}
