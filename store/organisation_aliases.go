package store

import "context"

// aliasOf is an id in another system, and the id here.
type aliasOf struct {
	Alias string `db:"alias"`
	ID    int64  `db:"id"`
}

const (
	organisationAliases = "SELECT alias, organisation_id AS id FROM organisation_aliases WHERE source = ?"
	roleAliases         = "SELECT alias, role_id AS id FROM role_aliases WHERE source = ?"
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
