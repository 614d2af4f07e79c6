package openapi_test

import (
	"bytes"
	"os"
	"slices"
	"testing"

	"go.yaml.in/yaml/v3"

	"quartet/openapi"
	"quartet/openapi/internal/codesamples"
)

func TestCodeSamplesAreThoseOfThePrograms(t *testing.T) {
	samples, err := codesamples.Read(os.DirFS("sdk"))
	if err != nil {
		t.Fatal(err)
	}
	want, err := codesamples.YAML(samples)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(openapi.CodeSamples, want) {
		t.Error("codesamples.gen.yaml is out of date; run make generate")
	}
}

func TestEveryOperationHasSamplesInEveryLanguage(t *testing.T) {
	var samples map[string][]codesamples.Sample
	if err := yaml.Unmarshal(openapi.CodeSamples, &samples); err != nil {
		t.Fatal(err)
	}
	operations := map[string]bool{} // links name them again
	walk(contract(t), nil, func(path []string, node *yaml.Node) {
		if last(path) != "operationId" {
			return
		}
		operations[node.Value] = true
		for _, program := range codesamples.Programs {
			if !slices.ContainsFunc(samples[node.Value], func(s codesamples.Sample) bool { return s.Lang == program.Lang && s.Source != "" }) {
				t.Errorf("%s has no sample in %s", node.Value, program.Lang)
			}
		}
	})
	for operation := range samples {
		if !operations[operation] {
			t.Errorf("there is a sample of %s, which is no operation", operation)
		}
	}
}
