package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"quartet/store/internal/engine"
)

// MySQL reserves the word key, except after the name of a table.
const (
	rateLimitExpires = "SELECT expires_at FROM rate_counters WHERE rate_counters.key = ?"
	rateLimitReached = "SELECT expires_at FROM rate_counters WHERE rate_counters.key = ? AND count >= ? AND expires_at > ? AND expires_at <= ?"
	rateLimitCount   = "SELECT count FROM rate_counters WHERE rate_counters.key = ? AND expires_at > ? AND expires_at <= ?"
	resetRateLimit   = "DELETE FROM rate_counters WHERE rate_counters.key = ?"
	deleteCountersOf = "DELETE FROM rate_counters WHERE rate_counters.key LIKE ?"
)

// RateLimitError means that a limit is reached. It is returned as a value, not as a
// pointer.
type RateLimitError struct {
	RetryAfterMillis int64 // until all of the limits have room again
}

// Error is for the log.
func (e RateLimitError) Error() string {
	return fmt.Sprintf("store: a rate limit is reached for %d ms", e.RetryAfterMillis)
}

// ConsumeRateLimits counts one event against all limits. If one of them is reached it
// returns a RateLimitError, and the caller must let the transaction fail, so that the
// other limits are not counted. Counting is atomic: concurrent callers never exceed a
// limit.
func (tx Tx) ConsumeRateLimits(ctx context.Context, limits []RateLimit, now Time) error {
	// All callers lock rows in the same order, so they cannot deadlock.
	limits = slices.SortedFunc(slices.Values(limits), func(a, b RateLimit) int { return cmp.Compare(a.Key, b.Key) })
	const verb = "ConsumeRateLimits"
	counted := make([]int64, len(limits)) // 0 where the limit is reached
	for i, q := range limits {
		if q.Limit <= 0 {
			continue
		}
		err := tx.later(ctx, verb, tx.store.engine.CountRateLimit(), &counted[i], q.Key, now, now+Time(q.WindowMillis), q.Limit)
		if err != nil {
			return err
		}
	}
	if err := tx.store.fail(verb, tx.tx.Flush(ctx)); err != nil {
		return err
	}
	var longest int64
	for i, q := range limits {
		if counted[i] > 0 {
			continue
		}
		wait, err := tx.waitFor(ctx, q, now)
		if err != nil {
			return err
		}
		longest = max(longest, wait)
	}
	if longest > 0 {
		return RateLimitError{longest}
	}
	return nil
}

// waitFor returns how many milliseconds it takes until a limit that is reached has room. A
// window starts with its first event, so a limit of 1 is a minimum interval between two
// events.
func (tx Tx) waitFor(ctx context.Context, q RateLimit, now Time) (int64, error) {
	if q.Limit <= 0 {
		return max(q.WindowMillis, 1), nil
	}
	var expires Time
	if err := tx.get(ctx, "ConsumeRateLimits", &expires, rateLimitExpires, q.Key); err != nil {
		return 0, rerunIfGone(err)
	}
	return max(int64(expires-now), 1), nil
}

// ResetRateLimits deletes the counters of keys.
func (tx Tx) ResetRateLimits(ctx context.Context, keys []string) error {
	for _, key := range slices.Sorted(slices.Values(keys)) {
		if err := tx.later(ctx, "ResetRateLimits", resetRateLimit, nil, key); err != nil {
			return err
		}
	}
	return nil
}

// RateLimitWait returns how many milliseconds it takes until all limits have room, 0 if
// they have it now. It counts nothing.
func (s *Store) RateLimitWait(ctx context.Context, limits []RateLimit, now Time) (wait int64, err error) {
	for _, q := range limits {
		until, err := many[Time](ctx, s, "RateLimitWait", rateLimitReached, q.Key, q.Limit, now, now+Time(q.WindowMillis+engine.ClockSkew))
		if err != nil {
			return 0, err
		}
		for _, at := range until {
			wait = max(wait, int64(at-now))
		}
	}
	return wait, nil
}

// RateLimitCount returns how many events a limit has counted in its present window. In a
// transaction that has counted one, no other transaction gets the same number.
func (tx Tx) RateLimitCount(ctx context.Context, q RateLimit, now Time) (count int64, err error) {
	err = tx.get(ctx, "RateLimitCount", &count, rateLimitCount, countArgs(q, now)...)
	if errors.Is(err, ErrNotFound) {
		return 0, nil
	}
	return count, err
}

// RateLimitCount is Tx.RateLimitCount as of now, whoever counts meanwhile.
func (s *Store) RateLimitCount(ctx context.Context, q RateLimit, now Time) (int64, error) {
	counted, err := many[int64](ctx, s, "RateLimitCount", rateLimitCount, countArgs(q, now)...)
	if err != nil || len(counted) == 0 {
		return 0, err
	}
	return counted[0], nil
}

func countArgs(q RateLimit, now Time) []any {
	return []any{q.Key, now, now + Time(q.WindowMillis+engine.ClockSkew)}
}

// DeleteCountersOf deletes the counters whose keys contain a digest, and returns their
// number.
func (tx Tx) DeleteCountersOf(ctx context.Context, digest Digest) (int64, error) {
	return tx.exec(ctx, "DeleteCountersOf", deleteCountersOf, "%"+string(digest)+"%")
}
