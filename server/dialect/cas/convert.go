package cas

import (
	"strconv"

	"quartet/openapi"
	"quartet/server/account"
	"quartet/server/dialect"
)

func toUserInfo(info account.AppUserInfo) openapi.UserInfo {
	organisations := make([]openapi.UserOrganisation, 0, len(info.Memberships))
	for _, membership := range info.Memberships {
		organisations = append(organisations, toUserOrganisation(membership))
	}
	return openapi.UserInfo{
		UserId: strconv.FormatInt(info.UserID, 10), Account: dialect.OrEmpty(info.Username), Avatar: info.Avatar, Email: dialect.OrEmpty(info.Email),
		Gender: int32(info.Gender), Nickname: info.Nickname, Phone: info.Mobile, OrgList: organisations,
	}
}

func toUserOrganisation(m account.Membership) openapi.UserOrganisation {
	roles := make([]openapi.UserOrganisationRole, 0, len(m.Roles))
	for _, role := range m.Roles {
		roles = append(roles, openapi.UserOrganisationRole{
			RoleId: strconv.FormatInt(role.ID, 10), RoleCode: role.Code, RoleName: role.Name,
		})
	}
	return openapi.UserOrganisation{
		OrgId: strconv.FormatInt(m.ID, 10), OrgCode: m.Code, OrgName: m.Name, RoleList: roles,
	}
}
