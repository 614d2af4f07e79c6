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
	// Updated reports a user who was there and has other values in the file.
	Updated(line int64, update Update)
	Deleted() // deleted in the other system, and skipped
	// Refused can return an error to stop at this line.
	Refused(line int64, column, reason string) error
}

// Update is what became of the values of a user who was there; columns are the file's.
type Update struct {
	Changed []string // columns whose values were taken
	Kept    []string // columns whose values differ, and were set here
	Taken   []Taken
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

// Run imports all users of the file, a batch at a time; imported users stay whatever
// happens later. With stop it ends at the first refused user, and imports nobody after
// it. The error is that of report or into, or the reason why the file cannot be read
// further.
func Run(ctx context.Context, from *Reader, into Importer, report Report, stop bool) error {
	batch := make([]entry, 0, batchSize)
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		person, err := from.Next()
		refusal, isRefusal := errors.AsType[Error](err)
		switch {
		case err == nil:
			batch = append(batch, entry{Person: person})
		case isRefusal:
			batch = append(batch, entry{refusal: refusal})
		}
		over := err != nil && (!isRefusal || stop)
		if over || len(batch) == batchSize {
			if flushed := flush(ctx, from, batch, into, report); flushed != nil {
				return flushed
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
func flush(ctx context.Context, from *Reader, batch []entry, into Importer, report Report) error {
	var people []account.ImportedUser
	for _, e := range batch {
		if e.refusal == nil {
			people = append(people, e.ImportedUser)
		}
	}
	var outcomes []error
	if len(people) > 0 {
		var err error
		if outcomes, err = into.Import(ctx, people); err != nil {
			return err
		}
	}
	for _, e := range batch {
		if e.refusal != nil {
			if err := reportLine(from, e, e.refusal, report); err != nil {
				return err
			}
			continue
		}
		if err := reportLine(from, e, outcomes[0], report); err != nil {
			return err
		}
		outcomes = outcomes[1:]
	}
	return nil
}

func reportLine(from *Reader, e entry, outcome error, report Report) error {
	refusal, wrongLine := errors.AsType[Error](outcome)
	updated, isUpdate := errors.AsType[account.Updated](outcome)
	switch {
	case isUpdate:
		report.Updated(e.Line, from.update(updated))
	case errors.Is(outcome, account.ErrDeleted):
		report.Deleted()
	case outcome == nil:
		report.Added()
	case errors.Is(outcome, account.ErrExists):
		report.Present()
	case errors.Is(outcome, account.ErrSkipped): // an earlier error was reported
	case wrongLine:
		return report.Refused(refusal.Line, refusal.Column, refusal.Reason)
	default:
		failed := apierr.As(outcome)
		return report.Refused(e.Line, from.slots[failed.Field].name, reason(failed))
	}
	return nil
}

// reason describes a failure of package account for the author of the file.
func reason(failed *apierr.Error) string {
	const taken = "taken by another user or an earlier line"
	switch failed.Code {
	case apierr.UsernameTaken, apierr.EmailTaken, apierr.MobileTaken:
		return taken
	case apierr.InvalidField:
	default:
		return failed.Error()
	}
	switch failed.Reason {
	case apierr.Required:
		return "it is missing"
	case apierr.TooShort:
		return "shorter than " + failed.Expected + " characters"
	case apierr.TooLong:
		return "longer than " + failed.Expected + " characters"
	case apierr.HasNUL:
		return "contains the character NUL"
	case apierr.BadFormat:
		return forms[failed.Field]
	default:
		return "refused: " + string(failed.Reason)
	}
}

// update names the columns of an update.
func (r *Reader) update(u account.Updated) Update {
	update := Update{Changed: r.columnsOf(u.Fields), Kept: r.columnsOf(u.Kept)}
	for _, taken := range u.Taken {
		update.Taken = append(update.Taken, Taken{r.columnOf(taken.Field), taken.Owner})
	}
	return update
}

func (r *Reader) columnsOf(fields []string) (columns []string) {
	for _, field := range fields {
		columns = append(columns, r.columnOf(field))
	}
	return columns
}

// columnOf is the file's name of a field, and the field's own where it has no column: the
// proof of a mobile that --trust-mobiles gives.
func (r *Reader) columnOf(field string) string {
	if proof, ok := map[string]string{"mobilestatus": mobileConfirmed, "emailstatus": emailConfirmed}[field]; ok {
		if place, known := r.slots[proof]; known {
			return place.name
		}
		return field
	}
	if place, known := r.slots[field]; known {
		return place.name
	}
	return field
}

// forms describe the formats of values.
var forms = map[string]string{
	username: "not a user name: letters, digits and signs without spaces",
	email:    "not an e-mail address",
	mobile:   "not a mobile of mainland China, eleven digits; empty it to import the user without",
	birthday: "not a date",
}
