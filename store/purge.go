package store

import "context"

// Each statement deletes a limited number of rows, so that on SQLite the others'
// writes come in between. The outer condition is repeated because on PostgreSQL
// a row can be renewed between being found and being deleted.
const (
	purgeSessions = `DELETE FROM sessions WHERE (ended_at < ? OR expires_at < ?) AND id IN
		(SELECT id FROM sessions WHERE ended_at < ? OR expires_at < ? LIMIT 500)`
	purgeCounters = `DELETE FROM rate_counters WHERE expires_at <= ? AND key IN
		(SELECT key FROM rate_counters WHERE expires_at <= ? LIMIT 500)`
	purgeCodes = `DELETE FROM one_time_codes WHERE expires_at <= ? AND (purpose, mobile_index) IN
		(SELECT purpose, mobile_index FROM one_time_codes WHERE expires_at <= ? LIMIT 500)`
	purgeExchanges = `DELETE FROM wechat_codes WHERE expires_at <= ? AND code_hash IN
		(SELECT code_hash FROM wechat_codes WHERE expires_at <= ? LIMIT 500)`
)

// Purge deletes what nobody asks for any more, and gives the number of rows: the
// sessions that ended or reached the end of their time before keepEnded, and the
// counters, one-time codes and answers of WeChat whose time is over at now.
func (s *Store) Purge(ctx context.Context, now Time, keepEnded Time) (int64, error) {
	var total int64
	for _, purge := range []struct {
		query string
		args  []any
	}{
		{purgeSessions, []any{keepEnded, keepEnded, keepEnded, keepEnded}},
		{purgeCounters, []any{now, now}},
		{purgeCodes, []any{now, now}},
		{purgeExchanges, []any{now, now}},
	} {
		for more := true; more; {
			deleted, err := s.execAlone(ctx, "Purge", purge.query, purge.args...)
			if err != nil {
				return total, err
			}
			total += deleted
			more = deleted > 0
		}
	}
	return total, nil
}
