package account

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"quartet/server/apierr"
	"quartet/server/token"
	"quartet/store"
)

// How a session can have been opened, as Session.OpenedBy says it.
const (
	OpenedByCode     = "code"
	OpenedByPassword = "password"
	OpenedByWeChat   = "wechat"
)

// The dialects that sign people in, as Session.Dialect says it.
const (
	dialectYudao  = "yudao"
	dialectJFinal = "jfinal"
	dialectRuoYi  = "ruoyi"
)

const (
	longestSource   = 64  // characters
	longestDevice   = 128 // characters
	longestClientIP = 64  // characters
)

// Grant is what a sign-in gives. RefreshToken and RefreshExpires are empty
// where the session has none.
type SignInResult struct {
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
	ClientIP, UserAgent      string
}

// SignInByCode signs in with a one-time code (operation 2) and registers an
// unknown mobile. Of a user and product type one session is live: the older one
// ends. The failure is WrongCode for a wrong, spent, burnt or missing code and
// for a disabled user, TooManyRequests with RetryAfter for an address that had
// too many of those, or InvalidField.
func (s *Service) SignInByCode(ctx context.Context, in CodeSignIn) (SignInResult, error) {
	if err := in.check(); err != nil {
		return SignInResult{}, err
	}
	if wait := s.guesses.full.left(codeAddress(s.clientIPKey(in.ClientIP)), s.now()); wait > 0 {
		return SignInResult{}, &apierr.Error{Code: apierr.TooManyRequests, RetryAfter: wait}
	}
	var grant SignInResult
	var refused codeRefusal
	err := s.inTx(ctx, func(d *tx) (err error) {
		grant, refused, err = s.enterByCode(ctx, d, in)
		return err
	})
	switch {
	case err != nil:
		return SignInResult{}, toAPIErr(err, apierr.WrongCode)
	case refused.reason != "":
		return SignInResult{}, s.refuseCode(ctx, in, refused)
	}
	return s.withUser(ctx, grant)
}

// codeRefusal is why a sign-in by code is refused; user is 0 where nobody was
// looked for, and reason "" where it is not.
type codeRefusal struct {
	user   int64
	reason string
}

// enterByCode spends the code and opens the session. A refusal is no error: the
// guess counts, and a code that was right is used up.
func (s *Service) enterByCode(ctx context.Context, d *tx, in CodeSignIn) (SignInResult, codeRefusal, error) {
	right, err := s.consumeCode(ctx, d, PurposeSignIn, in.Mobile, in.Code)
	if err != nil || !right {
		return SignInResult{}, codeRefusal{reason: reasonWrong}, err
	}
	// Only now: a wrong guess must not take longer for a mobile that is known.
	user, err := s.userOfMobile(ctx, d, in)
	if err != nil || user.DisabledAt != nil {
		return SignInResult{}, codeRefusal{user.ID, reasonDisabled}, err
	}
	refresh := token.NewRefresh()
	grant, err := s.openOpaque(ctx, d, s.codeSession(user.ID, in, refresh), refresh, &in.CompanyType)
	grant.RefreshToken, grant.RefreshExpires = refresh, grant.Session.ExpiresAt.Time()
	return grant, codeRefusal{}, err
}

func (s *Service) codeSession(userID int64, in CodeSignIn, refresh string) store.Session {
	session := s.newSession(userID, dialectYudao, OpenedByCode, in.ClientIP, in.UserAgent)
	class, refreshHash := strconv.FormatInt(in.ProductType, 10), hashOf(refresh)
	session.ExclusiveClass, session.Source = &class, in.Source
	session.CompanyType, session.ProductType = &in.CompanyType, &in.ProductType
	session.DeviceNumber, session.RefreshHash = filled(&in.Device), &refreshHash
	return session
}

