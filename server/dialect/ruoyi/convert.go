package ruoyi

import (
	"cmp"
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
)

// trial is the duration of document 003's product trial, from registration.
const trial = 7 * 24 * time.Hour

func (a API) toWeChatUser(u account.User) (openapi.WeChatUserResponse, error) {
	guid, err := uuid.Parse(u.GUID)
	if err != nil {
		return openapi.WeChatUserResponse{}, fmt.Errorf("guid of user %d: %w", u.ID, err)
	}
	userName := cmp.Or(dialect.OrEmpty(u.Username), dialect.OrEmpty(dialect.OpenID(u)))
	created := a.date(u.CreatedAt)
	trialEnds := a.date(u.CreatedAt.Add(trial))
	return openapi.WeChatUserResponse{
		Msg: successMessage, Code: successCode,
		Id: guid, UserName: userName, NormalizedUserName: strings.ToUpper(userName),
		Name: u.RealName, RealName: u.RealName, Surname: dialect.OrEmpty(u.Nickname), Remark: dialect.OrNull(u.Remark),
		Email: dialect.OrEmpty(u.Email), NormalizedEmail: strings.ToUpper(dialect.OrEmpty(u.Email)), EmailConfirmed: dialect.Flag(u.EmailVerified),
		PhoneNumber: dialect.OrEmpty(u.Mobile), PhoneNumberMask: maskMobile(dialect.OrEmpty(u.Mobile)), PhoneNumberConfirmed: dialect.Flag(u.MobileVerified),
		AvatarUrl: dialect.OrEmpty(u.Avatar), ExtraProperties: extraProperties(u),
		CreationTimeUpper: &created, CreationTimeLower: &created,
		RegisterTimeUpper: &created, RegisterTimeLower: &created,
		ProductTrialTimeFromUpper: &created, ProductTrialTimeFromLower: &created,
		ProductTrialTimeToUpper: &trialEnds, ProductTrialTimeToLower: &trialEnds,
		LastModificationTime:   u.UpdatedAt.Time().Format("2006-01-02T15:04:05.000-07:00"),
		LastPasswordChangeTime: a.dateOrNull(u.PasswordChangedAt),
		CreatorId:              authorGUID(u.Creator), LastModifierId: authorGUID(u.Modifier),
		UserTypeCode: userTypeCode(u.Role), IsBackground: dialect.Flag(u.Role != account.RoleMember),
		IsActive: dialect.Flag(u.DisabledAt == nil), LockoutEnabled: dialect.Flag(true), IsFollow: dialect.Flag(follows(u)),
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
	if role == account.RoleMember {
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

func (a API) dateOrNull(at *account.Time) *string {
	if at == nil {
		return nil
	}
	return new(a.date(*at))
}

// maskMobile shows the first three and the last four digits.
func maskMobile(mobile string) string {
	const head, tail = 3, 4
	if len(mobile) <= head+tail {
		return ""
	}
	return mobile[:head] + "****" + mobile[len(mobile)-tail:]
}

// publicStamp changes whenever the user does. It is a digest, so that it reveals
// nothing of the security stamp.
func publicStamp(purpose string, u account.User) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s:%s:%s:%d", purpose, u.GUID, u.SecurityStamp, u.Version))
	const length = 32
	return strings.ToUpper(hex.EncodeToString(sum[:])[:length])
}

// extraProperties returns the JSON that document 003 encodes as a string.
func extraProperties(u account.User) string {
	text, _ := json.Marshal(struct { // strings and numbers always encode
		Country, Province, City string
		Gender                  int
		Privilege               []string
	}{u.Country, u.Province, u.City, dialect.OrEmpty(u.Gender), []string{}})
	return string(text)
}

// date formats a time as document 003 does, in the server's zone.
func (a API) date(at account.Time) string { return at.Time().In(a.Zone).Format(time.DateOnly) }
