// Package cli holds what several commands share: reading and writing, flags,
// errors with their exit codes, and opening a database with its keys.
package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"strings"
	"time"
	"unicode"

	"github.com/jedib0t/go-pretty/v6/table"

	"quartet/store"
)

// Console is where a command reads its input and writes its results.
type Console struct {
	In        io.Reader
	Out, Errs io.Writer
}

// OutIsTerminal reports whether somebody sees what is written to standard output, and no
// file keeps it.
func (c *Console) OutIsTerminal() bool { return isTerminal(c.Out) }

// LocalAddress is an address that a browser on this machine can open, also for a server
// that listens on every interface.
func LocalAddress(address net.Addr) string {
	tcp, ok := address.(*net.TCPAddr)
	if !ok || !tcp.IP.IsUnspecified() {
		return address.String()
	}
	return (&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: tcp.Port}).String()
}

// PrintJSON writes a value for scripts.
func (c *Console) PrintJSON(value any) error {
	encoder := json.NewEncoder(c.Out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}

// PrintTable writes rows under a header, for people. Without a header each row is
// a name and its value.
func (c *Console) PrintTable(header []string, rows [][]any) error {
	writer := table.NewWriter()
	writer.SetStyle(table.StyleLight)
	writer.Style().Format.Header = 0 // as written
	if header != nil {
		writer.AppendHeader(cells(header))
	}
	for _, row := range rows {
		writer.AppendRow(cells(row))
	}
	_, err := fmt.Fprintln(c.Out, writer.Render())
	return err
}

func cells[T any](values []T) table.Row {
	row := make(table.Row, 0, len(values))
	for _, value := range values {
		row = append(row, Text(value))
	}
	return row
}

// Text is a value as it may be shown in a terminal: without control characters,
// which could change what the terminal does.
func Text(value any) string {
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
		return Text(strings.Join(v, ", "))
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

// LocalTime is a stored time in the machine's time zone, to the second.
func LocalTime(at store.Time) time.Time { return at.Time().Local().Truncate(time.Second) }
