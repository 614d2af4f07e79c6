package account

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"time"

	"quartet/server/account/quickhash"
	"quartet/server/apierr"
	"quartet/server/token"
	"quartet/store"
)

// Values of Session.OpenedBy.
const (
	OpenedByCode     = "code"
	OpenedByPassword = "password"
	OpenedByWeChat   = "wechat"
	OpenedByToken    = "token" // of the old back end
)

const (
	longestSource   = 64  // characters
	longestDevice   = 128 // characters
	longestClientIP = 64  // characters
)

// SignInResult is the result of a sign-in. RefreshToken and RefreshExpires are empty if
// the session has none.
type SignInResult struct {
	AccessToken    string
	AccessExpires  time.Time
	RefreshToken   string
	RefreshExpires time.Time
	User           User
	Session        Session
	// WeChatLinked reports that the WeChat identity of the sign-in is the user's.
	WeChatLinked bool
	// WeakPassword is why the password of the sign-in would not be accepted as a new one,
	// "" where it would. It was imported, or is older than the policy.
	WeakPassword apierr.Reason
}

// CodeSignIn is a sign-in with a mobile and the one-time code sent to it.
type CodeSignIn struct {
	Dialect                  string // in which the session is opened
	Mobile, Code             string
	CompanyType, ProductType *int64 // stored as they are; nil where not given
	Source                   string // where a new user comes from
	Device                   string // to bind the session to; "" for none yet
	Application              string // that the session is opened for; an unknown one is ignored
	ClientIP, UserAgent      string
}

func (in CodeSignIn) device() DeviceSession {
	return DeviceSession{in.CompanyType, in.ProductType, in.Source, in.Device}
}

// DeviceSession is what the sign-in of a device tells of it.
type DeviceSession struct {
	CompanyType, ProductType *int64 // stored as they are; nil where not given
	Source                   string // where a new user comes from
	Device                   string // to bind the session to; "" for none yet
}

func (d DeviceSession) check() error {
	return checkTexts([]checkedText{
		{"source", &d.Source, longestSource},
		{"deviceNumber", &d.Device, longestDevice},
	})
}

// openDevice opens a session with a refresh token, which is the user's only one of its
// product type. The errors are those of openOpaque.
func (s *Service) openDevice(ctx context.Context, tx *tx, session store.Session, d DeviceSession) (SignInResult, error) {
	refresh := token.NewRefresh()
	session.ExclusiveClass, session.Source = new(exclusiveClass(d.ProductType)), d.Source
	session.CompanyType, session.ProductType = d.CompanyType, d.ProductType
	session.DeviceNumber, session.RefreshHash = filled(&d.Device), new(hashOf(refresh))
	result, err := s.openOpaque(ctx, tx, session, refresh, d.CompanyType)
	result.RefreshToken, result.RefreshExpires = refresh, session.ExpiresAt.Time()
	return result, err
}

// SignInByCode signs in with a one-time code (operation 2) and registers an unknown
// mobile. A user has one live session of a product type: the older one ends. The
// failure is WrongCode for a wrong, used, exhausted or missing code and for a disabled
// user, TooManyRequests with RetryAfter for a client IP with too many of those, or
// InvalidField.
func (s *Service) SignInByCode(ctx context.Context, in CodeSignIn) (SignInResult, error) {
	if err := in.check(); err != nil {
		return SignInResult{}, err
	}
	if err := s.mayTryCode(ctx, in.ClientIP); err != nil {
		return SignInResult{}, err
	}
	application, err := s.knownApplication(ctx, in.Application)
	if err != nil {
		return SignInResult{}, err
	}
	var result SignInResult
	var user store.User
	var refused string
	// A refusal does not fail the transaction: the guess counts, and a right code is
	// used up.
	err = s.inTx(ctx, func(tx *tx) error {
		user, refused = store.User{}, ""
		right, err := s.consumeCode(ctx, tx, PurposeSignIn, in.Mobile, in.Code, in.ClientIP)
		if err != nil || !right {
			refused = reasonWrong
			return err
		}
		// Looked up only now, so that a wrong guess takes as long for an unknown
		// mobile.
		user, err = s.userOfMobile(ctx, tx, mobileSignIn{in.Mobile, in.device(), OpenedByCode, in.Dialect, in.ClientIP})
		if err != nil || user.DisabledAt != nil {
			refused = reasonDisabled
			return err
		}
		session := s.sessionRow(user.ID, in.Dialect, OpenedByCode, in.ClientIP, in.UserAgent)
		session.ApplicationID = application
		tx.record(reopened(user, session)...)
		user.LastLoginAt, user.CompanyType = &session.CreatedAt, cmp.Or(in.CompanyType, user.CompanyType) // as OpenSession stores them
		result, err = s.openDevice(ctx, tx, session, in.device())
		return err
	})
	switch {
	case err != nil:
		return SignInResult{}, toAPIErr(err, apierr.WrongCode)
	case refused != "":
		return SignInResult{}, s.refuseCode(ctx, in.ClientIP, s.codeRefused(in, user.ID, refused))
	}
	result.User, err = s.open(user)
	return result, err
}

