package jfinal

import (
	"cmp"
	"context"

	"quartet/openapi"
	"quartet/server/account"
	"quartet/server/apierr"
	"quartet/server/dialect"
)

// API is the handlers of the dialect.
type API struct{ dialect.Services }

// CreateUser is operation 7, document 004's user/create.
func (a API) CreateUser(ctx context.Context, r openapi.CreateUserRequestObject) (openapi.CreateUserResponseObject, error) {
	call := dialect.CallFrom(ctx)
	var caller *account.Caller
	if call.CallerErr == nil {
		caller = &call.Caller
	}
	id, err := a.Accounts.CreateUser(ctx, caller, call.ClientIP, fromUserCreation(*r.JSONBody))
	if err != nil {
		return nil, err
	}
	return openapi.CreateUser200JSONResponse{
		Body: openapi.CreateUserResponse{State: openapi.JfinalOk, UserId: id},
	}, nil
}

// GetUserDetail is operation 8, document 004's user/detail.
func (a API) GetUserDetail(ctx context.Context, r openapi.GetUserDetailRequestObject) (openapi.GetUserDetailResponseObject, error) {
	detail, err := a.userDetail(ctx, r.Params.Id)
	if err != nil {
		return nil, err
	}
	return openapi.GetUserDetail200JSONResponse{DetailedUserJSONResponse: detail}, nil
}

// PostUserDetail is operation 8 by POST, with the id in the body or the query.
func (a API) PostUserDetail(ctx context.Context, r openapi.PostUserDetailRequestObject) (openapi.PostUserDetailResponseObject, error) {
	if r.JSONBody == nil || r.JSONBody.Id == nil {
		return nil, apierr.Field("id", apierr.Required)
	}
	detail, err := a.userDetail(ctx, *r.JSONBody.Id)
	if err != nil {
		return nil, err
	}
	return openapi.PostUserDetail200JSONResponse{DetailedUserJSONResponse: detail}, nil
}

func (a API) userDetail(ctx context.Context, id int64) (openapi.DetailedUserJSONResponse, error) {
	call := dialect.CallFrom(ctx)
	user, full, err := a.Accounts.UserDetail(ctx, call.Caller, call.ClientIP, id)
	if err != nil {
		return openapi.DetailedUserJSONResponse{}, err
	}
	shown := toPublicUser(user)
	if full {
		shown = a.toUser(user)
	}
	return openapi.DetailedUserJSONResponse{
		Body: openapi.UserDetailResponse{State: openapi.JfinalOk, User: shown},
	}, nil
}

// SignInByPassword is operation 9, document 004's user/login.
func (a API) SignInByPassword(ctx context.Context, r openapi.SignInByPasswordRequestObject) (openapi.SignInByPasswordResponseObject, error) {
	call := dialect.CallFrom(ctx)
	result, err := a.Accounts.SignInByPassword(ctx, account.PasswordSignIn{
		Dialect: Dialect.Name, Account: r.JSONBody.LoginAccount, Password: r.JSONBody.Password,
		Application: call.Application.ID, ClientIP: call.ClientIP, UserAgent: call.UserAgent,
	})
	if err != nil {
		return nil, err
	}
	return openapi.SignInByPassword200JSONResponse{
		Body: openapi.LoginResponse{State: openapi.JfinalOk, Jwt: result.AccessToken},
		Headers: openapi.SignInByPassword200ResponseHeaders{
			Jwt: result.AccessToken, XWeakPassword: dialect.OrNull(string(result.WeakPassword)),
		},
	}, nil
}

// UpdateUser is operation 10, document 004's user/update.
func (a API) UpdateUser(ctx context.Context, r openapi.UpdateUserRequestObject) (openapi.UpdateUserResponseObject, error) {
	if err := a.Accounts.UpdateUser(ctx, dialect.CallFrom(ctx).Caller, r.JSONBody.Id, fromUserChange(*r.JSONBody)); err != nil {
		return nil, err
	}
	return openapi.UpdateUser200JSONResponse{JfinalDoneJSONResponse: stateDone()}, nil
}

// UpdatePassword is operation 11, document 004's user/updatePassword. The documented
// misspelling of the old password's field takes precedence over the correct one.
func (a API) UpdatePassword(ctx context.Context, r openapi.UpdatePasswordRequestObject) (openapi.UpdatePasswordResponseObject, error) {
	old := cmp.Or(dialect.OrEmpty(r.JSONBody.OldPassowrd), dialect.OrEmpty(r.JSONBody.OldPassword))
	if err := a.Accounts.ChangePassword(ctx, dialect.CallFrom(ctx).Caller, r.JSONBody.UserId, r.JSONBody.NewPassword, dialect.OrNull(old)); err != nil {
		return nil, err
	}
	return openapi.UpdatePassword200JSONResponse{JfinalDoneJSONResponse: stateDone()}, nil
}

func stateDone() openapi.JfinalDoneJSONResponse {
	return openapi.JfinalDoneJSONResponse{Body: openapi.JfinalOkResponse{State: openapi.JfinalOk}}
}
