package account

import (
	"context"
	"errors"
	"slices"

	"quartet/server/account/importmerge"
	"quartet/store"
)

// ImportedMembership is a user's department, or one of the user's roles, by the ids in
// the other system. The other of the two is "".
type ImportedMembership struct{ User, Department, Role string }

// ImportMemberships makes users members of their departments, and gives them their roles
// in each department that they have. It returns the outcome of each. What an earlier
// import brought is not brought again, so that what was removed here stays removed.
func (i *Importer) ImportMemberships(ctx context.Context, batch []ImportedMembership) ([]error, error) {
	if err := errors.Join(i.readDepartments(ctx), i.readRoles(ctx)); err != nil {
		return nil, err
	}
	var outcomes []error
	for chunk := range slices.Chunk(batch, updatesPerTransaction) {
		some, err := i.addMemberships(ctx, chunk)
		if err != nil {
			return nil, storeErr(err)
		}
		outcomes = append(outcomes, some...)
	}
	return outcomes, nil
}

// addMemberships adds those of a chunk in one transaction.
func (i *Importer) addMemberships(ctx context.Context, chunk []ImportedMembership) (outcomes []error, err error) {
	users, err := i.importedUsers(ctx, chunk)
	if err != nil {
		return nil, err
	}
	err = i.s.inTx(ctx, func(tx *tx) error {
		outcomes = nil
		records, added := map[string]importmerge.Record{}, 0
		for _, m := range chunk {
			outcome, err := i.addMembership(ctx, tx, m, users, records)
			if err != nil {
				return err
			}
			if outcome == nil {
				added++
			}
			outcomes = append(outcomes, outcome)
		}
		if i.DryRun {
			return errRolledBack
		}
		for alias, record := range records {
			if err := tx.PutImportRecord(ctx, i.Source, alias, string(record)); err != nil {
				return err
			}
		}
		if added > 0 {
			tx.record(i.s.CommandLine().event(AuditMembershipsImported, 0, details{"source": i.Source, "memberships": added}))
		}
		return nil
	})
	if errors.Is(err, errRolledBack) {
		err = nil
	}
	return outcomes, err
}

// importedUsers finds the users of a chunk by their ids there. In a dry run those who
// would have been imported have the id 0.
func (i *Importer) importedUsers(ctx context.Context, chunk []ImportedMembership) (map[string]store.ImportedRow, error) {
	users := map[string]store.ImportedRow{}
	var aliases []string
	for _, m := range chunk {
		aliases = append(aliases, m.User)
	}
	if i.seen != nil {
		would, err := i.seen.Has(ctx, i.Source, aliases)
		if err != nil {
			return nil, err
		}
		for alias := range would {
			users[alias] = store.ImportedRow{Alias: alias}
		}
	}
	rows, err := i.s.store.ImportedUsers(ctx, i.Source, aliases)
	for _, row := range rows {
		users[row.Alias] = row
	}
	return users, err
}

// addMembership adds one, and returns its outcome. records are those that change.
func (i *Importer) addMembership(ctx context.Context, tx *tx, m ImportedMembership, users map[string]store.ImportedRow, records map[string]importmerge.Record) (outcome, err error) {
	user, known := users[m.User]
	if !known {
		return ErrUnknownUser, nil
	}
	field, id, ids, unknown := importmerge.Department, m.Department, i.departments, ErrUnknownDepartment
	if m.Role != "" {
		field, id, ids, unknown = importmerge.Role, m.Role, i.roles, ErrUnknownRole
	}
	target, known := ids[id]
	if !known {
		return unknown, nil
	}
	record, changed := records[m.User]
	if !changed {
		record = importmerge.Record(valueOf(user.Record))
	}
	digest := i.digestOf(m.User)
	if record.Has(field, id, digest) {
		return ErrExists, nil
	}
	if user.ID == 0 || target == 0 { // a dry run does not know what would be there by now
		records[m.User] = record.Add(field, id, digest)
		return nil, nil
	}
	now := store.TimeOf(i.s.now())
	organisations, role := []int64{target}, (*int64)(nil)
	if field == importmerge.Role {
		if organisations, err = tx.ImportedOrganisationsOf(ctx, user.ID, i.Source); err != nil {
			return nil, err
		}
		role = &target
	}
	if len(organisations) == 0 {
		return ErrNoDepartment, nil
	}
	for _, organisation := range organisations {
		if err := tx.AddMembership(ctx, user.ID, organisation, role, now); err != nil {
			return nil, err
		}
	}
	records[m.User] = record.Add(field, id, digest)
	return nil, nil
}
