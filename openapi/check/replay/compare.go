package replay

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"mime"
	"slices"
	"strconv"

	"quartet/openapi/check/contract"
)

// Compare has the same cases from two sources and tells where the answers of b
// are not those of a, which stand in for the documented ones.
func (j Checker) Compare(ctx context.Context, a, b Source, cases []Case) (results []Result, err error) {
	for _, c := range cases {
		first, reason, err := a.Exchanges(ctx, c)
		second, otherReason, otherErr := b.Exchanges(ctx, c)
		err = errors.Join(err, otherErr)
		switch refused, isRefused := errors.AsType[*credentialError](err); {
		case isRefused:
			results = append(results, withoutCredential(c, refused))
		case err != nil:
			return nil, err
		case len(first) == 0 || len(second) == 0:
			if reason == "" {
				reason = otherReason
			}
			results = append(results, notProvoked(c, reason))
		default:
			results = append(results, j.compareAll(c, first, second)...)
		}
	}
	return results, nil
}

func (j Checker) compareAll(c Case, first, second []Exchange) (results []Result) {
	for _, e := range first {
		at := slices.IndexFunc(second, func(other Exchange) bool { return other.Variant == e.Variant })
		if at < 0 {
			results = append(results, notProvoked(c, "no "+e.Variant+" on the other side"))
			continue
		}
		result := resultOf(second[at], j.compare(c, e, second[at]))
		result.Documented = strconv.Itoa(e.Answer.Status)
		results = append(results, result)
	}
	return results
}

func (j Checker) compare(c Case, a, b Exchange) []contract.Difference {
	if a.Failed != "" || b.Failed != "" {
		if a.Failed != "" && b.Failed != "" {
			return nil
		}
		return []contract.Difference{{Where: "answer", Documented: outcome(a), Came: outcome(b)}}
	}
	f := finder{free: j.Fixtures.free}
	if a.Answer.Status != b.Answer.Status {
		f.add("status", strconv.Itoa(a.Answer.Status), strconv.Itoa(b.Answer.Status))
		if (a.Answer.Status < 400) != (b.Answer.Status < 400) {
			return f.found
		}
	}
	if here, there := mediaOf(a), mediaOf(b); here != there {
		f.add("content type", strconv.Quote(here), strconv.Quote(there))
		return f.found
	}
	f.headers(c, a, b)
	first, noJSON := contract.Decode(a.Answer.Body)
	second, neither := contract.Decode(b.Answer.Body)
	switch {
	case noJSON == nil && neither == nil:
		f.values("", "", first, second)
	case (noJSON == nil) != (neither == nil):
		f.add("body", jsonOrNot(noJSON), jsonOrNot(neither))
	}
	return f.found
}

func outcome(e Exchange) string {
	if e.Failed != "" {
		return e.Failed
	}
	return "status " + strconv.Itoa(e.Answer.Status)
}

func jsonOrNot(err error) string {
	if err != nil {
		return err.Error()
	}
	return "JSON"
}

func mediaOf(e Exchange) string {
	mediaType, _, _ := mime.ParseMediaType(e.Answer.Header.Get("Content-Type"))
	return mediaType
}

// finder collects where two answers differ.
type finder struct {
	free  func(where, name string) bool
	found []contract.Difference
}

func (f *finder) add(where, a, b string) {
	if where == "" {
		where = "body"
	}
	f.found = append(f.found, contract.Difference{Where: where, Documented: a, Came: b})
}

// headers tells which documented and required headers only one side has.
func (f *finder) headers(c Case, a, b Exchange) {
	response := c.Operation.Responses.Value(c.Status)
	for _, name := range slices.Sorted(maps.Keys(response.Value.Headers)) {
		here, there := a.Answer.Header.Get(name) != "", b.Answer.Header.Get(name) != ""
		if here != there && response.Value.Headers[name].Value.Required {
			f.add("header "+name, presence(here), presence(there))
		}
	}
}

func presence(there bool) string {
	if there {
		return "present"
	}
	return "missing"
}

func (f *finder) values(where, name string, a, b any) {
	if kind(a) != kind(b) {
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
	for _, key := range lost {
		at := slices.IndexFunc(gained, func(other string) bool {
			return contract.SameName(key, other) || len(lost) == 1 && len(gained) == 1 && kind(a[key]) == kind(b[other])
		})
		if at < 0 {
			f.add(contract.Pointer(where, key), "key "+key, contract.NoSuchKey)
			continue
		}
		f.found = append(f.found, contract.Rename(where, key, gained[at]))
		gained = slices.Delete(gained, at, at+1)
	}
	for _, key := range gained {
		f.add(contract.Pointer(where, key), contract.NoSuchKey, "key "+key+": "+contract.Redact(key, b[key]))
	}
	for _, key := range slices.Sorted(maps.Keys(a)) {
		if there, both := b[key]; both {
			f.values(contract.Pointer(where, key), key, a[key], there)
		}
	}
}

// missing are the keys of a that b has not.
func missing(a, b map[string]any) (keys []string) {
	for _, key := range slices.Sorted(maps.Keys(a)) {
		if _, both := b[key]; !both {
			keys = append(keys, key)
		}
	}
	return keys
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
