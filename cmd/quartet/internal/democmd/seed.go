package democmd

import (
	"time"

	"quartet/server/account"
	"quartet/store"
)

// The public values of the contract's examples. People, numbers and tokens are
// invented.
const (
	Mobile      = "13800138000"
	Code        = "246135" // of Mobile
	Application = "1"
	// ApplicationSecret is a secret of Application.
	ApplicationSecret = "qas_ZGVtb25zdHJhdGlvbi1zZWNyZXQtb2YtYXBwLTEtMDE"
	Device            = "pc-7f3a"
	// AccessToken is document 002's own sample.
	AccessToken = "AT-4-Q8z-8PhSfm4RYp10WUcpuWSXbjpUIRtW"
	// AdministratorToken is the super administrator's.
	AdministratorToken = "AT-1-ZGVtby1hZG1pbmlzdHJhdG9yLXRva2Vu"
	// OtherAccountToken is that of another account of the demo user's person.
	OtherAccountToken = "AT-1-ZGVtby1vdGhlci1hY2NvdW50LXRva2Vu"
	// RefreshAccessToken and RefreshToken are the pair of a session of its own.
	RefreshAccessToken = "AT-1-ZGVtby1yZWZyZXNoLWFjY2Vzcy0x_A01"
	RefreshToken       = "RT-ZGVtby1yZWZyZXNoLXRva2VuLW9mLXF1YXJ0ZXQtMDE"

	// secretToRevoke is that of another application.
	secretToRevoke = "qas_ZGVtb25zdHJhdGlvbi1zZWNyZXQtb2YtYXBwLTItMDE"

	organisation   = "10020027"
	role           = "js_000008"
	demoUserID     = 1
	adminUserID    = 2
	otherAccountID = 5

	// lifetime is that of tokens and codes: longer than ResetInterval, so that none
	// expires before the next reset.
	lifetime    = 24 * time.Hour
	sessionLife = 30 * 24 * time.Hour
)

// seed is what a demonstration's database holds after a reset.
func seed() account.DemoSeed {
	return account.DemoSeed{
		Organisations: []account.DemoName{
			{ID: 10020027, Code: organisation, Name: "第二十七职业高中"},
			{ID: 10020031, Code: "10020031", Name: "第三十一职业高中"},
			{ID: 10020099, Code: "10020099", Name: "第九十九职业高中"}, // to be deleted
		},
		Roles: []account.DemoName{
			{ID: 8, Code: role, Name: "教职工"},
			{ID: 99, Code: "js_000099", Name: "实习生"}, // to be deleted
		},
		Users: users(),
		Applications: []account.DemoApplication{
			{ID: Application, Name: "演示应用", Organisations: []string{organisation}, Secret: ApplicationSecret},
			{ID: "2", Name: "教务系统", Organisations: []string{organisation}, Secret: secretToRevoke, SecretID: 2001},
			{ID: "9", Name: "旧门户"}, // to be deleted
		},
		Sessions: sessions(),
		Codes: []account.DemoCode{
			{Purpose: account.PurposeSignIn, Mobile: Mobile, Code: Code, Life: lifetime},
			{Purpose: account.PurposeVerifyMobile, Mobile: Mobile, Code: Code, Life: lifetime},
			{Purpose: account.PurposeResetPassword, Mobile: Mobile, Code: Code, Life: lifetime},
			{Purpose: account.PurposeProveIdentity, Mobile: Mobile, Code: Code, Life: lifetime},
		},
		Webhooks: webhooks(),
	}
}

func users() []account.DemoUser {
	member := []account.DemoMembership{{Organisation: organisation, Role: role}}
	return []account.DemoUser{
		{ID: demoUserID, Source: "demo", Memberships: member, AddedUser: account.AddedUser{
			NewUser: account.NewUser{
				Username: "demo", Password: new("quartet-demo"),
				Profile: account.Profile{
					Nickname: new("晚秋"), RealName: new("林晚秋"), Gender: new(2),
					Mobile: new(Mobile), Email: new("demo@example.com"),
				},
			},
			Role: store.RoleMember, EmailVerified: true, MobileVerified: true,
		}},
		{ID: adminUserID, Source: "demo", AddedUser: account.AddedUser{
			NewUser: account.NewUser{
				Username: "admin", Password: new("quartet-admin"),
				Profile: account.Profile{Nickname: new("管理员")},
			},
			Role: store.RoleSuperAdministrator,
		}},
		{ID: 3, Source: "demo", Memberships: member, AddedUser: account.AddedUser{
			NewUser: account.NewUser{
				Username: "lu.jiahe",
				Profile:  account.Profile{Nickname: new("嘉禾"), RealName: new("陆嘉禾")},
			},
			Role: store.RoleMember,
		}},
		{ID: 4, Source: "demo", AddedUser: account.AddedUser{
			NewUser: account.NewUser{
				Username: "he.yun", Password: new("quartet-heyun"),
				Profile: account.Profile{Nickname: new("贺云"), RealName: new("贺云")},
			},
			Role: store.RoleAdministrator,
		}},
		{ID: otherAccountID, Source: "demo", Memberships: member, AddedUser: account.AddedUser{
			NewUser: account.NewUser{Username: "lin.wanqiu", Profile: account.Profile{Nickname: new("晚秋")}},
			Role:    store.RoleMember,
		}},
		{ID: 6, Source: "demo", AddedUser: account.AddedUser{ // to be merged
			NewUser: account.NewUser{Username: "zhou.mu", Profile: account.Profile{Nickname: new("暮雨"), RealName: new("周暮")}},
			Role:    store.RoleMember,
		}},
	}
}

// sessions are those of the demo user, of which the third is to be ended by its id: it has
// no token; one of the super administrator, one of the demo user's other account, and one
// that an administrator can end by its id.
func sessions() []account.DemoSession {
	return []account.DemoSession{
		{ID: 1001, UserID: demoUserID, Dialect: "yudao", Device: Device, Application: Application, AccessToken: AccessToken, Generation: 4, AccessLife: lifetime, Life: sessionLife},
		{ID: 1002, UserID: demoUserID, Dialect: "yudao", AccessToken: RefreshAccessToken, RefreshToken: RefreshToken, AccessLife: lifetime, Life: sessionLife},
		{ID: 1003, UserID: demoUserID, Dialect: "jfinal", AccessLife: lifetime, Life: sessionLife},
		{ID: 1004, UserID: adminUserID, Dialect: "yudao", Application: Application, AccessToken: AdministratorToken, AccessLife: lifetime, Life: sessionLife},
		{ID: 1005, UserID: otherAccountID, Dialect: "yudao", AccessToken: OtherAccountToken, AccessLife: lifetime, Life: sessionLife},
		{ID: 1006, UserID: 3, Dialect: "jfinal", AccessLife: lifetime, Life: sessionLife},
	}
}

// newCode gives the known code for the known mobile and a random one for others.
func newCode(mobile string) string {
	if mobile == Mobile {
		return Code
	}
	return account.RandomCode(mobile)
}
