package account

import (
	"context"
	"errors"
	"time"

	"quartet/server/apierr"
	"quartet/store"
)

// CloseAccount closes the caller's account and ends all their sessions. Signing in within
// ClosingGrace takes it back; the user is erased at the time that is returned. A super
// administrator cannot close their own account. Failures are Forbidden and those of a
// missing or wrong proof.
func (s *Service) CloseAccount(ctx context.Context, caller Caller, p Proof) (erasedAt time.Time, err error) {
	if caller.isSuperAdministrator() {
		return time.Time{}, apierr.New(apierr.Forbidden)
	}
	user, err := s.store.UserByID(ctx, caller.UserID)
	if err != nil {
		return time.Time{}, toAPIErr(err, apierr.UserNotFound)
	}
	if err := s.prove(ctx, caller, user, p); err != nil {
		return time.Time{}, err
	}
	now := s.now()
	erasedAt = now.Add(s.limits.ClosingGrace)
	err = s.inTx(ctx, func(tx *tx) error {
		ended, err := tx.CloseUser(ctx, caller.UserID, store.TimeOf(erasedAt), store.TimeOf(now))
		tx.record(caller.eventBy(AuditAccountClosed, caller.UserID, details{"ended_sessions": ended}))
		return err
	})
	return erasedAt, toAPIErr(err, apierr.UserNotFound)
}

// reopened is the event of a sign-in that takes back the closing of an account.
func reopened(user store.User, session store.Session) []event {
	if user.ClosingAt == nil {
		return nil
	}
	return []event{{
		kind: AuditAccountReopened, actor: user.ID, subject: user.ID, session: session.ID,
		dialect: session.Dialect, clientIP: session.ClientIP,
	}}
}

// dueBatch is the number of users that one pass erases.
const dueBatch = 100

// EraseDueUsers erases the users whose grace time has passed, and returns how many.
func (s *Service) EraseDueUsers(ctx context.Context) (erased int, err error) {
	now := store.TimeOf(s.now())
	due, err := s.store.DueUsers(ctx, now, dueBatch)
	if err != nil {
		return 0, storeErr(err)
	}
	for _, id := range due {
		err := s.erase(ctx, id, &now, event{kind: AuditUserErased, subject: id})
		switch {
		case err == nil:
			erased++
		case !errors.Is(err, store.ErrNotFound): // else they have signed in meanwhile
			return erased, storeErr(err)
		}
	}
	if erased == 0 {
		return 0, nil
	}
	return erased, storeErr(s.store.TruncateLog(ctx))
}

// EraseUser erases a user at once, with everything that names them: the row, ids in other
// systems, identities, sessions, memberships, codes, and the client IPs and details of
// their audit events, which stay by number. Imports refuse their ids in other systems
// from then on. by is who asks, the zero Caller for the command line. The failure is
// UserNotFound.
func (s *Service) EraseUser(ctx context.Context, userID int64, by Caller) error {
	erased := byCommandLine(AuditUserErased, userID, nil)
	if by.UserID != 0 {
		erased = by.eventBy(AuditUserErased, userID, nil)
	}
	if err := s.erase(ctx, userID, nil, erased); err != nil {
		return toAPIErr(err, apierr.UserNotFound)
	}
	return storeErr(s.store.TruncateLog(ctx))
}

func (s *Service) erase(ctx context.Context, userID int64, dueAt *store.Time, erased event) error {
	user, err := s.store.UserByID(ctx, userID)
	if err != nil {
		return err
	}
	aliases, err := s.store.AliasesOf(ctx, userID)
	if err != nil {
		return err
	}
	what := store.Erasure{
		UserID: userID, DueAt: dueAt, MobileIndex: user.MobileIndex,
		Identities: convert(aliases, func(a store.Alias) store.Digest { return s.identityDigest(a.Source, a.ID) }),
	}
	return s.inTx(ctx, func(tx *tx) error {
		now := store.TimeOf(s.now())
		if err := tx.EraseUser(ctx, what, now); err != nil {
			return err
		}
		if err := tx.BlankAudit(ctx, userID, kindsByAccount, s.accountDigests(user)); err != nil {
			return err
		}
		tx.record(erased)
		return nil
	})
}

// kindsByAccount are the events that name an account by a keyed digest, also without a
// user.
var kindsByAccount = []string{AuditSignInFailed, AuditLockout, AuditCodeSent, AuditCodeRefused}

// accountDigests are the keyed digests by which such events name a user's account.
func (s *Service) accountDigests(user store.User) []string {
	var digests []string
	for _, key := range []*string{user.UsernameKey, user.EmailKey} {
		if key != nil {
			digests = append(digests, s.sealer.Index("account:"+*key))
		}
	}
	if user.MobileIndex != nil {
		digests = append(digests, string(*user.MobileIndex))
		if mobile, err := s.unseal(user.MobileSealed, mobileContext(user.ID)); err == nil {
			digests = append(digests, s.sealer.Index("account:"+mobile))
		}
	}
	return digests
}

// identityDigest names an id in another system without revealing it.
func (s *Service) identityDigest(source, id string) store.Digest {
	return store.Digest(s.sealer.Index("closed:" + source + "\x00" + id))
}

// WasErased reports whether the person with this id in another system was a user who has
// been erased, so that they do not come back without asking.
func (s *Service) WasErased(ctx context.Context, source, id string) (bool, error) {
	closed, err := s.store.ClosedIdentity(ctx, s.identityDigest(source, id))
	return closed, storeErr(err)
}
