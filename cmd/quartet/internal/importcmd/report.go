package importcmd

import (
	"errors"
	"fmt"

	"quartet/cmd/quartet/internal/cli"
)

// errStopped ends an import at a user who was refused.
var errStopped = errors.New("stopped at a refused user; --on-error skip continues after such users")

// counts is what became of the users.
type counts struct {
	DryRun  bool  `json:"dryRun"`
	Added   int64 `json:"added"`
	Updated int64 `json:"updated"`
	Present int64 `json:"present"` // imported before
	Refused int64 `json:"refused"`
	// Differing users have values in the file that were not taken over.
	Differing int64 `json:"differing"`
}

// report counts users, and reports progress and refused users on standard error.
type report struct {
	counts   counts
	deleted  int64
	progress *cli.Progress
	c        *cli.Console
	stop     bool // at the first refused user
	update   updateFlag
}

func (r *report) count(n *int64) {
	*n++
	r.progress.Set(r.counts.Added+r.counts.Updated+r.counts.Present+r.counts.Refused, -1)
}

// Added counts a new user.
func (r *report) Added() { r.count(&r.counts.Added) }

// Present counts a user who was imported before.
func (r *report) Present() { r.count(&r.counts.Present) }

// Deleted counts a user whom the old system has deleted.
func (r *report) Deleted() { r.deleted++ }

// Refused reports what is wrong with a line, and gives errStopped if that ends the
// import. The column is "" if the reason is not about one column.
func (r *report) Refused(line int64, column, reason string) error {
	r.count(&r.counts.Refused)
	r.progress.Clear()
	if column != "" {
		column += ": "
	}
	fmt.Fprintf(r.c.Errs, "line %d: %s\n", line, cli.Text(column+reason))
	if r.stop {
		return errStopped
	}
	return nil
}

func (r *report) print(asJSON bool) error {
	if asJSON {
		return r.c.PrintJSON(r.counts)
	}
	would := ""
	if r.counts.DryRun {
		would = "would be "
	}
	_, err := fmt.Fprintf(r.c.Out, "Users %simported: %d. Already imported: %d. Refused: %d.\n", would, r.counts.Added, r.counts.Present, r.counts.Refused)
	if err == nil && r.update != "" {
		_, err = fmt.Fprintf(r.c.Out, "Users %supdated: %d. With values that were not taken over: %d.\n", would, r.counts.Updated, r.counts.Differing)
	}
	return err
}
