package store

import (
	"context"
	"slices"
	"strconv"
)

// AliasMerged is the origin of the ids of users who were merged into others.
const AliasMerged = "merged"

const (
	moveAliases    = "UPDATE user_aliases SET user_id = ? WHERE user_id = ?"
	moveIdentities = "UPDATE wechat_identities SET user_id = ? WHERE user_id = ?"
	moveUnions     = "UPDATE wechat_unions SET user_id = ? WHERE user_id = ?"
	moveSessions   = `UPDATE sessions SET user_id = ?, ended_at = COALESCE(ended_at, ?), end_reason = COALESCE(end_reason, ?)
		WHERE user_id = ?`
	copyMemberships = `INSERT INTO memberships (user_id, organisation_id, created_at)
		SELECT ?, m.organisation_id, m.created_at FROM memberships m WHERE m.user_id = ? AND NOT EXISTS
		(SELECT 1 FROM memberships own WHERE own.user_id = ? AND own.organisation_id = m.organisation_id)`
	copyMembershipRoles = `INSERT INTO membership_roles (user_id, organisation_id, role_id, created_at)
		SELECT ?, m.organisation_id, m.role_id, m.created_at FROM membership_roles m WHERE m.user_id = ? AND NOT EXISTS
		(SELECT 1 FROM membership_roles own WHERE own.user_id = ? AND own.organisation_id = m.organisation_id AND own.role_id = m.role_id)`
	deleteUser = "DELETE FROM users WHERE id = ?"
)

// LockUsers reads users for a change of several, and locks their rows until the
// transaction ends. The result is in the order of ids. It returns ErrNotFound if one
// does not exist.
func (tx Tx) LockUsers(ctx context.Context, ids ...int64) ([]User, error) {
	const verb = "LockUsers"
	// In one order for all callers, so that two of them do not wait for each other.
	for _, id := range slices.Sorted(slices.Values(ids)) {
		if err := tx.lockUser(ctx, verb, id); err != nil {
			return nil, err
		}
	}
	users := make([]User, len(ids))
	for i, id := range ids {
		if err := tx.get(ctx, verb, &users[i], userByID, id); err != nil {
			return nil, err
		}
	}
	return users, nil
}

// lockUser locks the row of a user until the transaction ends, or returns ErrNotFound.
func (tx Tx) lockUser(ctx context.Context, verb string, id int64) error {
	for _, assignment := range tx.store.engine.LockUser() {
		if err := tx.change(ctx, verb, "UPDATE users SET "+assignment+" WHERE id = ?", id); err != nil {
			return err
		}
	}
	return nil
}

// MergeUsers gives what belongs to the user from to the user into, whose row is
// replaced, and deletes from. Ids in other systems, WeChat identities, memberships and
// the roles in them move; from's own id becomes an id of into with the origin
// AliasMerged. from's sessions end and move. into's sessions end except keepSession, 0
// for none. ended is the number of sessions of both that ended. The caller has locked
// both rows. It returns ErrNotFound, or a ConflictError of username, email or mobile
// with a third user.
func (tx Tx) MergeUsers(ctx context.Context, from int64, into User, keepSession int64, now Time) (ended int64, err error) {
	const verb = "MergeUsers"
	for _, userID := range []int64{from, into.ID} {
		changed, err := tx.exec(ctx, verb, endUserSessions, now, EndedByMerge, userID, keepSession)
		if err != nil {
			return 0, err
		}
		ended += changed
	}
	for _, move := range []struct {
		query string
		args  []any
	}{
		{moveAliases, []any{into.ID, from}},
		{moveIdentities, []any{into.ID, from}},
		{moveUnions, []any{into.ID, from}},
		{moveSessions, []any{into.ID, now, EndedByMerge, from}},
		{copyMemberships, []any{into.ID, from, into.ID}},
		{copyMembershipRoles, []any{into.ID, from, into.ID}},
	} {
		if _, err := tx.exec(ctx, verb, move.query, move.args...); err != nil {
			return 0, err
		}
	}
	// Only then are from's user name, e-mail and mobile free.
	if err := tx.change(ctx, verb, deleteUser, from); err != nil {
		return 0, err
	}
	if err := put(ctx, tx, verb, "users", into); err != nil {
		return 0, err
	}
	_, err = tx.exec(ctx, verb, insertAliases, AliasMerged, strconv.FormatInt(from, 10), into.ID)
	return ended, err
}
