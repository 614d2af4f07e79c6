package account

import (
	"context"
	"errors"
	"time"

	"quartet/server/apierr"
	"quartet/store"
)

// DeviceStatus is whether a device is the one signed in. LastLoginTime is when
// the session was opened, or, after it was replaced, when the other device
// signed in.
type DeviceStatus struct {
	LoggedIn      bool
	LastLoginTime time.Time
}

// CheckDevice answers operation 4. caller and authErr are what Authenticate
// gave: a session that was replaced is answered, not refused, for that answer
// is what the operation is for; any other authErr is returned. A live session is
// bound to the first device that checks. The failure is InvalidField for a
// missing or too long device.
func (s *Service) CheckDevice(ctx context.Context, caller Caller, authErr error, device string) (DeviceStatus, error) {
	if apierr.Is(authErr, apierr.SessionReplaced) {
		return s.replacedBy(ctx, caller.Session)
	}
	if authErr != nil {
		return DeviceStatus{}, authErr
	}
	if device == "" {
		return DeviceStatus{}, apierr.Field("deviceNumber", apierr.Required)
	}
	if err := checkText("deviceNumber", device, longestDevice); err != nil {
		return DeviceStatus{}, err
	}
	bound := ""
	if caller.Session.DeviceNumber != nil {
		bound = *caller.Session.DeviceNumber // a binding never changes
	} else if err := s.store.InTx(ctx, func(d store.Tx) (err error) {
		bound, err = d.BindDevice(ctx, caller.Session.ID, device)
		return err
	}); err != nil {
		return DeviceStatus{}, toAPIErr(err, apierr.SessionEnded)
	}
	return DeviceStatus{LoggedIn: bound == device, LastLoginTime: caller.Session.CreatedAt.Time()}, nil
}

// replacedBy tells when the other device signed in.
func (s *Service) replacedBy(ctx context.Context, session store.Session) (DeviceStatus, error) {
	successor, err := s.store.ReplacementOf(ctx, session)
	switch {
	case err == nil:
		return DeviceStatus{LastLoginTime: successor.CreatedAt.Time()}, nil
	case errors.Is(err, store.ErrNotFound) && session.EndedAt != nil:
		return DeviceStatus{LastLoginTime: session.EndedAt.Time()}, nil
	default:
		return DeviceStatus{}, storeErr(err)
	}
}
