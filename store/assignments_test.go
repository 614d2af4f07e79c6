package store

import (
	"regexp"
	"strings"
	"testing"
)

// assignmentList finds the assignments of an update in a text, or in a part of one.
var assignmentList = regexp.MustCompile(`(?is)(?:\bSET|\bON DUPLICATE KEY UPDATE|^)\s+?((?:[\w.]+ = ).*?)(?:\bWHERE\b|$)`)

// readsItsLeft returns a column that an assignment reads after another one has set it.
// MariaDB and OceanBase then read the new value, TiDB and PostgreSQL the old one.
func readsItsLeft(text string) (column string) {
	for _, found := range assignmentList.FindAllStringSubmatch(" "+text, -1) {
		var set []string
		for _, part := range splitList(found[1]) {
			name, value, _ := strings.Cut(strings.TrimSpace(part), " = ")
			name = name[strings.LastIndexByte(name, '.')+1:]
			value = regexp.MustCompile(`(?i)VALUES\(\w+\)`).ReplaceAllString(value, "")
			for _, earlier := range set {
				if regexp.MustCompile(`\b` + earlier + `\b`).MatchString(value) {
					return earlier
				}
			}
			set = append(set, regexp.QuoteMeta(name))
		}
	}
	return ""
}

// splitList splits at the commas outside of parentheses.
func splitList(text string) (parts []string) {
	depth, begin := 0, 0
	for i, c := range text {
		switch c {
		case '(':
			depth++
		case ')':
			depth--
		case ',':
			if depth == 0 {
				parts, begin = append(parts, text[begin:i]), i+1
			}
		}
	}
	return append(parts, text[begin:])
}

func TestNoAssignmentReadsWhatItsLeftHasSet(t *testing.T) {
	t.Parallel()
	looked := 0
	for place, text := range statementTexts(t) {
		if strings.Contains(place, "sqlite/") || strings.Contains(place, "postgres/") {
			continue
		}
		if assignmentList.MatchString(" " + text) {
			looked++
		}
		if column := readsItsLeft(text); column != "" {
			t.Errorf("%s reads %s: %s", place, column, text)
		}
	}
	if looked < 30 {
		t.Errorf("only %d texts were looked at", looked)
	}
	for _, text := range []string{
		"UPDATE a SET x = y, y = x WHERE id = ?", "x = 1, y = CASE WHEN (x) THEN 1 END", "INSERT INTO a VALUES (1) ON DUPLICATE KEY UPDATE x = x + 1, y = x",
	} {
		if readsItsLeft(text) == "" {
			t.Errorf("%s would pass", text)
		}
	}
}
