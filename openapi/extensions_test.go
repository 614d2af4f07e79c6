package openapi_test

import (
	"os"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

func TestEveryExtensionIsExplained(t *testing.T) {
	used := map[string]bool{}
	walk(contract(t), nil, func(path []string, _ *yaml.Node) {
		if strings.HasPrefix(last(path), "x-") {
			used[last(path)] = true
		}
	})
	for _, name := range []string{"EXTENSIONS.md", "EXTENSIONS.zh-CN.md"} {
		page, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for word := range used {
			if !strings.Contains(string(page), "| `"+word+"` |") {
				t.Errorf("%s does not explain %s", name, word)
			}
		}
	}
	if len(used) < 5 {
		t.Errorf("the document uses %d extensions; the test looks in the wrong place", len(used))
	}
}
