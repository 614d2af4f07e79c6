package importcmd

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"quartet/cmd/quartet/internal/cli"
	"quartet/server/userimport"
)

// errStopped ends an import at a row that was refused.
var errStopped = errors.New("stopped at a refused row; --on-error skip continues after such rows")

// counts is what became of the rows of a table.
type counts struct {
	Table   string `json:"table"`
	DryRun  bool   `json:"dryRun"`
	Added   int64  `json:"added"`
	Updated int64  `json:"updated"`
	Present int64  `json:"present"` // imported before
	Refused int64  `json:"refused"`
	Deleted int64  `json:"deleted"` // in the old system, and left out
	LeftOut int64  `json:"leftOut"` // without a meaning here
	// Differing users have values in the file that were not taken over.
	Differing int64 `json:"differing"`
	// Dropped and Changed count values by their column in the file.
	Dropped tally `json:"dropped"`
	Changed tally `json:"changed"`
}

// tally counts values by their column.
type tally map[string]int64

// String gives the sum, and the counts in the order of the columns: 3 (avatar 2, sex 1).
func (t tally) String() string {
	var total int64
	var columns []string
	for _, column := range slices.Sorted(maps.Keys(t)) {
		total += t[column]
		columns = append(columns, fmt.Sprintf("%s %d", cli.Text(column), t[column]))
	}
	return fmt.Sprintf("%d (%s)", total, strings.Join(columns, ", "))
}

// report counts the rows of a table, and reports progress and refused rows on standard
// error.
type report struct {
	counts   counts
	users    bool   // the table is the one of users
	prefix   string // of lines about a row
	progress *cli.Progress
	c        *cli.Console
	stop     bool // at the first refused row
	update   updateFlag
	list     *findings
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
func (r *report) Deleted() { r.counts.Deleted++ }

// Refused reports what is wrong with a line, and gives errStopped if that ends the
// import. The column is "" if the reason is not about one column.
func (r *report) Refused(f userimport.Finding) error {
	r.count(&r.counts.Refused)
	r.tell(f)
	if r.stop {
		return errStopped
	}
	return nil
}

// LeftOut reports a row that has no meaning here.
func (r *report) LeftOut(f userimport.Finding) {
	r.count(&r.counts.LeftOut)
	r.tell(f)
}

// Noted counts a value that was dropped or changed.
func (r *report) Noted(f userimport.Finding) {
	r.list.add(r.counts.Table, f)
	if f.Outcome == userimport.Changed {
		r.counts.Changed[f.Column]++
	} else {
		r.counts.Dropped[f.Column]++
	}
}

// tell writes a finding to the list and to standard error.
func (r *report) tell(f userimport.Finding) {
	r.list.add(r.counts.Table, f)
	r.progress.Clear()
	told := userimport.Error{Line: f.Line, Column: f.Column, Reason: f.Reason}
	fmt.Fprintf(r.c.Errs, "%s%s\n", r.prefix, cli.Text(told.Error()))
}

// print prints the counts of the tables, as JSON those of the only table or a list.
func (i *Command) print(c *cli.Console, reports []*report) error {
	var all []counts
	var text strings.Builder
	for _, r := range reports {
		if all = append(all, r.counts); r.users {
			r.usersInWords(&text)
		} else {
			r.rowsInWords(&text)
		}
	}
	if i.JSON && len(all) == 1 {
		return c.PrintJSON(all[0])
	}
	if i.JSON {
		return c.PrintJSON(all)
	}
	_, err := io.WriteString(c.Out, text.String())
	return err
}

func (r *report) would() string {
	if r.counts.DryRun {
		return "would be "
	}
	return ""
}

func (r *report) usersInWords(out io.Writer) {
	if r.counts.Deleted > 0 {
		fmt.Fprintf(r.c.Errs, "%d users are deleted in the old system and were not imported.\n", r.counts.Deleted)
	}
	if r.counts.LeftOut > 0 {
		fmt.Fprintf(r.c.Errs, "%d people have closed their account here and were not imported.\n", r.counts.LeftOut)
	}
	if len(r.counts.Dropped)+len(r.counts.Changed) > 0 && r.list.file == nil {
		fmt.Fprintln(r.c.Errs, "Values were dropped or changed; --report FILE lists each with its reason, with --dry-run too.")
	}
	fmt.Fprintf(out, "Users %simported: %d. Already imported: %d. Refused: %d.\n", r.would(), r.counts.Added, r.counts.Present, r.counts.Refused)
	if r.update != "" {
		fmt.Fprintf(out, "Users %supdated: %d. With values that were not taken over: %d.\n", r.would(), r.counts.Updated, r.counts.Differing)
	}
	if len(r.counts.Dropped) > 0 {
		fmt.Fprintf(out, "Values dropped: %s.\n", r.counts.Dropped)
	}
	if len(r.counts.Changed) > 0 {
		fmt.Fprintf(out, "Values changed: %s.\n", r.counts.Changed)
	}
}

func (r *report) rowsInWords(out io.Writer) {
	fmt.Fprintf(out, "Rows of %s %simported: %d. Already imported: %d. Deleted in the old system: %d. Left out: %d. Refused: %d.\n",
		r.counts.Table, r.would(), r.counts.Added, r.counts.Present, r.counts.Deleted, r.counts.LeftOut, r.counts.Refused)
}
