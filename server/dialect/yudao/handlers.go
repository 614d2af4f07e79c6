package yudao

import (
	"context"

	"quartet/openapi"
	"quartet/server/account"
	"quartet/server/dialect"
)

// API is the handlers of the dialect.
type API struct{ dialect.Services }

// done is the body of a success without data.
var done = openapi.DoneResponse{Data: true}

// SendMobileCode sends a one-time code for operation 2.
func (a API) SendMobileCode(ctx context.Context, r openapi.SendMobileCodeRequestObject) (openapi.SendMobileCodeResponseObject, error) {
	purpose := account.PurposeSignIn
	if r.Body.Purpose != nil {
		purpose = string(*r.Body.Purpose)
	}
	sent, err := a.Accounts.SendCode(ctx, account.SendCodeRequest{
		Dialect: Dialect.Name, Purpose: purpose, Mobile: r.Body.Mobile, ClientIP: dialect.CallFrom(ctx).ClientIP,
	})
	if err != nil {
		return nil, err
	}
	return openapi.SendMobileCode200JSONResponse{Body: openapi.MobileCodeResponse{Data: openapi.MobileCode{
		Expire: utc(sent.Expires), ResendAfter: utc(a.Now().Add(sent.ResendAfter)),
	}}}, nil
}

// SignInByMobile is operation 2, document 001's auth/mobile/login.
func (a API) SignInByMobile(ctx context.Context, r openapi.SignInByMobileRequestObject) (openapi.SignInByMobileResponseObject, error) {
	call := dialect.CallFrom(ctx)
	result, err := a.Accounts.SignInByCode(ctx, account.CodeSignIn{
		Dialect: Dialect.Name,
		Mobile:  r.Body.Mobile, Code: r.Body.ValidateNo,
		CompanyType: dialect.Widen(r.Body.CompanyType), ProductType: dialect.Widen(r.Body.ProductType),
		Source: dialect.OrEmpty(r.Body.Source), Device: dialect.OrEmpty(r.Params.XDeviceNumber),
		Application: call.Application.ID, ClientIP: call.ClientIP, UserAgent: call.UserAgent,
	})
	if err != nil {
		return nil, err
	}
	return openapi.SignInByMobile200JSONResponse{Body: toMobileLogin(result)}, nil
}

// VerifyMobile verifies a new mobile of the caller.
func (a API) VerifyMobile(ctx context.Context, r openapi.VerifyMobileRequestObject) (openapi.VerifyMobileResponseObject, error) {
	proof := account.Proof{Password: dialect.OrEmpty(r.Body.Password), Code: dialect.OrEmpty(r.Body.OldValidateNo)}
	if err := a.Accounts.VerifyMobile(ctx, dialect.CallFrom(ctx).Caller, r.Body.Mobile, r.Body.ValidateNo, proof); err != nil {
		return nil, err
	}
	return openapi.VerifyMobile200JSONResponse{Body: done}, nil
}

// RefreshAccessToken is operation 3, document 001's app/auth/token/refresh.
func (a API) RefreshAccessToken(ctx context.Context, r openapi.RefreshAccessTokenRequestObject) (openapi.RefreshAccessTokenResponseObject, error) {
	next, err := a.Accounts.Refresh(ctx, r.Body.AccessToken, r.Body.RefreshToken)
	if err != nil {
		return nil, err
	}
	return openapi.RefreshAccessToken200JSONResponse{Body: openapi.AccessTokenResponse{
		Data: openapi.AccessToken{Expire: utc(next.AccessExpires), Value: next.AccessToken},
	}}, nil
}

// CheckLoginStatus is operation 4, document 001's wx/pc/check-login-status.
func (a API) CheckLoginStatus(ctx context.Context, r openapi.CheckLoginStatusRequestObject) (openapi.CheckLoginStatusResponseObject, error) {
	checked, err := a.checkDevice(ctx, r.Params.DeviceNumber)
	if err != nil {
		return nil, err
	}
	return openapi.CheckLoginStatus200JSONResponse{CheckedLoginStatusJSONResponse: checked}, nil
}

// CheckLoginStatusByPath is operation 4 with the device in the path.
func (a API) CheckLoginStatusByPath(ctx context.Context, r openapi.CheckLoginStatusByPathRequestObject) (openapi.CheckLoginStatusByPathResponseObject, error) {
	checked, err := a.checkDevice(ctx, r.DeviceNumber)
	if err != nil {
		return nil, err
	}
	return openapi.CheckLoginStatusByPath200JSONResponse{CheckedLoginStatusJSONResponse: checked}, nil
}

func (a API) checkDevice(ctx context.Context, device string) (openapi.CheckedLoginStatusJSONResponse, error) {
	call := dialect.CallFrom(ctx)
	checked, err := a.Accounts.CheckDevice(ctx, call.Caller, call.CallerErr, device)
	if err != nil {
		return openapi.CheckedLoginStatusJSONResponse{}, err
	}
	return openapi.CheckedLoginStatusJSONResponse{Body: openapi.LoginStatusResponse{
		Data: openapi.LoginStatus{IsLogin: checked.LoggedIn, LastLoginTime: utc(checked.LastLoginTime)},
	}}, nil
}

// SignOut ends the caller's session.
func (a API) SignOut(ctx context.Context, _ openapi.SignOutRequestObject) (openapi.SignOutResponseObject, error) {
	if err := a.Accounts.SignOut(ctx, dialect.CallFrom(ctx).Caller); err != nil {
		return nil, err
	}
	return openapi.SignOut200JSONResponse{Body: done}, nil
}

// ListSessions lists the caller's live sessions.
func (a API) ListSessions(ctx context.Context, _ openapi.ListSessionsRequestObject) (openapi.ListSessionsResponseObject, error) {
	caller := dialect.CallFrom(ctx).Caller
	sessions, err := a.Accounts.Sessions(ctx, caller)
	if err != nil {
		return nil, err
	}
	list := dialect.Convert(sessions, func(session account.Session) openapi.SessionInfo { return toSessionInfo(session, caller.SessionID) })
	return openapi.ListSessions200JSONResponse{Body: openapi.SessionListResponse{Data: list}}, nil
}

// EndSession ends one of the caller's sessions.
func (a API) EndSession(ctx context.Context, r openapi.EndSessionRequestObject) (openapi.EndSessionResponseObject, error) {
	if err := a.Accounts.EndSession(ctx, dialect.CallFrom(ctx).Caller, r.Id); err != nil {
		return nil, err
	}
	return openapi.EndSession200JSONResponse{Body: done}, nil
}
