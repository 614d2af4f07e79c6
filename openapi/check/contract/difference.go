package contract

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// Difference is one way in which an answer is not as documented.
type Difference struct {
	// Where is a JSON pointer into the body, or names the part of the answer:
	// status, content type, charset, header NAME, body.
	Where      string `json:"where"`
	Documented string `json:"documented"`
	Got        string `json:"got"` // shortened, without secrets
}

// WhereCharset is where an answer's charset differs.
const WhereCharset = "charset"

// String is the difference in a line.
func (d Difference) String() string {
	return fmt.Sprintf("%s: documented %s, got %s", d.Where, d.Documented, d.Got)
}

// Pointer is the JSON pointer (RFC 6901) of a key below parent.
func Pointer(parent, key string) string {
	return parent + "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(key)
}

// OncePerList keeps the first of the differences that are the same in several elements of a
// list. Its place is that of any element; what was got says in which it is, and in how many more.
func OncePerList(all []Difference) (kept []Difference) {
	type kind struct{ where, documented string }
	first, more := map[kind]int{}, map[int]int{}
	for _, d := range all {
		k := kind{anyElement(d.Where), d.Documented}
		if at, known := first[k]; known && k.where != d.Where {
			more[at]++
			continue
		}
		if first[k] = len(kept); k.where != d.Where {
			more[len(kept)] = 0
			d.Where, d.Got = k.where, d.Got+" (at "+d.Where
		}
		kept = append(kept, d)
	}
	for at, n := range more {
		if n > 0 {
			kept[at].Got += fmt.Sprintf(" and in %d more elements", n)
		}
		kept[at].Got += ")"
	}
	return kept
}

// SameName reports whether two keys differ in case and separators alone.
func SameName(a, b string) bool {
	plain := strings.NewReplacer("_", "", "-", "")
	return strings.EqualFold(plain.Replace(a), plain.Replace(b))
}

// KeyDifferences describes the keys of the object at a pointer that are missing or
// extra there. A missing and an extra key are one renamed key if they differ in
// case and separators alone, or if isRename says so.
func KeyDifferences(where string, missing, extra []string, got map[string]any, isRename func(missing, extra string) bool) (all []Difference) {
	extra = slices.Clone(extra)
	for _, key := range missing {
		d := Difference{Pointer(where, key), "key " + key, "no such key"}
		at := slices.IndexFunc(extra, func(other string) bool { return SameName(key, other) || isRename(key, other) })
		if at >= 0 {
			d.Got = "key " + extra[at]
			extra = slices.Delete(extra, at, at+1)
		}
		all = append(all, d)
	}
	for _, key := range extra {
		all = append(all, Difference{Pointer(where, key), "no such key", "key " + key + ": " + Redact(key, got[key])})
	}
	return all
}

// object collects what a validation found about the keys of one object.
type object struct {
	where          string
	missing, extra []string
	schema         *openapi3.Schema
	value          map[string]any
}

// unsupported is the validator's message about a key that is not documented,
// which it puts nowhere else.
var unsupported = regexp.MustCompile(`^property (".*") is unsupported$`)

// SchemaDifferences describes what a validation of a body found: about keys first, then about
// values.
func SchemaDifferences(err error) (all []Difference) {
	var objects []*object
	var values []Difference
	for _, found := range schemaErrors(err) {
		path := found.JSONPointer()
		match := unsupported.FindStringSubmatch(found.Reason)
		missing := found.SchemaField == "required" && len(path) > 0
		if !missing && match == nil {
			values = append(values, Difference{cmp.Or(pointerOf(path), "body"), expected(found), Redact(strings.Join(path, "/"), found.Value)})
			continue
		}
		key := ""
		if missing {
			path, key = path[:len(path)-1], path[len(path)-1]
		}
		where := pointerOf(path)
		at := slices.IndexFunc(objects, func(o *object) bool { return o.where == where })
		if at < 0 {
			at, objects = len(objects), append(objects, &object{where: where, schema: found.Schema})
		}
		o := objects[at]
		if missing {
			o.missing = append(o.missing, key)
			continue
		}
		key, _ = strconv.Unquote(match[1])
		o.extra = append(o.extra, key)
		o.value, _ = found.Value.(map[string]any)
	}
	for _, o := range objects {
		all = append(all, o.differences()...)
	}
	return append(all, values...)
}

func (o *object) differences() []Difference {
	alone := len(o.missing) == 1 && len(o.extra) == 1
	missing := o.missing
	for _, name := range slices.Sorted(maps.Keys(o.schema.Properties)) {
		_, present := o.value[name]
		renamed := slices.ContainsFunc(o.extra, func(extra string) bool { return SameName(name, extra) })
		if renamed && !present && !slices.Contains(missing, name) {
			missing = append(missing, name) // optional
		}
	}
	return KeyDifferences(o.where, missing, o.extra, o.value, func(missing, extra string) bool {
		property := o.schema.Properties[missing]
		return alone && property != nil && property.Value.VisitJSON(o.value[extra], openapi3.VisitAsResponse()) == nil
	})
}

func schemaErrors(err error) (all []*openapi3.SchemaError) {
	if many, ok := errors.AsType[openapi3.MultiError](err); ok {
		for _, one := range many {
			all = append(all, schemaErrors(one)...)
		}
		return all
	}
	if one, ok := errors.AsType[*openapi3.SchemaError](err); ok {
		return []*openapi3.SchemaError{one}
	}
	if err == nil {
		return nil
	}
	return []*openapi3.SchemaError{{Reason: err.Error()}}
}

func pointerOf(path []string) (pointer string) {
	for _, key := range path {
		pointer = Pointer(pointer, key)
	}
	return pointer
}

// expected is what the schema requires of the value.
func expected(err *openapi3.SchemaError) string {
	switch schema := err.Schema; {
	case schema == nil:
	case err.SchemaField == "nullable", err.SchemaField == "type":
		return strings.Join(schema.Type.Slice(), " or ")
	case err.SchemaField == "enum":
		return "one of " + fmt.Sprint(schema.Enum)
	case err.SchemaField == "pattern":
		return "text like " + schema.Pattern
	case err.SchemaField == "format":
		return "a " + schema.Format
	}
	return err.Reason
}
