package server

import (
	"context"
	"strconv"

	"quartet/openapi"
	"quartet/server/account"
	"quartet/server/dialect"
	"quartet/store"
)

// GetUserInfo is operation 5, document 002's user/info.
func (s *server) GetUserInfo(ctx context.Context, r openapi.GetUserInfoRequestObject) (openapi.GetUserInfoResponseObject, error) {
	call := callOf(ctx)
	info, err := s.accounts.UserInfo(ctx, call.application, call.caller, r.Params.UserId)
	if err != nil {
		return nil, err
	}
	return openapi.GetUserInfo200JSONResponse{
		Code: dialect.CASCode, Status: openapi.CasSuccess, Message: dialect.CASMessage, Data: toUserInfo(info),
	}, nil
}

func toUserInfo(info account.AppUserInfo) openapi.UserInfo {
	organisations := make([]openapi.UserOrganisation, 0, len(info.Memberships))
	for _, membership := range info.Memberships {
		organisations = append(organisations, toUserOrganisation(membership))
	}
	return openapi.UserInfo{
		UserId: strconv.FormatInt(info.UserID, 10), Account: deref(info.Username), Avatar: info.Avatar, Email: deref(info.Email),
		Gender: int32(info.Gender), Nickname: info.Nickname, Phone: info.Mobile, OrgList: organisations,
	}
}

func toUserOrganisation(m store.Membership) openapi.UserOrganisation {
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
