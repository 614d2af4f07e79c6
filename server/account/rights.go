package account

import (
	"slices"
	"strings"
)

// The rights of operators. An operation of the contract names the one it needs in x-right.
const (
	RightUsersRead          = "users.read"
	RightUsersWrite         = "users.write"
	RightUsersErase         = "users.erase" // merging too
	RightUsersExport        = "users.export"
	RightUsersRole          = "users.role" // over the whole server
	RightSessionsRead       = "sessions.read"
	RightSessionsEnd        = "sessions.end"
	RightLockoutsRead       = "lockouts.read"
	RightLockoutsLift       = "lockouts.lift"
	RightOrganisationsRead  = "organisations.read"
	RightOrganisationsWrite = "organisations.write"
	RightRolesRead          = "roles.read"
	RightRolesWrite         = "roles.write"
	RightMembershipsRead    = "memberships.read"
	RightMembershipsWrite   = "memberships.write"
	RightApplicationsRead   = "applications.read"
	RightApplicationsWrite  = "applications.write"
	RightKeysRead           = "keys.read"
	RightKeysWrite          = "keys.write"
	RightAuditRead          = "audit.read"
	RightFiguresRead        = "figures.read"
	RightWebhooksRead       = "webhooks.read"
	RightWebhooksWrite      = "webhooks.write"
	RightAnswersPreview     = "answers.preview"
)

// OperatorRights lists the rights of operators.
func OperatorRights() []string {
	return []string{
		RightUsersRead, RightUsersWrite, RightUsersErase, RightUsersExport, RightUsersRole,
		RightSessionsRead, RightSessionsEnd, RightLockoutsRead, RightLockoutsLift,
		RightOrganisationsRead, RightOrganisationsWrite, RightRolesRead, RightRolesWrite,
		RightMembershipsRead, RightMembershipsWrite, RightApplicationsRead, RightApplicationsWrite,
		RightKeysRead, RightKeysWrite, RightAuditRead, RightFiguresRead,
		RightWebhooksRead, RightWebhooksWrite, RightAnswersPreview,
	}
}

var (
	// superRights are of super administrators alone. With one of them an application could
	// give itself every other, or act as a user.
	superRights = []string{RightUsersRole, RightApplicationsWrite, RightKeysWrite, RightWebhooksWrite, RightAnswersPreview}
	// notOfAdministrators are those that only super administrators and applications have.
	notOfAdministrators = append([]string{RightUsersErase, RightUsersExport}, superRights...)
	// organisationRights are of those who administer an organisation, within it.
	organisationRights = []string{RightUsersRead, RightOrganisationsRead, RightRolesRead, RightMembershipsRead, RightMembershipsWrite}
)

func rightsOfRole(role string) []string {
	switch role {
	case RoleSuperAdministrator:
		return OperatorRights()
	case RoleAdministrator:
		return without(OperatorRights(), notOfAdministrators)
	default:
		return nil
	}
}

// KnownRights lists the rights that an application can hold.
func KnownRights() []string {
	return append([]string{RightContact, RightNickname}, without(OperatorRights(), superRights)...)
}

// operatorRightsOf are those of an application's rights that are for operators.
func operatorRightsOf(rights string) []string {
	return slices.DeleteFunc(strings.Fields(rights), func(right string) bool {
		return right == RightContact || right == RightNickname || slices.Contains(superRights, right)
	})
}

func without(rights, others []string) []string {
	return slices.DeleteFunc(rights, func(right string) bool { return slices.Contains(others, right) })
}

func rightsSet(rights []string) map[string]bool {
	set := make(map[string]bool, len(rights))
	for _, right := range rights {
		set[right] = true
	}
	return set
}
