package specfilter_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"quartet/openapi"
	"quartet/openapi/specfilter"
)

// Every form in one language has the same operations, examples and schemas, and its texts
// are in that language.
func TestOneLanguageAlone(t *testing.T) {
	t.Parallel()
	for _, render := range append([]string{""}, specfilter.Renderings...) {
		for _, tag := range []string{"", "cas"} {
			t.Run(render+" "+tag, func(t *testing.T) {
				t.Parallel()
				document, both := inLanguage(t, render, tag, "")
				for _, language := range specfilter.Languages {
					translated, own := inLanguage(t, render, tag, language)
					if !reflect.DeepEqual(examplesOf(translated, false), examplesOf(document, false)) {
						t.Errorf("%s: it has other operations or examples", language)
					}
					if got, want := slices.Sorted(maps.Keys(own)), slices.Sorted(maps.Keys(both)); !slices.Equal(got, want) {
						t.Errorf("%s: texts are lost or added", language)
					}
					for place, text := range own {
						if fault := foreign(text, language); fault != "" {
							t.Errorf("%s, %s: %s: %q", language, place, fault, text)
						}
						if !strings.Contains(both[place], text) {
							t.Errorf("%s, %s: %q is no part of %q", language, place, text, both[place])
						}
					}
				}
			})
		}
	}
	for _, wrong := range []string{"de", "zh,en", "ZH"} {
		if _, err := (specfilter.Wanted{Language: wrong}).Of(openapi.Document); err == nil {
			t.Errorf("the language %s is known", wrong)
		}
	}
}

// sameInBoth are texts that are names.
var sameInBoth = []string{"OAuth 2.0"}

var (
	chinese = regexp.MustCompile(`\p{Han}`)
	quoted  = regexp.MustCompile("`[^`]*`") // values of fields, such as 男
)

// foreign says what of a text is in the other language.
func foreign(text, language string) string {
	if slices.Contains(sameInBoth, text) {
		return ""
	}
	for _, paragraph := range strings.Split(strings.TrimSpace(text), "\n\n") {
		switch isChinese := chinese.MatchString(quoted.ReplaceAllString(paragraph, "")); {
		case isChinese && language == "en":
			return "Chinese"
		case !isChinese && language == "zh":
			return "a paragraph without Chinese"
		}
	}
	return ""
}

// inLanguage is a valid document in JSON, and its texts for people by their place.
func inLanguage(t *testing.T, render, tag, language string) (*openapi3.T, map[string]string) {
	t.Helper()
	wanted := specfilter.Wanted{Render: render, Language: language, JSON: true, Samples: openapi.CodeSamples}
	if tag != "" {
		wanted.Tags = []string{tag}
	}
	text, err := wanted.Of(openapi.Document)
	must(t, err)
	var document any
	must(t, json.Unmarshal(text, &document))
	texts := map[string]string{}
	collect(document, "", texts)
	return loaded(t, text), texts
}

func collect(node any, place string, texts map[string]string) {
	switch node := node.(type) {
	case map[string]any:
		for key, value := range node {
			text, isText := value.(string)
			switch key {
			case "summary", "description", "x-displayName":
				if isText {
					texts[place+"/"+key] = text
					continue
				}
			case "example", "value", "default", "x-codeSamples":
				if !strings.HasSuffix(place, "/properties") {
					continue
				}
			}
			collect(value, place+"/"+key, texts)
		}
	case []any:
		for i, value := range node {
			collect(value, fmt.Sprint(place, "/", i), texts)
		}
	}
}
