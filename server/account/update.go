package account

import (
	"context"
	"reflect"

	"quartet/server/apierr"
	"quartet/store"
)

// Values of UserUpdate.Status, as in document 004. StatusOK is a verified mobile or e-mail
// too.
const (
	StatusOK     = "ok"
	StatusLocked = "locked"
)

// UserUpdate is a change of a user; nil leaves a value as it is. The fields beyond
// Profile are ignored except from administrators.
type UserUpdate struct {
	Profile
	Username, Identity, Remark *string
	Status                     *string // StatusOK or StatusLocked
	// MobileVerified and EmailVerified vouch for what the user has already: a mobile or
	// e-mail that the same change sets is unverified all the same. They are ignored except
	// from super administrators.
	MobileVerified, EmailVerified bool
}

// UpdateUser changes a user (operation 10). Users may change themselves, administrators
// members and super administrators everybody, except that users cannot lock
// themselves. Other callers get Forbidden
// for a known and an unknown id alike. Other failures are UserNotFound, InvalidField,
// UsernameTaken, EmailTaken, MobileTaken where another user has verified a mobile that
// is vouched for, TooManyRequests for users who change themselves, or their e-mail,
// too often, and LastSuperAdministrator. What the user has already is no change. A new e-mail or mobile is
// unverified; locking ends the user's sessions.
//
// For another e-mail or mobile of their own, or of who administers, the caller has signed in within FreshSignIn;
// else the failure is FreshProofRequired, and nothing of the change is applied. So it is
// for another mobile than the verified one, which VerifyMobile replaces. The user's other
// sessions end, and the verified mobile is told, also where an administrator changes them.
func (s *Service) UpdateUser(ctx context.Context, caller Caller, id int64, c UserUpdate) error {
	if !caller.is(id) && !caller.isAdministrator() {
		return apierr.New(apierr.Forbidden)
	}
	target, err := s.store.UserByID(ctx, id)
	if err != nil {
		return toAPIErr(err, apierr.UserNotFound)
	}
	if err := caller.mayUpdate(target); err != nil {
		return err
	}
	if !caller.isAdministrator() {
		c = UserUpdate{Profile: c.Profile}
	}
	if !caller.isSuperAdministrator() {
		c.MobileVerified, c.EmailVerified = false, false
	}
	if err := checkStatus(caller, id, c.Status); err != nil {
		return err
	}
	if err := s.changeRow(ctx, caller, target, c); err != nil {
		return err
	}
	return s.setStatus(ctx, caller, target, c.Status)
}

func checkStatus(caller Caller, id int64, status *string) error {
	switch {
	case status == nil, *status == StatusOK:
		return nil
	case *status != StatusLocked:
		wrong := apierr.Field("status", apierr.NotInEnum)
		wrong.Expected = StatusOK + ", " + StatusLocked
		return wrong
	case caller.is(id):
		return apierr.New(apierr.Forbidden)
	}
	return nil
}

func (s *Service) changeRow(ctx context.Context, caller Caller, target store.User, u UserUpdate) error {
	u, change, err := s.changed(target, u)
	if err != nil {
		return err
	}
	vouched := vouchedFor(target, change, u)
	fields := changedFields(u)
	if len(fields) == 0 && vouched == (verification{}) {
		return nil
	}
	changed := changedWaysIn(target, change)
	if err := s.mayChangeWaysIn(ctx, caller, target, change, changed, vouched); err != nil {
		return err // before anything is said about other users
	}
	if !caller.isAdministrator() && !same(change.EmailKey, target.EmailKey) {
		if err := s.countTaken(ctx, caller); err != nil {
			return err
		}
	}
	if err := s.checkFree(ctx, target.ID, change); err != nil {
		return err
	}
	err = s.inTx(ctx, func(tx *tx) error {
		now := store.TimeOf(s.now())
		if err := s.holdOther(ctx, tx, caller, target.ID, false); err != nil {
			return err
		}
		if err := s.limitChanges(ctx, tx, caller); err != nil {
			return err
		}
		if len(fields) > 0 {
			tx.record(caller.eventBy(AuditUserUpdated, target.ID, details{"fields": fields}))
			if err := tx.UpdateUser(ctx, target.ID, change, &caller.UserID, now); err != nil {
				return err
			}
		}
		if len(changed) > 0 && caller.is(target.ID) {
			if _, err := tx.EndSessionsOf(ctx, target.ID, caller.SessionID, store.EndedByNewWayIn, now); err != nil {
				return err
			}
		}
		return vouched.set(ctx, tx, caller.eventBy("", target.ID, nil), now)
	})
	if err == nil && len(changed) > 0 {
		s.tell(ctx, target)
	}
	return toAPIErr(err, apierr.UserNotFound)
}

// holdOther locks the row of a user whom an administrator changes, and who may have got a
// role since mayUpdate. The failures are those of take.
func (s *Service) holdOther(ctx context.Context, tx *tx, caller Caller, id int64, leaves bool) error {
	if caller.is(id) {
		return nil
	}
	_, err := Operator{Service: s, caller: caller}.take(ctx, tx, id, leaves)
	return err
}

// changedWaysIn lists the fields of a change by which the user signs in otherwise than
// before. A value that is stored already is no change.
func changedWaysIn(target store.User, c store.UserChange) (fields []string) {
	if c.ClearMobile && target.MobileIndex != nil || !same(c.MobileIndex, target.MobileIndex) {
		fields = append(fields, "mobile")
	}
	if c.ClearEmail && target.EmailKey != nil || !same(c.EmailKey, target.EmailKey) {
		fields = append(fields, "email")
	}
	return fields
}

