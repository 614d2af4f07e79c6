package account

import (
	"context"

	"quartet/server/apierr"
	"quartet/store"
)

// Proof is what a caller proves with that they are the user, and not only hold a token
// of theirs. Empty fields prove nothing.
type Proof struct {
	Password string
	Code     string // sent for PurposeProveIdentity to the user's verified mobile
}

// prove accepts a session that was opened within FreshSignIn, the right password, or the
// right code. Failures are FreshProofRequired without any of these, WrongOldPassword of
// the field password, WrongCode, TooManyRequests, and Overloaded.
func (s *Service) prove(ctx context.Context, caller Caller, user store.User, p Proof) error {
	switch {
	case s.freshSession(caller) == nil:
		return nil
	case p.Password != "":
		right, err := s.isPasswordOf(ctx, caller, user, p.Password)
		if err == nil && !right {
			err = &apierr.Error{Code: apierr.WrongOldPassword, Field: "password"}
		}
		return err
	case p.Code == "" || user.MobileVerifiedAt == nil:
		return apierr.New(apierr.FreshProofRequired)
	}
	mobile, err := s.unseal(user.MobileSealed, mobileContext(user.ID))
	if err != nil {
		return err
	}
	return s.proveMobile(ctx, caller, PurposeProveIdentity, mobile, p.Code)
}

// proveMobile consumes a code that was sent to a mobile. A wrong one is counted against
// the client IP, and recorded.
func (s *Service) proveMobile(ctx context.Context, caller Caller, purpose, mobile, code string) error {
	clientIP := requestInfo(ctx).ClientIP
	if err := s.mayTryCode(ctx, clientIP); err != nil {
		return err
	}
	// A transaction of its own, so that the code stays used whatever follows.
	right := false
	err := s.inTx(ctx, func(tx *tx) (err error) {
		right, err = s.consumeCode(ctx, tx, purpose, mobile, code, clientIP)
		return err
	})
	switch {
	case err != nil:
		return storeErr(err)
	case !right:
		return s.refuseCode(ctx, clientIP, caller.eventBy(AuditCodeRefused, caller.UserID,
			details{"purpose": purpose, "reason": reasonWrong, "account": s.sealer.Index(mobile)}))
	}
	return nil
}

// notify tells a mobile that it is no longer the user's way in. The message is sent
// after the answer, and a failure is only logged: the change is made.
func (s *Service) notify(ctx context.Context, mobile string) {
	ctx = context.WithoutCancel(ctx)
	s.background.Go(func() {
		_, err := s.recoverToError(func() (any, error) {
			return nil, s.send(ctx, CodeMessage{Mobile: mobile, Purpose: PurposeNotice})
		})
		if err != nil {
			s.log.WarnContext(ctx, "the old mobile was not told of the new one", "error", err)
		}
	})
}
