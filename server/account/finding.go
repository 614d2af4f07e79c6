package account

import (
	"context"

	"quartet/server/apierr"
	"quartet/store"
)

// The methods of this file are for the command line, whose user may see everything.

// UserFilter says which users to find. A zero field does not filter.
type UserFilter struct {
	// Text is a part of the user name, e-mail, nickname or real name, or a whole mobile,
	// id, GUID, old id, or open id or union id of WeChat.
	Text     string
	Role     string
	Disabled *bool
}

func (s *Service) userFilter(f UserFilter) store.UserFilter {
	filter := store.UserFilter{Text: f.Text, Role: f.Role, Disabled: f.Disabled}
	if checkMobile(f.Text) == nil {
		filter.MobileIndex = new(s.mobileIndex(f.Text))
	}
	return filter
}

// FindUsers returns up to limit users whose ids are above afterID, by id, and how many
// users the filter finds in all.
func (s Operator) FindUsers(ctx context.Context, f UserFilter, afterID int64, limit int) (users []User, total int64, err error) {
	filter := s.userFilter(f)
	rows, err := s.store.FindUsers(ctx, filter, afterID, limit)
	if err != nil {
		return nil, 0, storeErr(err)
	}
	users = make([]User, len(rows))
	for i, row := range rows {
		if users[i], err = s.open(row); err != nil {
			return nil, 0, err
		}
	}
	total, err = s.store.CountUsers(ctx, filter)
	return users, total, storeErr(err)
}

// FoundSession is a session as an operator sees it.
type FoundSession struct {
	Session
	Application *string // that it was opened for
	ExpiresAt   Time
	EndedAt     *Time
	EndReason   *string
}

// SessionFilter says which sessions to find.
type SessionFilter struct {
	UserID int64 // 0: of all users
	Ended  bool  // those too that have ended or expired
}

// FindSessions returns up to limit sessions whose ids are above afterID, by id, and how
// many sessions the filter finds in all.
func (s Operator) FindSessions(ctx context.Context, f SessionFilter, afterID int64, limit int) (sessions []FoundSession, total int64, err error) {
	filter := store.SessionFilter{UserID: f.UserID}
	if !f.Ended {
		filter.LiveAt = store.TimeOf(s.now())
	}
	rows, err := s.store.FindSessions(ctx, filter, afterID, limit)
	if err != nil {
		return nil, 0, storeErr(err)
	}
	total, err = s.store.CountSessions(ctx, filter)
	return convert(rows, func(row store.Session) FoundSession {
		return FoundSession{newSession(row), row.ApplicationID, row.ExpiresAt, row.EndedAt, row.EndReason}
	}), total, storeErr(err)
}

// CountAudit returns how many events f selects, whatever its Limit.
func (s *Service) CountAudit(ctx context.Context, f AuditFilter) (int64, error) {
	total, err := s.store.CountAudit(ctx, store.AuditFilter(f))
	return total, storeErr(err)
}

// EndAnySession ends a session of any user, and returns whose it was. The failure is
// SessionNotFound if there is none or it has ended.
func (s Operator) EndAnySession(ctx context.Context, id int64) (userID int64, err error) {
	row, err := s.store.SessionByID(ctx, id)
	if err != nil {
		return 0, toAPIErr(err, apierr.SessionNotFound)
	}
	ending := s.event(AuditSessionEnded, row.UserID, details{"reason": store.EndedByOperator})
	ending.session = id
	err = s.inTx(ctx, func(tx *tx) error {
		ended, err := tx.EndSession(ctx, id, store.EndedByOperator, store.TimeOf(s.now()))
		if err == nil && !ended {
			return store.ErrNotFound
		}
		tx.record(ending)
		return err
	})
	return row.UserID, toAPIErr(err, apierr.SessionNotFound)
}

// EndSessionsOf ends all sessions of a user, and returns how many there were.
func (s Operator) EndSessionsOf(ctx context.Context, userID int64) (ended int64, err error) {
	err = s.inTx(ctx, func(tx *tx) (err error) {
		ended, err = tx.EndSessionsOf(ctx, userID, 0, store.EndedByOperator, store.TimeOf(s.now()))
		tx.record(s.event(AuditSessionEnded, userID, details{"reason": store.EndedByOperator, "ended_sessions": ended}))
		return err
	})
	return ended, storeErr(err)
}