// mayChangeWaysIn refuses what users may not change of themselves without fresh proof,
// and another mobile in the place of the verified one, which VerifyMobile alone replaces:
// until the new one is proven, the old one stays the way in. The failure is
// FreshProofRequired.
func (s *Service) mayChangeWaysIn(ctx context.Context, caller Caller, target store.User, c store.UserChange, changed []string, vouched verification) error {
	for _, field := range changed {
		if err := s.changesWayIn(ctx, s.store, caller, target, field); err != nil {
			return err
		}
	}
	if caller.is(target.ID) && target.MobileVerifiedAt != nil && !same(c.MobileIndex, target.MobileIndex) {
		return &apierr.Error{Code: apierr.FreshProofRequired, Field: "mobile"}
	}
	if vouched != (verification{}) {
		return s.changesWayIn(ctx, s.store, caller, target, "mobileStatus")
	}
	return nil
}

// limitChanges counts a change by a user of what is their own; each writes audit events.
// Administrators are not limited.
func (s *Service) limitChanges(ctx context.Context, tx *tx, caller Caller) error {
	if caller.isAdministrator() {
		return nil
	}
	subject, err := s.ofUser(ctx, tx, caller.UserID)
	if err != nil {
		return err
	}
	return tx.ConsumeRateLimits(ctx, []store.RateLimit{s.limits.ChangesPerUser.limit("changes:" + subject)}, store.TimeOf(s.now()))
}

// changed checks an update, and leaves out of it what the user has already. The change is
// the rest as columns.
func (s *Service) changed(target store.User, u UserUpdate) (rest UserUpdate, change store.UserChange, err error) {
	u.keepNames(target)
	if _, err = s.columns(target.ID, u); err != nil {
		return u, change, err
	}
	here := Profile(store.ProfileOf(target))
	if here.Mobile, err = s.unsealed(target.MobileSealed, mobileContext(target.ID)); err != nil {
		return u, change, err
	}
	if here.IDCard, err = s.unsealed(target.IDCardSealed, idCardContext(target.ID)); err != nil {
		return u, change, err
	}
	if u.Birthday, err = normalBirthday(u.Birthday); err != nil {
		return u, change, err
	}
	wanted, present := reflect.ValueOf(&u.Profile).Elem(), reflect.ValueOf(here)
	for i := range wanted.NumField() {
		want, have := wanted.Field(i), present.Field(i)
		if want.IsNil() {
			continue
		}
		if have.IsNil() && want.Elem().IsZero() || !have.IsNil() && want.Elem().Equal(have.Elem()) {
			want.SetZero()
		}
	}
	for _, text := range []struct {
		want **string
		have string
	}{{&u.Username, valueOf(target.Username)}, {&u.Identity, target.Identity}, {&u.Remark, target.Remark}} {
		if *text.want != nil && **text.want == text.have {
			*text.want = nil
		}
	}
	change, err = s.columns(target.ID, u)
	return u, change, err
}

// unsealed is unseal of a column; nil stays nil.
func (s *Service) unsealed(sealed *string, context string) (*string, error) {
	if sealed == nil {
		return nil, nil
	}
	text, err := s.unseal(sealed, context)
	return &text, err
}

// keepNames leaves out the names that the user has already, which older programs may have
// accepted.
func (u *UserUpdate) keepNames(target store.User) {
	if same(u.Username, target.Username) {
		u.Username = nil
	}
	if same(u.Nickname, &target.Nickname) {
		u.Nickname = nil
	}
	if same(u.Email, target.Email) {
		u.Email = nil
	}
}

// vouchedFor is what an update vouches for: what the user keeps, and what is not verified
// yet.
func vouchedFor(target store.User, c store.UserChange, u UserUpdate) (v verification) {
	if u.MobileVerified && !c.ClearMobile && same(c.MobileIndex, target.MobileIndex) && target.MobileVerifiedAt == nil {
		v.mobile = new(true)
	}
	if u.EmailVerified && !c.ClearEmail && same(c.EmailKey, target.EmailKey) && target.EmailVerifiedAt == nil {
		v.email = new(true)
	}
	return v
}

// same reports that a column is not changed, or to its present value.
func same[T comparable](change, present *T) bool {
	return change == nil || present != nil && *change == *present
}

// The maximum lengths of what administrators note of a user, in characters.
const (
	longestIdentity = 64
	longestRemark   = 512
)

// columns checks an update and returns it as the columns of userID's row.
func (s *Service) columns(userID int64, u UserUpdate) (store.UserChange, error) {
	change, err := s.change(userID, u.Profile)
	if err != nil {
		return store.UserChange{}, err
	}
	if err := checkTexts([]checkedText{{"identity", u.Identity, longestIdentity}, {"remark", u.Remark, longestRemark}}); err != nil {
		return store.UserChange{}, err
	}
	change.Identity, change.Remark = u.Identity, u.Remark
	if u.Username != nil {
		name, key, err := newUsername(*u.Username)
		if err != nil {
			return store.UserChange{}, err
		}
		change.Username, change.UsernameKey = &name, &key
	}
	return change, nil
}

func (s *Service) setStatus(ctx context.Context, caller Caller, target store.User, status *string) error {
	if status == nil {
		return nil
	}
	locked := *status == StatusLocked
	if locked == (target.DisabledAt != nil) {
		return nil
	}
	kind := AuditUserEnabled
	if locked {
		kind = AuditUserDisabled
	}
	err := s.inTx(ctx, func(tx *tx) error {
		if err := s.holdOther(ctx, tx, caller, target.ID, locked); err != nil {
			return err
		}
		tx.record(caller.eventBy(kind, target.ID, nil))
		return tx.SetUserDisabled(ctx, target.ID, locked, store.TimeOf(s.now()))
	})
	return toAPIErr(err, apierr.UserNotFound)
}
