package matrix

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A page has the table in one language. Its notes are those of the rows.
type page struct {
	file, head, yes, no string
	note                func(result) string
}

var pages = []page{
	{
		file: "README.md", yes: "yes", no: "no",
		head: "| language | tool | version | generates | compiles | calls | typed failures | note |\n",
		note: func(r result) string { return r.note },
	},
	{
		file: "README.zh-CN.md", yes: "是", no: "否",
		head: "| 语言 | 工具 | 版本 | 可生成 | 可编译 | 调用 | 失败类型 | 说明 |\n",
		note: func(r result) string { return r.noteChinese },
	},
}

var block = regexp.MustCompile(`(?s)<!-- matrix -->\n.*?<!-- /matrix -->`)

// check compares the lines of the rows that ran with the page's table, or rewrites them. Lines
// of other rows stay, those of rows that are gone do not.
func (p page) check(t *testing.T, ran map[string]result) {
	t.Helper()
	text, found := p.table(t)
	var table strings.Builder
	table.WriteString("<!-- matrix -->\n\n" + p.head + "|---|---|---|---|---|---|---|---|\n")
	for _, row := range allRows(t) {
		r, some := ran[row]
		if some {
			table.WriteString(p.line(row, r))
		} else {
			table.WriteString(lineOf(found, row))
		}
	}
	table.WriteString("\n<!-- /matrix -->")
	if table.String() == found {
		return
	}
	if !*update {
		t.Errorf("%s is not of this run. To rewrite it: make sdk-matrix UPDATE=true\n%s", p.file, table.String())
		return
	}
	must(t, os.WriteFile(p.file, []byte(strings.Replace(text, found, table.String(), 1)), 0o644))
}

// table gives the page, and its table between the marks.
func (p page) table(t *testing.T) (text, table string) {
	t.Helper()
	read, err := os.ReadFile(p.file)
	must(t, err)
	return string(read), block.FindString(string(read))
}

func (p page) line(row string, r result) string {
	yesNo := strings.NewReplacer("yes", p.yes, "no", p.no)
	return fmt.Sprintf("| %s | %s | %s | %s | %s | %s | %s |\n",
		prefix(row), r.version, yesNo.Replace(r.generates), yesNo.Replace(r.compiles), r.calls, r.failures, p.note(r))
}

func allRows(t *testing.T) (all []string) {
	t.Helper()
	for _, language := range allLanguages {
		all = append(all, rows(t, language)...)
	}
	return all
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

// TestPagesSayTheSame compares the two tables without running a tool: each row of a folder is in
// both, with the same versions and numbers, and with a note in both or in neither.
func TestPagesSayTheSame(t *testing.T) {
	_, english := pages[0].table(t)
	_, chinese := pages[1].table(t)
	all := allRows(t)
	for _, row := range all {
		cells := strings.Split(lineOf(english, row), " | ")
		if len(cells) != 8 {
			t.Errorf("README.md has no line of %s", row)
			continue
		}
		var r result
		r.version, r.generates, r.compiles, r.calls, r.failures = cells[2], cells[3], cells[4], cells[5], cells[6]
		want, _ := strings.CutSuffix(pages[1].line(row, r), " |\n")
		got := lineOf(chinese, row)
		if rest, same := strings.CutPrefix(got, want); !same || (strings.Trim(rest, " |\n") == "") != (strings.Trim(cells[7], " |\n") == "") {
			t.Errorf("README.zh-CN.md says of %s: %sREADME.md says: %s", row, got, lineOf(english, row))
		}
	}
	if lines := strings.Count(english, "\n| "); lines != len(all)+1 || strings.Count(chinese, "\n| ") != lines {
		t.Errorf("the tables have %d and %d lines for %d rows", lines, strings.Count(chinese, "\n| "), len(all))
	}
}
