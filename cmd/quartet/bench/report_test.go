package main

import (
	"encoding/json"
	"os"
	"testing"
)

// TestPagesAreOfTheFigures renders the JSON files again: both pages have their figures. With
// UPDATE=true it writes them, which measures nothing.
func TestPagesAreOfTheFigures(t *testing.T) {
	t.Parallel()
	var r results
	var c clusterResults
	for name, into := range map[string]any{"results.json": &r, "results-cluster.json": &c} {
		text, err := os.ReadFile(name)
		must(t, err)
		must(t, json.Unmarshal(text, into))
	}
	for name, want := range map[string]string{
		"results.md": r.markdown(), "results.zh-CN.md": r.markdownInChinese(),
		"results-cluster.md": c.markdown(), "results-cluster.zh-CN.md": c.markdownInChinese(),
	} {
		if os.Getenv("UPDATE") == "true" {
			must(t, os.WriteFile(name, []byte(want), 0o644))
		}
		if page, err := os.ReadFile(name); err != nil || string(page) != want {
			t.Errorf("%s is not of its JSON file; UPDATE=true go test ./cmd/quartet/bench -run PagesAreOfTheFigures writes it anew (%v)", name, err)
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
	var cluster clusterResults
	for _, users := range []int{1000, 2000} {
		for servers := 1; servers <= mostServers; servers++ {
			cluster.Figures = append(cluster.Figures, clusterFigure{Users: users, Servers: servers, What: cases()[0].what})
		}
	}
	if tables := cluster.tables(asked); len(tables) != 3 {
		t.Errorf("%d tables of a cluster were asked for", len(tables))
	}
}
