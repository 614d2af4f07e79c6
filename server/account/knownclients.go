package account

import (
	"context"
	"errors"
	"slices"
	"time"

	"quartet/server/network"
	"quartet/store"
)

const (
	// knownFor is how long a client IP is known to an account after a sign-in.
	knownFor = 30 * 24 * time.Hour
	// mostKnown bounds the sessions that are looked at for it.
	mostKnown = 1000
)

// sessionsRead is a store or a transaction, where it says from where a user has signed in.
type sessionsRead interface {
	ClientIPsOf(ctx context.Context, userID int64, since store.Time, limit int) ([]string, error)
}

// knows reports whether a user was signed in from the client IP within knownFor. It reads
// as much for a user who does not exist.
func (s *Service) knows(ctx context.Context, in sessionsRead, userID int64, clientIP string) (bool, error) {
	from, err := in.ClientIPsOf(ctx, userID, store.TimeOf(s.now().Add(-knownFor)), mostKnown)
	return isOneOf(clientIP, from), err
}

// ofMobile is the part of a counter's key that stands for a mobile. A client IP from which
// its user has signed in within knownFor is known, and has counters of its own, because
// strangers can fill the others. It reads as much for a mobile that nobody has.
func (s *Service) ofMobile(ctx context.Context, tx *tx, mobileIndex, clientIP string) (key string, known bool, err error) {
	user, err := tx.UserByVerifiedMobile(ctx, store.Digest(mobileIndex))
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return "", false, err
	}
	known, err = s.knows(ctx, tx, user.ID, clientIP)
	if known {
		mobileIndex += ":" + s.clientIPKey(clientIP)
	}
	return mobileIndex, known, err
}

// ofUser is the part of a counter's key that stands for a signed-in user. The client IPs
// from which they have signed in within knownFor share a counter of their own, because
// whoever has stolen a token can fill the other: the owner must stay able to end that.
func (s *Service) ofUser(ctx context.Context, in sessionsRead, userID int64) (string, error) {
	subject := s.sealer.Index(userSubject(userID))
	known, err := s.knows(ctx, in, userID, requestInfo(ctx).ClientIP)
	if known {
		subject += ":known"
	}
	return subject, err
}

// isOneOf reports whether a client is one of those with the client IPs.
func isOneOf(clientIP string, others []string) bool {
	here := network.Of(clientIP).Client
	return slices.ContainsFunc(others, func(other string) bool { return network.Of(other).Client == here })
}
