package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
)

const (
	// A window starts with the first event in it, so that a limit of one is a
	// distance between two. No row is changed when the limit is reached.
	consumeRateLimit = `INSERT INTO rate_counters (key, window_start, count, expires_at) VALUES (?, ?, 1, ?)
		ON CONFLICT (key) DO UPDATE SET
			count = CASE WHEN rate_counters.expires_at <= excluded.window_start THEN 1 ELSE rate_counters.count + 1 END,
			window_start = CASE WHEN rate_counters.expires_at <= excluded.window_start
				THEN excluded.window_start ELSE rate_counters.window_start END,
			expires_at = CASE WHEN rate_counters.expires_at <= excluded.window_start
				THEN excluded.expires_at ELSE rate_counters.expires_at END
		WHERE rate_counters.expires_at <= excluded.window_start OR rate_counters.count < ?`
	rateLimitExpires = "SELECT expires_at FROM rate_counters WHERE key = ?"
	resetRateLimit   = "DELETE FROM rate_counters WHERE key = ?"
)

// RateLimitError says that something has happened too often already. It is returned
// as a value, not as a pointer.
type RateLimitError struct {
	RetryAfterMillis int64 // until all of the limits have room again
}

// Error is for the log.
func (e RateLimitError) Error() string {
	return fmt.Sprintf("store: a rate limit is reached for %d ms", e.RetryAfterMillis)
}

// ConsumeRateLimits counts one event against all limits. When one of them is
// reached it returns a RateLimitError, and the transaction must fail for the
// others to count nothing. Counting is atomic: parallel callers never pass a
// limit.
func (w Tx) ConsumeRateLimits(ctx context.Context, limits []RateLimit, now Time) error {
	// Everybody takes rows in the same order, so nobody waits in a circle.
	limits = slices.SortedFunc(slices.Values(limits), func(a, b RateLimit) int { return cmp.Compare(a.Key, b.Key) })
	var longest int64
	for _, q := range limits {
		wait, err := take(ctx, w.t, q, now)
		if err != nil {
			return fail("ConsumeRateLimits", err)
		}
		longest = max(longest, wait)
	}
	if longest > 0 {
		return RateLimitError{longest}
	}
	return nil
}

// take counts one event and gives 0, or the milliseconds until there is room.
func take(ctx context.Context, t tx, q RateLimit, now Time) (wait int64, err error) {
	if q.Limit <= 0 {
		return max(q.WindowMillis, 1), nil
	}
	counted, err := t.exec(ctx, consumeRateLimit, q.Key, now, now+Time(q.WindowMillis), q.Limit)
	if err != nil || counted > 0 {
		return 0, err
	}
	var expires Time
	if err := t.get(ctx, &expires, rateLimitExpires, q.Key); err != nil {
		return 0, overtakenIfGone(err)
	}
	return max(int64(expires-now), 1), nil
}

// ResetRateLimits forgets what was counted under keys.
func (w Tx) ResetRateLimits(ctx context.Context, keys []string) error {
	for _, key := range slices.Sorted(slices.Values(keys)) {
		if _, err := w.t.exec(ctx, resetRateLimit, key); err != nil {
			return fail("ResetRateLimits", err)
		}
	}
	return nil
}
