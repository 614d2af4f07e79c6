package store

import (
	"context"
	"maps"
	"slices"
	"strings"
)

// touchChunk is how many sessions one transaction touches, so that the others'
// writes come in between.
const touchChunk = 512

// TouchSessions notes when sessions were last used. Going back in time or having
// no such session changes nothing. After an error some may have been noted.
func (s *Store) SetLastSeen(ctx context.Context, seen map[int64]Time) error {
	// In order: on SQLite rows that lie together are read and written together.
	for ids := range slices.Chunk(slices.Sorted(maps.Keys(seen)), touchChunk) {
		query, args := touchSessions(ids, seen)
		err := s.writeAlone(ctx, "TouchSessions", func(t tx) error {
			_, err := t.exec(ctx, query, args...)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// touchSessions repeats the last session up to a power of two, so that there are
// few texts: drivers keep those they have seen.
func touchSessions(ids []int64, seen map[int64]Time) (query string, args []any) {
	rows := 1
	for rows < len(ids) {
		rows *= 2
	}
	for i := range rows {
		id := ids[min(i, len(ids)-1)]
		args = append(args, id, seen[id])
	}
	return "WITH seen (id, at) AS (VALUES (CAST(? AS BIGINT), CAST(? AS BIGINT))" + strings.Repeat(", (?, ?)", rows-1) + `)
		UPDATE sessions SET last_seen_at = seen.at FROM seen
		WHERE sessions.id = seen.id AND sessions.last_seen_at < seen.at`, args
}
