package account

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"quartet/server/apierr"
	"quartet/store"
)

// What an application can be allowed to see of a user, as Application.Rights
// lists it.
const (
	RightNickname = "nickname" // nicknames in full
	RightContact  = "contact"  // mobile and e-mail of others than the token's user
)

const longestApplicationID = 64 // characters

var userIDShape = regexp.MustCompile(`^[0-9]{1,19}$`)

// Info is what an application learns about a user. What it may not see is blank
// or masked.
type AppUserInfo struct {
	UserID          int64
	Username, Email *string
	Mobile          string
	Nickname        string
	NicknameMasked  bool
	Gender          int // 0 unknown, 1 male, 2 female
	Avatar          string
	Memberships     []store.Membership // of another user: those in the application's organisations
}

// UserInfo tells the application appID about a user (operation 5). userID is an
// id or, where no user has that id, the only alias of that name: 1 to 19 digits,
// else InvalidField with field userId. The token's own user is always found;
// anybody else only as a member of one of the application's organisations, and
// otherwise UserNotFound, as if there were none. An unknown or disabled
// application is UnknownApplication.
func (s *Service) UserInfo(ctx context.Context, appID string, caller Caller, userID string) (AppUserInfo, error) {
	application, err := s.application(ctx, appID)
	if err != nil {
		return AppUserInfo{}, err
	}
	if !userIDShape.MatchString(userID) {
		return AppUserInfo{}, apierr.Field("userId", apierr.BadFormat)
	}
	profile, err := s.profileByIDOrAlias(ctx, caller, userID)
	if err != nil {
		return AppUserInfo{}, err
	}
	memberships, err := s.visibleMemberships(ctx, application, caller, profile)
	if err != nil {
		return AppUserInfo{}, err
	}
	return s.newAppUserInfo(profile, memberships, strings.Fields(application.Rights), caller)
}

func (s *Service) application(ctx context.Context, id string) (store.Application, error) {
	if id == "" || checkText("", id, longestApplicationID) != nil {
		return store.Application{}, unknownApplication()
	}
	application, err := s.store.ApplicationByID(ctx, id)
	if err == nil && application.DisabledAt != nil {
		return store.Application{}, unknownApplication()
	}
	return application, applicationFailed(err)
}

func unknownApplication() error {
	return &apierr.Error{Code: apierr.UnknownApplication, Field: "X-App-Id"}
}

func applicationFailed(err error) error {
	if err = toAPIErr(err, apierr.UnknownApplication); apierr.Is(err, apierr.UnknownApplication) {
		return unknownApplication()
	}
	return err
}

func (s *Service) profileByIDOrAlias(ctx context.Context, caller Caller, text string) (store.Profile, error) {
	id, err := strconv.ParseInt(text, 10, 64)
	if err == nil && strconv.FormatInt(id, 10) == text {
		if caller.is(id) && caller.profile != nil {
			return *caller.profile, nil
		}
		profile, err := s.profile(ctx, id)
		if !apierr.Is(err, apierr.UserNotFound) {
			return profile, err
		}
	}
	rows, err := s.store.UsersByAlias(ctx, text)
	if err != nil {
		return store.Profile{}, storeErr(err)
	}
	if len(rows) != 1 {
		return store.Profile{}, apierr.New(apierr.UserNotFound)
	}
	return s.profile(ctx, rows[0].ID)
}

func (s *Service) profile(ctx context.Context, id int64) (store.Profile, error) {
	profile, err := s.store.ProfileByID(ctx, id)
	return profile, toAPIErr(err, apierr.UserNotFound)
}

// visibleMemberships lists what the application may know of the user's
// memberships, or fails with UserNotFound when it may not know the user.
func (s *Service) visibleMemberships(ctx context.Context, application store.Application, caller Caller, profile store.Profile) ([]store.Membership, error) {
	if caller.is(profile.UserID) {
		return profile.Memberships, nil
	}
	organisations, err := s.store.OrganisationsOfApplication(ctx, application.ID)
	if err != nil {
		return nil, storeErr(err)
	}
	// The profile's own slice is not ours to change.
	memberships := slices.DeleteFunc(slices.Clone(profile.Memberships), func(m store.Membership) bool {
		return !slices.ContainsFunc(organisations, func(o store.Organisation) bool { return o.ID == m.ID })
	})
	if len(memberships) == 0 {
		return nil, apierr.New(apierr.UserNotFound)
	}
	return memberships, nil
}

// newInfo copies what may be seen, so that what is not named here is not told.
func (s *Service) newAppUserInfo(profile store.Profile, memberships []store.Membership, rights []string, caller Caller) (info AppUserInfo, err error) {
	info = AppUserInfo{
		UserID: profile.UserID, Username: profile.Username, Nickname: profile.Nickname,
		Gender: profile.Gender, Avatar: profile.Avatar, Memberships: memberships,
	}
	if caller.is(profile.UserID) || slices.Contains(rights, RightContact) {
		info.Email = profile.Email
		info.Mobile, err = s.unseal(profile.MobileSealed, mobileContext(profile.UserID))
	}
	if !slices.Contains(rights, RightNickname) {
		info.NicknameMasked = true
		info.Nickname = masked(profile.Nickname)
	}
	return info, err
}

// masked is the first character and two asterisks: "t**".
func masked(nickname string) string {
	if nickname == "" {
		return ""
	}
	_, size := utf8.DecodeRuneInString(nickname)
	return nickname[:size] + "**"
}
