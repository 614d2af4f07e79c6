package oasdiff

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/oasdiff/oasdiff/checker"
)

// Changelog lists in Markdown what is different in a contract, by operation. What breaks
// clients comes first, with the clients that it breaks.
func Changelog(before, after []byte) (string, error) {
	old, err := read(before)
	if err != nil {
		return "", err
	}
	now, err := read(after)
	if err != nil {
		return "", err
	}
	changes, err := changesByTool(old, now, checker.INFO)
	if err != nil {
		return "", err
	}
	found, err := breaks(old, now, time.Now())
	if err != nil {
		return "", err
	}
	byPlace, broken := map[string][]string{}, map[string]bool{}
	for _, f := range found {
		for _, where := range f.where {
			byPlace[where] = append(byPlace[where], fmt.Sprintf("- %s. **Breaks** %s.\n", f.what, f.why))
			broken[where+f.what] = true
		}
	}
	for _, c := range changes {
		if line := "- " + c.what + "\n"; !broken[c.where+c.what] && !slices.Contains(byPlace[c.where], line) {
			byPlace[c.where] = append(byPlace[c.where], line)
		}
	}
	if len(byPlace) == 0 {
		return "No operation has changed.\n", nil
	}
	var page strings.Builder
	fmt.Fprintf(&page, "%d changes break clients.\n", len(found))
	for _, where := range slices.SortedFunc(maps.Keys(byPlace), operationsFirst) {
		fmt.Fprintf(&page, "\n## %s\n\n%s", where, strings.Join(byPlace[where], ""))
	}
	return page.String(), nil
}

// operationsFirst sorts places by name, and parts of the document behind the operations.
func operationsFirst(a, b string) int {
	rank := func(where string) int { return strings.Count(where, "(") } // only an operation has its path in brackets
	return cmp.Or(rank(b)-rank(a), cmp.Compare(a, b))
}

// Operations lists in Markdown the operations of a contract.
func Operations(document []byte) (string, error) {
	parsed, err := read(document)
	if err != nil {
		return "", err
	}
	var page strings.Builder
	for o := range operations(parsed) {
		fmt.Fprintf(&page, "- %s\n", o)
	}
	return page.String(), nil
}
