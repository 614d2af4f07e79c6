package specfilter_test

import (
	"testing"

	"quartet/openapi"
	"quartet/openapi/specfilter"
)

// The document as it is written and the rendering for generators of clients have none.
func TestFormsForPagesHaveSamplesOfCode(t *testing.T) {
	t.Parallel()
	for _, tags := range [][]string{nil, {"jfinal"}} {
		for _, render := range append([]string{""}, specfilter.Renderings...) {
			for _, json := range []bool{false, true} {
				text, err := specfilter.Wanted{Tags: tags, Render: render, JSON: json, Samples: openapi.CodeSamples}.Of(openapi.Document)
				must(t, err)
				want := 5
				if render == "client" || render == "" && !json {
					want = 0
				}
				for path, item := range loaded(t, text).Paths.Map() {
					for method, operation := range item.Operations() {
						if samples, _ := operation.Extensions["x-codeSamples"].([]any); len(samples) != want {
							t.Errorf("%q, JSON %v: %s %s has %d samples, not %d", render, json, method, path, len(samples), want)
						}
					}
				}
			}
		}
	}
}
