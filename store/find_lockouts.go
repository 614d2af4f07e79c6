package store

import "context"

// Lockout is what the audit has of one user and client IP that were refused.
type Lockout struct {
	UserID   *int64 `db:"subject_id"` // nil: an unknown account, or none was looked up
	ClientIP string `db:"client_ip"`
	FirstAt  Time   `db:"first_at"`
	LastAt   Time   `db:"last_at"`
	LastID   int64  `db:"last_id"` // of the last event
	Refusals int64  `db:"refusals"`
	Detail   string `db:"detail"` // of the last event
}

// LockoutKinds are the kinds of audit events that lockouts are found by.
type LockoutKinds struct {
	Refused                        string // of a user and a client IP
	UserUnlocked, ClientIPUnlocked string // after which earlier refusals count no more
}

const findLockouts = `SELECT g.subject_id, g.client_ip, g.first_at, g.last_at, g.last_id, g.refusals, newest.detail FROM (
		SELECT e.subject_id, e.client_ip, MIN(e.at) AS first_at, MAX(e.at) AS last_at, MAX(e.id) AS last_id, COUNT(*) AS refusals
		FROM audit_events e
		LEFT JOIN (SELECT subject_id, MAX(id) AS id FROM audit_events WHERE kind = ? AND at >= ? GROUP BY subject_id) u
			ON u.subject_id = e.subject_id
		LEFT JOIN (SELECT client_ip, MAX(id) AS id FROM audit_events WHERE kind = ? AND at >= ? GROUP BY client_ip) c
			ON c.client_ip = e.client_ip
		WHERE e.kind = ? AND e.at >= ? AND (u.id IS NULL OR u.id < e.id) AND (c.id IS NULL OR c.id < e.id)
		GROUP BY e.subject_id, e.client_ip
	) g JOIN audit_events newest ON newest.id = g.last_id`

// FindLockouts returns at most limit users and client IPs that were refused from since on,
// the last refused first: those whose last event is below beforeID, unless that is 0.
func (s *Store) FindLockouts(ctx context.Context, kinds LockoutKinds, since Time, beforeID int64, limit int) ([]Lockout, error) {
	query, args := findLockouts, []any{kinds.UserUnlocked, since, kinds.ClientIPUnlocked, since, kinds.Refused, since}
	if beforeID != 0 {
		query, args = query+" WHERE g.last_id < ?", append(args, beforeID)
	}
	return found[Lockout](ctx, s, "FindLockouts", query+" ORDER BY g.last_id DESC LIMIT ?", append(args, max(limit, 0)))
}
