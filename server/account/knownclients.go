package account

import (
	"context"
	"errors"
	"slices"
	"time"

	"quartet/store"
)

const (
	// knownFor is how long a client IP is known to an account after a sign-in.
	knownFor = 30 * 24 * time.Hour
	// mostKnown bounds the sessions that are looked at for it.
	mostKnown = 1000
)

// ofMobile is the part of a counter's key that stands for a mobile. A client IP from which
// its user has signed in within knownFor has counters of its own, because strangers can
// fill the others. It reads as much for a mobile that nobody has.
func (s *Service) ofMobile(ctx context.Context, tx *tx, mobileIndex, clientIP string) (string, error) {
	user, err := tx.UserByVerifiedMobile(ctx, store.Digest(mobileIndex))
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return "", err
	}
	from, err := tx.ClientIPsOf(ctx, user.ID, store.TimeOf(s.now().Add(-knownFor)), mostKnown)
	here := clientIPSubject(clientIP)
	if slices.ContainsFunc(from, func(was string) bool { return clientIPSubject(was) == here }) {
		return mobileIndex + ":" + s.clientIPKey(clientIP), nil
	}
	return mobileIndex, err
}
