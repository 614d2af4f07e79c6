package store

import "context"

// A session and its user share one query with what the user is shown of
// themselves: a second query costs more than all the columns that repeat for each
// role. It finds only what needs no second look.
const sessionWithUserByAccessHash = `SELECT s.id, s.access_expires_at, s.expires_at, s.last_seen_at, u.role, ` + profileColumns + `
	FROM sessions s JOIN users u ON u.id = s.user_id ` + profileJoins + `
	WHERE s.access_hash = ? AND s.ended_at IS NULL AND u.disabled_at IS NULL ` + profileOrder

// bearerRow is a session with one row of its user's profile.
type sessionWithUserRow struct {
	owner SessionOwner
	profileRow
}

func (b *sessionWithUserRow) fields() []any {
	o := &b.owner
	return append([]any{&o.ID, &o.AccessExpiresAt, &o.ExpiresAt, &o.LastSeenAt, &o.Role}, b.profileRow.fields()...)
}

// BearerByAccessHash finds a session that has not ended by the hash of its newest
// access token, with the profile of its user, who is not disabled. Anything else
// is ErrNotFound: SessionByAccessHash knows more. Nothing in it must be changed.
func (s *Store) SessionWithUserByAccessHash(ctx context.Context, hash Digest) (SessionWithUser, error) {
	return remembered(ctx, s, rowKey{verb: "BearerByAccessHash", text: string(hash)}, func() (bearer SessionWithUser, err error) {
		var found sessionWithUserRow
		err = s.eachScanned(ctx, "BearerByAccessHash", sessionWithUserByAccessHash, found.fields(), func(row int) error {
			found.addTo(&bearer.Profile, row)
			return nil
		}, hash)
		bearer.SessionOwner = found.owner
		bearer.UserID = bearer.Profile.UserID
		return bearer, err
	})
}
