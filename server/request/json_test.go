package request

import (
	"encoding/json"
	"errors"
	"reflect"
	"testing"

	"quartet/server/apierr"
)

func TestParseJSON(t *testing.T) {
	for text, want := range map[string]any{
		`{"a":1,"b":[true,null,"x"],"c":{"d":-0.5}}`: map[string]any{
			"a": json.Number("1"), "b": []any{true, nil, "x"}, "c": map[string]any{"d": json.Number("-0.5")},
		},
		`1e2`:                    json.Number("1e2"),
		`9007199254740993`:       json.Number("9007199254740993"),
		` "\u4f60\ud83d\ude00" `: "你😀",
		`[]`:                     []any{},
	} {
		if got, err := parseJSON([]byte(text), DefaultLimits()); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %#v, %v", text, got, err)
		}
	}
}

func TestWholeNumbers(t *testing.T) {
	for literal, want := range map[json.Number]json.Number{"1e2": "100", "7.0": "7", "7": "7", "1.5": "1.5", "1e400": "1e400"} {
		if got := whole(literal); got != want {
			t.Errorf("%s: %s", literal, got)
		}
	}
}

func TestParseJSONRefuses(t *testing.T) {
	for text, want := range map[string]apierr.Error{
		``:                         {Code: apierr.MalformedBody, Field: "body"},
		`{`:                        {Code: apierr.MalformedBody, Field: "body"},
		`{"a":}`:                   {Code: apierr.MalformedBody, Field: "a"},
		`{"a":1,}`:                 {Code: apierr.MalformedBody, Field: "body"},
		`{"a":1} x`:                {Code: apierr.MalformedBody, Field: "body"},
		`{"a":01}`:                 {Code: apierr.MalformedBody, Field: "body"},
		`{"a":NaN}`:                {Code: apierr.MalformedBody, Field: "a"},
		`{"a":1,"a":1}`:            {Code: apierr.DuplicateField, Field: "a"},
		`{"u":{"a":1,"\u0061":1}}`: {Code: apierr.DuplicateField, Field: "u.a"},
		"{\"a\":\"\xc3\x28\"}":     {Code: apierr.InvalidField, Field: "a", Reason: apierr.NotUTF8},
		`{"a":"\ud800"}`:           {Code: apierr.InvalidField, Field: "a", Reason: apierr.NotUTF8},
		`{"a":"\u0000"}`:           {Code: apierr.InvalidField, Field: "a", Reason: apierr.HasNUL},
		"\ufeff{}":                 {Code: apierr.MalformedBody, Field: "body"},
	} {
		_, err := parseJSON([]byte(text), DefaultLimits())
		var got *apierr.Error
		if !errors.As(err, &got) {
			t.Errorf("%q: no failure but %v", text, err)
			continue
		}
		if got.Code != want.Code || got.Field != want.Field || got.Reason != want.Reason {
			t.Errorf("%q: %s of %q (%s), want %s of %q (%s)", text, got.Code, got.Field, got.Reason, want.Code, want.Field, want.Reason)
		}
	}
}
