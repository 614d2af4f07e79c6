package main

import (
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// A pageSet has the texts of pages by their paths from the root of the repository.
type pageSet struct {
	root  string
	texts map[string]string
}

// onlyEnglish are pages without a Chinese one, and why.
var onlyEnglish = map[string]string{
	"server/adr/0*.md": "the Chinese list of decisions has a sentence for each",
}

var (
	fencedBlock = regexp.MustCompile("(?ms)^ *```([a-z]*)\n(.*?)^ *```")
	pageLink    = regexp.MustCompile(`\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^)\s]+)\)`)
	heading     = regexp.MustCompile(`(?m)^(#+) (.*)$`)
	listItem    = regexp.MustCompile(`(?m)^ *(?:-|\d+\.) `)
	namedAnchor = regexp.MustCompile(`<a id="([^"]+)"`)
	theirOption = regexp.MustCompile(`--[a-z][a-z-]+|QUARTET_[A-Z_]+`)
	shComment   = regexp.MustCompile(`(?m)(?:^|\s+)# .*$`)
	lineComment = regexp.MustCompile(`(?m)(?:^|\s+)// .*$`)
)

// TestPagesSayTheSame follows the links of both READMEs. Each page that they lead to is
// in both languages, and says the same as far as a program can tell.
func TestPagesSayTheSame(t *testing.T) {
	t.Parallel()
	pages := pageSet{root: filepath.Join("..", ".."), texts: map[string]string{}}
	for _, fault := range slices.Concat(pages.follow("README.zh-CN.md"), pages.follow("README.md")) {
		t.Error(fault)
	}
	if len(pages.texts) < 40 {
		t.Errorf("the READMEs lead to %d pages; the test looks in the wrong place", len(pages.texts))
	}
	for name := range pages.texts {
		for _, fault := range pages.faults(name) {
			t.Errorf("%s: %s", name, fault)
		}
	}
	kept, err := exec.CommandContext(t.Context(), "git", "-C", pages.root, "ls-files", "*.md").Output()
	if err != nil {
		t.Logf("without git, pages that no link leads to are not found: %v", err)
	}
	for name := range strings.FieldsSeq(string(kept)) {
		if _, reached := pages.texts[name]; !reached && !strings.Contains(name, "/testdata/") {
			t.Errorf("no link leads to %s", name)
		}
	}
}

// follow reads a page and those that it leads to. Its faults are links that lead nowhere.
func (s pageSet) follow(name string) (faults []string) {
	if _, known := s.texts[name]; known {
		return nil
	}
	text, err := os.ReadFile(filepath.Join(s.root, name))
	if err != nil {
		return []string{err.Error()}
	}
	s.texts[name] = string(text)
	for _, to := range links(name, string(text)) {
		switch _, err := os.Stat(filepath.Join(s.root, to)); {
		case err != nil:
			faults = append(faults, fmt.Sprintf("%s: the link to %s leads nowhere", name, to))
		case path.Ext(to) == ".md":
			faults = append(faults, s.follow(to)...)
		}
	}
	return faults
}

// faults are those of a page whose links have been followed.
func (s pageSet) faults(name string) (faults []string) {
	text := s.texts[name]
	for _, match := range pageLink.FindAllStringSubmatch(prose(text), -1) {
		to, fragment, _ := strings.Cut(match[2], "#")
		target := name
		if strings.Contains(to, ":") {
			continue
		} else if to != "" {
			target = path.Join(path.Dir(name), to)
		}
		if page, known := s.texts[target]; known && fragment != "" && !slices.Contains(anchors(page), fragment) {
			faults = append(faults, match[2]+" has no such anchor")
		}
		if _, twin := s.texts[inChinese(target)]; isChinese(name) && twin && match[1] != "English" {
			faults = append(faults, match[2]+" is in Chinese too, but the link leads to the English page")
		}
	}
	if isChinese(name) {
		return faults
	}
	chinese, found := s.texts[inChinese(name)]
	if !found {
		for pattern := range onlyEnglish {
			if matched, _ := path.Match(pattern, name); matched {
				return faults
			}
		}
		return append(faults, "there is no "+inChinese(name)+", or no link leads to it")
	}
	return append(faults, differences(name, text, chinese)...)
}

func isChinese(name string) bool { return strings.HasSuffix(name, ".zh-CN.md") }

// inChinese is the path of a page's twin.
func inChinese(name string) string { return strings.TrimSuffix(name, ".md") + ".zh-CN.md" }

// differences are those between a page and its twin that cannot be a matter of language.
func differences(name, english, chinese string) (faults []string) {
	base := path.Base(name)
	for text, link := range map[string]string{english: "[中文](" + path.Base(inChinese(name)) + ")", chinese: "[English](" + base + ")"} {
		if !strings.Contains(text, "\n"+link+"\n") {
			faults = append(faults, "one of the two lacks the line "+link)
		}
	}
	for what, of := range map[string]func(string) []string{
		"headings": levels, "blocks": codeBlocks, "tables": tables, "list items": items, "options": options,
		"anchors": func(text string) []string { return sorted(found(namedAnchor, text)) },
		"links":   func(text string) []string { return withoutLanguage(links(name, text)) },
	} {
		if got, want := of(chinese), of(english); !slices.Equal(got, want) && (what != "anchors" || !containsAll(got, want)) {
			faults = append(faults, fmt.Sprintf("the %s are not those of %s:\n%s", what, inChinese(name), firstDifference(want, got)))
		}
	}
	return faults
}

func firstDifference(english, chinese []string) string {
	for i := range max(len(english), len(chinese)) {
		e, c := "nothing", "nothing"
		if i < len(english) {
			e = english[i]
		}
		if i < len(chinese) {
			c = chinese[i]
		}
		if e != c {
			return fmt.Sprintf("English: %s\nChinese: %s", e, c)
		}
	}
	return ""
}

// prose is a page without its blocks of code, whose inline code contains no links.
func prose(text string) string { return fencedBlock.ReplaceAllString(text, "") }

func found(pattern *regexp.Regexp, text string) (all []string) {
	for _, match := range pattern.FindAllStringSubmatch(prose(text), -1) {
		all = append(all, match[len(match)-1])
	}
	return all
}

func sorted(all []string) []string { slices.Sort(all); return all }

func containsAll(all, some []string) bool {
	return !slices.ContainsFunc(some, func(one string) bool { return !slices.Contains(all, one) })
}

// links are the files and folders that a page leads to, from the root of the repository.
func links(name, text string) (all []string) {
	for _, to := range found(pageLink, text) {
		if to, _, _ = strings.Cut(to, "#"); to != "" && !strings.Contains(to, ":") {
			all = append(all, path.Join(path.Dir(name), to))
		}
	}
	return all
}

func withoutLanguage(links []string) []string {
	for i := range links {
		links[i] = strings.Replace(links[i], ".zh-CN.md", ".md", 1)
	}
	return sorted(links)
}

func levels(text string) (all []string) {
	for _, match := range heading.FindAllStringSubmatch(prose(text), -1) {
		all = append(all, match[1])
	}
	return all
}

func items(text string) (all []string) {
	return listItem.FindAllString(prose(text), -1)
}

// options are the flags and variables that a page names, each once.
func options(text string) []string {
	return slices.Compact(sorted(theirOption.FindAllString(text, -1)))
}

// tables are the numbers of columns, line by line.
func tables(text string) (all []string) {
	for line := range strings.Lines(prose(text)) {
		if strings.HasPrefix(strings.TrimSpace(line), "|") {
			all = append(all, fmt.Sprint(strings.Count(strings.ReplaceAll(line, `\|`, ""), "|")))
		}
	}
	return all
}

// codeBlocks are the blocks of code without comments. Of a block without a language, such as a
// drawing or an output, the number of lines counts.
func codeBlocks(text string) (all []string) {
	for _, match := range fencedBlock.FindAllStringSubmatch(text, -1) {
		language, code := match[1], match[2]
		switch language {
		case "", "text":
			code = fmt.Sprint(strings.Count(code, "\n"), " lines")
		case "sh", "powershell", "yaml", "python", "nginx":
			code = shComment.ReplaceAllString(code, "")
		default:
			code = lineComment.ReplaceAllString(code, "")
		}
		all = append(all, language+": "+code)
	}
	return all
}

// anchors are what the links to a page may name: its own, and those that GitHub makes of headings.
func anchors(text string) []string {
	all := found(namedAnchor, text)
	for _, match := range heading.FindAllStringSubmatch(prose(text), -1) {
		title := strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case r == '-', r == '_', unicode.IsLetter(r), unicode.IsDigit(r):
				return unicode.ToLower(r)
			}
			return -1
		}, strings.TrimSpace(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(match[2], "")))
		all = append(all, title)
	}
	return all
}
