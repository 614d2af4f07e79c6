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

func toSessionInfo(session account.Session, current int64) openapi.SessionInfo {
	return openapi.SessionInfo{
		Id: session.ID, Dialect: session.Dialect, ProductType: dialect.Narrow(session.ProductType),
		DeviceNumber: session.DeviceNumber, ClientIp: session.ClientIP, UserAgent: session.UserAgent,
		CreateTime: utc(session.CreatedAt.Time()), LastSeenTime: utc(session.LastSeenAt.Time()),
		Current: session.ID == current,
	}
}

// utc is a time in UTC and whole seconds, which ends in Z as in document 001.
func utc(at time.Time) time.Time { return at.UTC().Truncate(time.Second) }
