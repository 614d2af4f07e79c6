package yudao

import (
	"context"

	"github.com/google/uuid"

	"quartet/openapi"
	"quartet/server/account"
	"quartet/server/dialect"
)

// ResetForgottenPassword sets a new password by a code.
func (a API) ResetForgottenPassword(ctx context.Context, r openapi.ResetForgottenPasswordRequestObject) (openapi.ResetForgottenPasswordResponseObject, error) {
	err := a.Accounts.SetForgottenPassword(ctx, account.ForgottenPassword{
		Dialect: Dialect.Name, ClientIP: dialect.CallFrom(ctx).ClientIP,
		Mobile: r.Body.Mobile, Code: r.Body.ValidateNo, NewPassword: r.Body.NewPassword,
	})
	if err != nil {
		return nil, err
	}
	return openapi.ResetForgottenPassword200JSONResponse{Body: done}, nil
}

// usualPage is the number of entries on a page of the history where none is given, as
// the contract says.
const usualPage = 20

// ListSignIns lists the caller's sign-ins.
func (a API) ListSignIns(ctx context.Context, r openapi.ListSignInsRequestObject) (openapi.ListSignInsResponseObject, error) {
	limit := int32(usualPage)
	if r.Params.Limit != nil {
		limit = *r.Params.Limit
	}
	before := int64(0)
	if r.Params.Before != nil {
		before = *r.Params.Before
	}
	events, next, err := a.Accounts.SignInHistory(ctx, dialect.CallFrom(ctx).Caller, before, int(limit))
	if err != nil {
		return nil, err
	}
	page := openapi.SignInList{List: dialect.Convert(events, toSignInEvent)}
	if next != 0 {
		page.Next = &next
	}
	return openapi.ListSignIns200JSONResponse{Body: openapi.SignInListResponse{Data: page}}, nil
}

// CopyMyData copies everything that is stored of the caller.
func (a API) CopyMyData(ctx context.Context, _ openapi.CopyMyDataRequestObject) (openapi.CopyMyDataResponseObject, error) {
	caller := dialect.CallFrom(ctx).Caller
	data, err := a.Accounts.CopyData(ctx, caller)
	if err != nil {
		return nil, err
	}
	return openapi.CopyMyData200JSONResponse{Body: openapi.PersonalDataResponse{Data: ToPersonalData(data, caller.SessionID)}}, nil
}

// CloseAccount closes the caller's account.
func (a API) CloseAccount(ctx context.Context, r openapi.CloseAccountRequestObject) (openapi.CloseAccountResponseObject, error) {
	var proof account.Proof
	if r.Body != nil {
		proof = account.Proof{Password: dialect.OrEmpty(r.Body.Password), Code: dialect.OrEmpty(r.Body.ValidateNo)}
	}
	erasedAt, err := a.Accounts.CloseAccount(ctx, dialect.CallFrom(ctx).Caller, proof)
	if err != nil {
		return nil, err
	}
	return openapi.CloseAccount200JSONResponse{Body: openapi.ClosedAccountResponse{
		Data: openapi.ClosedAccount{EraseTime: utc(erasedAt)},
	}}, nil
}

func toSignInEvent(e account.AuditEvent) openapi.SignInEvent {
	detail := e.Details()
	return openapi.SignInEvent{
		Id: e.ID, Time: utc(e.At.Time()), Kind: e.Kind, Way: filled(detail.Way), Reason: filled(detail.Reason),
		Dialect: e.Dialect, ClientIp: e.ClientIP, SessionId: e.SessionID,
	}
}

// ToPersonalData is the copy of a user's data in the contract's form. current is the
// session that asks, 0 for none.
func ToPersonalData(data account.PersonalData, current int64) openapi.PersonalData {
	return openapi.PersonalData{
		User: toPersonalUser(data.User),
		Wechat: dialect.Convert(data.User.WeChat, func(w account.LinkedWeChat) openapi.PersonalWeChat {
			return openapi.PersonalWeChat{OpenId: w.OpenID, UnionId: w.UnionID, Follows: w.Follows}
		}),
		OtherIds: dialect.Convert(data.OtherIDs, func(o account.OtherID) openapi.OtherId {
			return openapi.OtherId{Origin: o.Origin, Id: o.ID}
		}),
		Organisations: dialect.Convert(data.Memberships, func(m account.Membership) openapi.PersonalOrganisation {
			return openapi.PersonalOrganisation{Code: m.Code, Name: m.Name, Roles: dialect.Convert(m.Roles, func(r account.MembershipRole) openapi.PersonalRole {
				return openapi.PersonalRole{Code: r.Code, Name: r.Name}
			})}
		}),
		Sessions: dialect.Convert(data.Sessions, func(session account.FoundSession) openapi.SessionInfo { return toSessionInfo(session.Session, current) }),
		Events:   dialect.Convert(data.Events, toSignInEvent),
	}
}

func toPersonalUser(u account.User) openapi.PersonalUser {
	made := openapi.PersonalUser{
		Id: u.ID, Guid: uuid.MustParse(u.GUID), Username: u.Username, Nickname: u.Nickname, RealName: u.RealName,
		Mobile: u.Mobile, MobileVerified: u.MobileVerified, Email: u.Email, EmailVerified: u.EmailVerified,
		Birthday: u.Birthday, Signature: u.Signature, Avatar: u.Avatar, Site: u.Site, Company: u.Company, Occupation: u.Occupation,
		Address: u.Address, Zipcode: u.Zipcode, GraduateSchool: u.GraduateSchool, Education: u.Education,
		IdCardType: u.IDCardType, IdCard: u.IDCard, Identity: filled(u.Identity), Remark: filled(u.Remark), Anonym: filled(u.Anonym),
		Country: filled(u.Country), Province: filled(u.Province), City: filled(u.City), CompanyType: u.CompanyType,
		Role: u.Role, HasPassword: u.HasPassword, CreateSource: u.CreateSource,
		CreateTime: utc(u.CreatedAt.Time()), UpdateTime: utc(u.UpdatedAt.Time()),
	}
	if u.Gender != nil {
		made.Gender = int32(*u.Gender)
	}
	if u.LastLoginAt != nil {
		made.LastLoginTime = new(utc(u.LastLoginAt.Time()))
	}
	return made
}

// filled is nil for "".
func filled(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
