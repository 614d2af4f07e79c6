package admin

import (
	"context"

	"quartet/openapi"
	"quartet/server/account"
	"quartet/server/dialect"
)

// ListOrganisations lists the organisations that the operator sees.
func (API) ListOrganisations(ctx context.Context, r openapi.ListOrganisationsRequestObject) (openapi.ListOrganisationsResponseObject, error) {
	l, err := newList(ctx, "listOrganisations", r.Params, r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	rows, err := l.operator.FindOrganisations(ctx, l.position, l.limit+1)
	if err != nil {
		return nil, err
	}
	items, next := pageOf(l, rows, func(o account.Organisation) string { return o.Code }, toOrganisation)
	return openapi.ListOrganisations200JSONResponse{Body: openapi.AdminOrganisationPage{Items: items, Next: next}}, nil
}

// AddOrganisation adds an organisation.
func (API) AddOrganisation(ctx context.Context, r openapi.AddOrganisationRequestObject) (openapi.AddOrganisationResponseObject, error) {
	added, err := onceOperator(ctx, r.Params.IdempotencyKey, r).AddOrganisation(ctx, r.Body.Code, r.Body.Name)
	if err != nil {
		return nil, err
	}
	answer := openapi.AddOrganisation201JSONResponse{Body: toOrganisation(added)}
	answer.Headers.ETag = etag(added.Version)
	return answer, nil
}

// ReadOrganisation reads an organisation.
func (API) ReadOrganisation(ctx context.Context, r openapi.ReadOrganisationRequestObject) (openapi.ReadOrganisationResponseObject, error) {
	found, err := operator(ctx).Organisation(ctx, r.Organisation)
	if err != nil {
		return nil, account.Missing(err)
	}
	answer := openapi.ReadOrganisation200JSONResponse{Body: toOrganisation(found)}
	answer.Headers.ETag = etag(found.Version)
	return answer, nil
}

// ChangeOrganisation changes an organisation.
func (API) ChangeOrganisation(ctx context.Context, r openapi.ChangeOrganisationRequestObject) (openapi.ChangeOrganisationResponseObject, error) {
	change := account.EntryChange{Name: r.Body.Name, Disabled: r.Body.Disabled}
	changed, err := operatorIf(ctx, r.Params.IfMatch).ChangeOrganisation(ctx, r.Organisation, change)
	if err != nil {
		return nil, account.Missing(err)
	}
	answer := openapi.ChangeOrganisation200JSONResponse{Body: toOrganisation(changed)}
	answer.Headers.ETag = etag(changed.Version)
	return answer, nil
}

// DeleteOrganisation deletes an organisation.
func (API) DeleteOrganisation(ctx context.Context, r openapi.DeleteOrganisationRequestObject) (openapi.DeleteOrganisationResponseObject, error) {
	err := operatorIf(ctx, r.Params.IfMatch).DeleteOrganisation(ctx, r.Organisation)
	return openapi.DeleteOrganisation204Response{}, account.Missing(err)
}

// ListMembers lists the members of an organisation.
func (API) ListMembers(ctx context.Context, r openapi.ListMembersRequestObject) (openapi.ListMembersResponseObject, error) {
	l, err := newList(ctx, "listMembers "+r.Organisation, r.Params, r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	rows, err := l.operator.Members(ctx, r.Organisation, l.id(), l.limit+1)
	if err != nil {
		return nil, account.Missing(err)
	}
	items, next := pageOf(l, rows, func(m account.Member) string { return account.Decimal(m.UserID) }, toMember)
	return openapi.ListMembers200JSONResponse{Body: openapi.AdminMemberPage{Items: items, Next: next}}, nil
}

func toOrganisation(o account.Organisation) openapi.AdminOrganisation {
	return openapi.AdminOrganisation{
		Id: account.Decimal(o.ID), Code: o.Code, Name: o.Name, Disabled: o.DisabledAt != nil, CreatedAt: utc(o.CreatedAt), Version: o.Version,
	}
}

func toMember(m account.Member) openapi.AdminMember {
	return openapi.AdminMember{
		UserId: account.Decimal(m.UserID), Username: m.Username, Nickname: m.Nickname, RealName: m.RealName,
		Disabled: m.UserDisabledAt != nil, JoinedAt: utc(m.JoinedAt), Roles: dialect.Convert(m.Roles, toMembershipRole),
	}
}