func (in CodeSignIn) check() error {
	if err := checkMobile(in.Mobile); err != nil {
		return err
	}
	return in.device().check()
}

// exclusiveClass is the class of a product type; sessions without one are a class too.
func exclusiveClass(productType *int64) string {
	if productType == nil {
		return ""
	}
	return strconv.FormatInt(*productType, 10)
}

// mobileSignIn is a sign-in with a mobile that was proven in some way.
type mobileSignIn struct {
	mobile string
	DeviceSession
	way, dialect, clientIP string
}

// userOfMobile finds the user who has verified the mobile, or adds one.
func (s *Service) userOfMobile(ctx context.Context, tx *tx, in mobileSignIn) (store.User, error) {
	index := s.mobileIndex(in.mobile)
	owner, err := tx.UserByVerifiedMobile(ctx, index)
	if !errors.Is(err, store.ErrNotFound) {
		return owner, err
	}
	user := s.newUser(s.ids.Next(), clientSource(in.Source))
	user.MobileSealed, user.MobileIndex, user.MobileVerifiedAt = new(s.sealMobile(user.ID, in.mobile)), &index, &user.CreatedAt
	// Not the mobile's last digits, because a nickname is public.
	user.Nickname = fmt.Sprintf("用户%04d", user.ID%10_000)
	user.CompanyType = in.CompanyType
	owner, created, err := tx.RegisterByMobile(ctx, user)
	if created {
		tx.record(registered(owner.ID, in.way, in.dialect, in.clientIP))
	}
	return owner, err
}

// refuseCode counts a refusal against the client IP, as a password guess too, and
// returns the failure. Every server remembers a client IP that it found full. A refusal
// beyond the limit is not recorded, except the one that locks.
func (s *Service) refuseCode(ctx context.Context, address string, refused event) error {
	limits := s.codeGuesses(address)
	err := storeErr(s.inTx(ctx, func(tx *tx) error {
		tx.record(refused)
		return tx.ConsumeRateLimits(ctx, limits, store.TimeOf(s.now()))
	}))
	switch {
	case err == nil:
		return apierr.New(apierr.WrongCode)
	case apierr.Is(err, apierr.TooManyRequests):
		s.rememberFull(ctx, limits)
		refused.kind, refused.detail = AuditLockout, maps.Clone(refused.detail)
		refused.detail["reason"] = reasonLocked
		s.audit(ctx, refused)
	}
	return err
}

// mayTryCode fails with TooManyRequests for a client IP with too many refused codes.
func (s *Service) mayTryCode(ctx context.Context, address string) error {
	return s.wait(ctx, s.codeGuesses(address))
}

func (s *Service) codeGuesses(address string) []store.RateLimit {
	return append(s.perClient("code-refused", s.limits.CodeRefusedPerIP, address), s.passwordsPerIP(address)...)
}

// PasswordSignIn is a sign-in with a password.
type PasswordSignIn struct {
	Account             string // user name, e-mail or mobile
	Password            string
	Application         string // that the session is opened for; an unknown one is ignored
	ClientIP, UserAgent string
	Dialect             string // in which the session is opened
}

// SignInByPassword signs in with a password (operation 9) and returns a JWT. The
// account is a user name, an e-mail or a verified mobile. An unknown account, a wrong
// password, a locked or disabled account and one without password all fail with
// WrongCredentials, after the same work, and with an old back end after the same time.
// TooManyRequests with RetryAfter means that the client IP has had too many failures,
// whatever the account, and Overloaded that no password was compared.
func (s *Service) SignInByPassword(ctx context.Context, in PasswordSignIn) (SignInResult, error) {
	if err := s.wait(ctx, s.passwordsPerIP(in.ClientIP)); err != nil {
		return SignInResult{}, err
	}
	started := time.Now()
	result, err := s.signInByPassword(ctx, in)
	if s.oldBackEnd != nil && apierr.Is(err, apierr.WrongCredentials) {
		s.waitForRefusal(ctx, started)
	}
	return result, err
}

