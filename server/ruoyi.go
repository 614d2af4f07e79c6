package server

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"quartet/openapi"
	"quartet/server/account"
	"quartet/server/dialect"
	"quartet/store"
)

// GetWeChatUserInfo is operation 6, document 003's wechat/user/getUserInfo.
func (s *server) GetWeChatUserInfo(ctx context.Context, r openapi.GetWeChatUserInfoRequestObject) (openapi.GetWeChatUserInfoResponseObject, error) {
	call := callOf(ctx)
	grant, err := s.accounts.SignInByWeChat(ctx, account.WeChatSignIn{
		Code: r.Body.Code, ClientIP: call.clientIP, UserAgent: call.userAgent,
	})
	if err != nil {
		return nil, err
	}
	user, err := s.toWeChatUser(grant.User)
	if err != nil {
		return nil, err
	}
	return openapi.GetWeChatUserInfo200JSONResponse{
		Body:    user,
		Headers: openapi.GetWeChatUserInfo200ResponseHeaders{XAccessToken: grant.AccessToken},
	}, nil
}

// trial is how long document 003's product trial lasts from registration.
const trial = 7 * 24 * time.Hour

func (s *server) toWeChatUser(u account.User) (openapi.WeChatUserResponse, error) {
	guid, err := uuid.Parse(string(u.GUID))
	if err != nil {
		return openapi.WeChatUserResponse{}, fmt.Errorf("guid of user %d: %w", u.ID, err)
	}
	userName := firstOf(deref(u.Username), deref(openID(u)))
	created := s.date(u.CreatedAt)
	trialEnds := s.date(store.TimeOf(u.CreatedAt.Time().Add(trial)))
	return openapi.WeChatUserResponse{
		Msg: dialect.RuoYiMessage, Code: dialect.RuoYiCode,
		Id: guid, UserName: userName, NormalizedUserName: strings.ToUpper(userName),
		Name: orNull(u.RealName), RealName: orNull(u.RealName), Surname: u.Nickname, Remark: orNull(u.Remark),
		Email: deref(u.Email), NormalizedEmail: strings.ToUpper(deref(u.Email)), EmailConfirmed: flag(u.EmailVerified),
		PhoneNumber: u.Mobile, PhoneNumberMask: maskMobile(u.Mobile), PhoneNumberConfirmed: flag(u.MobileVerified),
		AvatarUrl: u.Avatar, ExtraProperties: extraProperties(u),
		CreationTimeUpper: &created, CreationTimeLower: &created,
		RegisterTimeUpper: &created, RegisterTimeLower: &created,
		ProductTrialTimeFromUpper: &created, ProductTrialTimeFromLower: &created,
		ProductTrialTimeToUpper: &trialEnds, ProductTrialTimeToLower: &trialEnds,
		LastModificationTime:   u.UpdatedAt.Time().Format("2006-01-02T15:04:05.000-07:00"),
		LastPasswordChangeTime: s.dateOrNull(u.PasswordChangedAt),
		CreatorId:              authorGUID(u.Creator), LastModifierId: authorGUID(u.Modifier),
		UserTypeCode: userTypeCode(u.Role), IsBackground: flag(u.Role != store.RoleMember),
		IsActive: flag(u.DisabledAt == nil), LockoutEnabled: flag(true), IsFollow: flag(follows(u)),
		SecurityStamp: publicStamp("security", u), ConcurrencyStamp: strings.ToLower(publicStamp("version", u)),
		EntityVersion: u.Version,
	}, nil
}

// authorGUID is ABP's creatorId and lastModifierId: a GUID.
func authorGUID(author *account.Author) *string {
	if author == nil {
		return nil
	}
	return &author.GUID
}

func userTypeCode(role string) string {
	if role == store.RoleMember {
		return "2"
	}
	return "1"
}

func follows(u account.User) bool {
	for _, identity := range u.WeChat {
		if identity.Follows {
			return true
		}
	}
	return false
}

func (s *server) dateOrNull(at *store.Time) *string {
	if at == nil {
		return nil
	}
	return ptr(s.date(*at))
}

// maskMobile shows the first three and the last four digits.
func maskMobile(mobile string) string {
	const head, tail = 3, 4
	if len(mobile) <= head+tail {
		return ""
	}
	return mobile[:head] + "****" + mobile[len(mobile)-tail:]
}

// publicStamp changes when the user does. It is a digest, so that it tells
// nothing of what is stored.
func publicStamp(purpose string, u account.User) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s:%s:%s:%d", purpose, u.GUID, u.SecurityStamp, u.Version))
	const length = 32
	return strings.ToUpper(hex.EncodeToString(sum[:])[:length])
}

// extraProperties is the JSON that document 003 keeps inside a string.
func extraProperties(u account.User) string {
	text, _ := json.Marshal(struct { // strings and numbers always encode
		Country, Province, City string
		Gender                  int
		Privilege               []string
	}{u.Country, u.Province, u.City, u.Gender, []string{}})
	return string(text)
}
