package store

import "context"

const (
	// oldSessions is the first session of a user that comes after the newest ones. Few
	// users have one, and an index finds that out.
	oldSessions = "SELECT id FROM sessions WHERE user_id = ? ORDER BY created_at DESC, id DESC LIMIT 1 OFFSET ?"

	// openedBefore is when the oldest of as many of the newest sessions was opened.
	openedBefore = "SELECT created_at FROM sessions WHERE user_id = ? ORDER BY created_at DESC, id DESC LIMIT 1 OFFSET ?"

	excessSessions = "SELECT id FROM sessions WHERE user_id = ? AND " + isUsable + " ORDER BY created_at DESC, id DESC LIMIT ? OFFSET ?"
	excessRows     = "SELECT id FROM sessions WHERE user_id = ? AND NOT (" + isUsable + ") ORDER BY created_at DESC, id DESC LIMIT ? OFFSET ?"
)

// capChunk is the number of sessions that one sign-in ends or deletes at most. More than
// one are too many only where an earlier program has left them.
const capChunk = 200

// SessionCaps are how many sessions a user has at most.
type SessionCaps struct {
	Live int // that can be used
	Past int // rows of those that cannot be used any more
	// Opened is the limit of sign-ins in WindowMillis. Past is not below it, because the
	// rows are what is counted.
	Opened       int
	WindowMillis int64
}

func (c SessionCaps) fewest() int { return min(c.Live, c.Past, c.Opened) }

// capSessions ends the oldest sessions of a user beyond the number that may be live, and
// deletes the rows of the oldest past ones. The user's row is locked, so it is exact
// however many sign-ins run at once. It returns the ids of the sessions that it ended.
func (tx Tx) capSessions(ctx context.Context, userID int64, caps SessionCaps, now Time) (ended []int64, err error) {
	const verb = "OpenSession"
	var excess, past []int64
	if err := tx.limitOpened(ctx, userID, caps, now); err != nil {
		return nil, err
	}
	if err := tx.list(ctx, verb, &excess, excessSessions, userID, now, now, capChunk, caps.Live); err != nil {
		return nil, err
	}
	for _, id := range excess {
		was, err := tx.EndSession(ctx, id, EndedByLimit, now)
		if err != nil {
			return nil, err
		}
		if was {
			ended = append(ended, id)
		}
	}
	if err := tx.list(ctx, verb, &past, excessRows, userID, now, now, capChunk, caps.Past); err != nil || len(past) == 0 {
		return ended, err
	}
	var c conditions
	in(&c, "id", past)
	_, err = tx.tx.ExecOnce(ctx, "DELETE FROM sessions "+c.where(), c.args...)
	return ended, tx.store.fail(verb, err)
}

func (tx Tx) limitOpened(ctx context.Context, userID int64, caps SessionCaps, now Time) error {
	var opened []Time
	if err := tx.list(ctx, "OpenSession", &opened, openedBefore, userID, caps.Opened); err != nil || len(opened) == 0 {
		return err
	}
	if wait := int64(opened[0]-now) + caps.WindowMillis; wait > 0 {
		return RateLimitError{min(wait, caps.WindowMillis)}
	}
	return nil
}

// OpenedSession says what opening a session has ended.
type OpenedSession struct {
	Replaced *int64  // the user's other session of the same class, nil for none
	Ended    []int64 // the user's oldest sessions, of which there were too many
}

// otherSessions are sessions of a user: the live one of a class, and one of those that are
// too many if another is opened. There are few users with such ones.
type otherSessions struct {
	Live *int64 `db:"live"`
	Old  *int64 `db:"old"`
}

const setOpenedBy = "UPDATE sessions SET opened_by = ? WHERE id = ?"

// SetOpenedBy changes how a session counts as opened.
func (tx Tx) SetOpenedBy(ctx context.Context, id int64, way string) error {
	return tx.later(ctx, "SetOpenedBy", setOpenedBy, nil, way, id)
}
