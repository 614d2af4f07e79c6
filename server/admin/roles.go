package admin

import (
	"context"

	"quartet/openapi"
	"quartet/server/account"
	"quartet/server/dialect"
)

// ListRoles lists the roles that users have in organisations.
func (API) ListRoles(ctx context.Context, r openapi.ListRolesRequestObject) (openapi.ListRolesResponseObject, error) {
	l, err := newList(ctx, "listRoles", r.Params, r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	rows, err := l.operator.FindRoles(ctx, l.position, l.limit+1)
	if err != nil {
		return nil, err
	}
	items, next := pageOf(l, rows, func(role account.Role) string { return role.Code }, toRole)
	return openapi.ListRoles200JSONResponse{Body: openapi.AdminRolePage{Items: items, Next: next}}, nil
}

// AddRole adds a role.
func (API) AddRole(ctx context.Context, r openapi.AddRoleRequestObject) (openapi.AddRoleResponseObject, error) {
	o := onceOperator(ctx, r.Params.IdempotencyKey, r)
	added, err := o.AddRole(ctx, r.Body.Code, r.Body.Name, dialect.OrEmpty(r.Body.Administers))
	if err != nil {
		return nil, err
	}
	answer := openapi.AddRole201JSONResponse{Body: toRole(added)}
	answer.Headers.ETag = etag(added.Version)
	return answer, nil
}

// ReadRole reads a role.
func (API) ReadRole(ctx context.Context, r openapi.ReadRoleRequestObject) (openapi.ReadRoleResponseObject, error) {
	found, err := operator(ctx).Role(ctx, r.Role)
	if err != nil {
		return nil, account.Missing(err)
	}
	answer := openapi.ReadRole200JSONResponse{Body: toRole(found)}
	answer.Headers.ETag = etag(found.Version)
	return answer, nil
}

// ChangeRole changes a role.
func (API) ChangeRole(ctx context.Context, r openapi.ChangeRoleRequestObject) (openapi.ChangeRoleResponseObject, error) {
	changed, err := operatorIf(ctx, r.Params.IfMatch).ChangeRole(ctx, r.Role, account.RoleChange{
		EntryChange: account.EntryChange{Name: r.Body.Name, Disabled: r.Body.Disabled}, Administers: r.Body.Administers,
	})
	if err != nil {
		return nil, account.Missing(err)
	}
	answer := openapi.ChangeRole200JSONResponse{Body: toRole(changed)}
	answer.Headers.ETag = etag(changed.Version)
	return answer, nil
}

// DeleteRole deletes a role.
func (API) DeleteRole(ctx context.Context, r openapi.DeleteRoleRequestObject) (openapi.DeleteRoleResponseObject, error) {
	err := operatorIf(ctx, r.Params.IfMatch).DeleteRole(ctx, r.Role)
	return openapi.DeleteRole204Response{}, account.Missing(err)
}

func toRole(r account.Role) openapi.AdminRole {
	return openapi.AdminRole{
		Id: account.Decimal(r.ID), Code: r.Code, Name: r.Name, Administers: r.Administers,
		Disabled: r.DisabledAt != nil, CreatedAt: utc(r.CreatedAt), Version: r.Version,
	}
}

func toMembershipRole(r account.Role) openapi.AdminMembershipRole {
	return openapi.AdminMembershipRole{Code: r.Code, Name: r.Name, Administers: r.Administers, Disabled: r.DisabledAt != nil}
}
