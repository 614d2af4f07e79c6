package main

import (
	"encoding/json"
	"os"
	"testing"
)

// TestPagesAreOfTheFigures renders results.json again: both pages have its figures. With
// UPDATE=true it writes them, which measures nothing.
func TestPagesAreOfTheFigures(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("results.json")
	must(t, err)
	var r results
	must(t, json.Unmarshal(text, &r))
	for name, want := range map[string]string{"results.md": r.markdown(), "results.zh-CN.md": r.markdownInChinese()} {
		if os.Getenv("UPDATE") == "true" {
			must(t, os.WriteFile(name, []byte(want), 0o644))
		}
		if page, err := os.ReadFile(name); err != nil || string(page) != want {
			t.Errorf("%s is not of results.json; UPDATE=true go test ./cmd/quartet/bench -run PagesAreOfTheFigures writes it anew (%v)", name, err)
		}
	}
}

// TestTablesHaveWordsInChinese asks for the words of every table and every case.
func TestTablesHaveWordsInChinese(t *testing.T) {
	t.Parallel()
	asked := func(english string) string {
		if chineseWords[english] == "" {
			t.Errorf("chineseWords lacks %q", english)
		}
		return english
	}
	r := results{Floods: []floodResult{{Program: programs[0]}, {Program: programs[1]}}, Growth: make([]growthResult, 1)}
	for _, c := range cases() {
		r.Comparisons = append(r.Comparisons, comparison{What: c.what})
	}
	if tables := r.tables(asked); len(tables) != 3 {
		t.Errorf("%d tables were asked for", len(tables))
	}
}
