package openapi_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"quartet/openapi"
)

var (
	han  = regexp.MustCompile(`\p{Han}`)
	code = regexp.MustCompile("`[^`]*`")
	word = regexp.MustCompile(`[A-Za-z]{2,}`)
)

// A description is paragraphs in Chinese, then paragraphs in English, of whole sentences.
func TestEveryDescriptionIsInBothLanguages(t *testing.T) {
	count := 0
	walk(contract(t), nil, func(path []string, node *yaml.Node) {
		if fault := undescribed(path, node); fault != "" {
			t.Errorf("line %d, %s: %s", node.Line, strings.Join(path, "."), fault)
		}
		text := member(node, "description")
		if text == nil || text.Kind != yaml.ScalarNode || last(path) == "properties" {
			return
		}
		count++
		if fault := bilingual(text.Value); fault != "" {
			t.Errorf("line %d, %s: %s: %q", text.Line, strings.Join(path, "."), fault, text.Value)
		}
	})
	t.Logf("%d descriptions", count)
	if count < 400 {
		t.Errorf("%d descriptions were found; the test looks in the wrong place", count)
	}
}

func TestEverySummaryIsInBothLanguages(t *testing.T) {
	walk(contract(t), nil, func(path []string, node *yaml.Node) {
		text := member(node, "summary")
		if text == nil || text.Kind != yaml.ScalarNode {
			return
		}
		chinese, english, found := strings.Cut(text.Value, "· ")
		if !found || !han.MatchString(chinese) || han.MatchString(english) || english == "" {
			t.Errorf("line %d, %s: %q", text.Line, strings.Join(path, "."), text.Value)
		}
	})
}

func bilingual(text string) string {
	var chinese, english []string
	for _, paragraph := range strings.Split(strings.TrimSpace(text), "\n\n") {
		switch isChinese := han.MatchString(code.ReplaceAllString(paragraph, "")); {
		case isChinese && len(english) > 0:
			return "Chinese after English"
		case isChinese:
			chinese = append(chinese, paragraph)
		default:
			english = append(english, paragraph)
		}
	}
	switch {
	case len(chinese) == 0:
		return "no Chinese"
	case len(english) == 0 || !word.MatchString(strings.Join(english, "")):
		return "no English"
	case !ends(chinese, "。"):
		return "the Chinese is no whole sentence"
	case !ends(english, "."):
		return "the English is no whole sentence"
	}
	return ""
}

// ends is whether every paragraph but tables and lists ends so.
func ends(paragraphs []string, stop string) bool {
	return !slices.ContainsFunc(paragraphs, func(paragraph string) bool {
		return !strings.HasPrefix(paragraph, "|") && !strings.HasPrefix(paragraph, "- ") && !strings.HasSuffix(paragraph, stop)
	})
}

// undescribed says what has to have a description and has none.
func undescribed(path []string, node *yaml.Node) string {
	if node.Kind != yaml.MappingNode || member(node, "description") != nil || member(node, "$ref") != nil || len(path) < 2 {
		return ""
	}
	switch parent := path[len(path)-2]; {
	case parent == "properties", parent == "parameters", parent == "responses", parent == "headers", parent == "links",
		parent == "securitySchemes", parent == "tags", parent == "schemas", member(node, "operationId") != nil && member(node, "responses") != nil:
		return "no description"
	}
	return ""
}

func walk(node *yaml.Node, path []string, visit func(path []string, node *yaml.Node)) {
	visit(path, node)
	for i, child := range node.Content {
		switch {
		case node.Kind == yaml.SequenceNode:
			walk(child, append(slices.Clone(path), "0"), visit)
		case node.Kind == yaml.MappingNode && i%2 == 1 && !isExample(node, node.Content[i-1].Value, path):
			walk(child, append(slices.Clone(path), node.Content[i-1].Value), visit)
		}
	}
}

// isExample is whether the member is data.
func isExample(node *yaml.Node, key string, path []string) bool {
	return (key == "example" || key == "default") && last(path) != "properties" || key == "value" && member(node, "summary") != nil
}

func member(node *yaml.Node, key string) *yaml.Node {
	if node.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i < len(node.Content); i += 2 {
		if node.Content[i].Value == key {
			return node.Content[i+1]
		}
	}
	return nil
}

func last(path []string) string {
	if len(path) == 0 {
		return ""
	}
	return path[len(path)-1]
}

func contract(t *testing.T) *yaml.Node {
	t.Helper()
	var document yaml.Node
	if err := yaml.Unmarshal(openapi.Document, &document); err != nil {
		t.Fatal(err)
	}
	return document.Content[0]
}
