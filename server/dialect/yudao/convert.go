package yudao

import (
	"time"

	"quartet/openapi"
	"quartet/server/account"
	"quartet/server/dialect"
)

func toMobileLogin(result account.SignInResult) openapi.MobileLoginResponse {
	access, refresh := toTokens(result)
	return openapi.MobileLoginResponse{Data: openapi.MobileLogin{AccessToken: access, RefreshToken: refresh, UserInfo: toMobileUser(result.User)}}
}

func toTokens(result account.SignInResult) (openapi.AccessToken, openapi.RefreshToken) {
	return openapi.AccessToken{Expire: utc(result.AccessExpires), Value: result.AccessToken},
		openapi.RefreshToken{Expire: utc(result.RefreshExpires), Value: result.RefreshToken}
}

// deviceSession is what a request to sign in says of its device.
func deviceSession(companyType, productType *int32, source, device *string) account.DeviceSession {
	return account.DeviceSession{
		CompanyType: dialect.Widen(companyType), ProductType: dialect.Widen(productType),
		Source: dialect.OrEmpty(source), Device: dialect.OrEmpty(device),
	}
}

func toMobileUser(u account.User) openapi.MobileUser {
	made := openapi.MobileUser{
		AvatarUrl: dialect.OrEmpty(u.Avatar), Id: u.ID, Mobile: dialect.OrEmpty(u.ProvenMobile()), NickName: dialect.OrEmpty(u.Nickname),
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
