package server

import (
	"context"

	"quartet/openapi"
	"quartet/server/account"
	"quartet/server/apierr"
	"quartet/server/dialect"
	"quartet/store"
)

// RefreshUser is operation 1, document 000's user/refresh.
func (s *server) RefreshUser(ctx context.Context, r openapi.RefreshUserRequestObject) (openapi.RefreshUserResponseObject, error) {
	if r.JSONBody == nil || r.JSONBody.FrontType == nil {
		return nil, apierr.Field("frontType", apierr.Required)
	}
	slid, err := s.accounts.Extend(ctx, callOf(ctx).caller, int64(*r.JSONBody.FrontType))
	if err != nil {
		return nil, err
	}
	return openapi.RefreshUser200JSONResponse{
		Body: openapi.RefreshUserResponse{
			Success: true, Message: dialect.JeecgMessage, Code: dialect.JeecgCode,
			Timestamp: s.now().UnixMilli(), Result: s.toResultUser(slid.User),
		},
		Headers: openapi.RefreshUser200ResponseHeaders{Jwt: orNull(slid.Renewed)},
	}, nil
}

func (s *server) toResultUser(u account.User) openapi.JeecgUser {
	administrator := u.Role != store.RoleMember
	return openapi.JeecgUser{
		Username:         orNull(firstOf(deref(u.Username), u.Mobile)),
		Name:             orNull(u.RealName),
		Sex:              genderOrNull(u.Gender),
		HeadPortraitUrl:  orNull(u.Avatar),
		Nickname:         orNull(u.Nickname),
		PhoneNumber:      orNull(u.Mobile),
		Email:            u.Email,
		AuthStatus:       int32(u.AuthStatus),
		AuthenticationId: u.AuthenticationID,
		AuthStatusName:   orNull(authStatusNames[u.AuthStatus]),
		AuthUserType:     narrow(u.AuthUserType),
		RoleType:         roleType(u.Role),
		OpenId:           openID(u),
		UnionId:          unionID(u),
		City:             orNull(u.City),
		Status:           ptr(flag(u.DisabledAt != nil)),
		ApplyAlumniCard:  u.AlumniCard,
		Login:            true,
		CreateTime:       s.dateTime(u.CreatedAt),
		UpdateTime:       s.dateTime(u.UpdatedAt),
		CreateBy:         authorName(u.Creator),
		UpdateBy:         authorName(u.Modifier),
		LastLoginTime:    s.dateTimeOrNull(u.LastLoginAt),
		UserPermisionVo: openapi.UserPermission{
			AuditManagement: administrator, FacultyManagement: administrator,
			StudentManagement: administrator, AccountSettings: administrator,
		},
	}
}

// authStatusNames are document 000's own words for authStatus.
var authStatusNames = map[int]string{0: "未认证", 1: "认证中", 2: "已认证", 3: "认证不通过"}

func roleType(role string) int32 {
	switch role {
	case store.RoleSuperAdministrator:
		return 1
	case store.RoleAdministrator:
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
	return orNull(author.Username)
}

func genderOrNull(gender int) *int32 {
	if gender == 0 {
		return nil
	}
	return ptr(int32(gender))
}

func openID(u account.User) *string {
	if len(u.WeChat) == 0 {
		return nil
	}
	return &u.WeChat[0].OpenID
}

func unionID(u account.User) *string {
	for _, identity := range u.WeChat {
		if identity.UnionID != nil {
			return identity.UnionID
		}
	}
	return nil
}
