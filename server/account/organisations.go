package account

import (
	"context"
	"maps"
	"slices"
	"strings"
	"unicode"

	"quartet/server/account/nametext"
	"quartet/server/apierr"
	"quartet/store"
)

const (
	longestCode = 64  // characters, of an organisation or role
	longestName = 128 // characters, of anything listed here
)

// Organisation is something that users can be members of.
type Organisation struct {
	ID         int64
	Code       string // unique
	Name       string
	CreatedAt  Time
	DisabledAt *Time
	Version    int64
}

// Role is what a user can be in an organisation.
type Role struct {
	ID          int64
	Code        string // unique
	Name        string
	CreatedAt   Time
	DisabledAt  *Time
	Version     int64
	Administers bool // its holders administer the organisation
}

// Membership is an organisation that a user belongs to, with the user's roles
// there.
type Membership struct {
	ID         int64
	Code, Name string
	Roles      []MembershipRole
}

// MembershipRole is a role that a user has in an organisation.
type MembershipRole struct {
	ID         int64
	Code, Name string
}

func toOrganisation(row store.Organisation) Organisation { return Organisation(row) }

func newMembership(row store.Membership) Membership {
	return Membership{ID: row.ID, Code: row.Code, Name: row.Name, Roles: convert(row.Roles, func(role store.Role) MembershipRole {
		return MembershipRole{ID: role.ID, Code: role.Code, Name: role.Name}
	})}
}

// AddOrganisation adds an organisation under a code of its own. Failures are InvalidField
// for a code or name out of bounds, and AlreadyExists for a code that is taken.
func (s Operator) AddOrganisation(ctx context.Context, code, name string) (Organisation, error) {
	if err := checkListed("code", code, name); err != nil {
		return Organisation{}, err
	}
	return once(ctx, s, func(keep remember[Organisation]) (Organisation, error) {
		row := store.Organisation{Code: code, Name: name, CreatedAt: store.TimeOf(s.now())}
		err := s.inTx(ctx, func(tx *tx) error {
			row.ID = s.ids.Next()
			tx.record(s.event(AuditOrganisationAdded, 0, details{"organisation": code}))
			if err := tx.InsertOrganisation(ctx, row); err != nil {
				return err
			}
			return keep(ctx, tx, Organisation(row))
		})
		return Organisation(row), takenErr(err, "code")
	})
}

// Organisation finds an organisation by its code. The failure is InvalidField
// with field organisation for an unknown code, here and below, and for one that the operator
// may not see.
func (s Operator) Organisation(ctx context.Context, code string) (Organisation, error) {
	row, err := s.store.OrganisationByCode(ctx, code)
	if err == nil && !s.sees(row.ID) {
		err = store.ErrNotFound
	}
	if err != nil {
		return Organisation{}, codeErr(err, "organisation")
	}
	return Organisation(row), nil
}

// FindOrganisations returns up to limit organisations that the operator sees and whose codes
// are above after, by code.
func (s Operator) FindOrganisations(ctx context.Context, after string, limit int) ([]Organisation, error) {
	filter := store.EntryFilter{After: after}
	if s.organisations != nil {
		filter.IDs = slices.Collect(maps.Keys(s.organisations))
	}
	rows, err := s.store.FindOrganisations(ctx, filter, limit)
	return convert(rows, toOrganisation), storeErr(err)
}

// ListOrganisations gives all organisations.
func (s *Service) ListOrganisations(ctx context.Context) ([]Organisation, error) {
	rows, err := s.store.ListOrganisations(ctx)
	return convert(rows, toOrganisation), storeErr(err)
}

// EntryChange is a change of an organisation or role; nil leaves a fact as it is. A disabled
// one is left out of profiles.
type EntryChange struct {
	Name     *string
	Disabled *bool
}

