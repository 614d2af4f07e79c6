package account

import (
	"context"
	"crypto/rand"
	"errors"
	"strconv"
	"strings"
	"time"

	"quartet/server/account/quickhash"
	"quartet/server/apierr"
	"quartet/server/password"
	"quartet/store"
)

// oldPasswordField is spelled as in document 004.
const oldPasswordField = "oldPassowrd"

// ChangePassword sets a new password (operation 11) and ends all other sessions of the
// user. It requires the old one; only a super administrator may omit it, or change another
// user's: for a password of their own, or of who administers, within FreshSignIn. An empty old password is an
// omitted one. The user's verified mobile is told.
//
// A user without password may set the first one within FreshSignIn of signing in by a
// one-time code, which proves as much as an old password.
//
// Failures are Forbidden, UserNotFound, WeakPassword (field newPassword),
// InvalidField (field oldPassowrd, required), FreshProofRequired, WrongOldPassword, also
// after too many wrong ones, TooManyRequests and Overloaded.
func (s *Service) ChangePassword(ctx context.Context, caller Caller, userID int64, newPassword string, oldPassword *string) error {
	if err := caller.mayChangePasswordOf(userID); err != nil {
		return err
	}
	if err := checkPassword("newPassword", newPassword); err != nil {
		return err
	}
	user, err := s.store.UserByID(ctx, userID)
	if err != nil {
		return toAPIErr(err, apierr.UserNotFound)
	}
	if err := s.checkPasswordOf(user, "newPassword", newPassword); err != nil {
		return err
	}
	was, err := s.checkOldPassword(ctx, caller, user, oldPassword)
	if err != nil {
		return err
	}
	hash, err := s.hasher.Hash(ctx, newPassword)
	if err != nil {
		return s.hashErr(err)
	}
	// the caller's own session stays
	err = s.setPassword(ctx, caller, hash, was, passwordChosen(caller, user, filled(was) != nil))
	if err == nil {
		s.tell(ctx, user)
	}
	return err
}

// checkOldPassword returns the hash that was verified, "" for a user who has none yet,
// and nil if it does not matter.
func (s *Service) checkOldPassword(ctx context.Context, caller Caller, user store.User, old *string) (*string, error) {
	missing := filled(old) == nil
	switch {
	case caller.isSuperAdministrator() && (missing || !caller.is(user.ID)):
		return nil, s.changesWayIn(ctx, s.store, caller, user, oldPasswordField)
	case user.PasswordHash == nil:
		if caller.session.OpenedBy == OpenedByCode && s.freshSession(caller) == nil {
			return new(""), nil
		}
		if missing || s.oldBackEnd == nil {
			return nil, apierr.New(apierr.FreshProofRequired)
		}
	case missing:
		return nil, apierr.Field(oldPasswordField, apierr.Required)
	}
	right, err := s.isPasswordOf(ctx, caller, user, *old)
	if err != nil {
		return nil, err
	}
	if !right {
		return nil, wrongOldPassword()
	}
	return new(valueOf(user.PasswordHash)), nil
}

// isPasswordOf compares the password of a user whom the caller may change. Wrong ones are
// counted, and recorded.
func (s *Service) isPasswordOf(ctx context.Context, caller Caller, user store.User, text string) (bool, error) {
	subject, err := s.ofUser(ctx, s.store, user.ID)
	if err != nil {
		return false, storeErr(err)
	}
	key := "old-password:" + subject
	g := guess{
		lockKey: key,
		limits:  []store.RateLimit{s.limits.OldPasswordPerUser.limit(key)},
		hash:    s.openHash(user),
	}
	if s.oldBackEnd != nil && user.PasswordHash == nil {
		g.elsewhere = func(ctx context.Context) (bool, error) { return s.isPasswordThere(ctx, user, text) }
	}
	v, err := s.compare(ctx, g, text, func(tx *tx, v verdict) error {
		if v.right {
			return nil
		}
		if v.locked {
			err := s.limitChanges(ctx, tx, caller)
			if _, reached := errors.AsType[store.RateLimitError](err); reached {
				return nil // it has counted nothing, and the audit has enough of them
			}
			if err != nil {
				return err
			}
		}
		tx.record(oldPasswordRefused(caller, user.ID, v))
		return nil
	})
	return v.right, err
}

// openHash returns the hash of a user's password, opened if it is sealed; nil for none.
func (s *Service) openHash(user store.User) *string {
	if user.PasswordHash == nil {
		return nil
	}
	hash, err := quickhash.Open(s.sealer, user.ID, *user.PasswordHash)
	if err != nil {
		s.log.Error("stored password hash cannot be opened", "user", user.ID, "error", err)
		return nil
	}
	return &hash
}

// wrapPause keeps the wrapping of quick hashes below half of a core.
const wrapPause = 25 * time.Millisecond

// QuickHashes returns the job that wraps the quick hashes of other systems. Its function
// is called now and then, by one caller at a time, and returns how many it has wrapped.
func (s *Service) QuickHashes() func(context.Context) (wrapped int, err error) {
	w := &quickhash.Wrapper{Store: s.store, Hasher: s.hasher, Sealer: s.sealer, Now: s.now, Log: s.log, Wait: quickhash.Pauses(wrapPause)}
	return w.Wrap
}

