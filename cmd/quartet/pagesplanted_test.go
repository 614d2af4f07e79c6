package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const (
	plantedEnglish = "# Keys\n\n[中文](KEYS.zh-CN.md)\n\n## <a id=\"own\"></a>Own keys\n\n- One with `--keys` and QUARTET_KEYS.\n- [Another](OTHER.md#text).\n\n" +
		"| a | b |\n|---|---|\n| 1 | `x \\| y` |\n\n```sh\nquartet keys list # which one signs\n```\n\n```\none\ntwo\n```\n"
	plantedChinese = "# 密钥\n\n[English](KEYS.md)\n\n## <a id=\"own\"></a>自己的密钥\n\n- 一个，用 `--keys` 和 QUARTET_KEYS。\n- [另一个](OTHER.zh-CN.md#text)。\n\n" +
		"| 甲 | 乙 |\n|---|---|\n| 1 | `x \\| y` |\n\n```sh\nquartet keys list # 哪个用来签名\n```\n\n```\n一\n二\n```\n"
)

// twinPages are the two pages and the pages that they lead to, in which a text is replaced.
func twinPages(old, replacement string) pageSet {
	s := pageSet{texts: map[string]string{
		"KEYS.md": plantedEnglish, "KEYS.zh-CN.md": plantedChinese,
		"OTHER.md":       "# Other\n\n[中文](OTHER.zh-CN.md)\n\n## Text\n",
		"OTHER.zh-CN.md": "# 其他\n\n[English](OTHER.md)\n\n## <a id=\"text\"></a>文本\n",
	}}
	for name, text := range s.texts {
		s.texts[name] = strings.Replace(text, old, replacement, 1)
	}
	return s
}

func (s pageSet) allFaults() (all []string) {
	for name := range s.texts {
		all = append(all, s.faults(name)...)
	}
	return all
}

// TestPlantedDifferencesAreFound shows that each check of TestPagesSayTheSame can fail.
func TestPlantedDifferencesAreFound(t *testing.T) {
	t.Parallel()
	if faults := twinPages("", "").allFaults(); len(faults) != 0 {
		t.Fatalf("the pages say the same, but: %q", faults)
	}
	for _, c := range []struct{ old, replacement, fault string }{
		{"## <a id=\"own\"></a>自己的密钥", "<a id=\"own\"></a>自己的密钥", "headings"},
		{"## <a id=\"own\"></a>自己的密钥", "### <a id=\"own\"></a>自己的密钥", "headings"},
		{"<a id=\"own\"></a>自己", "自己", "anchors"},
		{"quartet keys list # 哪", "quartet keys lists # 哪", "blocks"},
		{"一\n二\n", "一\n", "blocks"},
		{"| 甲 | 乙 |", "| 甲 |", "tables"},
		{"| 1 | `x \\| y` |\n\n```sh\nquartet keys list # 哪", "\n```sh\nquartet keys list # 哪", "tables"},
		{"- 一个", "一个", "list items"},
		{"`--keys` 和", "`--key` 和", "options"},
		{"和 QUARTET_KEYS。", "。", "options"},
		{"[另一个](OTHER.zh-CN.md#text)", "另一个", "links"},
		{"[另一个](OTHER.zh-CN.md#text)", "[另一个](OTHER.md#text)", "leads to the English page"},
		{"[另一个](OTHER.zh-CN.md#text)", "[另一个](OTHER.zh-CN.md#texts)", "no such anchor"},
		{"[Another](OTHER.md#text)", "[Another](OTHER.md#nowhere)", "no such anchor"},
		{"[中文](KEYS.zh-CN.md)\n", "\n", "[中文](KEYS.zh-CN.md)"},
		{"[English](KEYS.md)\n", "\n", "[English](KEYS.md)"},
	} {
		s := twinPages(c.old, c.replacement)
		if faults := s.allFaults(); !slices.ContainsFunc(faults, func(f string) bool { return strings.Contains(f, c.fault) }) {
			t.Errorf("%q for %q is not found by %s: %q", c.replacement, c.old, c.fault, faults)
		}
	}
	alone := twinPages("", "")
	delete(alone.texts, "OTHER.zh-CN.md")
	if faults := alone.faults("OTHER.md"); len(faults) != 1 || !strings.Contains(faults[0], "there is no OTHER.zh-CN.md") {
		t.Errorf("the missing page is not found: %q", faults)
	}
	lost := pageSet{root: t.TempDir(), texts: map[string]string{}}
	must(t, os.WriteFile(filepath.Join(lost.root, "README.md"), []byte("[gone](gone.go)"), 0o600))
	if faults := lost.follow("README.md"); len(faults) != 1 || !strings.Contains(faults[0], "gone.go leads nowhere") {
		t.Errorf("the lost link is not found: %q", faults)
	}
}
