package account

import (
	"context"
	"errors"

	"quartet/server/account/quickhash"
	"quartet/server/apierr"
	"quartet/store"
)

// Merge is a wish of the caller to make one user of two.
type Merge struct {
	// OtherToken is an access token of the other user, opaque or JWT, whose session was
	// opened within FreshSignIn: the proof that the caller is that user too.
	OtherToken string
}

// MergeIntoCaller merges the user of another token into the caller, with proof of both:
// each session was opened within FreshSignIn. Failures are TooManyRequests,
// FreshProofRequired, with the field accessToken if it is the other token that proves
// nothing, InvalidField if both tokens are of one user, and those of MergeUsers.
func (s *Service) MergeIntoCaller(ctx context.Context, caller Caller, m Merge) (User, error) {
	if err := s.freshSession(caller); err != nil {
		return User{}, err
	}
	key := "merge:" + s.sealer.Index(userSubject(caller.UserID))
	if err := s.consumeRateLimits(ctx, []store.RateLimit{s.limits.MergePerUser.limit(key)}); err != nil {
		return User{}, err
	}
	other, _, err := s.liveCaller(ctx, m.OtherToken, CallingApplication{})
	if err == nil {
		err = s.freshSession(other)
	}
	if err == nil && other.MustSetPassword {
		err = apierr.New(apierr.NewPasswordRequired)
	}
	switch {
	case apierr.Is(err, apierr.Unavailable), apierr.Is(err, apierr.Internal):
		return User{}, err
	case err != nil:
		s.audit(ctx, caller.eventBy(AuditMergeRefused, caller.UserID, details{"reason": string(apierr.As(err).Code)}))
		return User{}, &apierr.Error{Code: apierr.FreshProofRequired, Field: "accessToken", Cause: err}
	case other.is(caller.UserID):
		return User{}, apierr.Field("accessToken", apierr.NotInEnum)
	}
	err = s.merge(ctx, other.UserID, caller.UserID, caller, caller.eventBy, func(ctx context.Context, in administration, user store.User) error {
		if caller.is(user.ID) {
			return nil
		}
		return Operator{}.mayActOn(ctx, in, user) // with proof of both, still nobody administers unseen in another's name
	})
	if apierr.Is(err, apierr.UserNotFound) { // gone since their tokens were read
		return User{}, &apierr.Error{Code: apierr.FreshProofRequired, Field: "accessToken", Cause: err}
	}
	if err != nil {
		return User{}, err
	}
	return s.userWithWeChat(ctx, caller.UserID)
}

// freshSession accepts a session that was opened within FreshSignIn, in any way but by a
// token of the old back end, which may be old itself.
func (s *Service) freshSession(caller Caller) error {
	if caller.session.OpenedBy != OpenedByToken && s.now().Sub(caller.session.CreatedAt.Time()) <= s.limits.FreshSignIn {
		return nil
	}
	return apierr.New(apierr.FreshProofRequired)
}

// MergeUsers makes one user of two: what is of from becomes into's, and from is gone.
// Aliases,
// WeChat identities, memberships and roles move, and from's id becomes an alias of into,
// so that a system that knows it still finds the user. Of what both have, into's stays:
// user name, password, proven e-mail and mobile, facts of the profile; what into lacks is
// taken from from, and what is proven goes before what is not. What of from is not taken
// is free again. into's role over the whole server stays. All sessions of both end but
// the caller's own.
//
// The verified mobile of into, whose ways in are more now, is told, and that of from if it
// is not taken.
//
// Failures are UserNotFound; InvalidField for one user twice; and Forbidden, if one of
// them is disabled or being closed, the operator may not act on both, or from is an
// administrator: a merge lifts no lock, takes no administrator away unseen, and gives nobody
// a role that the operator could not give. Operators merge themselves, and who administers,
// within FreshSignIn alone, else FreshProofRequired.
func (s Operator) MergeUsers(ctx context.Context, from, into int64) error {
	for _, id := range []int64{from, into} { // what from may do is into's afterwards
		if err := s.changesWayInOf(ctx, id); err != nil {
			return err
		}
	}
	return s.merge(ctx, from, into, s.caller, s.event, s.mayActOn)
}

