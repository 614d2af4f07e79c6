package yudao

import (
	"time"

	"quartet/openapi"
	"quartet/server/account"
	"quartet/server/dialect"
)

func toMobileUser(u account.User) openapi.MobileUser {
	made := openapi.MobileUser{
		AvatarUrl: dialect.OrEmpty(u.Avatar), Id: u.ID, Mobile: dialect.OrEmpty(u.Mobile), NickName: dialect.OrEmpty(u.Nickname),
		RealName: dialect.OrEmpty(u.RealName), UserName: dialect.OrEmpty(u.Username),
	}
	if u.CompanyType != nil {
		made.CompanyType = int32(*u.CompanyType)
	}
	return made
}

func (a API) toSessionInfo(session account.Session, current int64) openapi.SessionInfo {
	return openapi.SessionInfo{
		Id: session.ID, Dialect: session.Dialect, ProductType: dialect.Narrow(session.ProductType),
		DeviceNumber: session.DeviceNumber, ClientIp: session.ClientIP, UserAgent: session.UserAgent,
		CreateTime: a.local(session.CreatedAt.Time()), LastSeenTime: a.local(session.LastSeenAt.Time()),
		Current: session.ID == current,
	}
}

// local is a time with the server's offset, in whole seconds (RFC 3339).
func (a API) local(at time.Time) time.Time { return at.In(a.Zone).Truncate(time.Second) }
