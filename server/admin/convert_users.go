package admin

import (
	"encoding/json"
	"strconv"
	"time"

	"quartet/openapi"
	"quartet/server/account"
	"quartet/server/dialect"
)

// number is the id of a text of digits; one that is too large is nobody's.
func number(text string) int64 {
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return -1
	}
	return id
}

// id is the position of a list that is in the order of ids, 0 at its beginning.
func (l list) id() int64 {
	if l.position == "" {
		return 0
	}
	return number(l.position)
}

func utc(at account.Time) time.Time { return at.Time().UTC() }

func utcOrNull(at *account.Time) *time.Time {
	if at == nil {
		return nil
	}
	return new(utc(*at))
}

func toUserSummary(u account.User) openapi.AdminUserSummary {
	return openapi.AdminUserSummary{
		Id: account.Decimal(u.ID), Username: u.Username, Nickname: u.Nickname, RealName: u.RealName,
		Mobile: u.Mobile, MobileVerified: u.MobileVerified, Email: u.Email, EmailVerified: u.EmailVerified,
		Role: openapi.AdminUserRole(u.Role), Disabled: u.DisabledAt != nil, CreatedAt: utc(u.CreatedAt), LastSignInAt: utcOrNull(u.LastLoginAt),
	}
}

func toUser(u account.User, others []account.OtherID) openapi.AdminUser {
	return openapi.AdminUser{
		Id: account.Decimal(u.ID), Guid: u.GUID, Username: u.Username, Nickname: u.Nickname, RealName: u.RealName,
		Gender: int32(dialect.OrEmpty(u.Gender)), Birthday: u.Birthday,
		Mobile: u.Mobile, MobileVerified: u.MobileVerified, Email: u.Email, EmailVerified: u.EmailVerified,
		Signature: u.Signature, Avatar: u.Avatar, Site: u.Site, Company: u.Company, Occupation: u.Occupation,
		Address: u.Address, Zipcode: u.Zipcode, GraduateSchool: u.GraduateSchool, Education: u.Education, IdCardType: u.IDCardType,
		Identity: dialect.OrNull(u.Identity), Anonym: dialect.OrNull(u.Anonym), Remark: dialect.OrNull(u.Remark),
		Country: dialect.OrNull(u.Country), Province: dialect.OrNull(u.Province), City: dialect.OrNull(u.City), CompanyType: u.CompanyType,
		Role: openapi.AdminUserRole(u.Role), Disabled: u.DisabledAt != nil, DisabledAt: utcOrNull(u.DisabledAt), ErasedAt: utcOrNull(u.ErasedAt),
		HasPassword: u.HasPassword, PasswordChangedAt: utcOrNull(u.PasswordChangedAt), CreateSource: u.CreateSource,
		CreatedAt: utc(u.CreatedAt), UpdatedAt: utc(u.UpdatedAt), ActivatedAt: utcOrNull(u.ActivatedAt), LastSignInAt: utcOrNull(u.LastLoginAt),
		WeChat: dialect.Convert(u.WeChat, func(w account.LinkedWeChat) openapi.PersonalWeChat {
			return openapi.PersonalWeChat{OpenId: w.OpenID, UnionId: w.UnionID, Follows: w.Follows}
		}),
		OtherIds: dialect.Convert(others, func(o account.OtherID) openapi.OtherId { return openapi.OtherId{Origin: o.Origin, Id: o.ID} }),
		Version:  u.Version,
	}
}

func fromUserCreation(c openapi.AdminUserCreation) account.AddedUser {
	return account.AddedUser{
		NewUser: account.NewUser{
			Username: c.Username, Password: c.Password, Identity: c.Identity, Remark: c.Remark,
			Profile: account.Profile{
				Nickname: c.Nickname, RealName: c.RealName, Signature: c.Signature, Gender: intOrNull(c.Gender), Birthday: c.Birthday,
				Company: c.Company, Occupation: c.Occupation, Address: c.Address, Zipcode: c.Zipcode, Site: c.Site,
				GraduateSchool: c.GraduateSchool, Education: c.Education, Avatar: c.Avatar, IDCardType: c.IdCardType, IDCard: c.IdCard,
				Mobile: c.Mobile, Email: c.Email,
			},
		},
		MobileVerified: dialect.OrEmpty(c.MobileVerified), EmailVerified: dialect.OrEmpty(c.EmailVerified),
	}
}

