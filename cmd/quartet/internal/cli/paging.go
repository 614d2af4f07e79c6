package cli

import (
	"fmt"
	"slices"
	"strconv"
)

// Paging has the flags of the commands that list.
type Paging struct {
	Limit Count  `default:"50" help:"Maximum number of entries to list."`
	After string `env:"-" placeholder:"NEXT" help:"Continue a list: what its last line, or next in JSON, says."`
}

// AfterID is After where it is an id; 0 from the beginning.
func (p Paging) AfterID() (int64, error) {
	if p.After == "" {
		return 0, nil
	}
	id, err := strconv.ParseInt(p.After, 10, 64)
	if err != nil || id < 0 {
		return 0, Usagef("--after: %q is not what a list says as next", p.After)
	}
	return id, nil
}

// Page is a part of a list, and what every list is as JSON.
type Page[T any] struct {
	Items []T     `json:"items"`
	Next  *string `json:"next"`  // what --after continues with; null at the end
	Total int64   `json:"total"` // entries of the whole list
}

// PageOf makes a page of items that were asked for with one more than the limit, so that
// the last one tells that there is a next page.
func PageOf[T any](items []T, total int64, p Paging, key func(T) string) Page[T] {
	page := Page[T]{Items: items, Total: total}
	if limit := int(p.Limit); len(items) > limit {
		page.Items = items[:limit]
		page.Next = new(key(page.Items[limit-1]))
	}
	return page
}

// PageIn cuts a page out of a list that is read as a whole.
func PageIn[T any](all []T, p Paging, key func(T) string) (Page[T], error) {
	rest := all
	if p.After != "" {
		last := slices.IndexFunc(all, func(item T) bool { return key(item) == p.After })
		if last < 0 {
			return Page[T]{}, Usagef("--after: the list has no %s", Text(p.After))
		}
		rest = all[last+1:]
	}
	return PageOf(rest, int64(len(all)), p, key), nil
}

// Whole is a list that fits on one page.
func Whole[T any](items []T) Page[T] { return Page[T]{Items: items, Total: int64(len(items))} }

// PrintPage writes a page as JSON, or as a table with a row for each item and a last line
// that counts and tells how to continue.
func PrintPage[T any](c *Console, asJSON bool, page Page[T], header []string, row func(T) []any) error {
	if asJSON {
		if page.Items == nil {
			page.Items = []T{}
		}
		return c.PrintJSON(page)
	}
	rows := make([][]any, 0, len(page.Items))
	for _, item := range page.Items {
		rows = append(rows, row(item))
	}
	if err := c.PrintTable(header, rows); err != nil {
		return err
	}
	counted := fmt.Sprintf("%d of %d", len(page.Items), page.Total)
	if page.Next != nil {
		counted += "; next: --after " + Text(*page.Next)
	}
	_, err := fmt.Fprintln(c.Out, counted)
	return err
}
