package cli

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

const (
	// linesPerReport is how many rows apart progress is reported without a terminal.
	linesPerReport = 100_000
	barInterval    = 100 * time.Millisecond // between two drawings of the progress bar
)

// Progress tells on standard error how many rows are done: by a bar in a
// terminal, else by a line now and then. It is for one goroutine.
type Progress struct {
	errs io.Writer
	bar  *progressbar.ProgressBar // nil without a terminal
	done int64
}

// NewProgress writes to the standard error that is given.
func NewProgress(errs io.Writer) *Progress {
	p := &Progress{errs: errs}
	if isTerminal(errs) {
		p.bar = progressbar.NewOptions64(-1, progressbar.OptionSetWriter(errs),
			progressbar.OptionSetDescription("rows"), progressbar.OptionShowCount(), progressbar.OptionShowIts(),
			progressbar.OptionThrottle(barInterval))
	}
	return p
}

func isTerminal(out io.Writer) bool {
	file, ok := out.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

// Set reports the number of finished rows; a total of -1 is unknown.
func (p *Progress) Set(done, total int64) {
	before := p.done
	p.done = done
	switch {
	case p.bar != nil:
		p.bar.ChangeMax64(total)
		_ = p.bar.Set64(done) // the work goes on without its progress bar
	case before/linesPerReport != done/linesPerReport:
		fmt.Fprintf(p.errs, "%d rows\n", done)
	}
}

// Clear removes the bar before something else is printed.
func (p *Progress) Clear() {
	if p.bar != nil {
		_ = p.bar.Clear() // the work goes on without its progress bar
	}
}
