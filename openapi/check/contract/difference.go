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
	// status, content type, header NAME, body.
	Where      string `json:"where"`
	Documented string `json:"documented"`
	Got        string `json:"got"` // shortened, without secrets
}

// String is the difference in a line.
func (d Difference) String() string {
	return fmt.Sprintf("%s: documented %s, got %s", d.Where, d.Documented, d.Got)
}

const noSuchKey = "no such key"

// MissingKey is the difference of a documented key that is not in the object at parent.
func MissingKey(parent, key string) Difference {
	return Difference{Pointer(parent, key), "key " + key, noSuchKey}
}

// ExtraKey is the difference of a key that is not documented.
func ExtraKey(parent, key string, value any) Difference {
	return Difference{Pointer(parent, key), noSuchKey, "key " + key + ": " + Redact(key, value)}
}

// RenamedKey is the difference of a documented key that has another name.
func RenamedKey(parent, documented, got string) Difference {
	return Difference{Pointer(parent, documented), "key " + documented, "key " + got}
}

// Pointer is the JSON pointer (RFC 6901) of a key below parent.
func Pointer(parent, key string) string {
	return parent + "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(key)
}

// SameName reports whether two keys differ in case and separators alone.
func SameName(a, b string) bool {
	plain := strings.NewReplacer("_", "", "-", "")
	return strings.EqualFold(plain.Replace(a), plain.Replace(b))
}

// finding is an error of the schema validation. One about a key names it.
type finding struct {
	*openapi3.SchemaError
	path           []string // of the value, or of the object with the key
	key            string
	extra, missing bool
}

// unsupported is the validator's message about a key that is not documented,
// which it puts nowhere else.
var unsupported = regexp.MustCompile(`^property (".*") is unsupported$`)

func findings(err error) (all []finding) {
	if err == nil {
		return nil
	}
	if many, ok := errors.AsType[openapi3.MultiError](err); ok {
		for _, one := range many {
			all = append(all, findings(one)...)
		}
		return all
	}
	one, ok := errors.AsType[*openapi3.SchemaError](err)
	if !ok {
		one = &openapi3.SchemaError{Reason: err.Error()}
	}
	f := finding{SchemaError: one, path: one.JSONPointer()}
	if match := unsupported.FindStringSubmatch(one.Reason); match != nil {
		f.key, err = strconv.Unquote(match[1])
		f.extra = err == nil
	} else if f.missing = one.SchemaField == "required" && len(f.path) > 0; f.missing {
		f.path, f.key = f.path[:len(f.path)-1], f.path[len(f.path)-1]
	}
	return []finding{f}
}

// bodyDifferences describes what a validation found: renamed keys first, then the
// rest in the order it was found.
func bodyDifferences(err error) []Difference {
	found := findings(err)
	all := []Difference{}
	renamed := make([]bool, len(found))
	for i, extra := range found {
		if !extra.extra {
			continue
		}
		if documented, missing := renamedFrom(extra, found); documented != "" {
			all = append(all, RenamedKey(extra.where(), documented, extra.key))
			renamed[i] = true
			if missing >= 0 {
				renamed[missing] = true
			}
		}
	}
	for i, f := range found {
		if !renamed[i] {
			all = append(all, f.difference())
		}
	}
	return all
}

// renamedFrom finds the documented key that an extra one stands for: one that
// differs in case and separators alone, or the only missing key beside the only
// extra one where the value fits. missing is its finding, -1 for an optional key.
func renamedFrom(extra finding, found []finding) (documented string, missing int) {
	object, _ := extra.Value.(map[string]any)
	var extras, absent []int
	for i, other := range found {
		switch {
		case !slices.Equal(other.path, extra.path):
		case other.extra:
			extras = append(extras, i)
		case other.missing:
			absent = append(absent, i)
		}
	}
	for _, i := range absent {
		property := found[i].Schema.Properties[found[i].key]
		alone := len(extras) == 1 && len(absent) == 1 && property != nil &&
			property.Value.VisitJSON(object[extra.key], openapi3.VisitAsResponse()) == nil
		if alone || SameName(found[i].key, extra.key) {
			return found[i].key, i
		}
	}
	for _, name := range slices.Sorted(maps.Keys(extra.Schema.Properties)) {
		if _, present := object[name]; !present && SameName(name, extra.key) {
			return name, -1
		}
	}
	return "", -1
}

func (f finding) where() (pointer string) {
	for _, key := range f.path {
		pointer = Pointer(pointer, key)
	}
	return pointer
}

func (f finding) difference() Difference {
	switch {
	case f.extra:
		object, _ := f.Value.(map[string]any)
		return ExtraKey(f.where(), f.key, object[f.key])
	case f.missing:
		return MissingKey(f.where(), f.key)
	}
	return Difference{cmp.Or(f.where(), "body"), f.expected(), Redact(strings.Join(f.path, "/"), f.Value)}
}

// expected is what the schema requires of the value.
func (f finding) expected() string {
	switch schema := f.Schema; {
	case schema == nil:
	case f.SchemaField == "nullable", f.SchemaField == "type":
		return strings.Join(schema.Type.Slice(), " or ")
	case f.SchemaField == "enum":
		return "one of " + fmt.Sprint(schema.Enum)
	case f.SchemaField == "pattern":
		return "text like " + schema.Pattern
	case f.SchemaField == "format":
		return "a " + schema.Format
	}
	return f.Reason
}
