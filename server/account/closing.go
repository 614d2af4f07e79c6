package account

import (
	"context"
	"errors"
	"strconv"
	"time"

	"quartet/server/apierr"
	"quartet/store"
)

// CloseAccount closes the caller's account, ends all their sessions, and tells their
// verified mobile. Signing in within
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
	if err == nil {
		s.tell(ctx, user)
	}
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

// dueBatch is the number of users for whom the audit is read once.
const dueBatch = 100

// EraseDueUsers erases the users whose grace time has passed, and returns how many. It
// also cleans the database's files of what was erased before, where that has not been
// possible then.
func (s *Service) EraseDueUsers(ctx context.Context) (erased int, err error) {
	now := store.TimeOf(s.now())
	for {
		due, err := s.store.DueUsers(ctx, now, dueBatch)
		if err != nil {
			return erased, storeErr(err)
		}
		erasures, err := s.erasures(ctx, due...)
		if err != nil {
			return erased, storeErr(err)
		}
		some, err := s.erase(ctx, erasures, &now, func(tx *tx, id int64) error {
			tx.record(event{kind: AuditUserErased, subject: id})
			return nil
		})
		erased += some
		switch {
		case err != nil:
			return erased, storeErr(err)
		case len(due) < dueBatch || some == 0:
			return erased, storeErr(s.store.Scrub(ctx))
		}
	}
}

// EraseUser erases a user at once, with everything that names them: the row, ids in other
// systems, identities, sessions, memberships, codes, and the client IPs and details of
// their audit events, which stay by number. Imports refuse their ids in other systems
// from then on. Failures are UserNotFound, Forbidden, PreconditionFailed,
// LastSuperAdministrator, and FreshProofRequired for oneself and for who administers without a
// sign-in within FreshSignIn.
func (s Operator) EraseUser(ctx context.Context, userID int64) error {
	if err := s.changesWayInOf(ctx, userID); err != nil {
		return err
	}
	// Beforehand too, because events are blanked before the transaction that erases.
	if err := s.onUser(ctx, userID, true, func(*tx, store.User) error { return nil }); err != nil {
		return err
	}
	s.version = nil // it was compared
	erasures, err := s.erasures(ctx, userID)
	if err != nil {
		return storeErr(err)
	}
	erased, err := s.erase(ctx, erasures, nil, func(tx *tx, id int64) error {
		_, err := s.take(ctx, tx, id, true)
		tx.record(s.event(AuditUserErased, id, nil))
		return err
	})
	switch {
	case err != nil:
		return storeErr(err)
	case erased == 0:
		return apierr.New(apierr.UserNotFound)
	}
	if err := s.store.Scrub(ctx); err != nil {
		s.log.WarnContext(ctx, "the database's files are cleaned of an erased user later, by housekeeping", "error", err)
	}
	return nil
}

// erasure is what is to be erased of a user.
type erasure struct {
	store.Erasure
	named store.Naming // by audit events
}

// erasures finds what is to be erased of those of the users who exist.
func (s *Service) erasures(ctx context.Context, userIDs ...int64) (all []erasure, err error) {
	for _, id := range userIDs {
		user, err := s.store.UserByID(ctx, id)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		aliases, err := s.store.AliasesOf(ctx, id)
		if err != nil {
			return nil, err
		}
		e := erasure{
			Erasure: store.Erasure{UserID: id, MobileIndex: user.MobileIndex},
			named:   store.Naming{UserIDs: []int64{id}, Texts: s.accountDigests(user)},
		}
		for _, alias := range aliases {
			// Events about a user who was merged into this one have that user's number.
			if merged, err := strconv.ParseInt(alias.ID, 10, 64); alias.Source == store.AliasMerged && err == nil {
				e.named.UserIDs = append(e.named.UserIDs, merged)
				continue
			}
			e.Identities = append(e.Identities, s.identityDigest(alias.Source, alias.ID))
		}
		all = append(all, e)
	}
	return all, nil
}

// erase erases users, unless dueAt is not nil and they are not due then. begin begins the
// transaction of each: it records the event.
func (s *Service) erase(ctx context.Context, erasures []erasure, dueAt *store.Time, begin func(*tx, int64) error) (erased int, err error) {
	if len(erasures) == 0 {
		return 0, nil
	}
	var all store.Naming
	for _, e := range erasures {
		all.UserIDs, all.Texts = append(all.UserIDs, e.named.UserIDs...), append(all.Texts, e.named.Texts...)
	}
	// Beforehand, because it reads the whole audit, for which writes should not wait, and
	// because nothing could find the events if it failed afterwards.
	lastEvent, err := s.store.BlankAudit(ctx, all)
	if err != nil {
		return 0, err
	}
	for _, e := range erasures {
		e.DueAt = dueAt
		err := s.inTx(ctx, func(tx *tx) error {
			if err := begin(tx, e.UserID); err != nil {
				return err
			}
			if err := tx.EraseUser(ctx, e.Erasure, store.TimeOf(s.now())); err != nil {
				return err
			}
			return tx.BlankAudit(ctx, e.named, lastEvent)
		})
		switch {
		case err == nil:
			erased++
		case !errors.Is(err, store.ErrNotFound): // else they were erased or reopened meanwhile
			return erased, err
		}
	}
	return erased, nil
}

// accountDigests are the keyed digests by which events name a user's account.
func (s *Service) accountDigests(user store.User) []string {
	var digests []string
	for _, key := range []*string{user.UsernameKey, user.EmailKey} {
		if key != nil {
			digests = append(digests, s.sealer.Index("account:"+*key))
		}
	}
	if user.Email != nil { // an older program may have stored another key
		if key, err := emailKey(*user.Email); err == nil && key != valueOf(user.EmailKey) {
			digests = append(digests, s.sealer.Index("account:"+key))
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
