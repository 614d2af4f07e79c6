package account

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"quartet/server/apierr"
	"quartet/store"
)

// User is a user without secrets.
type User struct {
	ID       int64
	GUID     string
	Username *string
	// Profile is what users state about themselves; nil is unknown.
	Profile
	EmailVerified, MobileVerified bool
	HasPassword                   bool
	PasswordChangedAt             *Time
	Role                          string // RoleMember and the like
	DisabledAt                    *Time
	ErasedAt                      *Time // when a closed account is to be erased; nil: not closed
	Identity, Anonym, Remark      string
	Country, Province, City       string
	CreateSource                  string
	CompanyType                   *int64
	AuthStatus                    int // 0 none, 1 under way, 2 passed, 3 failed
	AuthenticationID              *int64
	AuthUserType                  *int64
	AlumniCard                    bool
	SecurityStamp                 string // changes with the password
	Version                       int64
	CreatedAt, UpdatedAt          Time
	ActivatedAt, LastLoginAt      *Time

	// WeChat are the user's WeChat identities, oldest first, and Creator and Modifier
	// who created and last changed the user, nil if unknown. Extend and SignInByWeChat
	// set them; other operations leave them nil.
	WeChat            []LinkedWeChat
	Creator, Modifier *Author
}

// LinkedWeChat is a WeChat identity of a user.
type LinkedWeChat struct {
	OpenID  string
	UnionID *string
	Follows bool // follows the official account
}

// Decimal is an id as contracts have it: a text, because JavaScript has no 64-bit numbers.
func Decimal(id int64) string { return strconv.FormatInt(id, 10) }

// DecimalOrNull is Decimal of an id that can be missing.
func DecimalOrNull(id *int64) *string {
	if id == nil {
		return nil
	}
	return new(Decimal(*id))
}

// Author is who created or changed a user.
type Author struct {
	Username, GUID string
}

// Public returns what users whom a user is shown to may see: id, nickname, gender,
// signature, site and avatar.
func (u User) Public() User {
	return User{ID: u.ID, Profile: Profile{
		Nickname: u.Nickname, Gender: u.Gender, Signature: u.Signature, Site: u.Site, Avatar: u.Avatar,
	}}
}

// UserDetail reads a user. full is true for the caller themselves and for
// administrators; others get User.Public, of whom mayLookUp and shownTo let them find. The
// failures are UserNotFound and, for others, TooManyRequests.
func (s *Service) UserDetail(ctx context.Context, caller Caller, clientIP string, id int64) (user User, full bool, err error) {
	full = caller.seesAllOf(id)
	if !full {
		organisations, err := s.mayLookUp(ctx, caller, clientIP)
		if err != nil {
			return User{}, false, err
		}
		profile, err := s.store.ProfileByID(ctx, id)
		if err != nil {
			return User{}, false, toAPIErr(err, apierr.UserNotFound)
		}
		if _, err := shownTo(caller, profile, organisations); err != nil {
			return User{}, false, err
		}
	}
	user, err = s.user(ctx, id)
	if err != nil || full {
		return user, full && err == nil, err
	}
	return user.Public(), false, nil
}

// ProvenMobile and ProvenEmail return what applications may be told: nil unless the user
// has proved it.
func (u User) ProvenMobile() *string { return provenOnly(u.Mobile, u.MobileVerified) }

// ProvenEmail is described at ProvenMobile.
func (u User) ProvenEmail() *string { return provenOnly(u.Email, u.EmailVerified) }

func provenOnly(text *string, proven bool) *string {
	if !proven {
		return nil
	}
	return text
}

func (s *Service) user(ctx context.Context, id int64) (User, error) {
	row, err := s.store.UserByID(ctx, id)
	if err != nil {
		return User{}, toAPIErr(err, apierr.UserNotFound)
	}
	return s.open(row)
}