func fromUserChange(c openapi.AdminUserChange) account.SetUser {
	return account.SetUser{
		Username: c.Username, Identity: c.Identity, Remark: c.Remark,
		Profile: account.Profile{
			Nickname: c.Nickname, RealName: c.RealName, Signature: c.Signature, Gender: intOrNull(c.Gender), Birthday: c.Birthday,
			Company: c.Company, Occupation: c.Occupation, Address: c.Address, Zipcode: c.Zipcode, Site: c.Site,
			GraduateSchool: c.GraduateSchool, Education: c.Education, Avatar: c.Avatar, IDCardType: c.IdCardType, IDCard: c.IdCard,
			Mobile: c.Mobile, Email: c.Email,
		},
		MobileVerified: c.MobileVerified, EmailVerified: c.EmailVerified, Disabled: c.Disabled,
	}
}

func toUserName(n account.UserName) openapi.AdminUserName {
	return openapi.AdminUserName{Id: account.Decimal(n.ID), Username: n.Username, Nickname: n.Nickname}
}

func toSessionInfo(s account.FoundSession, of account.UserName) openapi.AdminSessionInfo {
	return openapi.AdminSessionInfo{
		Id: account.Decimal(s.ID), User: toUserName(of), Dialect: s.Dialect, OpenedBy: s.OpenedBy, Application: s.Application,
		ProductType: s.ProductType, DeviceNumber: s.DeviceNumber, ClientIp: s.ClientIP, UserAgent: s.UserAgent,
		CreatedAt: utc(s.CreatedAt), LastSeenAt: utc(s.LastSeenAt), ExpiresAt: utc(s.ExpiresAt), EndedAt: utcOrNull(s.EndedAt), EndReason: s.EndReason,
	}
}

func toUserData(d account.PersonalData) openapi.AdminUserData {
	name := account.UserName{ID: d.User.ID, Username: d.User.Username, Nickname: d.User.Nickname}
	return openapi.AdminUserData{
		User: toUser(d.User, d.OtherIDs), IdCard: d.User.IDCard,
		Organisations: dialect.Convert(d.Memberships, func(m account.Membership) openapi.PersonalOrganisation {
			return openapi.PersonalOrganisation{
				Code: m.Code, Name: m.Name,
				Roles: dialect.Convert(m.Roles, func(r account.MembershipRole) openapi.PersonalRole {
					return openapi.PersonalRole{Code: r.Code, Name: r.Name}
				}),
			}
		}),
		Sessions: dialect.Convert(d.Sessions, func(s account.FoundSession) openapi.AdminSessionInfo { return toSessionInfo(s, name) }),
		Events:   dialect.Convert(d.Events, toAuditEvent),
	}
}

func intOrNull(n *int32) *int {
	if n == nil {
		return nil
	}
	return new(int(*n))
}

func toAuditEvent(e account.AuditEvent) openapi.AdminAuditEvent {
	detail := map[string]any{}
	if err := json.Unmarshal([]byte(e.Detail), &detail); err != nil {
		panic(err) // impossible: the rules write objects
	}
	return openapi.AdminAuditEvent{
		Id: account.Decimal(e.ID), At: utc(e.At), Kind: e.Kind, ActorId: account.DecimalOrNull(e.ActorID), SubjectId: account.DecimalOrNull(e.SubjectID),
		SessionId: account.DecimalOrNull(e.SessionID), Dialect: e.Dialect, ClientIp: e.ClientIP, Detail: detail,
	}
}
