package store

import "context"

// SessionFilter says which sessions to find. A zero field does not filter.
type SessionFilter struct {
	UserID int64
	// LiveAt finds the sessions that can be used at that time.
	LiveAt Time
}

// isUsable is the condition of a session that has not ended and can be used at a time:
// without a refresh token, an expired access token ends a session.
const isUsable = "ended_at IS NULL AND expires_at > ? AND (refresh_hash IS NOT NULL OR access_expires_at > ?)"

func (f SessionFilter) conditions() (c conditions) {
	if f.UserID != 0 {
		c.add("user_id = ?", f.UserID)
	}
	if f.LiveAt != 0 {
		c.add(isUsable, f.LiveAt, f.LiveAt)
	}
	return c
}

// FindSessions returns at most limit sessions whose ids are above afterID, in order of
// their ids.
func (s *Store) FindSessions(ctx context.Context, f SessionFilter, afterID int64, limit int) ([]Session, error) {
	return page[Session](ctx, s, "FindSessions", selectSessions, f.conditions(), afterID, limit)
}

// NewestSessions returns at most limit sessions, the highest ids first. All are below
// beforeID, unless that is 0.
func (s *Store) NewestSessions(ctx context.Context, f SessionFilter, beforeID int64, limit int) ([]Session, error) {
	return pageBefore[Session](ctx, s, "NewestSessions", selectSessions, f.conditions(), beforeID, limit)
}

// CountSessions returns how many sessions f finds.
func (s *Store) CountSessions(ctx context.Context, f SessionFilter) (int64, error) {
	return s.count(ctx, "CountSessions", "sessions", f.conditions())
}
