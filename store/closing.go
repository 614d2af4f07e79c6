package store

import (
	"context"
	"crypto/rand"
	"errors"
)

// Alias is the id of a user in another system.
type Alias struct {
	Source string `db:"source"`
	ID     string `db:"alias"`
}

const (
	userAliases      = "SELECT source, alias FROM user_aliases WHERE user_id = ? ORDER BY source, alias" + limitListed
	dueUsers         = "SELECT id FROM users WHERE closing_at <= ? ORDER BY closing_at, id LIMIT ?"
	closingUser      = "closing_at = ?, version = version + 1, updated_at = ?"
	eraseDueUser     = deleteUser + " AND closing_at <= ?"
	deleteCodesOf    = "DELETE FROM one_time_codes WHERE mobile_index = ?"
	isClosedIdentity = "SELECT digest FROM closed_identities WHERE digest = ?"

	closeIdentity = "INSERT INTO closed_identities (digest, closed_at) VALUES (?, ?)"

	// scrubEntry is the metadata entry of files that still hold erased rows. Its value
	// is new with each erasure, so that one which is made meanwhile is not missed.
	scrubEntry = "scrub"
	scrubbed   = "DELETE FROM metadata WHERE name = ? AND value = ?"
)

// CloseUser sets when a user is erased, and ends all sessions. It returns how many
// ended, or ErrNotFound.
func (tx Tx) CloseUser(ctx context.Context, userID int64, erasedAt, now Time) (ended int64, err error) {
	if err := tx.update(ctx, "CloseUser", "users", closingUser, "id = ?", []any{erasedAt, now}, []any{userID}); err != nil {
		return 0, err
	}
	return tx.EndSessionsOf(ctx, userID, 0, EndedByClosing, now)
}

// DueUsers returns the ids of at most limit users who are to be erased at now, those due
// first before the others.
func (s *Store) DueUsers(ctx context.Context, now Time, limit int) ([]int64, error) {
	return many[int64](ctx, s, "DueUsers", dueUsers, now, limit)
}

// AliasesOf returns the ids of a user in other systems.
func (s *Store) AliasesOf(ctx context.Context, userID int64) ([]Alias, error) {
	return many[Alias](ctx, s, "AliasesOf", userAliases, userID)
}

// Erasure says what of a user is erased.
type Erasure struct {
	UserID int64
	// DueAt, unless nil, erases only a user who is due at this time.
	DueAt *Time
	// MobileIndex is of the user's mobile, whose codes are deleted; nil for none.
	MobileIndex *Digest
	// Identities are keyed digests of the user's ids in other systems.
	Identities []Digest
}

// EraseUser deletes a user with everything of them: ids in other systems, identities,
// sessions, memberships and codes. The digests of their identities stay. It returns
// ErrNotFound if the user does not exist or is not due.
func (tx Tx) EraseUser(ctx context.Context, e Erasure, now Time) error {
	query, args := deleteUser, []any{e.UserID}
	if e.DueAt != nil {
		query, args = eraseDueUser, append(args, *e.DueAt)
	}
	if err := tx.change(ctx, "EraseUser", query, args...); err != nil {
		return err
	}
	if e.MobileIndex != nil {
		if _, err := tx.exec(ctx, "EraseUser", deleteCodesOf, string(*e.MobileIndex)); err != nil {
			return err
		}
	}
	for _, digest := range e.Identities {
		if _, err := tx.insertIgnore(ctx, "EraseUser", closeIdentity, "(digest)", digest, now); err != nil {
			return err
		}
	}
	return tx.ScrubLater(ctx)
}

// ScrubLater makes the next Scrub overwrite what this transaction deletes or replaces.
func (tx Tx) ScrubLater(ctx context.Context) error {
	return tx.PutMetadata(ctx, scrubEntry, rand.Text())
}

// Scrub overwrites what SQLite's files still hold of erased users and of other rows that a
// transaction with ScrubLater has deleted or replaced: the copies that moved rows leave in
// unused parts of pages, and the write-ahead log. It does nothing if there was none since
// the last time, and on other engines. It fails if another process reads for long.
func (s *Store) Scrub(ctx context.Context) error {
	entry, err := s.Metadata(ctx, scrubEntry)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := s.run(ctx, "Scrub", func() error { return s.engine.Scrub(ctx) }); err != nil {
		return err
	}
	return s.InTx(ctx, func(tx Tx) error {
		_, err := tx.exec(ctx, "Scrub", scrubbed, scrubEntry, entry)
		return err
	})
}

// ClosedIdentity reports whether a digest is of an erased user's id in another system.
func (s *Store) ClosedIdentity(ctx context.Context, digest Digest) (bool, error) {
	found, err := many[Digest](ctx, s, "ClosedIdentity", isClosedIdentity, digest)
	return len(found) > 0, err
}

// ClosedIdentities returns those of digests that are of erased users' ids.
func (s *Store) ClosedIdentities(ctx context.Context, digests []Digest) (closed []Digest, err error) {
	if len(digests) == 0 {
		return nil, nil
	}
	args := make([]any, len(digests))
	for i, digest := range digests {
		args[i] = digest
	}
	query := "SELECT digest FROM closed_identities WHERE digest IN " + placeholders(len(digests))
	err = s.run(ctx, "ClosedIdentities", func() error {
		closed = nil
		return s.engine.SelectOnce(ctx, &closed, query, args...)
	})
	return closed, err
}
