package specfilter

import (
	"io/fs"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Languages are those of which a document may have one alone.
var Languages = []string{"zh", "en"}

// In is the document with its texts in one of Languages: of a description the paragraphs
// in that language, of a summary and of a displayed name the half before the dot or after
// it. A text that has one language only stays as it is. The Chinese document refers to the
// Chinese one of pages, NAME.zh-CN.md, where there is one; nil for no pages.
func (d Document) In(language string, pages fs.FS) Document {
	return Document{changed(d.root, object, func(node *yaml.Node, _ place) *yaml.Node {
		return replaced(node, func(key string, value *yaml.Node) *yaml.Node {
			if value.Kind != yaml.ScalarNode {
				return value
			}
			chinese, english := "", ""
			switch key {
			case "description":
				chinese, english = Description(value.Value)
			case "summary", "x-displayName":
				chinese, english = Summary(value.Value)
			case "url":
				chinese, english = inChinese(value.Value, pages), value.Value
			}
			if chinese == "" || english == "" {
				return value
			}
			own := *value
			if own.Value = english; language == "zh" {
				own.Value = chinese
			}
			return &own
		})
	})}
}

var (
	han  = regexp.MustCompile(`\p{Han}`)
	code = regexp.MustCompile("`[^`]*`")
)

// inChinese is the address of a page in Chinese, or the address itself.
func inChinese(address string, pages fs.FS) string {
	page, place, found := strings.Cut(address, "#")
	name, isPage := strings.CutSuffix(page, ".md")
	if !isPage || pages == nil {
		return address
	}
	other := name + ".zh-CN.md"
	if _, err := fs.Stat(pages, other); err != nil {
		return address
	}
	if found {
		other += "#" + place
	}
	return other
}

// Summary parts a summary or a displayed name into its languages; one that is empty says
// that it has one only.
func Summary(text string) (chinese, english string) {
	chinese, english, _ = strings.Cut(text, "· ")
	return strings.TrimSpace(chinese), english
}

// Description parts a description after its last paragraph in Chinese; it gives nothing
// for one in one language. What stands in code, such as a value, has no language.
func Description(text string) (chinese, english string) {
	const blank = "\n\n"
	end := text[len(strings.TrimRight(text, "\n")):]
	paragraphs := strings.Split(strings.TrimSuffix(text, end), blank)
	first := len(paragraphs)
	for first > 0 && !han.MatchString(code.ReplaceAllString(paragraphs[first-1], "")) {
		first--
	}
	if first == 0 || first == len(paragraphs) {
		return "", ""
	}
	whole := func(part []string) string { return strings.Join(part, blank) + end }
	return whole(paragraphs[:first]), whole(paragraphs[first:])
}
