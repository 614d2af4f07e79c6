package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// linesApart is after how many rows a line says so where no terminal shows a bar.
const linesApart = 100_000

// barInterval is how often the bar is drawn.
const barInterval = 100 * time.Millisecond

// rowFlags is what the commands that take rows in have in common.
type rowFlags struct {
	OnError string `default:"stop" enum:"stop,skip" help:"What a refused row does: ${enum}."`
	DryRun  bool   `help:"Tell what would happen, and change nothing."`
	JSON    bool   `name:"json" help:"Print the counts as JSON."`
}

// errStopped ends an import at a refused row.
var errStopped = errors.New("stopped at a refused row; --on-error skip carries on behind such")

// rowCounts is what became of the rows.
type rowCounts struct {
	DryRun  bool  `json:"dryRun"`
	Added   int64 `json:"added"`
	Present int64 `json:"present"` // there already, just the same
	Refused int64 `json:"refused"`
}

func (n rowCounts) total() int64 { return n.Added + n.Present + n.Refused }

// rowReport tells how far an import is, what it refused and what became of the
// rows: on standard error while it runs, on standard output at its end. It is
// for one goroutine.
type rowReport struct {
	rowCounts
	flags rowFlags
	c     *console
	bar   *progressbar.ProgressBar // nil where there is no terminal
}

// reportRows begins a report of so many rows; -1 where nobody knows.
func (c *console) reportRows(flags rowFlags, total int64) *rowReport {
	r := &rowReport{rowCounts: rowCounts{DryRun: flags.DryRun}, flags: flags, c: c}
	if isTerminal(c.errs) {
		r.bar = progressbar.NewOptions64(total, progressbar.OptionSetWriter(c.errs),
			progressbar.OptionSetDescription("rows"), progressbar.OptionShowCount(), progressbar.OptionShowIts(),
			progressbar.OptionThrottle(barInterval))
	}
	return r
}

func isTerminal(out io.Writer) bool {
	file, ok := out.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

// add and keep count rows that are new, and rows that were there already.
func (r *rowReport) add(rows int64)  { r.advance(func() { r.Added += rows }) }
func (r *rowReport) keep(rows int64) { r.advance(func() { r.Present += rows }) }

// refuse says which row was refused and why, and gives errStopped if that ends
// the import. The column is "" where the row as a whole is meant.
func (r *rowReport) refuse(line int64, column, reason string) error {
	r.advance(func() { r.Refused++ })
	r.clear() // or the text would stand behind the bar
	if column != "" {
		column += ": "
	}
	fmt.Fprintf(r.c.errs, "line %d: %s\n", line, cell(column+reason))
	if r.flags.OnError == "stop" {
		return errStopped
	}
	return nil
}

func (r *rowReport) advance(count func()) {
	before := r.total()
	count()
	switch after := r.total(); {
	case r.bar != nil:
		_ = r.bar.Set64(after) // a bar that cannot be drawn is no reason to stop
	case before/linesApart != after/linesApart:
		fmt.Fprintf(r.c.errs, "%d rows\n", after)
	}
}

// finish prints the counts, also after an import that err ended, and gives the
// error that the command ends with: err, or that rows were refused.
func (r *rowReport) finish(err error) error {
	r.clear()
	printed := r.print()
	switch {
	case err != nil:
		return err
	case r.Refused > 0:
		return fmt.Errorf("%d rows were refused", r.Refused)
	default:
		return printed
	}
}

// clear takes the bar away for what is printed next.
func (r *rowReport) clear() {
	if r.bar != nil {
		_ = r.bar.Clear() // no reason to stop either
	}
}

func (r *rowReport) print() error {
	if r.flags.JSON {
		return r.c.printJSON(r.rowCounts)
	}
	outcome := "imported"
	if r.DryRun {
		outcome = "would be imported"
	}
	_, err := fmt.Fprintf(r.c.out, "Rows %s: %d. Already there: %d. Refused: %d.\n", outcome, r.Added, r.Present, r.Refused)
	return err
}
