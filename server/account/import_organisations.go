package account

import (
	"context"
	"errors"
	"maps"

	"quartet/server/apierr"
	"quartet/store"
)

// Outcomes of ImportDepartments, ImportRoles and ImportMemberships, besides ErrExists and
// failures.
var (
	ErrSuperRole         = errors.New("account: a super administrator's role of another system")
	ErrUnknownUser       = errors.New("account: the user was not imported")
	ErrUnknownDepartment = errors.New("account: the department was not imported")
	ErrUnknownRole       = errors.New("account: the role was not imported")
	ErrNoDepartment      = errors.New("account: the user is in no imported department")
)

// ImportedEntry is a department or role of another system.
type ImportedEntry struct {
	Alias    string // id there
	Code     string // "" for none
	Name     string
	Disabled bool
	Super    bool // a role with every right there: it gives none here, and is not imported
}

// entries are the organisations or the roles that an import adds to.
type entries struct {
	known  map[string]int64 // by their ids in the other system
	codes  map[string]bool  // that are taken here
	kind   string           // of the audit event
	detail string           // its name of the code
	insert func(tx *tx, id int64, code string, n ImportedEntry) error
}

// ImportDepartments adds the departments of another system as organisations, and returns
// the outcome of each. The code is the one there if it is free here, else made of the
// system's name and the id there.
func (i *Importer) ImportDepartments(ctx context.Context, batch []ImportedEntry) ([]error, error) {
	if err := i.readDepartments(ctx); err != nil {
		return nil, err
	}
	here, err := i.s.ListOrganisations(ctx)
	if err != nil {
		return nil, err
	}
	into := entries{known: i.departments, codes: map[string]bool{}, kind: AuditOrganisationAdded, detail: "organisation"}
	for _, organisation := range here {
		into.codes[organisation.Code] = true
	}
	into.insert = func(tx *tx, id int64, code string, n ImportedEntry) error {
		now := store.TimeOf(i.s.now())
		row := store.Organisation{ID: id, Code: code, Name: n.Name, CreatedAt: now, DisabledAt: timeIf(n.Disabled, now)}
		if err := tx.InsertOrganisation(ctx, row); err != nil {
			return err
		}
		return tx.AddOrganisationAlias(ctx, i.Source, n.Alias, id)
	}
	return i.importEntries(ctx, batch, into)
}

// ImportRoles adds the roles of another system, as ImportDepartments does. None of them
// gives rights over the whole server.
func (i *Importer) ImportRoles(ctx context.Context, batch []ImportedEntry) ([]error, error) {
	if err := i.readRoles(ctx); err != nil {
		return nil, err
	}
	here, err := i.s.ListRoles(ctx)
	if err != nil {
		return nil, err
	}
	into := entries{known: i.roles, codes: map[string]bool{}, kind: AuditRoleAdded, detail: "role"}
	for _, role := range here {
		into.codes[role.Code] = true
	}
	into.insert = func(tx *tx, id int64, code string, n ImportedEntry) error {
		now := store.TimeOf(i.s.now())
		row := store.Role{ID: id, Code: code, Name: n.Name, CreatedAt: now, DisabledAt: timeIf(n.Disabled, now)}
		if err := tx.InsertRole(ctx, row); err != nil {
			return err
		}
		return tx.AddRoleAlias(ctx, i.Source, n.Alias, id)
	}
	return i.importEntries(ctx, batch, into)
}

func timeIf(disabled bool, now Time) *Time {
	if disabled {
		return &now
	}
	return nil
}

// importEntries adds those of a batch that are not known in one transaction.
func (i *Importer) importEntries(ctx context.Context, batch []ImportedEntry, into entries) ([]error, error) {
	outcomes := make([]error, len(batch))
	codes := make([]string, len(batch))
	before := maps.Clone(into.known)
	for k, n := range batch {
		if _, there := into.known[n.Alias]; there {
			outcomes[k] = ErrExists
			continue
		}
		if codes[k], outcomes[k] = i.entryCode(n, into.codes); outcomes[k] == nil {
			into.known[n.Alias], into.codes[codes[k]] = 0, true
		} else if i.Stop && !errors.Is(outcomes[k], ErrSuperRole) {
			for rest := k + 1; rest < len(batch); rest++ {
				outcomes[rest] = ErrSkipped
			}
			break
		}
	}
	if i.DryRun {
		return outcomes, nil
	}
	err := i.s.inTx(ctx, func(tx *tx) error {
		for k, n := range batch {
			if outcomes[k] != nil {
				continue
			}
			id := i.s.ids.Next()
			if err := into.insert(tx, id, codes[k], n); err != nil {
				return err
			}
			into.known[n.Alias] = id
			tx.record(i.s.CommandLine().event(into.kind, 0, details{into.detail: codes[k], "source": i.Source}))
		}
		return nil
	})
	if err != nil {
		maps.DeleteFunc(into.known, func(alias string, _ int64) bool { _, was := before[alias]; return !was })
		return nil, codeErr(err, "code")
	}
	return outcomes, nil
}

// entryCode checks an entry and chooses its code.
func (i *Importer) entryCode(n ImportedEntry, taken map[string]bool) (string, error) {
	if n.Super {
		return "", ErrSuperRole
	}
	if err := checkText("id", n.Alias, longestAlias); err != nil {
		return "", err
	}
	if n.Alias == "" {
		return "", apierr.Field("id", apierr.Required)
	}
	if n.Code != "" && !taken[n.Code] && checkListed("code", n.Code, n.Name) == nil {
		return n.Code, nil
	}
	code := i.Source + "-" + n.Alias
	if taken[code] {
		return "", apierr.Field("code", apierr.NotInEnum)
	}
	return code, checkListed("code", code, n.Name)
}

// readDepartments reads which organisations the other system's departments are.
func (i *Importer) readDepartments(ctx context.Context) (err error) {
	if i.departments == nil {
		i.departments, err = i.s.store.OrganisationAliases(ctx, i.Source)
	}
	return storeErr(err)
}

func (i *Importer) readRoles(ctx context.Context) (err error) {
	if i.roles == nil {
		i.roles, err = i.s.store.RoleAliases(ctx, i.Source)
	}
	return storeErr(err)
}

// countDepartment counts a user whose department was not imported, although others were.
func (i *Importer) countDepartment(n ImportedUser, outcome error) {
	_, known := i.departments[n.Department]
	if n.Department != "" && !known && len(i.departments) > 0 && (outcome == nil || i.Update && !isRefusal(outcome)) {
		i.UnknownDepartments++
	}
}