func wrongOldPassword() error {
	return &apierr.Error{Code: apierr.WrongOldPassword, Field: oldPasswordField}
}

// setPassword stores the hash and ends the user's sessions except the caller's. With was,
// it does so only if that is still the hash, or "" if there is still none. change is the
// event of the user.
func (s *Service) setPassword(ctx context.Context, caller Caller, hash string, was *string, change event) error {
	err := s.inTx(ctx, func(tx *tx) error {
		if err := s.limitChanges(ctx, tx, caller); err != nil {
			return err
		}
		ended, err := tx.SetPassword(ctx, change.subject, hash, was, caller.SessionID, newStamp(), store.TimeOf(s.now()))
		if err == nil && caller.is(change.subject) && caller.session.OpenedBy == openedByWeakPassword {
			err = tx.SetOpenedBy(ctx, caller.SessionID, OpenedByPassword)
		}
		change.detail = details{"ended_sessions": ended}
		tx.record(change)
		return err
	})
	if was != nil && errors.Is(err, store.ErrNotFound) {
		return wrongOldPassword()
	}
	return toAPIErr(err, apierr.UserNotFound)
}

// newHash checks and hashes a new password; nil stays nil. own are the user's names,
// mobile and e-mail, as far as they are known.
func (s *Service) newHash(ctx context.Context, field string, text *string, own ...string) (*string, error) {
	if text == nil {
		return nil, nil
	}
	if err := checkPassword(field, *text, own...); err != nil {
		return nil, err
	}
	hash, err := s.hasher.Hash(ctx, *text)
	if err != nil {
		return nil, s.hashErr(err)
	}
	return &hash, nil
}

// checkPasswordOf is checkPassword for a password of a user who is stored.
func (s *Service) checkPasswordOf(user store.User, field, text string) error {
	own, err := s.wordsOf(user)
	if err != nil {
		return err
	}
	return checkPassword(field, text, own...)
}

// openedByWeakPassword is stored of a session that was opened by a password that the policy
// refuses; Session says OpenedByPassword.
const openedByWeakPassword = "weak_password"

// weaknessOf is why the policy refuses the password of a user, "" if it does not.
func (s *Service) weaknessOf(user store.User, text string) apierr.Reason {
	err := s.checkPasswordOf(user, "", text)
	if !apierr.Is(err, apierr.WeakPassword) {
		return ""
	}
	return apierr.As(err).Reason
}

// wordsOf are the names, the mobile and the e-mail of a user.
func (s *Service) wordsOf(user store.User) ([]string, error) {
	mobile, err := s.unseal(user.MobileSealed, mobileContext(user.ID))
	profile := Profile(store.ProfileOf(user))
	profile.Mobile, profile.Email = &mobile, user.Email
	return ownWords(user.Username, profile), err
}

// ownWords are what nobody's password is made of: see password.Check.
func ownWords(username *string, p Profile) []string {
	email := valueOf(p.Email)
	local, _, _ := strings.Cut(email, "@")
	return []string{valueOf(username), valueOf(p.Nickname), valueOf(p.RealName), valueOf(p.Mobile), email, local}
}

// checkPassword applies the policy for new passwords.
func checkPassword(field, text string, own ...string) error {
	weak := &apierr.Error{Code: apierr.WeakPassword, Field: field}
	switch err := password.Check(text, own...); {
	case err == nil:
		return nil
	case errors.Is(err, password.ErrTooShort):
		weak.Reason, weak.Expected = apierr.TooShort, strconv.Itoa(password.MinLength)
	case errors.Is(err, password.ErrTooLong):
		weak.Reason, weak.Expected = apierr.TooLong, strconv.Itoa(password.MaxLength)
	case errors.Is(err, password.ErrCommon):
		weak.Reason = apierr.TooCommon
	case errors.Is(err, password.ErrPersonal):
		weak.Reason = apierr.Personal
	case errors.Is(err, password.ErrCharacters):
		weak.Reason = apierr.BadCharacters
	default:
		weak.Reason = apierr.NotUTF8
	}
	return weak
}

// ResetPassword sets a password without the old one and ends all of the user's
// sessions. An empty password is replaced by a random one; the result is the password set.
// The user's verified mobile is told. Failures are WeakPassword (field password),
// UserNotFound, Forbidden, Overloaded, and FreshProofRequired for one's own and for that of who
// administers without a sign-in within FreshSignIn.
func (s Operator) ResetPassword(ctx context.Context, userID int64, text string) (string, error) {
	if text == "" {
		text = rand.Text()
	}
	if err := s.changesWayInOf(ctx, userID); err != nil {
		return "", err
	}
	hash, err := s.newHash(ctx, "password", &text)
	if err != nil {
		return "", err
	}
	var before store.User
	err = s.onUser(ctx, userID, false, func(tx *tx, target store.User) error {
		before = target
		if err := s.checkPasswordOf(target, "password", text); err != nil {
			return err
		}
		ended, err := tx.SetPassword(ctx, userID, *hash, nil, 0, newStamp(), store.TimeOf(s.now()))
		tx.record(s.event(AuditPasswordReset, userID, details{"ended_sessions": ended}))
		return err
	})
	if err == nil {
		s.tell(ctx, before)
	}
	return text, err
}
