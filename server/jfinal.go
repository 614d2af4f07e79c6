package server

import (
	"context"

	"quartet/openapi"
	"quartet/server/account"
	"quartet/server/apierr"
)

// CreateUser is operation 7, document 004's user/create.
func (s *server) CreateUser(ctx context.Context, r openapi.CreateUserRequestObject) (openapi.CreateUserResponseObject, error) {
	call := callOf(ctx)
	var caller *account.Caller
	if call.callerErr == nil {
		caller = &call.caller
	}
	id, err := s.accounts.CreateUser(ctx, caller, call.clientIP, fromNewUser(*r.JSONBody))
	if err != nil {
		return nil, err
	}
	return openapi.CreateUser200JSONResponse{
		Body: openapi.CreateUserResponse{State: openapi.JfinalOk, UserId: id},
	}, nil
}

// GetUserDetail is operation 8, document 004's user/detail.
func (s *server) GetUserDetail(ctx context.Context, r openapi.GetUserDetailRequestObject) (openapi.GetUserDetailResponseObject, error) {
	detail, err := s.userDetail(ctx, r.Params.Id)
	if err != nil {
		return nil, err
	}
	return openapi.GetUserDetail200JSONResponse{DetailedUserJSONResponse: detail}, nil
}

// PostUserDetail is operation 8 by POST: the id travels in the form or the query.
func (s *server) PostUserDetail(ctx context.Context, r openapi.PostUserDetailRequestObject) (openapi.PostUserDetailResponseObject, error) {
	if r.Body == nil || r.Body.Id == nil {
		return nil, apierr.Field("id", apierr.Required)
	}
	detail, err := s.userDetail(ctx, *r.Body.Id)
	if err != nil {
		return nil, err
	}
	return openapi.PostUserDetail200JSONResponse{DetailedUserJSONResponse: detail}, nil
}

func (s *server) userDetail(ctx context.Context, id int64) (openapi.DetailedUserJSONResponse, error) {
	user, full, err := s.accounts.UserDetail(ctx, callOf(ctx).caller, id)
	if err != nil {
		return openapi.DetailedUserJSONResponse{}, err
	}
	shown := toPublicUser(user)
	if full {
		shown = s.toUser(user)
	}
	return openapi.DetailedUserJSONResponse{
		Body: openapi.UserDetailResponse{State: openapi.JfinalOk, User: shown},
	}, nil
}

// SignInByPassword is operation 9, document 004's user/login.
func (s *server) SignInByPassword(ctx context.Context, r openapi.SignInByPasswordRequestObject) (openapi.SignInByPasswordResponseObject, error) {
	call := callOf(ctx)
	grant, err := s.accounts.SignInByPassword(ctx, account.PasswordSignIn{
		Account: r.Body.LoginAccount, Password: r.Body.Password,
		ClientIP: call.clientIP, UserAgent: call.userAgent,
	})
	if err != nil {
		return nil, err
	}
	return openapi.SignInByPassword200JSONResponse{State: openapi.JfinalOk, Jwt: grant.AccessToken}, nil
}

// UpdateUser is operation 10, document 004's user/update.
func (s *server) UpdateUser(ctx context.Context, r openapi.UpdateUserRequestObject) (openapi.UpdateUserResponseObject, error) {
	if err := s.accounts.UpdateUser(ctx, callOf(ctx).caller, r.JSONBody.Id, fromUserChange(*r.JSONBody)); err != nil {
		return nil, err
	}
	return openapi.UpdateUser200JSONResponse{JfinalDoneJSONResponse: stateDone()}, nil
}

// UpdatePassword is operation 11, document 004's user/updatePassword. The
// documented spelling of the old password's field wins over the right one.
func (s *server) UpdatePassword(ctx context.Context, r openapi.UpdatePasswordRequestObject) (openapi.UpdatePasswordResponseObject, error) {
	old := firstOf(deref(r.Body.OldPassowrd), deref(r.Body.OldPassword))
	if err := s.accounts.ChangePassword(ctx, callOf(ctx).caller, r.Body.UserId, r.Body.NewPassword, orNull(old)); err != nil {
		return nil, err
	}
	return openapi.UpdatePassword200JSONResponse{JfinalDoneJSONResponse: stateDone()}, nil
}

func stateDone() openapi.JfinalDoneJSONResponse {
	return openapi.JfinalDoneJSONResponse{Body: openapi.JfinalOkResponse{State: openapi.JfinalOk}}
}
