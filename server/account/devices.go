package account

import (
	"context"
	"errors"
	"time"

	"quartet/server/apierr"
	"quartet/store"
)

// DeviceStatus reports whether a device is the one signed in. LastLoginTime is when the
// session was opened, or, after it was replaced, when the other device signed in.
type DeviceStatus struct {
	LoggedIn      bool
	LastLoginTime time.Time
}

// CheckDevice implements operation 4. caller and authErr are the results of
// Authenticate: a replaced session is reported, not refused; any other authErr is
// returned. A live session is bound to the first device that checks. The failure is
// InvalidField for a missing or too long device.
func (s *Service) CheckDevice(ctx context.Context, caller Caller, authErr error, device string) (DeviceStatus, error) {
	session := caller.session
	if apierr.Is(authErr, apierr.SessionReplaced) {
		replacement, err := s.store.ReplacementOf(ctx, store.Session{
			ID: session.ID, UserID: caller.UserID, ExclusiveClass: session.ExclusiveClass, EndedAt: session.EndedAt,
		})
		if errors.Is(err, store.ErrNotFound) {
			return DeviceStatus{LastLoginTime: session.EndedAt.Time()}, nil
		}
		return DeviceStatus{LastLoginTime: replacement.CreatedAt.Time()}, storeErr(err)
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
	if session.DeviceNumber == nil { // a binding never changes
		err := s.store.InTx(ctx, func(tx store.Tx) error {
			bound, err := tx.BindDevice(ctx, session.ID, device)
			session.DeviceNumber = &bound
			return err
		})
		if err != nil {
			return DeviceStatus{}, toAPIErr(err, apierr.SessionEnded)
		}
	}
	return DeviceStatus{LoggedIn: *session.DeviceNumber == device, LastLoginTime: session.CreatedAt.Time()}, nil
}
