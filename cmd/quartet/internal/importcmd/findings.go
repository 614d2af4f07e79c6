package importcmd

import (
	"encoding/csv"
	"errors"
	"os"
	"regexp"
	"strconv"

	"quartet/server/userimport"
)

// findings is the file of what was refused, dropped and changed: CSV as Excel opens it.
type findings struct {
	file *os.File
	rows *csv.Writer
}

// createFindings creates or replaces the file, which only its owner can read. A path of
// "" gives findings that write nothing.
func createFindings(path string) (*findings, error) {
	if path == "" {
		return &findings{}, nil
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	f := &findings{file: file, rows: csv.NewWriter(file)}
	f.rows.UseCRLF = true
	err = file.Chmod(0o600) // of a file that was there
	if err == nil {
		_, err = file.WriteString("\ufeff") // Excel takes the file for UTF-8
	}
	if err == nil {
		err = f.rows.Write([]string{"table", "line", "id", "column", "outcome", "reason", "原因"})
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return f, nil
}

func (f *findings) add(table string, found userimport.Finding) {
	if f.file == nil {
		return
	}
	_ = f.rows.Write([]string{ // Close returns the error
		table, strconv.FormatInt(found.Line, 10), asText(found.ID), asText(found.Column),
		string(found.Outcome), found.Reason.English, found.Reason.Chinese,
	})
}

// Close completes the file.
func (f *findings) Close() error {
	if f.file == nil {
		return nil
	}
	f.rows.Flush()
	return errors.Join(f.rows.Error(), f.file.Close())
}

// notText matches what a spreadsheet takes for a formula, or a number it would round.
var notText = regexp.MustCompile(`^[=+@\t\r-]|^[0-9]{16,}$`)

// longestShown is in characters. No id that is imported is longer.
const longestShown = 128

// asText keeps a spreadsheet from reading a value as anything but a text.
func asText(value string) string {
	if shown := []rune(value); len(shown) > longestShown {
		value = string(shown[:longestShown]) + "…"
	}
	if notText.MatchString(value) {
		return "'" + value
	}
	return value
}
