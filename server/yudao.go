package server

import (
	"context"

	"quartet/openapi"
	"quartet/server/account"
	"quartet/store"
)

// SendMobileCode sends the one-time code that operation 2 takes.
func (s *server) SendMobileCode(ctx context.Context, r openapi.SendMobileCodeRequestObject) (openapi.SendMobileCodeResponseObject, error) {
	purpose := account.PurposeSignIn
	if r.Body.Purpose != nil {
		purpose = string(*r.Body.Purpose)
	}
	sent, err := s.accounts.SendCode(ctx, account.SendCodeRequest{
		Purpose: purpose, Mobile: r.Body.Mobile, ClientIP: callOf(ctx).clientIP,
	})
	if err != nil {
		return nil, err
	}
	return openapi.SendMobileCode200JSONResponse{Data: openapi.MobileCode{
		Expire: s.local(sent.Expires), ResendAfter: s.local(s.now().Add(sent.ResendAfter)),
	}}, nil
}

// SignInByMobile is operation 2, document 001's auth/mobile/login.
func (s *server) SignInByMobile(ctx context.Context, r openapi.SignInByMobileRequestObject) (openapi.SignInByMobileResponseObject, error) {
	call := callOf(ctx)
	grant, err := s.accounts.SignInByCode(ctx, account.CodeSignIn{
		Mobile: r.Body.Mobile, Code: r.Body.ValidateNo,
		CompanyType: int64(r.Body.CompanyType), ProductType: int64(r.Body.ProductType),
		Source: r.Body.Source, Device: deref(r.Params.XDeviceNumber),
		ClientIP: call.clientIP, UserAgent: call.userAgent,
	})
	if err != nil {
		return nil, err
	}
	return openapi.SignInByMobile200JSONResponse{Data: openapi.MobileLogin{
		AccessToken:  openapi.AccessToken{Expire: s.local(grant.AccessExpires), Value: grant.AccessToken},
		RefreshToken: openapi.RefreshToken{Expire: s.local(grant.RefreshExpires), Value: grant.RefreshToken},
		UserInfo:     toMobileUser(grant.User),
	}}, nil
}

func toMobileUser(u account.User) openapi.MobileUser {
	made := openapi.MobileUser{
		AvatarUrl: u.Avatar, Id: u.ID, Mobile: u.Mobile, NickName: u.Nickname,
		RealName: u.RealName, UserName: deref(u.Username),
	}
	if u.CompanyType != nil {
		made.CompanyType = int32(*u.CompanyType)
	}
	return made
}

// VerifyMobile proves a new mobile of the caller.
func (s *server) VerifyMobile(ctx context.Context, r openapi.VerifyMobileRequestObject) (openapi.VerifyMobileResponseObject, error) {
	if err := s.accounts.VerifyMobile(ctx, callOf(ctx).caller, r.Body.Mobile, r.Body.ValidateNo); err != nil {
		return nil, err
	}
	return openapi.VerifyMobile200JSONResponse{Data: true}, nil
}

// RefreshAccessToken is operation 3, document 001's app/auth/token/refresh.
func (s *server) RefreshAccessToken(ctx context.Context, r openapi.RefreshAccessTokenRequestObject) (openapi.RefreshAccessTokenResponseObject, error) {
	next, err := s.accounts.Refresh(ctx, r.Body.AccessToken, r.Body.RefreshToken)
	if err != nil {
		return nil, err
	}
	return openapi.RefreshAccessToken200JSONResponse{
		Data: openapi.AccessToken{Expire: s.local(next.AccessExpires), Value: next.AccessToken},
	}, nil
}

// CheckLoginStatus is operation 4, document 001's wx/pc/check-login-status.
func (s *server) CheckLoginStatus(ctx context.Context, r openapi.CheckLoginStatusRequestObject) (openapi.CheckLoginStatusResponseObject, error) {
	checked, err := s.checkDevice(ctx, r.Params.DeviceNumber)
	if err != nil {
		return nil, err
	}
	return openapi.CheckLoginStatus200JSONResponse{CheckedLoginStatusJSONResponse: checked}, nil
}

// CheckLoginStatusByPath is operation 4 with the device in the path.
func (s *server) CheckLoginStatusByPath(ctx context.Context, r openapi.CheckLoginStatusByPathRequestObject) (openapi.CheckLoginStatusByPathResponseObject, error) {
	checked, err := s.checkDevice(ctx, r.DeviceNumber)
	if err != nil {
		return nil, err
	}
	return openapi.CheckLoginStatusByPath200JSONResponse{CheckedLoginStatusJSONResponse: checked}, nil
}

func (s *server) checkDevice(ctx context.Context, device string) (openapi.CheckedLoginStatusJSONResponse, error) {
	call := callOf(ctx)
	checked, err := s.accounts.CheckDevice(ctx, call.caller, call.callerErr, device)
	if err != nil {
		return openapi.CheckedLoginStatusJSONResponse{}, err
	}
	return openapi.CheckedLoginStatusJSONResponse{
		Data: openapi.LoginStatus{IsLogin: checked.LoggedIn, LastLoginTime: s.local(checked.LastLoginTime)},
	}, nil
}

// SignOut ends the caller's session.
func (s *server) SignOut(ctx context.Context, _ openapi.SignOutRequestObject) (openapi.SignOutResponseObject, error) {
	if err := s.accounts.SignOut(ctx, callOf(ctx).caller); err != nil {
		return nil, err
	}
	return openapi.SignOut200JSONResponse{Data: true}, nil
}

// ListSessions shows the caller's live sessions.
func (s *server) ListSessions(ctx context.Context, _ openapi.ListSessionsRequestObject) (openapi.ListSessionsResponseObject, error) {
	caller := callOf(ctx).caller
	sessions, err := s.accounts.Sessions(ctx, caller)
	if err != nil {
		return nil, err
	}
	list := make([]openapi.SessionInfo, 0, len(sessions))
	for _, session := range sessions {
		list = append(list, s.toSessionInfo(session, caller.Session.ID))
	}
	return openapi.ListSessions200JSONResponse{Data: list}, nil
}

func (s *server) toSessionInfo(session store.Session, current int64) openapi.SessionInfo {
	return openapi.SessionInfo{
		Id: session.ID, Dialect: session.Dialect, ProductType: narrow(session.ProductType),
		DeviceNumber: session.DeviceNumber, ClientIp: session.ClientIP, UserAgent: session.UserAgent,
		CreateTime: s.local(session.CreatedAt.Time()), LastSeenTime: s.local(session.LastSeenAt.Time()),
		Current: session.ID == current,
	}
}

// EndSession ends one of the caller's sessions.
func (s *server) EndSession(ctx context.Context, r openapi.EndSessionRequestObject) (openapi.EndSessionResponseObject, error) {
	if err := s.accounts.EndSession(ctx, callOf(ctx).caller, r.Id); err != nil {
		return nil, err
	}
	return openapi.EndSession200JSONResponse{Data: true}, nil
}
