package account

import (
	"context"
	"errors"

	"quartet/server/apierr"
	"quartet/store"
)

// ForgottenPassword sets a new password by a code to the user's verified mobile.
type ForgottenPassword struct {
	Dialect, ClientIP string
	Mobile, Code      string // the code was sent for PurposeResetPassword
	NewPassword       string
}

// SetForgottenPassword sets a new password, ends all sessions of the user, and lifts the
// lock of the account for this client IP. Failures are WrongCode, also for a disabled
// user, UserNotFound for a right code where nobody has verified the mobile,
// TooManyRequests, WeakPassword, InvalidField and Overloaded.
func (s *Service) SetForgottenPassword(ctx context.Context, f ForgottenPassword) error {
	if err := checkMobile(f.Mobile); err != nil {
		return err
	}
	if err := s.mayTryCode(ctx, f.ClientIP); err != nil {
		return err
	}
	// Hashed before the code is used, because a busy server must not cost the code.
	hash, err := s.newHash(ctx, "newPassword", &f.NewPassword, f.Mobile)
	if err != nil {
		return err
	}
	var user store.User
	var refused string
	known := false
	err = s.inTx(ctx, func(tx *tx) error {
		user, refused, known = store.User{}, "", true
		right, err := s.consumeCode(ctx, tx, PurposeResetPassword, f.Mobile, f.Code, f.ClientIP)
		if err != nil || !right {
			refused = reasonWrong
			return err
		}
		user, err = tx.UserByVerifiedMobile(ctx, s.mobileIndex(f.Mobile))
		switch {
		case errors.Is(err, store.ErrNotFound): // the code stays used
			known = false
			return nil
		case err != nil:
			return err
		case user.DisabledAt != nil:
			refused = reasonDisabled
			return nil
		}
		// Known only now. The code stays as it was: with it, another password is set.
		if err := s.checkPasswordOf(user, "newPassword", f.NewPassword); err != nil {
			return err
		}
		ended, err := tx.SetPassword(ctx, user.ID, *hash, nil, 0, newStamp(), store.TimeOf(s.now()))
		if err != nil {
			return err
		}
		tx.record(event{
			kind: AuditPasswordReset, actor: user.ID, subject: user.ID, dialect: f.Dialect, clientIP: f.ClientIP,
			detail: details{"way": OpenedByCode, "ended_sessions": ended},
		})
		return tx.ResetRateLimits(ctx, keysOf(s.signInGuess(PasswordSignIn{Account: f.Mobile, ClientIP: f.ClientIP}, user, true).limits))
	})
	switch {
	case err != nil:
		return toAPIErr(err, apierr.WrongCode)
	case refused != "":
		return s.refuseCode(ctx, f.ClientIP, event{
			kind: AuditCodeRefused, subject: user.ID, dialect: f.Dialect, clientIP: f.ClientIP,
			detail: details{"purpose": PurposeResetPassword, "reason": refused, "account": s.sealer.Index(f.Mobile)},
		})
	case !known:
		return apierr.New(apierr.UserNotFound)
	}
	return nil
}

func keysOf(limits []store.RateLimit) []string {
	return convert(limits, func(l store.RateLimit) string { return l.Key })
}
