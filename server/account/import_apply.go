package account

import (
	"context"
	"errors"
	"slices"

	"quartet/server/account/quickhash"
	"quartet/store"
)

// apply stores changes in one transaction, sets their outcomes, and returns those whose
// users have changed meanwhile.
func (i *Importer) apply(ctx context.Context, changes []change, outcomes []error) (again []int, err error) {
	err = i.s.inTx(ctx, func(tx *tx) error {
		again = nil
		var active []int64 // super administrators, locked before other users
		if slices.ContainsFunc(changes, change.disablesSuperAdministrator) {
			var err error
			if active, err = tx.LockSuperAdministrators(ctx); err != nil {
				return err
			}
		}
		for _, c := range changes {
			others := slices.DeleteFunc(slices.Clone(active), func(id int64) bool { return id == c.UserID })
			last := c.disablesSuperAdministrator() && len(others) == 0
			updated, err := i.applyOne(ctx, tx, c, last)
			if err == nil && c.disablesSuperAdministrator() && !last {
				active = others
			}
			switch {
			case errors.Is(err, store.ErrNotFound):
				again = append(again, c.n)
				continue
			case err != nil:
				return err
			}
			outcomes[c.n] = c.outcome(updated)
		}
		if i.DryRun {
			return errRolledBack
		}
		return nil
	})
	if errors.Is(err, errRolledBack) {
		err = nil
	}
	return again, err
}

func (c change) disablesSuperAdministrator() bool {
	return c.role == RoleSuperAdministrator && c.Disabled != nil && *c.Disabled
}

func (c *change) outcome(updated Updated) error {
	switch {
	case len(updated.Fields)+len(updated.Kept)+len(updated.Taken) > 0, updated.StaysEnabled:
		return updated
	case c.deleted:
		return ErrDeleted
	default:
		return ErrExists
	}
}

// applyOne stores one change. last says that it would disable the last super administrator,
// who stays enabled then.
func (i *Importer) applyOne(ctx context.Context, tx *tx, c change, last bool) (Updated, error) {
	taken, err := tx.TakenValues(ctx, c.ImportUpdate, c.mobile)
	if err != nil {
		return Updated{}, err
	}
	updated := Updated{Fields: slices.Clone(c.fields), Kept: slices.Clone(c.kept), StaysEnabled: last}
	leave := func(owner int64, field string, others ...string) {
		if owner != 0 {
			updated.Taken = append(updated.Taken, TakenField{field, owner})
			updated.Fields = slices.DeleteFunc(updated.Fields, func(f string) bool { return f == field || slices.Contains(others, f) })
		}
	}
	if leave(taken.Username, fieldUsername); taken.Username != 0 {
		c.Username, c.UsernameKey = nil, nil
	}
	if leave(taken.Email, fieldEmail, fieldEmailStatus); taken.Email != 0 {
		c.Email, c.EmailKey, c.EmailVerified = nil, nil, false
	}
	if leave(taken.Mobile, fieldMobile, fieldMobileStatus); taken.Mobile != 0 {
		c.Mobile, c.MobileIndex, c.MobileVerified = nil, nil, false
	}
	var untaken []string
	if last {
		c.Disabled = nil
		updated.Fields = slices.DeleteFunc(updated.Fields, func(f string) bool { return f == fieldStatus })
		untaken = append(untaken, fieldStatus)
	}
	for _, t := range updated.Taken {
		untaken = append(untaken, t.Field)
	}
	c.Record = string(c.record(untaken))
	slices.Sort(updated.Fields)
	slices.Sort(updated.Kept)
	switch {
	case len(updated.Fields) > 0:
	case c.Record == string(c.merge.Record):
		return updated, nil
	default:
		return updated, tx.PutImportRecord(ctx, i.Source, c.Alias, c.Record)
	}
	if c.PasswordHash != nil {
		for _, stored := range []*string{c.PasswordHash, c.WasPasswordHash} {
			if err := quickhash.Moved(ctx, tx.Tx, stored); err != nil {
				return Updated{}, err
			}
		}
	}
	if err := tx.UpdateImported(ctx, i.Source, c.ImportUpdate, store.TimeOf(i.s.now())); err != nil {
		return Updated{}, err
	}
	tx.record(i.s.CommandLine().event(AuditUserUpdated, c.UserID, details{"source": i.Source, "fields": updated.Fields}))
	if c.Disabled != nil {
		tx.record(i.s.CommandLine().event(disabledKind(*c.Disabled), c.UserID, details{"source": i.Source}))
	}
	return updated, nil
}

func disabledKind(disabled bool) string {
	if disabled {
		return AuditUserDisabled
	}
	return AuditUserEnabled
}
