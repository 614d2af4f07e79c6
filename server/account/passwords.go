package account

import (
	"context"
	"crypto/rand"
	"errors"
	"strconv"

	"quartet/server/apierr"
	"quartet/server/password"
	"quartet/store"
)

// oldPasswordField is spelled as in document 004.
const oldPasswordField = "oldPassowrd"

// ChangePassword sets a new password (operation 11) and ends all other sessions of the
// user. It requires the old one; only a super administrator may omit it, or change
// another user's. An empty old password is an omitted one.
//
// A user without password may set the first one within 10 minutes of signing in by a
// one-time code, which proves as much as an old password.
//
// Failures are Forbidden, UserNotFound, WeakPassword (field newPassword),
// InvalidField (field oldPassowrd, required), WrongOldPassword, also after too
// many wrong ones, and Overloaded.
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
	was, err := s.checkOldPassword(ctx, caller, user, oldPassword)
	if err != nil {
		return err
	}
	hash, err := s.hasher.Hash(ctx, newPassword)
	if err != nil {
		return s.hashErr(err)
	}
	// the caller's own session stays
	return s.setPassword(ctx, hash, was, caller.SessionID, passwordChosen(caller, user, filled(was) != nil))
}

// checkOldPassword returns the hash that was verified, "" for a user who has none yet,
// and nil if it does not matter.
func (s *Service) checkOldPassword(ctx context.Context, caller Caller, user store.User, old *string) (*string, error) {
	missing := filled(old) == nil
	switch {
	case caller.isSuperAdministrator() && (missing || !caller.is(user.ID)):
		return nil, nil
	case user.PasswordHash == nil:
		err := s.freshBy(caller, OpenedByCode)
		if err == nil || missing || s.oldBackEnd == nil {
			return new(""), err
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
	key := "old-password:" + s.sealer.Index(userSubject(user.ID))
	g := guess{
		lockKey: key,
		limits:  []store.RateLimit{s.limits.OldPasswordPerUser.limit(key)},
		hash:    user.PasswordHash,
	}
	if s.oldBackEnd != nil && user.PasswordHash == nil {
		g.elsewhere = func(ctx context.Context) (bool, error) { return s.isPasswordThere(ctx, user, text) }
	}
	v, err := s.compare(ctx, g, text, func(tx *tx, v verdict) error {
		if !v.right {
			tx.record(oldPasswordRefused(caller, user.ID, v))
		}
		return nil
	})
	return v.right, err
}

// freshBy accepts a session that was opened in this way within FreshSignIn.
func (s *Service) freshBy(caller Caller, openedBy string) error {
	age := s.now().Sub(caller.session.CreatedAt.Time())
	if caller.session.OpenedBy == openedBy && age <= s.limits.FreshSignIn {
		return nil
	}
	return wrongOldPassword()
}

func wrongOldPassword() error {
	return &apierr.Error{Code: apierr.WrongOldPassword, Field: oldPasswordField}
}

// setPassword stores the hash and ends the user's sessions except keep. With was, it
// does so only if that is still the hash, or "" if there is still none. change is the
// event of the user.
func (s *Service) setPassword(ctx context.Context, hash string, was *string, keep int64, change event) error {
	err := s.inTx(ctx, func(tx *tx) error {
		ended, err := tx.SetPassword(ctx, change.subject, hash, was, keep, newStamp(), store.TimeOf(s.now()))
		change.detail = details{"ended_sessions": ended}
		tx.record(change)
		return err
	})
	if was != nil && errors.Is(err, store.ErrNotFound) {
		return wrongOldPassword()
	}
	return toAPIErr(err, apierr.UserNotFound)
}

// newHash checks and hashes a new password; nil stays nil.
func (s *Service) newHash(ctx context.Context, field string, text *string) (*string, error) {
	if text == nil {
		return nil, nil
	}
	if err := checkPassword(field, *text); err != nil {
		return nil, err
	}
	hash, err := s.hasher.Hash(ctx, *text)
	if err != nil {
		return nil, s.hashErr(err)
	}
	return &hash, nil
}

// checkPassword applies the policy for new passwords.
func checkPassword(field, text string) error {
	weak := &apierr.Error{Code: apierr.WeakPassword, Field: field}
	switch err := password.Check(text); {
	case err == nil:
		return nil
	case errors.Is(err, password.ErrTooShort):
		weak.Reason, weak.Expected = apierr.TooShort, strconv.Itoa(password.MinLength)
	case errors.Is(err, password.ErrTooLong):
		weak.Reason, weak.Expected = apierr.TooLong, strconv.Itoa(password.MaxLength)
	case errors.Is(err, password.ErrCommon):
		weak.Reason = apierr.TooCommon
	default:
		weak.Reason = apierr.NotUTF8
	}
	return weak
}

// ResetPassword sets a password without the old one and ends all of the user's
// sessions. An empty password is replaced by a random one; the result is the password set.
// Failures are WeakPassword (field password), UserNotFound, Forbidden and Overloaded.
func (s Operator) ResetPassword(ctx context.Context, userID int64, text string) (string, error) {
	if text == "" {
		text = rand.Text()
	}
	hash, err := s.newHash(ctx, "password", &text)
	if err != nil {
		return "", err
	}
	return text, s.onUser(ctx, userID, false, func(tx *tx, _ store.User) error {
		ended, err := tx.SetPassword(ctx, userID, *hash, nil, 0, newStamp(), store.TimeOf(s.now()))
		tx.record(s.event(AuditPasswordReset, userID, details{"ended_sessions": ended}))
		return err
	})
}
