package main

import (
	"time"

	"quartet/server/account"
	"quartet/server/token"
	"quartet/store"
)

// The values that the contract's examples use and everybody may know. People,
// numbers and tokens are invented.
const (
	demoMobile       = "13800138000"
	demoCode         = "246135"
	demoApplication  = "1"
	demoOrganisation = "10020027"
	demoRole         = "js_000008"
	demoSource       = "demo"
	demoDevice       = "pc-7f3a"

	demoUserID  = 1
	pupilUserID = 3

	// standingToken is document 002's own sample, so that its snippets run
	// unchanged.
	standingToken = "AT-4-Q8z-8PhSfm4RYp10WUcpuWSXbjpUIRtW"
	refreshAccess = "AT-1-ZGVtby1yZWZyZXNoLWFjY2Vzcy0x_A01"
	refreshToken  = "RT-ZGVtby1yZWZyZXNoLXRva2VuLW9mLXF1YXJ0ZXQtMDE"

	standingAccessLife  = time.Hour
	standingSessionLife = 30 * 24 * time.Hour
	// standingCodeLife is longer than that of a code that is sent: the examples
	// must work whenever somebody comes.
	standingCodeLife = 24 * time.Hour
)

// standingPurposes are what the standing code can be used for, once each.
var standingPurposes = []string{account.PurposeSignIn, account.PurposeVerifyMobile}

func demoUsers() []account.Fixture {
	return []account.Fixture{
		{ID: demoUserID, Source: demoSource, AddedUser: account.AddedUser{
			NewUser: account.NewUser{
				Username: "demo", Password: new("quartet-demo"),
				Profile: account.Profile{
					Nickname: new("晚秋"), RealName: new("林晚秋"), Gender: new(2),
					Mobile: new(demoMobile), Email: new("demo@example.com"),
				},
			},
			Role: store.RoleMember, EmailVerified: true, MobileVerified: true,
		}},
		{ID: 2, Source: demoSource, AddedUser: account.AddedUser{
			NewUser: account.NewUser{
				Username: "admin", Password: new("quartet-admin"),
				Profile: account.Profile{Nickname: new("管理员")},
			},
			Role: store.RoleSuperAdministrator,
		}},
		{ID: pupilUserID, Source: demoSource, AddedUser: account.AddedUser{
			NewUser: account.NewUser{
				Username: "lu.jiahe",
				Profile:  account.Profile{Nickname: new("嘉禾"), RealName: new("陆嘉禾")},
			},
			Role: store.RoleMember,
		}},
		{ID: 4, Source: demoSource, AddedUser: account.AddedUser{
			NewUser: account.NewUser{
				Username: "he.yun", Password: new("quartet-heyun"),
				Profile: account.Profile{Nickname: new("贺云"), RealName: new("贺云")},
			},
			Role: store.RoleAdministrator,
		}},
	}
}

// exampleUsers are those whom the contract's examples create, a nickname each.
func exampleUsers() []account.NewUser {
	return []account.NewUser{
		{Username: "chen.yiming", Profile: account.Profile{Nickname: new("一鸣"), Email: new("yiming@example.com")}},
		{Username: "su.qing", Profile: account.Profile{Nickname: new("苏青")}},
	}
}

// standingSessions are the sessions of the demo user that the examples name, as
// they are when nobody has used them since now.
func standingSessions(now time.Time) []store.Session {
	bound := standingSession(1001, "yudao", now)
	bound.Generation, bound.AccessHash = 4, new(store.Digest(token.Hash(standingToken)))
	bound.DeviceNumber = new(demoDevice)

	refreshed := standingSession(1002, "yudao", now)
	refreshed.AccessHash, refreshed.RefreshHash = new(store.Digest(token.Hash(refreshAccess))), new(store.Digest(token.Hash(refreshToken)))

	// To be ended by id: nobody holds a token of it.
	spare := standingSession(1003, "jfinal", now)
	return []store.Session{bound, refreshed, spare}
}

func standingSession(id int64, dialect string, now time.Time) store.Session {
	return store.Session{
		ID: id, UserID: demoUserID, Dialect: dialect, OpenedBy: account.OpenedByPassword,
		ClientIP: "127.0.0.1", UserAgent: "quartet demo", Generation: 1,
		AccessExpiresAt: store.TimeOf(now.Add(standingAccessLife)),
		ExpiresAt:       store.TimeOf(now.Add(standingSessionLife)),
		CreatedAt:       store.TimeOf(now), LastSeenAt: store.TimeOf(now),
	}
}

// newDemoCode is the known code for the known mobile, and chance for all others.
func newDemoCode(mobile string) string {
	if mobile == demoMobile {
		return demoCode
	}
	return account.RandomCode(mobile)
}
