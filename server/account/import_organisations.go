package account

import "context"

// readDepartments reads which organisations the other system's departments are.
func (i *Importer) readDepartments(ctx context.Context) (err error) {
	if i.departments == nil {
		i.departments, err = i.s.store.OrganisationAliases(ctx, i.Source)
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
