package answerrule_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"reflect"
	"testing"
	"time"

	"quartet/openapi/answerrule"
)

// A time is written as another one, and what is no time stays as it is.
func TestTimesInTheFormOfOthers(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 21, 2, 0, 0, 0, time.UTC)
	for _, c := range []struct{ value, want any }{
		{json.Number("1795000000"), json.Number("1795226400")},
		{json.Number("1795000000000"), json.Number("1795226400000")},
		{json.Number("1.5"), json.Number("1.5")},
		{"2020-01-01T08:00:00+08:00", "2026-11-21T10:00:00+08:00"},
		{"2020-01-01T08:00:00Z", "2026-11-21T02:00:00Z"},
		{"2020-01-01T08:00:00", "2026-11-21T02:00:00"},
		{"2020-01-01 08:00:00", "2026-11-21 02:00:00"},
		{"2020/01/01 08:00:00", "2026/11/21 02:00:00"},
		{"2020-01-01", "2026-11-21"},
		{"soon", "soon"},
		{true, true},
	} {
		if got := answerrule.InFormOf(c.value, at); got != c.want {
			t.Errorf("%v becomes %v, want %v", c.value, got, c.want)
		}
	}
}

func TestExpressionsFindWhatWasSentAndAnswered(t *testing.T) {
	t.Parallel()
	now := time.UnixMilli(1795222819000)
	x := answerrule.Exchange{
		Path:  func(name string) string { return map[string]string{"shelf": "a/b"}[name] },
		Query: url.Values{"size": {"2"}}, RequestHeader: http.Header{"X-Trace": {"7f"}}, ResponseHeader: http.Header{"X-Total": {"9"}},
		RequestBody: map[string]any{"id": json.Number("7"), "none": nil}, ResponseBody: map[string]any{"a/b": []any{"first", "second"}}, Now: now,
	}
	for word, want := range map[any]any{
		"plain": "plain", true: true, "$now": now, "$request.path.shelf": "a/b", "$request.path.other": nil,
		"$request.query.size": "2", "$request.header.X-Trace": "7f", "$response.header.X-Total": "9",
		"$request.body#/id": json.Number("7"), "$request.body#/none": nil, "$request.body#/other": nil,
		"$response.body#/a~1b/1": "second", "$response.body#/a~1b/*": nil,
	} {
		value, isKnown := x.Value(word)
		if isKnown != (want != nil) || isKnown && value != want {
			t.Errorf("%v is %v (%v), want %v", word, value, isKnown, want)
		}
	}
}

// What a pointer names is changed in a copy.
func TestValuesAreReplacedInACopy(t *testing.T) {
	t.Parallel()
	const text = `{"a/b":[{"c":1},{"c":2},{"d":3}]}`
	var value, untouched any
	for _, into := range []*any{&value, &untouched} {
		if err := json.Unmarshal([]byte(text), into); err != nil {
			t.Fatal(err)
		}
	}
	for pointer, want := range map[string]string{
		"/a~1b/*/c": `{"a/b":[{"c":0},{"c":0},{"d":3}]}`,
		"/a~1b/1/c": `{"a/b":[{"c":1},{"c":0},{"d":3}]}`,
		"/e/c":      text,
	} {
		got, err := json.Marshal(answerrule.Replaced(value, pointer, func(any) any { return 0 }))
		if err != nil || string(got) != want {
			t.Errorf("%s: %s, %v", pointer, got, err)
		}
	}
	if !reflect.DeepEqual(value, untouched) {
		t.Errorf("the value became %v", value)
	}
}
