package admin

import (
	"context"

	"quartet/openapi"
	"quartet/server/account"
	"quartet/server/dialect"
)

// SignInAdministrator signs in whoever has a right.
func (a API) SignInAdministrator(ctx context.Context, r openapi.SignInAdministratorRequestObject) (openapi.SignInAdministratorResponseObject, error) {
	call := dialect.CallFrom(ctx)
	result, err := a.Accounts.SignInOperator(ctx, account.PasswordSignIn{
		Dialect: dialect.Admin.Name, Account: r.Body.Account, Password: r.Body.Password, ClientIP: call.ClientIP, UserAgent: call.UserAgent,
	})
	if err != nil {
		return nil, err
	}
	return openapi.SignInAdministrator201JSONResponse{
		Body:    toSession(result),
		Headers: openapi.SignInAdministrator201ResponseHeaders{XWeakPassword: dialect.OrNull(string(result.WeakPassword))},
	}, nil
}

func toSession(result account.SignInResult) openapi.AdminSession {
	return openapi.AdminSession{Token: result.AccessToken, ExpiresAt: result.AccessExpires.UTC()}
}

// SignOutAdministrator ends the session of the token.
func (a API) SignOutAdministrator(ctx context.Context, _ openapi.SignOutAdministratorRequestObject) (openapi.SignOutAdministratorResponseObject, error) {
	return openapi.SignOutAdministrator204Response{}, a.Accounts.SignOut(ctx, dialect.CallFrom(ctx).Caller)
}

// ReadAdministrator says who is signed in, with which rights.
func (a API) ReadAdministrator(ctx context.Context, _ openapi.ReadAdministratorRequestObject) (openapi.ReadAdministratorResponseObject, error) {
	who, err := a.Accounts.Administrator(ctx, dialect.CallFrom(ctx).Caller)
	if err != nil {
		return nil, err
	}
	return openapi.ReadAdministrator200JSONResponse{Body: openapi.Administrator{
		Id: account.Decimal(who.User.ID), Username: who.User.Username, Nickname: who.User.Nickname, Role: openapi.AdminUserRole(who.User.Role),
		Rights: append([]string{}, who.Rights...),
		Organisations: dialect.Convert(who.Organisations, func(o account.NamedCode) openapi.AdminOrganisationName {
			return openapi.AdminOrganisationName{Code: o.Code, Name: o.Name}
		}),
	}}, nil
}
