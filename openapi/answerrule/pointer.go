package answerrule

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/go-openapi/jsonpointer"
)

// Located is a value and the JSON pointer to it.
type Located struct {
	Where string
	Value any
}

// ValuesAt are the values that a pointer names, in which * is every element of a list.
// isThere reports whether everything but a last key is there.
func ValuesAt(value any, pointer string) (all []Located, isThere bool) {
	return valuesAt(value, "", strings.Split(pointer, "/")[1:])
}

func valuesAt(value any, where string, rest []string) (all []Located, isThere bool) {
	if len(rest) == 0 {
		return []Located{{where, value}}, true
	}
	switch v := value.(type) {
	case map[string]any:
		if member, has := v[jsonpointer.Unescape(rest[0])]; has {
			return valuesAt(member, where+"/"+rest[0], rest[1:])
		}
		return nil, len(rest) == 1
	case []any:
		for i, element := range v {
			if names(rest[0], i) {
				found, _ := valuesAt(element, where+"/"+strconv.Itoa(i), rest[1:])
				all = append(all, found...)
			}
		}
		return all, true
	}
	return nil, false
}

// names reports whether a part of a pointer is that of an element.
func names(part string, element int) bool { return part == "*" || part == strconv.Itoa(element) }

// Replaced is a value with the ones that a pointer names changed. What is not there stays
// away, and the value itself is not changed.
func Replaced(value any, pointer string, change func(any) any) any {
	return replaced(value, strings.Split(pointer, "/")[1:], change)
}

func replaced(value any, rest []string, change func(any) any) any {
	if len(rest) == 0 {
		return change(value)
	}
	switch v := value.(type) {
	case map[string]any:
		key := jsonpointer.Unescape(rest[0])
		if member, isThere := v[key]; isThere {
			v = maps.Clone(v)
			v[key] = replaced(member, rest[1:], change)
		}
		return v
	case []any:
		v = slices.Clone(v)
		for i := range v {
			if names(rest[0], i) {
				v[i] = replaced(v[i], rest[1:], change)
			}
		}
		return v
	}
	return value
}
