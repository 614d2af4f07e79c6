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

// prove accepts the right password, the right code or, without either, a session that was
// opened within FreshSignIn. What is given must be right, or a session that is fresh would
// let somebody guess. Failures are FreshProofRequired without any of these,
// WrongOldPassword of the field password, WrongCode, TooManyRequests, and Overloaded.
func (s *Service) prove(ctx context.Context, caller Caller, user store.User, p Proof) error {
	if p.Password == "" && p.Code == "" {
		return s.freshSession(caller)
	}
	if p.Password != "" {
		right, err := s.isPasswordOf(ctx, caller, user, p.Password)
		if err == nil && !right {
			err = &apierr.Error{Code: apierr.WrongOldPassword, Field: "password"}
		}
		if err != nil || p.Code == "" {
			return err
		}
	}
	mobile, err := s.provenMobile(user)
	if err != nil {
		return err
	}
	return s.proveMobile(ctx, caller, PurposeProveIdentity, mobile, p.Code)
}

// provenMobile is the user's verified mobile, "" for none. No code is sent to "", so none
// is right.
func (s *Service) provenMobile(user store.User) (string, error) {
	if user.MobileVerifiedAt == nil {
		return "", nil
	}
	return s.unseal(user.MobileSealed, mobileContext(user.ID))
}

// changesWayIn accepts a change of how a user signs in, or their end, where a request
// carries no other proof than its session. The session must have been opened within
// FreshSignIn if the user is the caller, or has authority: with a stolen token alone nobody
// gets what outlives it. For other users it need not. The field is that of the failure,
// FreshProofRequired.
func (s *Service) changesWayIn(ctx context.Context, in administration, caller Caller, target store.User, field string) error {
	if !caller.is(target.ID) && target.Role == RoleMember {
		administers, err := in.Administers(ctx, store.Administering{UserID: target.ID})
		if err != nil || !administers {
			return storeErr(err)
		}
	}
	return s.givesAuthority(caller, field)
}

// givesAuthority accepts an act of a caller that gives somebody authority over the server or
// an organisation, or keeps it: of a user, within FreshSignIn, else FreshProofRequired with
// the field. Applications and the command line, which have no caller, sign in to nothing.
func (s *Service) givesAuthority(caller Caller, field string) error {
	if caller.UserID == 0 || s.freshSession(caller) == nil {
		return nil
	}
	return &apierr.Error{Code: apierr.FreshProofRequired, Field: field}
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

// tell tells the user's verified mobile, as it was before a change, that a way in has
// changed. Of a failure only the log learns: the change is made.
func (s *Service) tell(ctx context.Context, before store.User) {
	mobile, err := s.provenMobile(before)
	if err != nil {
		s.log.WarnContext(ctx, "the mobile was not told of a new way in", "user", before.ID, "error", err)
		return
	}
	s.notify(ctx, mobile)
}

// notify sends a notice to a mobile, "" for none, after the answer. Whoever changes a way
// in over and over does not fill the phone: a mobile gets CodeDay notices.
func (s *Service) notify(ctx context.Context, mobile string) {
	if mobile == "" || s.sms == nil { // the command line sends nothing
		return
	}
	ctx = context.WithoutCancel(ctx)
	s.background.Go(func() {
		_, err := s.recoverToError(func() (any, error) {
			limits := []store.RateLimit{
				s.limits.CodeDay.limit("notice-day:" + s.sealer.Index(mobile)), s.limits.CodeGlobal.limit("code-all"),
			}
			if err := s.consumeRateLimits(ctx, limits); err != nil {
				return nil, err
			}
			return nil, s.send(ctx, CodeMessage{Mobile: mobile, Purpose: PurposeNotice})
		})
		if err != nil {
			s.log.WarnContext(ctx, "a mobile was not told of a new way in", "error", err)
		}
	})
}
