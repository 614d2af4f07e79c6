package admin

import (
	"context"

	"quartet/openapi"
	"quartet/server/apierr"
)

// ListLockouts is not written yet.
func (API) ListLockouts(context.Context, openapi.ListLockoutsRequestObject) (openapi.ListLockoutsResponseObject, error) {
	return nil, apierr.New(apierr.PathNotFound)
}

// UnlockClientIp is not written yet.
func (API) UnlockClientIp(context.Context, openapi.UnlockClientIpRequestObject) (openapi.UnlockClientIpResponseObject, error) {
	return nil, apierr.New(apierr.PathNotFound)
}

// ReadAdministrator is not written yet.
func (API) ReadAdministrator(context.Context, openapi.ReadAdministratorRequestObject) (openapi.ReadAdministratorResponseObject, error) {
	return nil, apierr.New(apierr.PathNotFound)
}

// SignOutAdministrator is not written yet.
func (API) SignOutAdministrator(context.Context, openapi.SignOutAdministratorRequestObject) (openapi.SignOutAdministratorResponseObject, error) {
	return nil, apierr.New(apierr.PathNotFound)
}

// SignInAdministrator is not written yet.
func (API) SignInAdministrator(context.Context, openapi.SignInAdministratorRequestObject) (openapi.SignInAdministratorResponseObject, error) {
	return nil, apierr.New(apierr.PathNotFound)
}

// FindSessions is not written yet.
func (API) FindSessions(context.Context, openapi.FindSessionsRequestObject) (openapi.FindSessionsResponseObject, error) {
	return nil, apierr.New(apierr.PathNotFound)
}

// EndAnySession is not written yet.
func (API) EndAnySession(context.Context, openapi.EndAnySessionRequestObject) (openapi.EndAnySessionResponseObject, error) {
	return nil, apierr.New(apierr.PathNotFound)
}

// SetUpAdministrator is not written yet.
func (API) SetUpAdministrator(context.Context, openapi.SetUpAdministratorRequestObject) (openapi.SetUpAdministratorResponseObject, error) {
	return nil, apierr.New(apierr.PathNotFound)
}

// ListUsers is not written yet.
func (API) ListUsers(context.Context, openapi.ListUsersRequestObject) (openapi.ListUsersResponseObject, error) {
	return nil, apierr.New(apierr.PathNotFound)
}

// AddUser is not written yet.
func (API) AddUser(context.Context, openapi.AddUserRequestObject) (openapi.AddUserResponseObject, error) {
	return nil, apierr.New(apierr.PathNotFound)
}

// EraseUser is not written yet.
func (API) EraseUser(context.Context, openapi.EraseUserRequestObject) (openapi.EraseUserResponseObject, error) {
	return nil, apierr.New(apierr.PathNotFound)
}

// ReadUser is not written yet.
func (API) ReadUser(context.Context, openapi.ReadUserRequestObject) (openapi.ReadUserResponseObject, error) {
	return nil, apierr.New(apierr.PathNotFound)
}

// ChangeUser is not written yet.
func (API) ChangeUser(context.Context, openapi.ChangeUserRequestObject) (openapi.ChangeUserResponseObject, error) {
	return nil, apierr.New(apierr.PathNotFound)
}

// PreviewAnswer is not written yet.
func (API) PreviewAnswer(context.Context, openapi.PreviewAnswerRequestObject) (openapi.PreviewAnswerResponseObject, error) {
	return nil, apierr.New(apierr.PathNotFound)
}

// ExportUser is not written yet.
func (API) ExportUser(context.Context, openapi.ExportUserRequestObject) (openapi.ExportUserResponseObject, error) {
	return nil, apierr.New(apierr.PathNotFound)
}

// UnlockUser is not written yet.
func (API) UnlockUser(context.Context, openapi.UnlockUserRequestObject) (openapi.UnlockUserResponseObject, error) {
	return nil, apierr.New(apierr.PathNotFound)
}

// MergeUser is not written yet.
func (API) MergeUser(context.Context, openapi.MergeUserRequestObject) (openapi.MergeUserResponseObject, error) {
	return nil, apierr.New(apierr.PathNotFound)
}

// SetUserPassword is not written yet.
func (API) SetUserPassword(context.Context, openapi.SetUserPasswordRequestObject) (openapi.SetUserPasswordResponseObject, error) {
	return nil, apierr.New(apierr.PathNotFound)
}

// SetUserRole is not written yet.
func (API) SetUserRole(context.Context, openapi.SetUserRoleRequestObject) (openapi.SetUserRoleResponseObject, error) {
	return nil, apierr.New(apierr.PathNotFound)
}

// EndSessionsOfUser is not written yet.
func (API) EndSessionsOfUser(context.Context, openapi.EndSessionsOfUserRequestObject) (openapi.EndSessionsOfUserResponseObject, error) {
	return nil, apierr.New(apierr.PathNotFound)
}
