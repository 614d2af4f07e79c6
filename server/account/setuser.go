package account

import (
	"context"
	"errors"
	"strings"

	"quartet/server/apierr"
	"quartet/store"
)

// SetUser is a change of a user by an operator.
type SetUser struct {
	Profile
	Username, Identity, Remark *string
	// Whether the mobile and the e-mail that the user has after the change count as
	// verified; nil: a new one does not, and one that stays is as it was.
	MobileVerified, EmailVerified *bool
	// Disabled disables the user and ends all sessions, or enables the user; nil: as it was.
	Disabled *bool
}

// SetUser changes a user. Failures are UserNotFound, Forbidden, PreconditionFailed,
// InvalidField, also where there is no mobile or e-mail to vouch for, UsernameTaken,
// EmailTaken, MobileTaken where another user has verified the mobile, and
// LastSuperAdministrator. Another e-mail or mobile of the operator's own or of who
// administers, and vouching for it, needs a sign-in within FreshSignIn, else
// FreshProofRequired. The mobile that was
// verified is told of another e-mail or mobile.
func (s Operator) SetUser(ctx context.Context, id int64, c SetUser) error {
	target, err := s.actsOn(ctx, id) // before anything is said about other users
	if err != nil {
		return err
	}
	u := UserUpdate{Profile: c.Profile, Username: c.Username, Identity: c.Identity, Remark: c.Remark}
	_, change, err := s.changed(target, u)
	if err != nil {
		return err
	}
	changed := changedWaysIn(target, change)
	if len(changed) > 0 || c.MobileVerified != nil || c.EmailVerified != nil {
		if err := s.changesWayIn(ctx, s.store, s.caller, target, strings.Join(changed, ", ")); err != nil {
			return err
		}
	}
	if err := s.checkFree(ctx, id, change); err != nil {
		return err
	}
	disables := c.Disabled != nil && *c.Disabled
	err = s.onUser(ctx, id, disables, func(tx *tx, target store.User) error {
		now := store.TimeOf(s.now())
		u, change, err := s.changed(target, u)
		if err != nil {
			return err
		}
		if fields := changedFields(u); len(fields) > 0 {
			tx.record(s.event(AuditUserUpdated, id, details{"fields": fields}))
			if err := tx.UpdateUser(ctx, id, change, s.actor(), now); err != nil {
				return err
			}
		}
		if len(changed) > 0 && s.caller.is(id) {
			if _, err := tx.EndSessionsOf(ctx, id, s.caller.SessionID, store.EndedByNewWayIn, now); err != nil {
				return err
			}
		}
		proofs := verification{c.MobileVerified, c.EmailVerified}
		if u.Mobile == nil && same(proofs.mobile, new(target.MobileVerifiedAt != nil)) {
			proofs.mobile = nil
		}
		if u.Email == nil && same(proofs.email, new(target.EmailVerifiedAt != nil)) {
			proofs.email = nil
		}
		err = proofs.set(ctx, tx, s.event("", id, nil), now)
		if err != nil || c.Disabled == nil || disables == (target.DisabledAt != nil) {
			return err
		}
		kind := AuditUserEnabled
		if disables {
			kind = AuditUserDisabled
		}
		tx.record(s.event(kind, id, nil))
		return tx.SetUserDisabled(ctx, id, disables, now)
	})
	if err == nil && len(changed) > 0 {
		s.tell(ctx, target)
	}
	return err
}

// verification says whether a user's mobile and e-mail count as verified from now on; nil
// leaves them as they are.
type verification struct{ mobile, email *bool }

// set records an event for each of the two, with the actor and the subject of by.
func (v verification) set(ctx context.Context, tx *tx, by event, now store.Time) error {
	if err := vouch(ctx, v.mobile, "mobile", AuditMobileVerified, AuditMobileUnverified, tx.SetMobileVerified, tx, by, now); err != nil {
		return err
	}
	return vouch(ctx, v.email, "email", AuditEmailVerified, AuditEmailUnverified, tx.SetEmailVerified, tx, by, now)
}

func vouch(ctx context.Context, verified *bool, field, kind, otherwise string,
	set func(context.Context, int64, bool, store.Time) error, tx *tx, by event, now store.Time,
) error {
	if verified == nil {
		return nil
	}
	by.kind = otherwise
	if *verified {
		by.kind, by.detail = kind, details{"way": "vouched"}
	}
	tx.record(by)
	err := set(ctx, by.subject, *verified, now)
	if errors.Is(err, store.ErrNotFound) {
		return apierr.Field(field, apierr.Required) // there is nothing to vouch for
	}
	return err
}