// merge is MergeUsers; by is the zero Caller if it is no user who asks.
func (s *Service) merge(ctx context.Context, from, into int64, by Caller, eventBy func(string, int64, details) event,
	may func(context.Context, administration, store.User) error,
) error {
	if from == into {
		return apierr.Field("into", apierr.NotInEnum)
	}
	givenUp, kept := "", store.User{}
	err := s.inTx(ctx, func(tx *tx) error {
		both, err := tx.LockUsers(ctx, from, into)
		if err != nil {
			return err
		}
		if err := errors.Join(may(ctx, tx, both[0]), may(ctx, tx, both[1])); err != nil {
			return err
		}
		merged, err := s.mergedRow(both[0], both[1], idOrNil(by.UserID))
		if err == nil {
			err = quickhash.Moved(ctx, tx.Tx, both[0].PasswordHash)
		}
		if err != nil {
			return err
		}
		ended, err := tx.MergeUsers(ctx, from, merged, by.SessionID, store.TimeOf(s.now()))
		if err != nil {
			return err
		}
		// One event of each user, so that both are found in the audit.
		tx.record(eventBy(AuditUserMerged, from, details{"into": into}),
			eventBy(AuditUserMergedInto, into, details{"from": from, "ended_sessions": ended}))
		kept = both[1]
		givenUp, err = s.mobileGivenUp(both[0], merged)
		return err
	})
	if err == nil {
		s.notify(ctx, givenUp)
		s.tell(ctx, kept)
	}
	return toAPIErr(err, apierr.UserNotFound)
}

// mobileGivenUp is the verified mobile of from that is not the merged user's, "" for none.
func (s *Service) mobileGivenUp(from, merged store.User) (string, error) {
	if from.MobileVerifiedAt == nil || *merged.MobileIndex == *from.MobileIndex {
		return "", nil
	}
	return s.unseal(from.MobileSealed, mobileContext(from.ID))
}

// mergedRow is into's row with what it lacks of from's.
func (s *Service) mergedRow(from, into store.User, by *int64) (store.User, error) {
	if from.DisabledAt != nil || into.DisabledAt != nil || from.ClosingAt != nil || into.ClosingAt != nil || from.Role != RoleMember {
		return store.User{}, apierr.New(apierr.Forbidden)
	}
	row := into
	fillProfile(&row, from)
	if row.Username == nil {
		row.Username, row.UsernameKey = from.Username, from.UsernameKey
	}
	if lacks(row.EmailKey, row.EmailVerifiedAt, from.EmailKey, from.EmailVerifiedAt) {
		row.Email, row.EmailKey, row.EmailVerifiedAt = from.Email, from.EmailKey, from.EmailVerifiedAt
	}
	if lacks(row.MobileIndex, row.MobileVerifiedAt, from.MobileIndex, from.MobileVerifiedAt) {
		mobile, err := s.unseal(from.MobileSealed, mobileContext(from.ID))
		if err != nil {
			return store.User{}, err
		}
		row.MobileSealed, row.MobileIndex, row.MobileVerifiedAt = new(s.sealMobile(row.ID, mobile)), from.MobileIndex, from.MobileVerifiedAt
	}
	if row.IDCardSealed == nil && from.IDCardSealed != nil {
		card, err := s.unseal(from.IDCardSealed, idCardContext(from.ID))
		if err != nil {
			return store.User{}, err
		}
		row.IDCardType, row.IDCardSealed = from.IDCardType, new(s.sealer.Seal(card, idCardContext(row.ID)))
	}
	if row.PasswordHash == nil && from.PasswordHash != nil {
		if hash := s.openHash(from); hash != nil {
			row.PasswordHash = new(quickhash.Seal(s.sealer, row.ID, *hash))
		}
		row.PasswordChangedAt, row.SecurityStamp = from.PasswordChangedAt, newStamp()
	}
	row.Version, row.UpdatedAt, row.UpdatedBy = row.Version+1, store.TimeOf(s.now()), by
	return row, nil
}

// lacks reports whether a way in is taken from the other user: it is missing, or only
// the other's is proven.
func lacks[Key any](own *Key, ownVerified *store.Time, others *Key, othersVerified *store.Time) bool {
	return others != nil && (own == nil || ownVerified == nil && othersVerified != nil)
}

// fillProfile takes the facts of from that row has not.
func fillProfile(row *store.User, from store.User) {
	facts, own := store.ProfileOf(from), store.ProfileOf(*row)
	facts.Email, facts.Mobile, facts.IDCardType, facts.IDCard = nil, nil, nil, nil // each goes with another column
	store.SetProfile(row, facts)
	store.SetProfile(row, own)
	for _, fact := range []struct{ own, others *string }{
		{&row.Identity, &from.Identity}, {&row.Anonym, &from.Anonym}, {&row.Remark, &from.Remark},
	} {
		if *fact.own == "" {
			*fact.own = *fact.others
		}
	}
	if row.Country+row.Province+row.City == "" {
		row.Country, row.Province, row.City = from.Country, from.Province, from.City
	}
	if row.AuthStatus == 0 {
		row.AuthStatus, row.AuthenticationID, row.AuthUserType = from.AuthStatus, from.AuthenticationID, from.AuthUserType
	}
	if row.CompanyType == nil {
		row.CompanyType = from.CompanyType
	}
	row.AlumniCard = row.AlumniCard || from.AlumniCard
	if valueOf(from.LastLoginAt) > valueOf(row.LastLoginAt) {
		row.LastLoginAt = from.LastLoginAt
	}
}
