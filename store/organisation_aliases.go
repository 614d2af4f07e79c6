package store

import "context"

// aliasOf is an id in another system, and the id here.
type aliasOf struct {
	Alias string `db:"alias"`
	ID    int64  `db:"id"`
}

const (
	organisationAliases     = "SELECT alias, organisation_id AS id FROM organisation_aliases WHERE source = ?"
	roleAliases             = "SELECT alias, role_id AS id FROM role_aliases WHERE source = ?"
	insertOrganisationAlias = "INSERT INTO organisation_aliases (source, alias, organisation_id) VALUES (?, ?, ?)"
	insertRoleAlias         = "INSERT INTO role_aliases (source, alias, role_id) VALUES (?, ?, ?)"

	importedOrganisationsOf = `SELECT DISTINCT m.organisation_id FROM memberships m
		JOIN organisation_aliases a ON a.organisation_id = m.organisation_id
		WHERE m.user_id = ? AND a.source = ?`
)

// OrganisationAliases gives the organisations that were imported from another system, by
// their ids there.
func (s *Store) OrganisationAliases(ctx context.Context, source string) (map[string]int64, error) {
	return s.aliases(ctx, "OrganisationAliases", organisationAliases, source)
}

// RoleAliases gives the roles that were imported from another system, by their ids there.
func (s *Store) RoleAliases(ctx context.Context, source string) (map[string]int64, error) {
	return s.aliases(ctx, "RoleAliases", roleAliases, source)
}

func (s *Store) aliases(ctx context.Context, verb, query, source string) (map[string]int64, error) {
	rows, err := many[aliasOf](ctx, s, verb, query, source)
	ids := make(map[string]int64, len(rows))
	for _, row := range rows {
		ids[row.Alias] = row.ID
	}
	return ids, err
}

// AddOrganisationAlias keeps the id that an organisation has in another system. It
// returns a ConflictError of alias if there is one with that id.
func (tx Tx) AddOrganisationAlias(ctx context.Context, source, alias string, organisationID int64) error {
	_, err := tx.exec(ctx, "AddOrganisationAlias", insertOrganisationAlias, source, alias, organisationID)
	return err
}

// AddRoleAlias keeps the id that a role has in another system. It returns a
// ConflictError of alias if there is one with that id.
func (tx Tx) AddRoleAlias(ctx context.Context, source, alias string, roleID int64) error {
	_, err := tx.exec(ctx, "AddRoleAlias", insertRoleAlias, source, alias, roleID)
	return err
}

// ImportedOrganisationsOf gives the organisations of a user that were imported from
// another system.
func (tx Tx) ImportedOrganisationsOf(ctx context.Context, userID int64, source string) (ids []int64, err error) {
	err = tx.tx.Select(ctx, &ids, importedOrganisationsOf, userID, source)
	return ids, tx.store.fail("ImportedOrganisationsOf", err)
}
