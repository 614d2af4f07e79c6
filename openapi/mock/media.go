package mock

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"mime"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

func isJSON(mediaType string) bool {
	return mediaType == "application/json" || strings.HasSuffix(mediaType, "+json") || strings.HasSuffix(mediaType, "/json")
}

// concrete is a media type that a range such as image/* stands for.
func concrete(mediaType string) string {
	switch mediaType {
	case "*/*":
		return "application/json"
	case "text/*":
		return "text/plain"
	case "image/*":
		return "image/png"
	case "application/*":
		return "application/octet-stream"
	}
	return mediaType
}

// offer chooses what is sent of the documented media types: by the header Accept, JSON
// first. key is the type as it is documented. It reports false where none is acceptable.
func offer(content openapi3.Content, accept string) (key, mediaType string, ok bool) {
	keys := slices.SortedFunc(maps.Keys(content), func(a, b string) int {
		return cmp.Or(cmp.Compare(mediaRank(a), mediaRank(b)), cmp.Compare(a, b))
	})
	if len(keys) == 0 {
		return "", "", true
	}
	if accept == "" {
		return keys[0], concrete(keys[0]), true
	}
	best := 0.0
	for _, candidate := range keys {
		if q := quality(accept, concrete(candidate)); q > best {
			best, key = q, candidate
		}
	}
	return key, concrete(key), best > 0
}

// quality is how much a client wants a media type (RFC 9110 section 12.5.1): what its most
// exact range says.
func quality(accept, mediaType string) (q float64) {
	plainType, _, _ := strings.Cut(mediaType, ";")
	kind, _, _ := strings.Cut(plainType, "/")
	exact := 0
	for part := range strings.SplitSeq(accept, ",") {
		wanted, parameters, err := mime.ParseMediaType(part)
		if err != nil {
			continue
		}
		matched := 1 + slices.Index([]string{"*/*", kind + "/*", plainType}, wanted)
		if matched > exact {
			exact, q = matched, 1
			if given, err := strconv.ParseFloat(parameters["q"], 64); err == nil {
				q = given
			}
		}
	}
	return q
}

func mediaRank(mediaType string) int {
	plainType, _, _ := strings.Cut(mediaType, ";")
	switch {
	case plainType == "application/json":
		return 0
	case isJSON(plainType):
		return 1
	case strings.Contains(plainType, "*"):
		return 3
	}
	return 2
}

// encode is a value as the body of a media type.
func encode(mediaType string, value any) []byte {
	plainType, _, _ := strings.Cut(mediaType, ";")
	if text, isText := value.(string); isText && !isJSON(plainType) {
		return []byte(text)
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil
	}
	return text.Bytes()
}

// exampleNames are the names of a media type's examples: first those that are called as
// a success is, last those that say that something is missing.
func exampleNames(media *openapi3.MediaType) []string {
	if media == nil {
		return nil
	}
	return slices.SortedFunc(maps.Keys(media.Examples), func(a, b string) int {
		return cmp.Or(cmp.Compare(exampleRank(media, a), exampleRank(media, b)), cmp.Compare(a, b))
	})
}

func exampleRank(media *openapi3.MediaType, name string) int {
	switch {
	case isOneOf(name, []string{"ok", "success", "default"}):
		return 0
	case media.Examples[name].Value != nil && saysMissing(name+" "+media.Examples[name].Value.Summary):
		return 2
	}
	return 1
}

// example is a documented example: the one of that name, or the first if it is "".
func example(media *openapi3.MediaType, name string) (any, bool) {
	if media == nil {
		return nil, false
	}
	if name == "" && media.Example != nil {
		return plain(media.Example), true
	}
	for _, known := range exampleNames(media) {
		found := media.Examples[known].Value
		if (name == "" || name == known) && found != nil && found.Value != nil {
			return plain(found.Value), true
		}
	}
	return nil, false
}

func schemaOf(media *openapi3.MediaType) *openapi3.Schema {
	if media == nil || media.Schema == nil {
		return nil
	}
	return media.Schema.Value
}
