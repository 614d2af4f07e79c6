package account

import (
	"context"

	"quartet/server/apierr"
	"quartet/store"
)

// Values of UserUpdate.Status, as in document 004.
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
}

// UpdateUser changes a user (operation 10). Users may change themselves and
// administrators all users, except that super administrators are changed only by super
// administrators, and that users cannot lock themselves. Other callers get Forbidden
// for a known and an unknown id alike. Other failures are UserNotFound, InvalidField,
// UsernameTaken and EmailTaken. A new e-mail or mobile is unverified; locking ends the
// user's sessions.
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
	if err := checkStatus(caller, id, c.Status); err != nil {
		return err
	}
	if err := s.changeRow(ctx, caller, id, c); err != nil {
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

func (s *Service) changeRow(ctx context.Context, caller Caller, id int64, u UserUpdate) error {
	change, err := s.columns(id, u)
	if err != nil || change == (store.UserChange{}) {
		return err
	}
	if err := s.checkFree(ctx, id, change); err != nil {
		return err
	}
	err = s.inTx(ctx, func(tx *tx) error {
		tx.record(caller.eventBy(AuditUserUpdated, id, details{"fields": changedFields(u)}))
		return tx.UpdateUser(ctx, id, change, &caller.UserID, store.TimeOf(s.now()))
	})
	return toAPIErr(err, apierr.UserNotFound)
}

// columns checks an update and returns it as the columns of userID's row.
func (s *Service) columns(userID int64, u UserUpdate) (store.UserChange, error) {
	change, err := s.change(userID, u.Profile)
	if err != nil {
		return store.UserChange{}, err
	}
	if err := checkTexts([]checkedText{{"identity", u.Identity, 64}, {"remark", u.Remark, 512}}); err != nil {
		return store.UserChange{}, err
	}
	change.Identity, change.Remark = u.Identity, u.Remark
	if u.Username != nil {
		key, err := usernameKey(*u.Username)
		if err != nil {
			return store.UserChange{}, err
		}
		change.Username, change.UsernameKey = u.Username, &key
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
	return s.setDisabled(ctx, locked, caller.eventBy(kind, target.ID, nil))
}

// setDisabled disables or enables the user of the event.
func (s *Service) setDisabled(ctx context.Context, disabled bool, change event) error {
	err := s.inTx(ctx, func(tx *tx) error {
		tx.record(change)
		return tx.SetUserDisabled(ctx, change.subject, disabled, store.TimeOf(s.now()))
	})
	return toAPIErr(err, apierr.UserNotFound)
}
