package userimport

import (
	"context"
	"errors"
	"fmt"
	"io"

	"quartet/server/account"
	"quartet/server/apierr"
)

// batchSize is the number of users per transaction.
const batchSize = 1000

// Report receives the outcome of each line, in order.
type Report interface {
	Added()
	Present() // already imported
	// Updated reports a user who was there and has other values in the file. The finding
	// has the line and the id.
	Updated(Finding, Update)
	Deleted() // deleted in the other system, and skipped
	// Noted reports a value that was dropped or changed for a user who came in.
	Noted(Finding)
	// LeftOut reports a row that has no meaning here. It does not stop an import.
	LeftOut(Finding)
	// Refused can return an error to stop at this line.
	Refused(Finding) error
}

// Outcome is what became of a person or a value.
type Outcome string

// Outcomes that a Finding has.
const (
	Refused Outcome = "refused"
	Dropped Outcome = "dropped"
	Changed Outcome = "changed"
	Updated Outcome = "updated"
	Kept    Outcome = "kept"
	LeftOut Outcome = "left out"
)

// Finding is what a line's author should know.
type Finding struct {
	Line    int64
	ID      string // the person's in the other system; "" if the line cannot be read
	Column  string // the dump's name of it; "" for the whole line
	Outcome Outcome
	Reason  Reason
}

// Update is what became of the values of a user who was there; columns are the file's.
type Update struct {
	Changed []string // columns whose values were taken
	Kept    []string // columns whose values differ, and were set here
	Taken   []Taken
	// StaysEnabled is the column that disables the only super administrator who can sign in,
	// and is not followed; "" for others.
	StaysEnabled string
}

// Taken is a column whose value another user has.
type Taken struct {
	Column string
	Owner  int64 // the other user's id
}

// Importer imports users; account.Importer implements it.
type Importer interface {
	Import(ctx context.Context, batch []account.ImportedUser) ([]error, error)
}

// entry is a line: a user, or its error.
type entry struct {
	Person
	refusal error
}

func (e *entry) finding(column string, outcome Outcome, reason Reason) Finding {
	return Finding{Line: e.Line, ID: e.id, Column: column, Outcome: outcome, Reason: reason}
}

// run is an import under way.
type run struct {
	from   *Reader
	into   Importer
	report Report
	stop   bool
	seen   *seenIDs
}

// Run imports all users of the file, a batch at a time; imported users stay whatever
// happens later. With stop it ends at the first refused user, and imports nobody after
// it. The error is that of report or into, or the reason why the file cannot be read
// further.
func Run(ctx context.Context, from *Reader, into Importer, report Report, stop bool) (err error) {
	seen, err := newSeenIDs(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, seen.Close()) }()
	u := &run{from, into, report, stop, seen}
	next := func() (entry, error) {
		person, err := from.Next()
		refusal, isRefusal := errors.AsType[Error](err)
		if isRefusal {
			person.Line = refusal.Line
			return entry{person, refusal}, err
		}
		return entry{Person: person}, err
	}
	return inBatches(ctx, stop, next, func(batch []entry) error { return u.flush(ctx, batch) })
}

// inBatches gives what next reads to flush, a batch at a time. An Error of next concerns
// its line alone, which is in the batch; with stop it is the last one. io.EOF is the end,
// and any other error ends reading after what came before it.
func inBatches[T any](ctx context.Context, stop bool, next func() (T, error), flush func([]T) error) error {
	batch := make([]T, 0, batchSize)
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		line, err := next()
		_, isRefusal := errors.AsType[Error](err)
		if err == nil || isRefusal {
			batch = append(batch, line)
		}
		over := err != nil && (!isRefusal || stop)
		if over || len(batch) == batchSize {
			if err := flush(batch); err != nil {
				return err
			}
			batch = batch[:0]
		}
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil && !isRefusal:
			return fmt.Errorf("cannot continue reading: %w", err)
		}
	}
}

// flush imports a batch and reports each of its lines.
func (u *run) flush(ctx context.Context, batch []entry) error {
	first, err := u.seen.check(ctx, batch, u.from.columnOf(id))
	if err != nil {
		return err
	}
	if u.stop && first < len(batch) {
		batch = batch[:first+1]
	}
	var people []account.ImportedUser
	for _, e := range batch {
		if e.refusal == nil {
			people = append(people, e.ImportedUser)
		}
	}
	var outcomes []error
	if len(people) > 0 {
		if outcomes, err = u.into.Import(ctx, people); err != nil {
			return err
		}
	}
	for n := range batch {
		outcome := batch[n].refusal
		if outcome == nil {
			outcome, outcomes = outcomes[0], outcomes[1:]
		}
		if err := reportLine(u.from, &batch[n], outcome, u.report); err != nil {
			return err
		}
	}
	return nil
}

func reportLine(from *Reader, e *entry, outcome error, report Report) error {
	refusal, wrongLine := errors.AsType[Error](outcome)
	updated, isUpdate := errors.AsType[account.Updated](outcome)
	why, isLeftOut := leftOut(outcome)
	switch {
	case isLeftOut:
		report.LeftOut(e.finding(from.columnOf(why.fact), LeftOut, why.reason))
	case isUpdate:
		report.Updated(e.finding("", Updated, Reason{}), from.update(updated))
		e.reportNotes(report)
	case wrongLine:
		return report.Refused(e.finding(refusal.Column, Refused, refusal.Reason))
	case errors.Is(outcome, account.ErrDeleted):
		report.Deleted()
	case outcome == nil:
		report.Added()
		e.reportNotes(report)
	case errors.Is(outcome, account.ErrExists):
		report.Present()
	case errors.Is(outcome, account.ErrSkipped): // an earlier error was reported
	default:
		failed := apierr.As(outcome)
		return report.Refused(e.finding(from.columnOf(failed.Field), Refused, reasonOf(failed).of(e.valueOf(failed.Field))))
	}
	return nil
}

// reportNotes reports what was dropped and changed of a user who came in.
func (e *entry) reportNotes(report Report) {
	for _, n := range e.Notes {
		outcome := Dropped
		if n.Changed {
			outcome = Changed
		}
		report.Noted(e.finding(n.Column, outcome, n.Reason))
	}
}

// update names the columns of an update.
func (r *Reader) update(u account.Updated) Update {
	update := Update{Changed: r.columnsOf(u.Fields), Kept: r.columnsOf(u.Kept)}
	for _, taken := range u.Taken {
		update.Taken = append(update.Taken, Taken{r.columnOf(taken.Field), taken.Owner})
	}
	if u.StaysEnabled {
		update.StaysEnabled = r.columnOf("status")
	}
	return update
}

func (r *Reader) columnsOf(fields []string) (columns []string) {
	for _, field := range fields {
		columns = append(columns, r.columnOf(field))
	}
	return columns
}

// valueOf returns the value that was refused. Package account refuses no other: those
// of the profile were dropped.
func (p Person) valueOf(field string) string {
	switch {
	case field == id:
		return p.id
	case field == username:
		return p.Username
	case field == email && p.Email != nil:
		return *p.Email
	case field == mobile && p.Mobile != nil:
		return *p.Mobile
	default:
		return ""
	}
}
