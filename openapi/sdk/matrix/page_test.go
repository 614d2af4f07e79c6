package matrix

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const head = "| language | tool | version | generates | compiles | calls | typed failures | note |\n|---|---|---|---|---|---|---|---|\n"

var block = regexp.MustCompile(`(?s)<!-- matrix -->\n.*?<!-- /matrix -->`)

// checkPage compares the lines of the rows that ran with the page's table, or rewrites them. Lines
// of other rows stay, those of rows that are gone do not.
func checkPage(t *testing.T, ran map[string]result) {
	t.Helper()
	page, err := os.ReadFile("README.md")
	must(t, err)
	found := block.FindString(string(page))
	var table strings.Builder
	table.WriteString("<!-- matrix -->\n\n" + head)
	for _, language := range slices.Concat(shards...) {
		for _, row := range rows(t, language) {
			r, some := ran[row]
			if some {
				table.WriteString(line(row, r))
			} else {
				table.WriteString(lineOf(found, row))
			}
		}
	}
	table.WriteString("\n<!-- /matrix -->")
	if table.String() == found {
		return
	}
	if !*update {
		t.Errorf("README.md is not of this run. To rewrite it: make sdk-matrix UPDATE=true\n%s", table.String())
		return
	}
	must(t, os.WriteFile("README.md", []byte(strings.Replace(string(page), found, table.String(), 1)), 0o644))
}

func line(row string, r result) string {
	return fmt.Sprintf("| %s | %s | %s | %s | %s | %s | %s |\n",
		prefix(row), r.version, r.generates, r.compiles, r.calls, r.failures, r.note)
}

// prefix is the part of a line by which it is found again.
func prefix(row string) string {
	return fmt.Sprintf("%s | [%s](%s)", filepath.Dir(row), filepath.Base(row), filepath.ToSlash(row))
}

// lineOf gives the line of a row as the table has it, or "".
func lineOf(table, row string) string {
	for line := range strings.Lines(table) {
		if strings.HasPrefix(line, "| "+prefix(row)+" |") {
			return line
		}
	}
	return ""
}
