package mysql

import (
	"strconv"
	"strings"

	"quartet/store/internal/engine"
)

// dialect is the SQL of MariaDB, MySQL, TiDB and OceanBase. An assignment never reads a
// column that was assigned to its left, because the servers differ in whether that is
// the old or the new value.
type dialect struct{}

// InsertIgnore skips a row with any existing unique value, and unlike INSERT IGNORE
// keeps every other error.
func (dialect) InsertIgnore(insert, _ string) string {
	_, columns, _ := strings.Cut(insert, "(")
	first := columns[:strings.IndexAny(columns, ",)")]
	return insert + " ON DUPLICATE KEY UPDATE " + first + " = " + first
}

func (dialect) InsertOrUpdate(insert, _ string, columns []string) string {
	sets := make([]string, 0, len(columns))
	for _, column := range columns {
		sets = append(sets, column+" = VALUES("+column+")")
	}
	return insert + " ON DUPLICATE KEY UPDATE " + strings.Join(sets, ", ")
}

// If the limit is reached the row keeps its values, which counts as no change.
func (dialect) CountRateLimit() string {
	over := "(expires_at <= VALUES(window_start) OR expires_at > VALUES(expires_at) + " + strconv.Itoa(engine.ClockSkew) + ")"
	return "INSERT INTO rate_counters (`key`, window_start, count, expires_at) VALUES (?, ?, 1, ?)" + `
		ON DUPLICATE KEY UPDATE
			count = CASE WHEN ` + over + ` THEN 1 WHEN count < ? THEN count + 1 ELSE count END,
			window_start = CASE WHEN ` + over + ` THEN VALUES(window_start) ELSE window_start END,
			expires_at = CASE WHEN ` + over + ` THEN VALUES(expires_at) ELSE expires_at END`
}

func (dialect) SetLastSeen(sessions int) string {
	return "UPDATE sessions JOIN (SELECT ? AS id, ? AS at" + strings.Repeat(" UNION ALL SELECT ?, ?", sessions-1) + `) seen
		ON seen.id = sessions.id SET sessions.last_seen_at = seen.at WHERE sessions.last_seen_at < seen.at`
}

// A Galera node tells the others what a transaction has changed, and nothing of locks: an
// update that changes nothing would lock the row on one node only.
func (dialect) LockUser() []string {
	return []string{"version = version + 1", "version = version - 1"}
}

func (dialect) DeleteSome(table, _, condition string, limit int, args ...any) (query string, all []any) {
	return "DELETE FROM " + table + " WHERE " + condition + " LIMIT " + strconv.Itoa(limit), args
}
