package account

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"quartet/server/failure"
	"quartet/server/token"
	"quartet/store"
)

// How a session can have been opened, as Session.OpenedBy says it.
const (
	OpenedByCode     = "code"
	OpenedByPassword = "password"
	OpenedByWeChat   = "wechat"
)

// The styles that sign people in, as Session.Style says it.
const (
	styleData  = "data"
	styleState = "state"
	styleFlat  = "flat"
)

const (
	longestSource  = 64  // characters
	longestDevice  = 128 // characters
	longestAddress = 64  // characters
)

// Grant is what a sign-in gives. RefreshToken and RefreshExpires are empty
// where the session has none.
type Grant struct {
	AccessToken    string
	AccessExpires  time.Time
	RefreshToken   string
	RefreshExpires time.Time
	User           User
	Session        store.Session
}

// CodeSignIn is a sign-in with a mobile and the one-time code sent to it.
type CodeSignIn struct {
	Mobile, Code             string
	CompanyType, ProductType int64  // stored as they are
	Source                   string // where a new user is said to come from
	Device                   string // number to bind the session to; "" for none yet
	Address, UserAgent       string
}

// SignInByCode signs in with a one-time code (operation 2) and registers an
// unknown mobile. Of a user and product type one session is live: the older one
// ends. The failure is WrongCode for a wrong, spent, burnt or missing code and
// for a disabled user, TooManyRequests with RetryAfter for an address that had
// too many of those, or InvalidField.
func (s *Service) SignInByCode(ctx context.Context, in CodeSignIn) (Grant, error) {
	if err := in.check(); err != nil {
		return Grant{}, err
	}
	if wait := s.guesses.full.left(codeAddress(s.addressKey(in.Address)), s.now()); wait > 0 {
		return Grant{}, &failure.Error{Code: failure.TooManyRequests, RetryAfter: wait}
	}
	if err := s.spendCode(ctx, PurposeSignIn, in.Mobile, in.Code); err != nil {
		if failure.Is(err, failure.WrongCode) {
			err = s.refuseCode(ctx, in, 0, reasonWrong)
		}
		return Grant{}, err
	}
	user, err := s.userOfMobile(ctx, in)
	if err != nil {
		return Grant{}, err
	}
	if user.DisabledAt != nil {
		return Grant{}, s.refuseCode(ctx, in, user.ID, reasonDisabled)
	}
	session := s.newSession(user.ID, styleData, OpenedByCode, in.Address, in.UserAgent)
	class := strconv.FormatInt(in.ProductType, 10)
	session.ExclusiveClass, session.Source = &class, in.Source
	session.CompanyType, session.ProductType = &in.CompanyType, &in.ProductType
	session.DeviceNumber = filled(&in.Device)
	refresh := token.NewRefresh()
	session.RefreshHash = new(hashOf(refresh))
	grant, err := s.openOpaque(ctx, session, refresh, &in.CompanyType)
	if err != nil {
		return Grant{}, failed(err, failure.WrongCode)
	}
	grant.RefreshToken, grant.RefreshExpires = refresh, grant.Session.ExpiresAt.Time()
	return s.withUser(ctx, grant)
}

// refuseCode counts a refusal against the address, as a guess too, and gives the
// failure. As with passwords, right sign-ins are not counted, and every server
// remembers an address that it saw full. A refusal that is not counted is not in
// the audit either, but for the one that says why.
func (s *Service) refuseCode(ctx context.Context, in CodeSignIn, user int64, reason string) error {
	address := s.addressKey(in.Address)
	refusals := codeAddress(address)
	err := s.take(ctx, []store.Quota{s.limits.CodeRefused.quota(refusals), s.guessAddress(address)})
	switch {
	case err == nil:
		s.audit(ctx, s.codeRefused(in, user, reason))
		return failure.New(failure.WrongCode)
	case failure.Is(err, failure.TooManyRequests):
		s.guesses.full.put(refusals, s.now(), failure.Of(err).RetryAfter)
		locked := s.codeRefused(in, user, reasonLocked)
		locked.kind = AuditLockout
		s.audit(ctx, locked)
	}
	return err
}

func codeAddress(address string) string { return "code-refused:" + address }

func (in CodeSignIn) check() error {
	if err := checkMobile(in.Mobile); err != nil {
		return err
	}
	return checkTexts([]checkedText{
		{"source", &in.Source, longestSource},
		{"deviceNumber", &in.Device, longestDevice},
	})
}

// userOfMobile finds the owner of a proven mobile, or makes one.
func (s *Service) userOfMobile(ctx context.Context, in CodeSignIn) (store.User, error) {
	owner, found, err := s.mobileOwner(ctx, s.mobileIndex(in.Mobile))
	if found || err != nil {
		return owner, err
	}
	created := false
	err = s.withNewID(func(id int64) error {
		owner, created, err = s.store.RegisterByMobile(ctx, s.mobileUser(id, in))
		return err
	})
	if err == nil && created {
		s.audit(ctx, registered(owner.ID, OpenedByCode, styleData, in.Address))
	}
	return owner, broken(err)
}

func (s *Service) mobileUser(id int64, in CodeSignIn) store.User {
	user := s.newUser(id, in.Source)
	sealed, index := s.sealMobile(id, in.Mobile)
	user.MobileSealed, user.MobileIndex, user.MobileVerifiedAt = &sealed, &index, &user.CreatedAt
	// Not the mobile's last digits: a nickname is public.
	user.Nickname = fmt.Sprintf("用户%04d", id%10_000)
	user.CompanyType = &in.CompanyType
	return user
}

