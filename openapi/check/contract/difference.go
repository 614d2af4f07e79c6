package contract

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// Difference is one way in which an answer is not what is documented.
type Difference struct {
	// Where is a JSON pointer into the body, or names the part of the answer:
	// status, content type, header NAME, body.
	Where      string `json:"where"`
	Documented string `json:"documented"`
	Came       string `json:"came"` // shortened, without secrets
}

// String is the difference in a line.
func (d Difference) String() string {
	return fmt.Sprintf("%s: documented %s, came %s", d.Where, d.Documented, d.Came)
}

// The words for a key that is not there.
const (
	NoSuchKey = "no such key"
	aKey      = "key "
)

// Rename is the difference of a key that goes by another name.
func Rename(parent, documented, came string) Difference {
	return Difference{Pointer(parent, documented), aKey + documented, aKey + came}
}

// Pointer is the JSON pointer (RFC 6901) of a key below parent.
func Pointer(parent, key string) string {
	return parent + "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(key)
}

// SameName says whether two keys are the same word, written in other cases or
// with other separators.
func SameName(a, b string) bool {
	plain := strings.NewReplacer("_", "", "-", "")
	return strings.EqualFold(plain.Replace(a), plain.Replace(b))
}

// bodyDifferences words what a validation found, in the order it was found.
func bodyDifferences(err error) []Difference {
	found := flatten(err)
	all := []Difference{}
	renamed := map[*openapi3.SchemaError]bool{}
	for _, extra := range found {
		key, isExtra := extraKey(extra)
		if !isExtra {
			continue
		}
		if documented, missing, ok := renamedFrom(extra, key, found); ok {
			renamed[extra], renamed[missing] = true, true
			all = append(all, Rename(parentOf(extra), documented, key))
		}
	}
	for _, one := range found {
		if !renamed[one] {
			all = append(all, worded(one))
		}
	}
	return all
}

func flatten(err error) []*openapi3.SchemaError {
	if err == nil {
		return nil
	}
	if many, ok := errors.AsType[openapi3.MultiError](err); ok {
		var all []*openapi3.SchemaError
		for _, one := range many {
			all = append(all, flatten(one)...)
		}
		return all
	}
	if one, ok := errors.AsType[*openapi3.SchemaError](err); ok {
		return []*openapi3.SchemaError{one}
	}
	return []*openapi3.SchemaError{{Reason: err.Error()}}
}

// unsupported is how the validator says that a key is not documented: the key is
// nowhere else.
var unsupported = regexp.MustCompile(`^property (".*") is unsupported$`)

func extraKey(err *openapi3.SchemaError) (key string, ok bool) {
	match := unsupported.FindStringSubmatch(err.Reason)
	if match == nil {
		return "", false
	}
	key, bad := strconv.Unquote(match[1])
	return key, bad == nil
}

// renamedFrom finds the documented key that an undocumented one stands for: the
// only one that is missing beside the only one too many, with a value that would
// fit, or one that differs in case and separators alone.
func renamedFrom(extra *openapi3.SchemaError, key string, found []*openapi3.SchemaError) (documented string, missing *openapi3.SchemaError, ok bool) {
	object, _ := extra.Value.(map[string]any)
	parent, extras := parentOf(extra), 0
	var absent []*openapi3.SchemaError
	for _, other := range found {
		_, isExtra := extraKey(other)
		switch {
		case isExtra && parentOf(other) == parent:
			extras++
		case other.SchemaField == "required" && parentOf(other) == parent:
			absent = append(absent, other)
		}
	}
	for _, one := range absent {
		name := lastOf(one)
		alone := extras == 1 && len(absent) == 1 && fits(one.Schema, name, object[key])
		if alone || SameName(name, key) {
			return name, one, true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(extra.Schema.Properties)) {
		if _, present := object[name]; !present && SameName(name, key) {
			return name, nil, true
		}
	}
	return "", nil, false
}

func fits(schema *openapi3.Schema, name string, value any) bool {
	property := schema.Properties[name]
	return property != nil && property.Value.VisitJSON(value, openapi3.VisitAsResponse()) == nil
}

// parentOf is the pointer of the object that a finding about a key is about. A
// key that is missing is part of the finding's path, one too many is not.
func parentOf(err *openapi3.SchemaError) string {
	path := err.JSONPointer()
	if err.SchemaField == "required" && len(path) > 0 {
		path = path[:len(path)-1]
	}
	return pointerOf(path)
}

func lastOf(err *openapi3.SchemaError) string {
	path := err.JSONPointer()
	if len(path) == 0 {
		return ""
	}
	return path[len(path)-1]
}

func pointerOf(path []string) string {
	pointer := ""
	for _, key := range path {
		pointer = Pointer(pointer, key)
	}
	return pointer
}

func worded(err *openapi3.SchemaError) Difference {
	if key, ok := extraKey(err); ok {
		object, _ := err.Value.(map[string]any)
		return Difference{Pointer(parentOf(err), key), NoSuchKey, aKey + key + ": " + Redact(key, object[key])}
	}
	if err.SchemaField == "required" {
		return Difference{pointerOf(err.JSONPointer()), aKey + lastOf(err), NoSuchKey}
	}
	where := pointerOf(err.JSONPointer())
	if where == "" {
		where = "body"
	}
	return Difference{where, wanted(err), Redact(strings.Join(err.JSONPointer(), "/"), err.Value)}
}

// wanted is what the schema asks for where a value breaks it.
func wanted(err *openapi3.SchemaError) string {
	switch schema := err.Schema; {
	case schema == nil:
		return err.Reason
	case err.SchemaField == "nullable", err.SchemaField == "type":
		return strings.Join(schema.Type.Slice(), " or ")
	case err.SchemaField == "enum":
		return "one of " + fmt.Sprint(schema.Enum)
	case err.SchemaField == "pattern":
		return "text like " + schema.Pattern
	case err.SchemaField == "format":
		return "a " + schema.Format
	default:
		return err.Reason
	}
}
