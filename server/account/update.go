package account

import (
	"context"

	"quartet/server/apierr"
	"quartet/store"
)

// What Change.Status can say, in document 004's words.
const (
	StatusOK     = "ok"
	StatusLocked = "locked"
)

// Change is what to change about a user; nil leaves a fact as it is. The fields
// beyond Facts are for administrators, and ignored from anybody else.
type UserUpdate struct {
	Profile
	Username, Identity, Remark *string
	Status                     *string // StatusOK or StatusLocked
}

// UpdateUser changes a user (operation 10): oneself or an administrator may,
// but only super administrators and they themselves touch a super
// administrator, and nobody locks themselves. Everybody else gets Forbidden for
// a known and an unknown id alike. Other failures are UserNotFound, InvalidField,
// UsernameTaken and EmailTaken. A new e-mail or mobile is
// unverified; locking ends the user's sessions.
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

func (s *Service) changeRow(ctx context.Context, caller Caller, id int64, c UserUpdate) error {
	change, err := s.change(id, c.Profile)
	if err != nil {
		return err
	}
	if err := checkManaged(c.Identity, c.Remark); err != nil {
		return err
	}
	change.Identity, change.Remark = c.Identity, c.Remark
	if c.Username != nil {
		if err := setUsername(&change, *c.Username); err != nil {
			return err
		}
	}
	if change == (store.UserChange{}) {
		return nil
	}
	if err := s.checkFree(ctx, id, change); err != nil {
		return err
	}
	err = s.inTx(ctx, func(d *tx) error {
		d.record(caller.eventBy(AuditUserUpdated, id, details{"fields": changedFields(c)}))
		return d.UpdateUser(ctx, id, change, &caller.UserID, store.TimeOf(s.now()))
	})
	return toAPIErr(err, apierr.UserNotFound)
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

// setDisabled disables or enables the subject of happened.
func (s *Service) setDisabled(ctx context.Context, disabled bool, happened event) error {
	err := s.inTx(ctx, func(d *tx) error {
		d.record(happened)
		return d.SetUserDisabled(ctx, happened.subject, disabled, store.TimeOf(s.now()))
	})
	return toAPIErr(err, apierr.UserNotFound)
}
