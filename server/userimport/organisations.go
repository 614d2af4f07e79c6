package userimport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"quartet/server/account"
)

// Directory imports departments, roles and memberships; account.Importer implements it.
type Directory interface {
	ImportDepartments(ctx context.Context, batch []account.ImportedEntry) ([]error, error)
	ImportRoles(ctx context.Context, batch []account.ImportedEntry) ([]error, error)
	ImportMemberships(ctx context.Context, batch []account.ImportedMembership) ([]error, error)
}

// DirectoryReport is a Report for rows that are no users.
type DirectoryReport interface {
	Report
	// LeftOut reports a row that has no meaning here. It does not stop an import.
	LeftOut(line int64, column, reason string)
}

// RunTable imports a table that is not the one of users, as Run does.
func RunTable(ctx context.Context, table Table, file io.Reader, o Options, into Directory, report DirectoryReport, stop bool) error {
	r, err := newReader(table.layout, file, o)
	if err != nil {
		return err
	}
	switch table.Kind {
	case Departments:
		return runTable(ctx, r, (*row).entry, into.ImportDepartments, report, stop)
	case Roles:
		return runTable(ctx, r, (*row).entry, into.ImportRoles, report, stop)
	default:
		return runTable(ctx, r, (*row).membership, into.ImportMemberships, report, stop)
	}
}

// read is a line: what it says, or its error.
type read[T any] struct {
	value   T
	line    int64
	deleted bool
	refusal error
}

func runTable[T any](ctx context.Context, r *Reader, value func(*row) T, into func(context.Context, []T) ([]error, error), report DirectoryReport, stop bool) error {
	var batch []read[T]
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		next, err := nextOf(r, value)
		_, isRefusal := errors.AsType[Error](err)
		if next.refusal = err; err == nil || isRefusal {
			batch = append(batch, next)
		}
		over := err != nil && (!isRefusal || stop)
		if over || len(batch) == batchSize {
			if err := flushTable(ctx, r, batch, into, report); err != nil {
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

func nextOf[T any](r *Reader, value func(*row) T) (next read[T], err error) {
	values, line, err := r.records.next()
	if err == nil {
		err = checkUTF8(values, r.columns, line)
	}
	if err != nil {
		return read[T]{line: line}, err
	}
	at := &row{Reader: r, values: values, line: line}
	if _, asked := r.slots[deleted]; asked && lookUp(at, deleted, r.layout.deleted) {
		return read[T]{line: line, deleted: true}, at.err
	}
	return read[T]{line: line, value: value(at)}, at.err
}

func flushTable[T any](ctx context.Context, r *Reader, batch []read[T], into func(context.Context, []T) ([]error, error), report DirectoryReport) error {
	var values []T
	for _, line := range batch {
		if line.refusal == nil && !line.deleted {
			values = append(values, line.value)
		}
	}
	outcomes, err := into(ctx, values)
	if err != nil {
		return err
	}
	for _, line := range batch {
		outcome := line.refusal
		switch {
		case line.refusal != nil:
		case line.deleted:
			outcome = account.ErrDeleted
		default:
			outcome, outcomes = outcomes[0], outcomes[1:]
		}
		reason, leftOut := leftOut(outcome)
		switch {
		case leftOut:
			report.LeftOut(line.line, r.slots[reason.fact].name, reason.text)
		default:
			if err := reportLine(r, entry{Person: Person{Line: line.line}}, outcome, report); err != nil {
				return err
			}
		}
	}
	return nil
}

type leaving struct {
	outcome    error
	fact, text string
}

func leftOut(outcome error) (leaving, bool) {
	all := []leaving{
		{account.ErrSuperRole, code, "the old system's super administrators: it gives no right here, and was not imported"},
		{account.ErrUnknownUser, user, "no user was imported under this id"},
		{account.ErrUnknownDepartment, department, "no department was imported under this id"},
		{account.ErrUnknownRole, role, "no role was imported under this id; those of super administrators never are"},
		{account.ErrNoDepartment, user, "the user is in no department that was imported, and roles are given in one"},
	}
	k := slices.IndexFunc(all, func(l leaving) bool { return errors.Is(outcome, l.outcome) })
	if k < 0 {
		return leaving{}, false
	}
	return all[k], true
}

// entry reads a department or role.
func (r *row) entry() account.ImportedEntry {
	n := account.ImportedEntry{Alias: r.reference(id), Code: r.get(code), Name: r.get(name)}
	if _, asked := r.slots[status]; asked {
		n.Disabled = lookUp(r, status, r.layout.disabled)
	}
	n.Super = slices.Contains(r.layout.superRoles, n.Code)
	return n
}

// membership reads a row of a table between users and departments or roles.
func (r *row) membership() account.ImportedMembership {
	m := account.ImportedMembership{User: r.reference(user)}
	if _, asked := r.slots[department]; asked {
		m.Department = r.reference(department)
	} else {
		m.Role = r.reference(role)
	}
	return m
}

// reference is an id of this or another table.
func (r *row) reference(fact string) string {
	text := r.get(fact)
	switch {
	case text == "":
		r.refuse(fact, "it is missing")
	case rounded.MatchString(text):
		r.refuse(fact, "rounded by a spreadsheet; export the table again")
	}
	return text
}
