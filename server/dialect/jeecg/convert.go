package jeecg

import (
	"cmp"

	"quartet/openapi"
	"quartet/server/account"
	"quartet/server/dialect"
)

func (a API) toResultUser(u account.User) openapi.JeecgUser {
	administrator := u.Role != account.RoleMember
	return openapi.JeecgUser{
		Username:         dialect.OrNull(cmp.Or(dialect.OrEmpty(u.Username), dialect.OrEmpty(u.ProvenMobile()))),
		Name:             u.RealName,
		Sex:              dialect.Narrow(u.Gender),
		HeadPortraitUrl:  u.Avatar,
		Nickname:         u.Nickname,
		PhoneNumber:      u.ProvenMobile(),
		Email:            u.ProvenEmail(),
		AuthStatus:       int32(u.AuthStatus),
		AuthenticationId: u.AuthenticationID,
		AuthStatusName:   dialect.OrNull(authStatusNames[u.AuthStatus]),
		AuthUserType:     dialect.Narrow(u.AuthUserType),
		RoleType:         roleType(u.Role),
		OpenId:           dialect.OpenID(u),
		UnionId:          unionID(u),
		City:             dialect.OrNull(u.City),
		Status:           new(dialect.Flag(u.DisabledAt != nil)),
		ApplyAlumniCard:  u.AlumniCard,
		Login:            true,
		CreateTime:       a.DateTime(u.CreatedAt),
		UpdateTime:       a.DateTime(u.UpdatedAt),
		CreateBy:         authorName(u.Creator),
		UpdateBy:         authorName(u.Modifier),
		LastLoginTime:    a.DateTimeOrNull(u.LastLoginAt),
		UserPermisionVo: openapi.UserPermission{
			AuditManagement: administrator, FacultyManagement: administrator,
			StudentManagement: administrator, AccountSettings: administrator,
		},
	}
}

// authStatusNames are document 000's names of authStatus.
var authStatusNames = map[int]string{0: "未认证", 1: "认证中", 2: "已认证", 3: "认证不通过"}

func roleType(role string) int32 {
	switch role {
	case account.RoleSuperAdministrator:
		return 1
	case account.RoleAdministrator:
		return 3
	default:
		return 2
	}
}

// authorName is JeecgBoot's createBy and updateBy: a user name.
func authorName(author *account.Author) *string {
	if author == nil {
		return nil
	}
	return dialect.OrNull(author.Username)
}

func unionID(u account.User) *string {
	for _, identity := range u.WeChat {
		if identity.UnionID != nil {
			return identity.UnionID
		}
	}
	return nil
}
