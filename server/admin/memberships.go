package admin

import (
	"context"

	"quartet/openapi"
	"quartet/server/account"
	"quartet/server/dialect"
)

// ListMembershipsOfUser lists the memberships of a user that the operator sees.
func (API) ListMembershipsOfUser(ctx context.Context, r openapi.ListMembershipsOfUserRequestObject) (openapi.ListMembershipsOfUserResponseObject, error) {
	rows, err := operator(ctx).JoinedMemberships(ctx, number(r.UserId))
	if err != nil {
		return nil, err
	}
	return openapi.ListMembershipsOfUser200JSONResponse{Body: openapi.AdminMembershipList{Items: dialect.Convert(rows, toMembership)}}, nil
}

// SetMembership sets the roles of a user in an organisation.
func (API) SetMembership(ctx context.Context, r openapi.SetMembershipRequestObject) (openapi.SetMembershipResponseObject, error) {
	set, err := operator(ctx).SetMembership(ctx, number(r.UserId), r.Organisation, r.Body.Roles)
	if err != nil {
		return nil, account.Missing(err)
	}
	return openapi.SetMembership200JSONResponse{Body: toMembership(set)}, nil
}

// RemoveMembership removes a user from an organisation.
func (API) RemoveMembership(ctx context.Context, r openapi.RemoveMembershipRequestObject) (openapi.RemoveMembershipResponseObject, error) {
	err := operator(ctx).RemoveMembership(ctx, number(r.UserId), r.Organisation, "")
	return openapi.RemoveMembership204Response{}, account.Missing(err)
}

func toMembership(m account.JoinedMembership) openapi.AdminMembership {
	of := m.Organisation
	return openapi.AdminMembership{
		Organisation: openapi.AdminMembershipOrganisation{Code: of.Code, Name: of.Name, Disabled: of.DisabledAt != nil},
		Roles:        dialect.Convert(m.Roles, toMembershipRole), JoinedAt: utc(m.JoinedAt),
	}
}
