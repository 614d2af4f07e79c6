package replay

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strconv"

	"quartet/openapi/check/contract"
)

// compare lists where the answer of b is not that of a.
func (k Checker) compare(c Case, a, b Exchange) []contract.Difference {
	f := finder{free: k.Fixtures.free}
	if a.Failed != "" || b.Failed != "" {
		if a.Failed == "" || b.Failed == "" {
			f.add("answer", cmp.Or(a.Failed, "status "+strconv.Itoa(a.Answer.Status)), cmp.Or(b.Failed, "status "+strconv.Itoa(b.Answer.Status)))
		}
		return f.found
	}
	if a.Answer.Status != b.Answer.Status {
		f.add("status", strconv.Itoa(a.Answer.Status), strconv.Itoa(b.Answer.Status))
		if (a.Answer.Status < http.StatusBadRequest) != (b.Answer.Status < http.StatusBadRequest) {
			return f.found
		}
	}
	if here, there := a.Answer.mediaType(), b.Answer.mediaType(); here != there {
		f.add("content type", strconv.Quote(here), strconv.Quote(there))
		return f.found
	}
	headers := c.Operation.Responses.Value(c.Status).Value.Headers
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		here, there := presence(a.Answer.Header, name), presence(b.Answer.Header, name)
		if here != there && headers[name].Value.Required {
			f.add("header "+name, here, there)
		}
	}
	first, noJSON := contract.Decode(a.Answer.Body)
	second, neither := contract.Decode(b.Answer.Body)
	switch {
	case noJSON == nil && neither == nil:
		f.values("", "", first, second)
	case noJSON != nil && neither == nil:
		f.add("body", noJSON.Error(), "JSON")
	case noJSON == nil:
		f.add("body", "JSON", neither.Error())
	}
	return f.found
}

func (m Message) mediaType() string {
	mediaType, _, _ := mime.ParseMediaType(m.Header.Get("Content-Type"))
	return mediaType
}

func presence(header http.Header, name string) string {
	if header.Get(name) != "" {
		return "present"
	}
	return "missing"
}

// finder collects the differences between two answers.
type finder struct {
	free  func(where, name string) bool
	found []contract.Difference
}

func (f *finder) add(where, a, b string) {
	f.found = append(f.found, contract.Difference{Where: cmp.Or(where, "body"), Documented: a, Got: b})
}

func (f *finder) values(where, name string, a, b any) {
	if kind(a) != kind(b) {
		if (a == nil || b == nil) && f.free(where, name) {
			return
		}
		f.add(where, kind(a)+" "+contract.Redact(name, a), kind(b)+" "+contract.Redact(name, b))
		return
	}
	switch first := a.(type) {
	case map[string]any:
		f.objects(where, first, b.(map[string]any))
	case []any:
		second := b.([]any)
		if len(first) != len(second) {
			f.add(where, fmt.Sprintf("%d elements", len(first)), fmt.Sprintf("%d elements", len(second)))
		}
		for i := range min(len(first), len(second)) {
			f.values(contract.Pointer(where, strconv.Itoa(i)), name, first[i], second[i])
		}
	default:
		if a != b && !f.free(where, name) && !volatile(name, a, b) {
			f.add(where, contract.Redact(name, a), contract.Redact(name, b))
		}
	}
}

func (f *finder) objects(where string, a, b map[string]any) {
	lost, gained := missing(a, b), missing(b, a)
	f.found = append(f.found, contract.KeyDifferences(where, lost, gained, b, func(key, other string) bool {
		return len(lost) == 1 && len(gained) == 1 && kind(a[key]) == kind(b[other])
	})...)
	for _, key := range slices.Sorted(maps.Keys(a)) {
		if there, both := b[key]; both {
			f.values(contract.Pointer(where, key), key, a[key], there)
		}
	}
}

// missing are the keys of a that b does not have.
func missing(a, b map[string]any) []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(a)), func(key string) bool {
		_, both := b[key]
		return both
	})
}

func kind(value any) string {
	switch value.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case json.Number:
		return "number"
	case string:
		return "text"
	case []any:
		return "list"
	default:
		return "object"
	}
}