// PasswordSignIn is a sign-in with a password.
type PasswordSignIn struct {
	Account            string // user name, e-mail or mobile
	Password           string
	Address, UserAgent string
	Style              string // that the session is opened in; "" is "state"
}

func (in PasswordSignIn) style() string {
	if in.Style == "" {
		return styleState
	}
	return in.Style
}

// SignInByPassword signs in with a password (operation 9) and gives a JWT. The
// account is a user name, an e-mail or a proven mobile. An unknown account, a wrong password, a locked or
// disabled account and one without password all fail with WrongCredentials,
// after the same work. Overloaded means that no password was compared.
func (s *Service) SignInByPassword(ctx context.Context, in PasswordSignIn) (Grant, error) {
	user, found, err := s.userOfAccount(ctx, in.Account)
	if err != nil {
		return Grant{}, err
	}
	g := s.signInGuess(in, user, found)
	v, err := s.compare(ctx, g, in.Password)
	if err != nil {
		return Grant{}, err
	}
	if !v.right {
		s.audit(ctx, passwordRefused(in, user, g, v))
		return Grant{}, failure.New(failure.WrongCredentials)
	}
	if v.weak {
		s.upgradeHash(ctx, user, in.Password)
	}
	session := s.newSession(user.ID, in.style(), OpenedByPassword, in.Address, in.UserAgent)
	grant, err := s.openJWT(ctx, session)
	if err != nil {
		return Grant{}, failed(err, failure.WrongCredentials)
	}
	if grant, err = s.withUser(ctx, grant); err != nil {
		return Grant{}, err
	}
	return grant, s.stillValid(ctx, grant, user.SecurityStamp)
}

// stillValid closes the gap between comparing a password and opening the
// session: a password changed in between has ended the sessions it saw, and
// this one was not among them.
func (s *Service) stillValid(ctx context.Context, grant Grant, stamp string) error {
	if grant.User.SecurityStamp == stamp {
		return nil
	}
	ended, err := s.store.EndSession(ctx, grant.Session.ID, store.EndedByPasswordChange, store.At(s.now()))
	if err != nil {
		return broken(err)
	}
	if ended {
		s.audit(ctx, event{
			kind: AuditSessionEnded, subject: grant.User.ID, session: grant.Session.ID, style: grant.Session.Style,
			address: grant.Session.Address, detail: facts{"reason": store.EndedByPasswordChange},
		})
	}
	return failure.New(failure.WrongCredentials)
}

// signInGuess names the turn and the counters of a sign-in. A known user has one
// set of counters however they are addressed; an unknown account is counted by
// its text. The turn goes by the text for both, for whoever waited behind another
// spelling would know that somebody has both.
func (s *Service) signInGuess(in PasswordSignIn, user store.User, found bool) guess {
	text := s.sealer.Index("account:" + accountText(in.Account))
	subject := text
	if found {
		subject = s.sealer.Index("user:" + strconv.FormatInt(user.ID, 10))
	}
	address := s.addressKey(in.Address)
	pair := "signin:" + subject + ":" + address
	return guess{
		turn:    "signin:" + text + ":" + address,
		key:     pair,
		account: subject,
		quotas: []store.Quota{
			s.limits.GuessPair.quota(pair),
			s.limits.GuessAccount.quota("signin:" + subject),
		},
		address: address,
		hash:    user.PasswordHash,
		barred:  !found || user.DisabledAt != nil,
	}
}

// accountText is one for all spellings of a user name, an e-mail or a mobile,
// whether or not anybody has it.
func accountText(account string) string {
	if key, err := usernameKey(account); err == nil {
		return key
	}
	return strings.ToLower(account)
}

// userOfAccount finds whom the text means. Each text takes one lookup, found or
// not, and no text can be two of user name, e-mail and mobile (usernameKey).
func (s *Service) userOfAccount(ctx context.Context, account string) (store.User, bool, error) {
	if strings.Contains(account, "@") {
		return s.userOfEmail(ctx, account)
	}
	if mobileShape.MatchString(account) {
		return s.mobileOwner(ctx, s.mobileIndex(account))
	}
	key, err := usernameKey(account)
	if err != nil {
		return store.User{}, false, nil
	}
	user, err := s.store.UserByUsernameKey(ctx, key)
	if err = failed(err, failure.UserNotFound); failure.Is(err, failure.UserNotFound) {
		return store.User{}, false, nil
	}
	return user, err == nil, err
}

func (s *Service) userOfEmail(ctx context.Context, email string) (store.User, bool, error) {
	key, err := emailKey(email)
	if err != nil {
		return store.User{}, false, nil
	}
	user, err := s.store.UserByEmailKey(ctx, key)
	if err = failed(err, failure.UserNotFound); failure.Is(err, failure.UserNotFound) {
		return store.User{}, false, nil
	}
	return user, err == nil, err
}

// upgradeHash replaces a hash that is weaker than today's. It can wait for the
// next sign-in when the machine is busy.
func (s *Service) upgradeHash(ctx context.Context, user store.User, text string) {
	hash, err := s.hasher.Hash(ctx, text)
	if err == nil {
		err = s.store.UpgradePasswordHash(ctx, user.ID, *user.PasswordHash, hash)
	}
	if err != nil {
		s.log.WarnContext(ctx, "a password hash was not upgraded", "user", user.ID, "error", err)
	}
}