func (s *Service) signInByPassword(ctx context.Context, in PasswordSignIn) (SignInResult, error) {
	user, found, err := s.userOfAccount(ctx, in.Account)
	if err != nil {
		return SignInResult{}, err
	}
	application, err := s.knownApplication(ctx, in.Application)
	if err != nil {
		return SignInResult{}, err
	}
	proven := false
	if s.asksOldBackEnd(user, found) {
		moved, err := s.moveIn(ctx, in, user, found)
		if err != nil {
			return SignInResult{}, err
		}
		user, found, proven = moved.user, true, moved.proven
	}
	session := s.sessionRow(user.ID, in.Dialect, OpenedByPassword, in.ClientIP, in.UserAgent)
	session.ApplicationID = application
	var weak apierr.Reason
	open := func(tx *tx) error {
		session.ID = s.ids.Next()
		if weak = s.weaknessOf(user, in.Password); weak != "" {
			session.OpenedBy = openedByWeakPassword
		}
		tx.record(reopened(user, session)...)
		return s.openSession(ctx, tx, session, nil)
	}
	if proven {
		err = toAPIErr(s.inTx(ctx, open), apierr.WrongCredentials)
	} else {
		err = s.compareForSignIn(ctx, in, user, found, open)
	}
	if err != nil {
		return SignInResult{}, err
	}
	// Signed after the transaction, for which others may be waiting.
	jwt, err := s.signJWT(session.ID, user.ID, session.ApplicationID, session.AccessExpiresAt)
	if err != nil {
		return SignInResult{}, err
	}
	result := newSignInResult(session, jwt)
	result.WeakPassword = weak
	if result.User, err = s.user(ctx, user.ID); err != nil {
		return SignInResult{}, err
	}
	if result.User.SecurityStamp != user.SecurityStamp {
		return SignInResult{}, s.endOutdated(ctx, session)
	}
	return result, nil
}

// compareForSignIn compares the password with the user's, and opens the session in the
// transaction that counts the guess.
func (s *Service) compareForSignIn(ctx context.Context, in PasswordSignIn, user store.User, found bool, open func(*tx) error) error {
	g := s.signInGuess(in, user, found)
	v, err := s.compare(ctx, g, in.Password, func(tx *tx, v verdict) error {
		if !v.right {
			tx.record(passwordRefused(in, user, g, v))
			return nil
		}
		return open(tx)
	})
	switch {
	case err != nil:
		return err
	case !v.right:
		return apierr.New(apierr.WrongCredentials)
	case v.weak:
		s.upgradeHash(ctx, user, in.Password)
	}
	return nil
}

// endOutdated ends a session that was opened with a password which was changed between
// comparing it and opening the session.
func (s *Service) endOutdated(ctx context.Context, session store.Session) error {
	err := s.end(ctx, store.EndedByPasswordChange, event{
		kind: AuditSessionEnded, subject: session.UserID, session: session.ID, dialect: session.Dialect,
		clientIP: session.ClientIP, detail: details{"reason": store.EndedByPasswordChange},
	})
	if err != nil {
		return err
	}
	return apierr.New(apierr.WrongCredentials)
}

// accountText returns the same text for all spellings of a user name, an e-mail or a
// mobile, whether or not a user has it.
func accountText(account string) string {
	account = strings.TrimSpace(account)
	if key, err := usernameKey(account); err == nil {
		return key
	}
	if key, err := emailKey(account); err == nil {
		return key
	}
	return strings.ToLower(account)
}

// userOfAccount finds the user of the text. Each text takes the same queries, found
// or not, and no text can be two of user name, e-mail and mobile.
func (s *Service) userOfAccount(ctx context.Context, account string) (user store.User, found bool, err error) {
	account = strings.TrimSpace(account)
	switch {
	case mobilePattern.MatchString(account):
		user, err = s.store.UserByVerifiedMobile(ctx, s.mobileIndex(account))
	case strings.Contains(account, "@"):
		key, invalid := emailKey(account)
		if invalid != nil {
			return store.User{}, false, nil
		}
		user, err = s.userOfEmail(ctx, account, key)
	default:
		key, invalid := usernameKey(account)
		if invalid != nil {
			return store.User{}, false, nil
		}
		user, err = s.store.UserByUsernameKey(ctx, key)
	}
	if errors.Is(err, store.ErrNotFound) {
		return store.User{}, false, nil
	}
	return user, err == nil, storeErr(err)
}

// upgradeHash replaces a hash that is weaker than today's. If the machine is busy, the
// next sign-in does it.
func (s *Service) upgradeHash(ctx context.Context, user store.User, text string) {
	hash, err := s.hasher.Hash(ctx, text)
	if err == nil {
		err = s.store.InTx(ctx, func(d store.Tx) error {
			return quickhash.Replace(ctx, d, user.ID, *user.PasswordHash, hash)
		})
	}
	if err != nil {
		s.log.WarnContext(ctx, "password hash was not upgraded", "user", user.ID, "error", err)
	}
}
