package account

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"

	"github.com/google/uuid"

	"quartet/server/apierr"
	"quartet/store"
)

// User is one person with every fact opened that may leave this package. Of the
// row, what is secret or sealed is empty: PasswordHash, MobileSealed,
// MobileIndex and IDCardSealed.
type User struct {
	store.User
	Mobile         string // eleven digits, "" when unknown
	MobileVerified bool
	EmailVerified  bool
	IDCard         string
	HasPassword    bool
	// WeChat lists the person's WeChat identities, oldest first, where the
	// operation needs them (Slide, SignInByWeChat); otherwise it is nil.
	WeChat []store.WeChatIdentity
	// Creator and Modifier are who created and who last changed the user, where
	// the operation needs them as it needs WeChat; nil for nobody known.
	Creator, Modifier *Author
}

// Author is who did something to a user.
type Author struct {
	Username, GUID string
}

// Public is what anybody signed in may know: id, nickname, gender, signature,
// site and avatar. Everything else is blank.
func (u User) Public() User {
	return User{User: store.User{
		ID: u.ID, Nickname: u.Nickname, Gender: u.Gender,
		Signature: u.Signature, Site: u.Site, Avatar: u.Avatar,
	}}
}

// UserDetail reads a user. full is true for oneself and for administrators;
// others get User.Public. The failure is UserNotFound for an unknown id.
func (s *Service) UserDetail(ctx context.Context, caller Caller, id int64) (user User, full bool, err error) {
	user, err = s.user(ctx, id)
	if err != nil {
		return User{}, false, err
	}
	if !caller.seesAllOf(id) {
		return user.Public(), false, nil
	}
	return user, true, nil
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
	user, err := s.user(ctx, id)
	if err != nil {
		return User{}, err
	}
	if user.WeChat, err = s.store.WeChatIdentitiesOf(ctx, id); err != nil {
		return User{}, storeErr(err)
	}
	if user.Creator, err = s.author(ctx, user.CreatedBy); err != nil {
		return User{}, err
	}
	user.Modifier, err = s.author(ctx, user.UpdatedBy)
	return user, err
}

// author finds who did something; nil when nobody is named or they are gone.
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
	made := &Author{GUID: string(row.GUID)}
	if row.Username != nil {
		made.Username = *row.Username
	}
	return made, nil
}

// open turns a row into a User. It fails when a sealed fact does not open: the
// keys are not the ones that the database was filled with, and an answer with
// blanks would hide it.
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
		User: row, Mobile: mobile, IDCard: idCard,
		MobileVerified: row.MobileVerifiedAt != nil,
		EmailVerified:  row.EmailVerifiedAt != nil,
		HasPassword:    row.PasswordHash != nil,
	}
	user.PasswordHash, user.MobileSealed, user.MobileIndex, user.IDCardSealed = nil, nil, nil, nil
	return user, nil
}

func (s *Service) openAll(rows []store.User) ([]User, error) {
	users := make([]User, 0, len(rows))
	for _, row := range rows {
		user, err := s.open(row)
		if err != nil {
			return nil, err
		}
		users = append(users, user)
	}
	return users, nil
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

// newUser is a member with nothing known but when and whence they came.
func (s *Service) newUser(id int64, source string) store.User {
	now := store.TimeOf(s.now())
	return store.User{
		ID: id, GUID: store.GUID(uuid.NewString()), Role: store.RoleMember,
		CreateSource: source, SecurityStamp: newStamp(), Version: 1,
		CreatedAt: now, UpdatedAt: now, ActivatedAt: &now,
	}
}

// newStamp makes the opaque text that changes with every password.
func newStamp() string { return rand.Text() }

// withNewID runs insert with a new id, and again when another server drew the
// same one in the same millisecond.
func (s *Service) withNewID(insert func(id int64) error) error {
	return withNewIDs(func() error { return insert(s.ids.Next()) })
}

// withNewIDs is withNewID for an insert that draws its ids itself.
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
	return slices.Contains([]string{
		store.RoleMember, store.RoleAdministrator, store.RoleSuperAdministrator,
	}, role)
}
