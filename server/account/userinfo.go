package account

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"quartet/server/apierr"
	"quartet/store"
)

// The rights of an application, as in Application.Rights.
const (
	RightNickname = "nickname" // nicknames in full
	RightContact  = "contact"  // mobile and e-mail of other users, for an application that proves itself
)

const longestApplicationID = 64 // characters

var userIDPattern = regexp.MustCompile(`^[0-9]{1,19}$`)

// AppUserInfo is what an application can see of a user. The rest is blank or masked, and an
// e-mail or mobile that is not proven is blank.
type AppUserInfo struct {
	UserID          int64
	Username, Email *string
	Mobile          string
	Nickname        string
	NicknameMasked  bool
	Gender          int // 0 unknown, 1 male, 2 female
	Avatar          string
	Memberships     []Membership // of another user: those in the application's organisations
}

// UserInfo returns a user to the application that the caller was authenticated for
// (operation 5). userID is an id or, if no user has that id, the only alias of that
// name: 1 to 19 digits, else InvalidField with field userId. Callers always find
// themselves; whom else they find mayLookUp and shownTo decide, and it is UserNotFound
// otherwise. An unknown or disabled application is UnknownApplication. Too many look-ups of
// others are TooManyRequests.
func (s *Service) UserInfo(ctx context.Context, caller Caller, clientIP, userID string) (AppUserInfo, error) {
	if caller.session.ApplicationRights == nil {
		return AppUserInfo{}, &apierr.Error{Code: apierr.UnknownApplication, Field: "X-App-Id"}
	}
	if !userIDPattern.MatchString(userID) {
		return AppUserInfo{}, apierr.Field("userId", apierr.BadFormat)
	}
	profile, err := s.profileByIDOrAlias(ctx, caller, userID)
	if err == nil && caller.is(profile.UserID) {
		return s.appUserInfo(caller, profile, profile.Memberships)
	}
	if err != nil && !apierr.Is(err, apierr.UserNotFound) {
		return AppUserInfo{}, err
	}
	organisations, refused := s.mayLookUp(ctx, caller, clientIP)
	if refused != nil {
		return AppUserInfo{}, refused
	}
	if err != nil {
		return AppUserInfo{}, err
	}
	memberships, err := shownTo(caller, profile, organisations)
	if err != nil {
		return AppUserInfo{}, err
	}
	return s.appUserInfo(caller, profile, memberships)
}

func (s *Service) appUserInfo(caller Caller, profile store.Profile, memberships []store.Membership) (info AppUserInfo, err error) {
	rights := strings.Fields(*caller.session.ApplicationRights)
	info = AppUserInfo{
		UserID: profile.UserID, Username: profile.Username, Nickname: profile.Nickname,
		Gender: profile.Gender, Avatar: profile.Avatar, Memberships: convert(memberships, newMembership),
	}
	// Anybody can send the id of an application, so it is no reason to show a mobile.
	if caller.is(profile.UserID) || caller.application.Proven && slices.Contains(rights, RightContact) {
		if profile.EmailVerifiedAt != nil {
			info.Email = profile.Email
		}
		if profile.MobileVerifiedAt != nil {
			info.Mobile, err = s.unseal(profile.MobileSealed, mobileContext(profile.UserID))
		}
	}
	if !slices.Contains(rights, RightNickname) {
		info.Nickname, info.NicknameMasked = masked(profile.Nickname), true
	}
	return info, err
}

// profileByIDOrAlias reads a profile, except the caller's own, which was read with the
// session.
func (s *Service) profileByIDOrAlias(ctx context.Context, caller Caller, text string) (store.Profile, error) {
	id, err := strconv.ParseInt(text, 10, 64)
	if err == nil && strconv.FormatInt(id, 10) == text {
		if caller.is(id) {
			return caller.session.Profile, nil
		}
		profile, err := s.store.ProfileByID(ctx, id)
		if !errors.Is(err, store.ErrNotFound) {
			return profile, storeErr(err)
		}
	}
	rows, err := s.store.UsersByAlias(ctx, text)
	switch {
	case err != nil:
		return store.Profile{}, storeErr(err)
	case len(rows) != 1:
		return store.Profile{}, apierr.New(apierr.UserNotFound)
	}
	profile, err := s.store.ProfileByID(ctx, rows[0].ID)
	return profile, toAPIErr(err, apierr.UserNotFound)
}

// masked returns the first character and two asterisks: "t**".
func masked(nickname string) string {
	if nickname == "" {
		return ""
	}
	_, size := utf8.DecodeRuneInString(nickname)
	return nickname[:size] + "**"
}
