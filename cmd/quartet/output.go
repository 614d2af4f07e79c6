package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/jedib0t/go-pretty/v6/table"

	"quartet/store"
)

// printJSON writes a value for scripts.
func (c *console) printJSON(value any) error {
	encoder := json.NewEncoder(c.out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}

// printList writes rows under a header, for people.
func (c *console) printList(header []string, rows [][]any) error {
	writer := table.NewWriter()
	writer.SetStyle(table.StyleLight)
	writer.Style().Format.Header = 0 // as written
	writer.AppendHeader(cells(header))
	for _, row := range rows {
		writer.AppendRow(cells(row))
	}
	_, err := fmt.Fprintln(c.out, writer.Render())
	return err
}

// fact is one line of what is known of a thing.
type fact struct {
	name  string
	value any
}

// printFacts writes what is known of one thing, for people.
func (c *console) printFacts(facts []fact) error {
	writer := table.NewWriter()
	writer.SetStyle(table.StyleLight)
	for _, f := range facts {
		writer.AppendRow(table.Row{f.name, cell(f.value)})
	}
	_, err := fmt.Fprintln(c.out, writer.Render())
	return err
}

func cells[T any](values []T) table.Row {
	row := make(table.Row, 0, len(values))
	for _, value := range values {
		row = append(row, cell(value))
	}
	return row
}

// cell is a value as a terminal may show it. Names are their owners' choice: a
// control sequence in one must not reach the operator's terminal.
func cell(value any) string {
	switch v := value.(type) {
	case bool:
		if v {
			return "yes"
		}
		return "no"
	case *time.Time:
		if v == nil {
			return ""
		}
		return v.Format(time.RFC3339)
	case time.Time:
		return v.Format(time.RFC3339)
	case []string:
		return cell(strings.Join(v, ", "))
	default:
		return strings.Map(printable, fmt.Sprint(v))
	}
}

func printable(r rune) rune {
	if unicode.IsPrint(r) {
		return r
	}
	return unicode.ReplacementChar
}

// local is a moment in the machine's zone, with its offset and to the second.
func local(at store.Time) time.Time { return at.Time().Local().Truncate(time.Second) }

func localOrNil(at *store.Time) *time.Time {
	if at == nil {
		return nil
	}
	return new(local(*at))
}