// userWithWeChat reads a user with their WeChat identities and authors.
func (s *Service) userWithWeChat(ctx context.Context, id int64) (User, error) {
	row, err := s.store.UserByID(ctx, id)
	if err != nil {
		return User{}, toAPIErr(err, apierr.UserNotFound)
	}
	user, err := s.open(row)
	if err != nil {
		return User{}, err
	}
	identities, err := s.store.WeChatIdentitiesOf(ctx, id)
	if err != nil {
		return User{}, storeErr(err)
	}
	user.WeChat = convert(identities, func(w store.WeChatIdentity) LinkedWeChat {
		return LinkedWeChat{OpenID: w.OpenID, UnionID: w.UnionID, Follows: w.Follows}
	})
	if user.Creator, err = s.author(ctx, row.CreatedBy); err != nil {
		return User{}, err
	}
	user.Modifier, err = s.author(ctx, row.UpdatedBy)
	return user, err
}

// author finds who created or changed a user; nil if unknown or gone.
func (s *Service) author(ctx context.Context, id *int64) (*Author, error) {
	if id == nil {
		return nil, nil
	}
	row, err := s.store.UserByID(ctx, *id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, storeErr(err)
	}
	return &Author{Username: valueOf(row.Username), GUID: string(row.GUID)}, nil
}

// open converts a row to a User. It fails if a sealed value cannot be decrypted: the
// keys are then not those of this database, which blanks would hide.
func (s *Service) open(row store.User) (User, error) {
	mobile, err := s.unseal(row.MobileSealed, mobileContext(row.ID))
	if err != nil {
		return User{}, err
	}
	idCard, err := s.unseal(row.IDCardSealed, idCardContext(row.ID))
	if err != nil {
		return User{}, err
	}
	user := User{
		ID: row.ID, GUID: string(row.GUID), Username: row.Username, Profile: Profile(store.ProfileOf(row)),
		EmailVerified: row.EmailVerifiedAt != nil, MobileVerified: row.MobileVerifiedAt != nil,
		HasPassword: row.PasswordHash != nil, PasswordChangedAt: row.PasswordChangedAt,
		Role: row.Role, DisabledAt: row.DisabledAt, ErasedAt: row.ClosingAt,
		Identity: row.Identity, Anonym: row.Anonym, Remark: row.Remark,
		Country: row.Country, Province: row.Province, City: row.City,
		CreateSource: row.CreateSource, CompanyType: row.CompanyType,
		AuthStatus: row.AuthStatus, AuthenticationID: row.AuthenticationID, AuthUserType: row.AuthUserType,
		AlumniCard: row.AlumniCard, SecurityStamp: row.SecurityStamp, Version: row.Version,
		CreatedAt: row.CreatedAt, UpdatedAt: row.UpdatedAt, ActivatedAt: row.ActivatedAt, LastLoginAt: row.LastLoginAt,
	}
	user.Mobile, user.IDCard = filled(&mobile), filled(&idCard)
	return user, nil
}

func (s *Service) unseal(sealed *string, context string) (string, error) {
	if sealed == nil || *sealed == "" {
		return "", nil
	}
	plain, err := s.sealer.Open(*sealed, context)
	if err != nil {
		return "", apierr.Wrap(apierr.Internal, err)
	}
	return plain, nil
}

// newUser is a member of whom only the time and source are known.
func (s *Service) newUser(id int64, source string) store.User {
	now := store.TimeOf(s.now())
	return store.User{
		ID: id, GUID: store.GUID(uuid.NewString()), Role: RoleMember,
		CreateSource: source, SecurityStamp: newStamp(), Version: 1,
		CreatedAt: now, UpdatedAt: now, ActivatedAt: &now,
	}
}

// newStamp returns the random text that changes with every password.
func newStamp() string { return rand.Text() }

// withNewID runs insert with a new id, and again with another if the id is taken,
// because another server can draw the same id in the same millisecond.
func (s *Service) withNewID(insert func(id int64) error) error {
	return withNewIDs(func() error { return insert(s.ids.Next()) })
}

// withNewIDs is withNewID for an insert that draws its own ids.
func withNewIDs(insert func() error) error {
	var err error
	for range 3 {
		if err = insert(); !isConflict(err, "id") {
			return err
		}
	}
	return err
}

func isRole(role string) bool {
	return slices.Contains([]string{RoleMember, RoleAdministrator, RoleSuperAdministrator}, role)
}

// The roles of users over the whole server.
const (
	RoleMember             = store.RoleMember
	RoleAdministrator      = store.RoleAdministrator
	RoleSuperAdministrator = store.RoleSuperAdministrator
)
