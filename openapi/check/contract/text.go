package contract

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// Decode reads a text that is one JSON value and nothing else. Numbers keep their
// digits. It takes what lenient clients take; see DecodeMarked.
func Decode(text string) (value any, err error) {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&value); err != nil {
		return nil, fmt.Errorf("not JSON: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("data after the JSON")
	}
	return value, nil
}

const byteOrderMark = "\ufeff"

// DecodeMarked decodes a JSON text, and says where it is not written as RFC 8259 wants
// it: a byte order mark, bytes that are no UTF-8, and keys that an object has twice. The
// value is the one without the mark, and decoded where the text is GBK.
func DecodeMarked(text string) (value any, marks []Difference, err error) {
	rest, marked := strings.CutPrefix(text, byteOrderMark)
	if marked {
		marks = append(marks, Difference{"body", "JSON", "a byte order mark before it"})
	}
	w := textWalk{text: rest, decoder: json.NewDecoder(strings.NewReader(rest)), invalid: firstInvalid(rest)}
	w.value("")
	if decoded, err := simplifiedchinese.GB18030.NewDecoder().String(rest); err == nil && firstInvalid(rest) >= 0 {
		rest = decoded
	}
	value, err = Decode(rest)
	return value, append(marks, w.found...), err
}

// firstInvalid is where the first byte lies that is no UTF-8, -1 for none.
func firstInvalid(text string) int {
	for at, r := range text {
		if r == utf8.RuneError && !strings.HasPrefix(text[at:], string(utf8.RuneError)) {
			return at
		}
	}
	return -1
}

// textWalk goes through a JSON text and keeps the pointer to where it is.
type textWalk struct {
	text    string
	decoder *json.Decoder
	invalid int // -1 for none
	failed  bool
	found   []Difference
}

// next is the next token, nil at the end and where the text is no JSON.
func (w *textWalk) next(where string) json.Token {
	token, err := w.decoder.Token()
	if err != nil {
		w.failed = true
		return nil
	}
	if w.invalid >= 0 && int(w.decoder.InputOffset()) > w.invalid {
		got := fmt.Sprintf("the byte %#x at %d, which is no UTF-8", w.text[w.invalid], w.invalid)
		w.found, w.invalid = append(w.found, Difference{orBody(where), "UTF-8", got}), -1
	}
	return token
}

func (w *textWalk) value(where string) {
	switch w.next(where) {
	case json.Delim('{'):
		seen := map[string]int{}
		for !w.failed && w.decoder.More() {
			key, isKey := w.next(where).(string)
			if !isKey {
				return
			}
			if seen[key]++; seen[key] == 2 {
				w.found = append(w.found, Difference{Pointer(where, key), "one key " + key, "the same key twice"})
			}
			w.value(Pointer(where, key))
		}
		w.next(where)
	case json.Delim('['):
		for i := 0; !w.failed && w.decoder.More(); i++ {
			w.value(Pointer(where, strconv.Itoa(i)))
		}
		w.next(where)
	}
}

func orBody(pointer string) string {
	if pointer == "" {
		return "body"
	}
	return pointer
}

// integerDifferences are the numbers that are written with a fraction or an exponent
// where the schema has integers: languages with a type for integers refuse them.
func integerDifferences(schema *openapi3.Schema, where string, value any) (all []Difference) {
	switch v := value.(type) {
	case json.Number:
		if schema.Type.Includes(openapi3.TypeInteger) && strings.ContainsAny(v.String(), ".eE") && isWhole(v) {
			all = append(all, Difference{orBody(where), "integer", v.String()})
		}
	case []any:
		for i, element := range v {
			if schema.Items != nil {
				all = append(all, integerDifferences(schema.Items.Value, Pointer(where, strconv.Itoa(i)), element)...)
			}
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if property := schema.Properties[key]; property != nil {
				all = append(all, integerDifferences(property.Value, Pointer(where, key), v[key])...)
			}
		}
	}
	return all
}

// isWhole reports whether a number is an integer by its value; others differ from the schema.
func isWhole(n json.Number) bool {
	f, err := n.Float64()
	return err == nil && f == math.Trunc(f)
}
