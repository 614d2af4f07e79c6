package account

import (
	"context"
	"errors"
	"maps"
	"slices"

	"quartet/server/apierr"
	"quartet/store"
)

// UserFilter says which users to find. A zero field does not filter.
type UserFilter struct {
	// Text is a part of the user name, e-mail, nickname or real name, or a whole mobile,
	// id, GUID, old id, or open id or union id of WeChat.
	Text     string
	Role     string
	Disabled *bool
	// Organisation is the code of one whose members are found.
	Organisation string
}

// userFilter finds nobody in an organisation that the operator may not see, as in one that
// does not exist.
func (s Operator) userFilter(ctx context.Context, f UserFilter) (store.UserFilter, error) {
	filter := store.UserFilter{Text: f.Text, Role: f.Role, Disabled: f.Disabled}
	if checkMobile(f.Text) == nil {
		filter.MobileIndex = new(s.mobileIndex(f.Text))
	}
	switch {
	case f.Organisation != "":
		filter.Organisations = []int64{}
		organisation, err := s.store.OrganisationByCode(ctx, f.Organisation)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return store.UserFilter{}, storeErr(err)
		}
		if err == nil && s.sees(organisation.ID) {
			filter.Organisations = []int64{organisation.ID}
		}
	case s.organisations != nil:
		filter.Organisations = slices.Sorted(maps.Keys(s.organisations))
	}
	return filter, nil
}

// FindUsers returns up to limit users whose ids are above afterID, by id: of those whom the
// operator may see.
func (s Operator) FindUsers(ctx context.Context, f UserFilter, afterID int64, limit int) ([]User, error) {
	filter, err := s.userFilter(ctx, f)
	if err != nil {
		return nil, err
	}
	return s.findUsers(ctx, filter, afterID, limit)
}

// SearchUsers is FindUsers that looks for a text at about atOnce users and no more. end is the
// id after which the next search begins, 0 where it has looked at all of them.
func (s Operator) SearchUsers(ctx context.Context, f UserFilter, afterID int64, limit, atOnce int) (users []User, end int64, err error) {
	filter, err := s.userFilter(ctx, f)
	if err != nil {
		return nil, 0, err
	}
	search := func() error {
		if filter.UpTo, err = s.store.EndOfSearch(ctx, filter, afterID, atOnce); err != nil {
			return storeErr(err)
		}
		users, err = s.findUsers(ctx, filter, afterID, limit)
		return err
	}
	if f.Text == "" {
		err = search()
	} else {
		err = s.readLong(ctx, search)
	}
	return users, filter.UpTo, err
}

func (s Operator) findUsers(ctx context.Context, filter store.UserFilter, afterID int64, limit int) ([]User, error) {
	rows, err := s.store.FindUsers(ctx, filter, afterID, limit)
	if err != nil {
		return nil, storeErr(err)
	}
	users := make([]User, len(rows))
	for i, row := range rows {
		if users[i], err = s.open(row); err != nil {
			return nil, err
		}
	}
	return users, nil
}

// CountUsers returns how many users FindUsers finds in all, for which it reads them all.
func (s Operator) CountUsers(ctx context.Context, f UserFilter) (int64, error) {
	filter, err := s.userFilter(ctx, f)
	if err != nil {
		return 0, err
	}
	total, err := s.store.CountUsers(ctx, filter)
	return total, storeErr(err)
}

// ReadUser reads a user with WeChat identities and authors, and the ids in other systems.
// The failure is UserNotFound, also for a user whom the operator may not see.
func (s Operator) ReadUser(ctx context.Context, id int64) (User, []OtherID, error) {
	seen, err := s.seesUser(ctx, id)
	if err != nil {
		return User{}, nil, err
	}
	if !seen {
		return User{}, nil, apierr.New(apierr.UserNotFound)
	}
	user, err := s.userWithWeChat(ctx, id)
	if err != nil {
		return User{}, nil, err
	}
	others, err := s.otherIDs(ctx, id)
	return user, others, err
}

// UserName is what lists show of a user.
type UserName struct {
	ID                 int64
	Username, Nickname *string
}

// UserNames returns the names of users by their ids, without those who are gone.
func (s Operator) UserNames(ctx context.Context, ids []int64) (map[int64]UserName, error) {
	slices.Sort(ids)
	rows, err := s.store.UserNames(ctx, slices.Compact(ids))
	names := make(map[int64]UserName, len(rows))
	for _, row := range rows {
		names[row.ID] = UserName{row.ID, row.Username, filled(&row.Nickname)}
	}
	return names, storeErr(err)
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
	filter := s.sessionFilter(f)
	rows, err := s.store.FindSessions(ctx, filter, afterID, limit)
	if err != nil {
		return nil, 0, storeErr(err)
	}
	total, err = s.store.CountSessions(ctx, filter)
	return convert(rows, newFoundSession), total, storeErr(err)
}

// NewestSessions returns up to limit sessions, newest first: those whose ids are below
// beforeID, unless that is 0.
func (s Operator) NewestSessions(ctx context.Context, f SessionFilter, beforeID int64, limit int) ([]FoundSession, error) {
	rows, err := s.store.NewestSessions(ctx, s.sessionFilter(f), beforeID, limit)
	return convert(rows, newFoundSession), storeErr(err)
}

func (s Operator) sessionFilter(f SessionFilter) store.SessionFilter {
	filter := store.SessionFilter{UserID: f.UserID}
	if !f.Ended {
		filter.LiveAt = store.TimeOf(s.now())
	}
	return filter
}

func newFoundSession(row store.Session) FoundSession {
	return FoundSession{newSession(row), row.ApplicationID, row.ExpiresAt, row.EndedAt, row.EndReason}
}

// CountAudit returns how many events f selects, whatever its Limit.
func (s *Service) CountAudit(ctx context.Context, f AuditFilter) (int64, error) {
	total, err := s.store.CountAudit(ctx, store.AuditFilter(f))
	return total, storeErr(err)
}

// EndAnySession ends a session of any user, and returns whose it was. Failures are
// SessionNotFound if there is none or it has ended, and Forbidden.
func (s Operator) EndAnySession(ctx context.Context, id int64) (userID int64, err error) {
	row, err := s.store.SessionByID(ctx, id)
	if err == nil {
		err = s.mayActOn(ctx, s.store, store.User{ID: row.UserID, Role: row.Role})
	}
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

// EndSessionsOf ends all sessions of a user, and returns how many there were. Failures are
// UserNotFound and Forbidden.
func (s Operator) EndSessionsOf(ctx context.Context, userID int64) (ended int64, err error) {
	err = s.onUser(ctx, userID, false, func(tx *tx, _ store.User) (err error) {
		ended, err = tx.EndSessionsOf(ctx, userID, 0, store.EndedByOperator, store.TimeOf(s.now()))
		if ended > 0 {
			tx.record(s.event(AuditSessionEnded, userID, details{"reason": store.EndedByOperator, "ended_sessions": ended}))
		}
		return err
	})
	return ended, err
}