// ChangeOrganisation changes an organisation. Failures are InvalidField, PreconditionFailed
// for another version than the operator wants, and Forbidden for disabling or enabling one
// that somebody administers, unless the operator may give that role.
func (s Operator) ChangeOrganisation(ctx context.Context, code string, change EntryChange) (Organisation, error) {
	before, err := s.Organisation(ctx, code)
	if err != nil {
		return Organisation{}, err
	}
	if change.Name != nil {
		if err := checkName(*change.Name); err != nil {
			return Organisation{}, err
		}
	}
	err = s.inTx(ctx, func(tx *tx) error {
		if err := tx.TakeVersion(ctx, store.VersionedOrganisations, "code", code, s.version); err != nil {
			return err
		}
		if change.Name != nil && *change.Name != before.Name {
			tx.record(s.event(AuditOrganisationRenamed, 0, details{"organisation": code}))
			if err := tx.RenameOrganisation(ctx, code, *change.Name); err != nil {
				return err
			}
		}
		if disabled := change.Disabled; disabled != nil && *disabled != (before.DisabledAt != nil) {
			if err := s.mayDepose(ctx, tx, store.Administering{OrganisationID: before.ID}); err != nil {
				return err
			}
			tx.record(s.event(either(*disabled, AuditOrganisationDisabled, AuditOrganisationEnabled), 0, details{"organisation": code}))
			return tx.SetOrganisationDisabled(ctx, code, *disabled, store.TimeOf(s.now()))
		}
		return nil
	})
	if err != nil {
		return Organisation{}, codeErr(err, "organisation")
	}
	return s.Organisation(ctx, code)
}

// DeleteOrganisation deletes an organisation with its memberships. Failures are those of
// ChangeOrganisation.
func (s Operator) DeleteOrganisation(ctx context.Context, code string) error {
	before, err := s.Organisation(ctx, code)
	if err != nil {
		return err
	}
	err = s.inTx(ctx, func(tx *tx) error {
		if err := tx.TakeVersion(ctx, store.VersionedOrganisations, "code", code, s.version); err != nil {
			return err
		}
		if err := s.mayDepose(ctx, tx, store.Administering{OrganisationID: before.ID}); err != nil {
			return err
		}
		tx.record(s.event(AuditOrganisationDeleted, 0, details{"organisation": code}))
		return tx.DeleteOrganisation(ctx, code)
	})
	return codeErr(err, "organisation")
}

func either[T any](condition bool, yes, no T) T {
	if condition {
		return yes
	}
	return no
}

// CountMembers returns how many members an organisation has.
func (s *Service) CountMembers(ctx context.Context, organisation Organisation) (int64, error) {
	members, err := s.store.CountMembers(ctx, organisation.ID)
	return members, storeErr(err)
}

// checkListed checks the code or id and the name of an entry of a list. Codes have no
// blanks, names none around them, both have no invisible characters, and a word of a name
// no letters of several scripts, so that the entries can be told apart and entered. The
// codes . and .. are refused because no path can name them.
func checkListed(field, code, name string) error {
	if err := checkText(field, code, longestCode); err != nil {
		return err
	}
	switch {
	case code == "":
		return apierr.Field(field, apierr.Required)
	case code == ".", code == "..", strings.ContainsFunc(code, func(r rune) bool { return unicode.IsSpace(r) || isInvisible(r) }):
		return apierr.Field(field, apierr.BadFormat)
	}
	return checkName(name)
}

func checkName(name string) error {
	if err := checkText("name", name, longestName); err != nil {
		return err
	}
	switch {
	case name == "":
		return apierr.Field("name", apierr.Required)
	case strings.TrimSpace(name) != name:
		return apierr.Field("name", apierr.BadFormat)
	case strings.ContainsFunc(name, isInvisible), nametext.HasInvisible(name):
		return apierr.Field("name", apierr.Invisible)
	case slices.ContainsFunc(strings.Fields(name), nametext.MixesScripts):
		return apierr.Field("name", apierr.MixedScripts)
	}
	return nil
}

// isInvisible reports control and format characters, and the replacement character.
func isInvisible(r rune) bool { return !unicode.IsGraphic(r) || r == unicode.ReplacementChar }
