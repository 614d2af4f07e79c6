package admin

import (
	"context"
	"errors"

	"quartet/openapi"
	"quartet/server/account"
	"quartet/server/apierr"
	"quartet/server/dialect"
)

// ListUsers finds users.
func (a API) ListUsers(ctx context.Context, r openapi.ListUsersRequestObject) (openapi.ListUsersResponseObject, error) {
	p := r.Params
	l, err := newList(ctx, "listUsers", p, p.Limit, p.Cursor)
	if err != nil {
		return nil, err
	}
	filter := account.UserFilter{Text: dialect.OrEmpty(p.Q), Disabled: p.Disabled, Organisation: dialect.OrEmpty(p.Organisation)}
	if p.Role != nil {
		filter.Role = string(*p.Role)
	}
	users, end, err := l.operator.SearchUsers(ctx, filter, l.id(), l.limit+1, a.SearchedUsers)
	if err != nil {
		return nil, err
	}
	items, next := pageOf(l, users, func(u account.User) string { return account.Decimal(u.ID) }, toUserSummary)
	if next == nil && end != 0 {
		next = new(l.operator.Cursor(l.name, account.Decimal(end)))
	}
	return openapi.ListUsers200JSONResponse{Body: openapi.AdminUserPage{Items: items, Next: next}}, nil
}

// AddUser adds a member.
func (a API) AddUser(ctx context.Context, r openapi.AddUserRequestObject) (openapi.AddUserResponseObject, error) {
	id, err := onceOperator(ctx, r.Params.IdempotencyKey, r.Body).AddUser(ctx, fromUserCreation(*r.Body))
	if err != nil {
		return nil, err
	}
	user, tag, err := a.user(ctx, id)
	return openapi.AddUser201JSONResponse{Body: user, Headers: openapi.AddUser201ResponseHeaders{ETag: tag}}, err
}

// ReadUser reads a user.
func (a API) ReadUser(ctx context.Context, r openapi.ReadUserRequestObject) (openapi.ReadUserResponseObject, error) {
	user, tag, err := a.user(ctx, number(r.UserId))
	return openapi.ReadUser200JSONResponse{Body: user, Headers: openapi.ReadUser200ResponseHeaders{ETag: tag}}, err
}

// user reads a user and the ETag.
func (API) user(ctx context.Context, id int64) (openapi.AdminUser, string, error) {
	user, others, err := operator(ctx).ReadUser(ctx, id)
	return toUser(user, others), etag(user.Version), err
}

// ChangeUser changes facts of a user.
func (a API) ChangeUser(ctx context.Context, r openapi.ChangeUserRequestObject) (openapi.ChangeUserResponseObject, error) {
	id := number(r.UserId)
	if err := operatorIf(ctx, r.Params.IfMatch).SetUser(ctx, id, fromUserChange(*r.Body)); err != nil {
		return nil, inContract(err)
	}
	user, tag, err := a.user(ctx, id)
	return openapi.ChangeUser200JSONResponse{Body: user, Headers: openapi.ChangeUser200ResponseHeaders{ETag: tag}}, err
}

// EraseUser erases a user at once.
func (API) EraseUser(ctx context.Context, r openapi.EraseUserRequestObject) (openapi.EraseUserResponseObject, error) {
	return openapi.EraseUser204Response{}, operatorIf(ctx, r.Params.IfMatch).EraseUser(ctx, number(r.UserId))
}

// SetUserRole sets a user's role over the whole server.
func (a API) SetUserRole(ctx context.Context, r openapi.SetUserRoleRequestObject) (openapi.SetUserRoleResponseObject, error) {
	id := number(r.UserId)
	if err := operatorIf(ctx, r.Params.IfMatch).SetRole(ctx, id, string(r.Body.Role)); err != nil {
		return nil, err
	}
	user, tag, err := a.user(ctx, id)
	return openapi.SetUserRole200JSONResponse{Body: user, Headers: openapi.SetUserRole200ResponseHeaders{ETag: tag}}, err
}

// SetUserPassword sets a user's password, a new one if the request has none.
func (API) SetUserPassword(ctx context.Context, r openapi.SetUserPasswordRequestObject) (openapi.SetUserPasswordResponseObject, error) {
	made, err := operator(ctx).ResetPassword(ctx, number(r.UserId), dialect.OrEmpty(r.Body.Password))
	if err != nil {
		return nil, err
	}
	var shown *string
	if r.Body.Password == nil {
		shown = &made
	}
	return openapi.SetUserPassword200JSONResponse{Body: openapi.AdminPassword{Password: shown}}, nil
}

// MergeUser makes a user a part of another.
func (a API) MergeUser(ctx context.Context, r openapi.MergeUserRequestObject) (openapi.MergeUserResponseObject, error) {
	into := number(r.Body.Into)
	if err := operator(ctx).MergeUsers(ctx, number(r.UserId), into); err != nil {
		return nil, err
	}
	user, tag, err := a.user(ctx, into)
	return openapi.MergeUser200JSONResponse{Body: user, Headers: openapi.MergeUser200ResponseHeaders{ETag: tag}}, err
}

// ExportUser returns what is stored of a user.
func (API) ExportUser(ctx context.Context, r openapi.ExportUserRequestObject) (openapi.ExportUserResponseObject, error) {
	data, err := operator(ctx).CopyDataOf(ctx, number(r.UserId))
	if err != nil {
		return nil, err
	}
	return openapi.ExportUser200JSONResponse{Body: toUserData(data)}, nil
}

// UnlockUser lifts the lock of a user.
func (API) UnlockUser(ctx context.Context, r openapi.UnlockUserRequestObject) (openapi.UnlockUserResponseObject, error) {
	_, err := operator(ctx).UnlockUser(ctx, number(r.UserId))
	return openapi.UnlockUser204Response{}, err
}

// EndSessionsOfUser ends all sessions of a user.
func (API) EndSessionsOfUser(ctx context.Context, r openapi.EndSessionsOfUserRequestObject) (openapi.EndSessionsOfUserResponseObject, error) {
	_, err := operator(ctx).EndSessionsOf(ctx, number(r.UserId))
	return openapi.EndSessionsOfUser204Response{}, err
}

// namesInContract are the fields of a user that the rules call as document 004 does.
var namesInContract = map[string]string{
	"realname": "realName", "graduateschool": "graduateSchool", "idcardtype": "idCardType", "idcard": "idCard",
}

// inContract gives the field of a failure its name in the contract.
func inContract(err error) error {
	failed, ok := errors.AsType[*apierr.Error](err)
	if name := namesInContract[apierr.As(err).Field]; ok && name != "" {
		named := *failed
		named.Field = name
		return &named
	}
	return err
}
