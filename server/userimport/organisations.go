package userimport

import (
	"context"
	"errors"
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

// RunTable imports a table that is not the one of users, as Run does.
func RunTable(ctx context.Context, table Table, file io.Reader, o Options, into Directory, report Report, stop bool) (err error) {
	r, err := newReader("", table.layout, file, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
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
	id      string // "" for a membership
	deleted bool
	refusal error
}

func runTable[T any](ctx context.Context, r *Reader, value func(*row) T, into func(context.Context, []T) ([]error, error), report Report, stop bool) error {
	next := func() (read[T], error) {
		line, err := nextOf(r, value)
		line.refusal = err
		return line, err
	}
	return inBatches(ctx, stop, next, func(batch []read[T]) error { return flushTable(ctx, r, batch, into, report) })
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
	if at.has(deleted) && at.word(deleted, r.layout.deleted) {
		return read[T]{line: line, id: at.get(id), deleted: true}, at.err
	}
	return read[T]{line: line, id: at.get(id), value: value(at)}, at.err
}

func flushTable[T any](ctx context.Context, r *Reader, batch []read[T], into func(context.Context, []T) ([]error, error), report Report) error {
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
		e := &entry{Person: Person{Line: line.line, id: line.id}}
		if err := reportLine(r, e, outcome, report); err != nil {
			return err
		}
	}
	return nil
}

type leaving struct {
	outcome error
	fact    string
	reason  Reason
}

var leavings = []leaving{
	{account.ErrErased, id, Reason{"the person has closed the account here, and does not come back by an import", "本人已在这里注销账号，不会因导入而恢复"}},
	{account.ErrSuperRole, code, Reason{"the old system's super administrators: it gives no right here, and was not imported", "是旧系统的超级管理员角色：在这里不给任何权限，没有导入"}},
	{account.ErrUnknownUser, user, Reason{"no user was imported under this id", "没有导入过这个 ID 的用户"}},
	{account.ErrUnknownDepartment, department, Reason{"no department was imported under this id", "没有导入过这个 ID 的部门"}},
	{account.ErrUnknownRole, role, Reason{"no role was imported under this id; those of super administrators never are", "没有导入过这个 ID 的角色；超级管理员的角色从不导入"}},
	{account.ErrNoDepartment, user, Reason{"the user is in no department that was imported, and roles are given in one", "用户不在任何已导入的部门中，而角色要在部门中授予"}},
}

func leftOut(outcome error) (leaving, bool) {
	if outcome == nil {
		return leaving{}, false
	}
	k := slices.IndexFunc(leavings, func(l leaving) bool { return errors.Is(outcome, l.outcome) })
	if k < 0 {
		return leaving{}, false
	}
	return leavings[k], true
}

// entry reads a department or role.
func (r *row) entry() account.ImportedEntry {
	n := account.ImportedEntry{Alias: r.reference(id), Code: r.get(code), Name: r.get(name)}
	if r.has(status) {
		n.Disabled = r.word(status, r.layout.disabled)
	}
	n.Super = slices.Contains(r.layout.superRoles, n.Code)
	return n
}

// membership reads a row of a table between users and departments or roles.
func (r *row) membership() account.ImportedMembership {
	m := account.ImportedMembership{User: r.reference(user)}
	if r.has(department) {
		m.Department = r.reference(department)
	} else {
		m.Role = r.reference(role)
	}
	return m
}