// refuseCode counts a refusal against the address, as a guess too, and gives the
// failure. As with passwords, right sign-ins are not counted, and every server
// remembers an address that it saw full. A refusal that is not counted is not in
// the audit either, but for the one that says why.
func (s *Service) refuseCode(ctx context.Context, in CodeSignIn, r codeRefusal) error {
	address := s.clientIPKey(in.ClientIP)
	refusals := codeAddress(address)
	err := storeErr(s.inTx(ctx, func(d *tx) error {
		d.record(s.codeRefused(in, r.user, r.reason))
		return d.ConsumeRateLimits(ctx, []store.RateLimit{s.limits.CodeRefusedPerIP.limit(refusals), s.guessAddress(address)}, store.TimeOf(s.now()))
	}))
	switch {
	case err == nil:
		return apierr.New(apierr.WrongCode)
	case apierr.Is(err, apierr.TooManyRequests):
		s.guesses.full.put(refusals, s.now(), apierr.As(err).RetryAfter)
		locked := s.codeRefused(in, r.user, reasonLocked)
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
func (s *Service) userOfMobile(ctx context.Context, d *tx, in CodeSignIn) (store.User, error) {
	owner, err := d.UserByVerifiedMobile(ctx, s.mobileIndex(in.Mobile))
	if !errors.Is(err, store.ErrNotFound) {
		return owner, err // nearly everybody who signs in is known
	}
	owner, created, err := d.RegisterByMobile(ctx, s.mobileUser(s.ids.Next(), in))
	if created {
		d.record(registered(owner.ID, OpenedByCode, dialectYudao, in.ClientIP))
	}
	return owner, err
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
	Account             string // user name, e-mail or mobile
	Password            string
	ClientIP, UserAgent string
	Dialect             string // that the session is opened in; "" is "jfinal"
}

func (in PasswordSignIn) dialect() string {
	if in.Dialect == "" {
		return dialectJFinal
	}
	return in.Dialect
}

// SignInByPassword signs in with a password (operation 9) and gives a JWT. The
// account is a user name, an e-mail or a proven mobile. An unknown account, a wrong password, a locked or
// disabled account and one without password all fail with WrongCredentials,
// after the same work. Overloaded means that no password was compared.
func (s *Service) SignInByPassword(ctx context.Context, in PasswordSignIn) (SignInResult, error) {
	user, found, err := s.userOfAccount(ctx, in.Account)
	if err != nil {
		return SignInResult{}, err
	}
	g := s.signInGuess(in, user, found)
	var session store.Session
	v, err := s.compare(ctx, g, in.Password, func(d *tx, v verdict) (err error) {
		if !v.right {
			d.record(passwordRefused(in, user, g, v))
			return nil
		}
		session, err = s.openJWT(ctx, d, s.newSession(user.ID, in.dialect(), OpenedByPassword, in.ClientIP, in.UserAgent))
		return err
	})
	switch {
	case err != nil:
		return SignInResult{}, err
	case !v.right:
		return SignInResult{}, apierr.New(apierr.WrongCredentials)
	case v.weak:
		s.upgradeHash(ctx, user, in.Password)
	}
	jwt, err := s.sign(session, session.AccessExpiresAt.Time())
	if err != nil {
		return SignInResult{}, err
	}
	grant, err := s.withUser(ctx, newSignInResult(session, jwt))
	if err != nil {
		return SignInResult{}, err
	}
	return grant, s.stillValid(ctx, grant, user.SecurityStamp)
}

// stillValid closes the gap between comparing a password and opening the
// session: a password changed in between has ended the sessions it saw, and
// this one was not among them.
func (s *Service) stillValid(ctx context.Context, grant SignInResult, stamp string) error {
	if grant.User.SecurityStamp == stamp {
		return nil
	}
	err := s.end(ctx, store.EndedByPasswordChange, event{
		kind: AuditSessionEnded, subject: grant.User.ID, session: grant.Session.ID, dialect: grant.Session.Dialect,
		clientIP: grant.Session.ClientIP, detail: details{"reason": store.EndedByPasswordChange},
	})
	if err != nil {
		return err
	}
	return apierr.New(apierr.WrongCredentials)
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
	address := s.clientIPKey(in.ClientIP)
	pair := "signin:" + subject + ":" + address
	return guess{
		lockKey: "signin:" + text + ":" + address,
		key:     pair,
		account: subject,
		limits: []store.RateLimit{
			s.limits.PasswordPerAccountIP.limit(pair),
			s.limits.PasswordPerAccount.limit("signin:" + subject),
		},
		clientIP: address,
		hash:     user.PasswordHash,
		barred:   !found || user.DisabledAt != nil,
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
	if err = toAPIErr(err, apierr.UserNotFound); apierr.Is(err, apierr.UserNotFound) {
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
	if err = toAPIErr(err, apierr.UserNotFound); apierr.Is(err, apierr.UserNotFound) {
		return store.User{}, false, nil
	}
	return user, err == nil, err
}

// upgradeHash replaces a hash that is weaker than today's. It can wait for the
// next sign-in when the machine is busy.
func (s *Service) upgradeHash(ctx context.Context, user store.User, text string) {
	hash, err := s.hasher.Hash(ctx, text)
	if err == nil {
		err = s.store.InTx(ctx, func(d store.Tx) error {
			return d.UpgradePasswordHash(ctx, user.ID, *user.PasswordHash, hash)
		})
	}
	if err != nil {
		s.log.WarnContext(ctx, "a password hash was not upgraded", "user", user.ID, "error", err)
	}
}
