package admin

import (
	"context"

	"quartet/openapi"
	"quartet/server/apierr"
)

// ListApplications is not written yet.
func (API) ListApplications(context.Context, openapi.ListApplicationsRequestObject) (openapi.ListApplicationsResponseObject, error) {
	return nil, apierr.New(apierr.PathNotFound)
}

// AddApplication is not written yet.
func (API) AddApplication(context.Context, openapi.AddApplicationRequestObject) (openapi.AddApplicationResponseObject, error) {
	return nil, apierr.New(apierr.PathNotFound)
}

// DeleteApplication is not written yet.
func (API) DeleteApplication(context.Context, openapi.DeleteApplicationRequestObject) (openapi.DeleteApplicationResponseObject, error) {
	return nil, apierr.New(apierr.PathNotFound)
}

// ReadApplication is not written yet.
func (API) ReadApplication(context.Context, openapi.ReadApplicationRequestObject) (openapi.ReadApplicationResponseObject, error) {
	return nil, apierr.New(apierr.PathNotFound)
}

// ChangeApplication is not written yet.
func (API) ChangeApplication(context.Context, openapi.ChangeApplicationRequestObject) (openapi.ChangeApplicationResponseObject, error) {
	return nil, apierr.New(apierr.PathNotFound)
}

// UnlinkOrganisation is not written yet.
func (API) UnlinkOrganisation(context.Context, openapi.UnlinkOrganisationRequestObject) (openapi.UnlinkOrganisationResponseObject, error) {
	return nil, apierr.New(apierr.PathNotFound)
}

// LinkOrganisation is not written yet.
func (API) LinkOrganisation(context.Context, openapi.LinkOrganisationRequestObject) (openapi.LinkOrganisationResponseObject, error) {
	return nil, apierr.New(apierr.PathNotFound)
}

// ListApplicationSecrets is not written yet.
func (API) ListApplicationSecrets(context.Context, openapi.ListApplicationSecretsRequestObject) (openapi.ListApplicationSecretsResponseObject, error) {
	return nil, apierr.New(apierr.PathNotFound)
}

// AddApplicationSecret is not written yet.
func (API) AddApplicationSecret(context.Context, openapi.AddApplicationSecretRequestObject) (openapi.AddApplicationSecretResponseObject, error) {
	return nil, apierr.New(apierr.PathNotFound)
}

// RevokeApplicationSecret is not written yet.
func (API) RevokeApplicationSecret(context.Context, openapi.RevokeApplicationSecretRequestObject) (openapi.RevokeApplicationSecretResponseObject, error) {
	return nil, apierr.New(apierr.PathNotFound)
}

// ListAudit is not written yet.
func (API) ListAudit(context.Context, openapi.ListAuditRequestObject) (openapi.ListAuditResponseObject, error) {
	return nil, apierr.New(apierr.PathNotFound)
}

// ReadFigures is not written yet.
func (API) ReadFigures(context.Context, openapi.ReadFiguresRequestObject) (openapi.ReadFiguresResponseObject, error) {
	return nil, apierr.New(apierr.PathNotFound)
}

// ListSigningKeys is not written yet.
func (API) ListSigningKeys(context.Context, openapi.ListSigningKeysRequestObject) (openapi.ListSigningKeysResponseObject, error) {
	return nil, apierr.New(apierr.PathNotFound)
}

// RotateSigningKey is not written yet.
func (API) RotateSigningKey(context.Context, openapi.RotateSigningKeyRequestObject) (openapi.RotateSigningKeyResponseObject, error) {
	return nil, apierr.New(apierr.PathNotFound)
}

// RetireSigningKey is not written yet.
func (API) RetireSigningKey(context.Context, openapi.RetireSigningKeyRequestObject) (openapi.RetireSigningKeyResponseObject, error) {
	return nil, apierr.New(apierr.PathNotFound)
}

// ListOrganisations is not written yet.
func (API) ListOrganisations(context.Context, openapi.ListOrganisationsRequestObject) (openapi.ListOrganisationsResponseObject, error) {
	return nil, apierr.New(apierr.PathNotFound)
}

// AddOrganisation is not written yet.
func (API) AddOrganisation(context.Context, openapi.AddOrganisationRequestObject) (openapi.AddOrganisationResponseObject, error) {
	return nil, apierr.New(apierr.PathNotFound)
}

// DeleteOrganisation is not written yet.
func (API) DeleteOrganisation(context.Context, openapi.DeleteOrganisationRequestObject) (openapi.DeleteOrganisationResponseObject, error) {
	return nil, apierr.New(apierr.PathNotFound)
}

// ReadOrganisation is not written yet.
func (API) ReadOrganisation(context.Context, openapi.ReadOrganisationRequestObject) (openapi.ReadOrganisationResponseObject, error) {
	return nil, apierr.New(apierr.PathNotFound)
}

// ChangeOrganisation is not written yet.
func (API) ChangeOrganisation(context.Context, openapi.ChangeOrganisationRequestObject) (openapi.ChangeOrganisationResponseObject, error) {
	return nil, apierr.New(apierr.PathNotFound)
}

// ListMembers is not written yet.
func (API) ListMembers(context.Context, openapi.ListMembersRequestObject) (openapi.ListMembersResponseObject, error) {
	return nil, apierr.New(apierr.PathNotFound)
}

// ListRoles is not written yet.
func (API) ListRoles(context.Context, openapi.ListRolesRequestObject) (openapi.ListRolesResponseObject, error) {
	return nil, apierr.New(apierr.PathNotFound)
}

// AddRole is not written yet.
func (API) AddRole(context.Context, openapi.AddRoleRequestObject) (openapi.AddRoleResponseObject, error) {
	return nil, apierr.New(apierr.PathNotFound)
}

// DeleteRole is not written yet.
func (API) DeleteRole(context.Context, openapi.DeleteRoleRequestObject) (openapi.DeleteRoleResponseObject, error) {
	return nil, apierr.New(apierr.PathNotFound)
}

// ReadRole is not written yet.
func (API) ReadRole(context.Context, openapi.ReadRoleRequestObject) (openapi.ReadRoleResponseObject, error) {
	return nil, apierr.New(apierr.PathNotFound)
}

// ChangeRole is not written yet.
func (API) ChangeRole(context.Context, openapi.ChangeRoleRequestObject) (openapi.ChangeRoleResponseObject, error) {
	return nil, apierr.New(apierr.PathNotFound)
}

// ListMembershipsOfUser is not written yet.
func (API) ListMembershipsOfUser(context.Context, openapi.ListMembershipsOfUserRequestObject) (openapi.ListMembershipsOfUserResponseObject, error) {
	return nil, apierr.New(apierr.PathNotFound)
}

// RemoveMembership is not written yet.
func (API) RemoveMembership(context.Context, openapi.RemoveMembershipRequestObject) (openapi.RemoveMembershipResponseObject, error) {
	return nil, apierr.New(apierr.PathNotFound)
}

// SetMembership is not written yet.
func (API) SetMembership(context.Context, openapi.SetMembershipRequestObject) (openapi.SetMembershipResponseObject, error) {
	return nil, apierr.New(apierr.PathNotFound)
}
