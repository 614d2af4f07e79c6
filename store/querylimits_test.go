package store_test

import (
	"regexp"
	"strings"
	"testing"

	"quartet/store"
)

// unlimited are the endings of queries that need no LIMIT, and why.
var unlimited = map[string]string{
	"WHERE id = ?":             "one by its key",
	"WHERE s.id = ?":           "one by its key",
	"WHERE o.code = ?":         "one by its key",
	"WHERE code = ?":           "one by its key",
	"WHERE name = ?":           "one by its key",
	"WHERE digest = ?":         "one by its key",
	"WHERE username_key = ?":   "one by its key",
	"WHERE email_key = ?":      "one by its key",
	"WHERE s.refresh_hash = ?": "one by its key",
	"mobile_index = ? AND mobile_verified_at IS NOT NULL":          "one by its key",
	"WHERE w.application_id = ? AND a.disabled_at IS NULL":         "one by its key",
	"WHERE code_hash = ? AND expires_at > ?":                       "one by its key",
	"rate_counters.key = ? AND expires_at > ? AND expires_at <= ?": "one by its key",
	"count >= ? AND expires_at > ? AND expires_at <= ?":            "one by its key",
	"WHERE w.id = d.webhook_id)":                                   "one by its key, or a page",
	"IN (…)":                                                       "as many as were asked for",
	"WHERE 1 = 0":                                                  "none",
	"a.disabled_at IS NULL ORDER BY s.id":                          "live secrets of an application, which are limited when one is added",
	"FROM webhooks WHERE disabled_at IS NULL ORDER BY id":          "webhooks, which are limited when one is added",
	"closing_at IS NULL ORDER BY id":                               "super administrators: all are locked so that one stays",
	"AND id >= ? AND id < ? AND at >= ? AND at < ?":                "rows that are counted as they are read, and not kept",
}

var manyMarks = regexp.MustCompile(`IN \(\?(, \?)*\)`)

// checkBounded fails for a query of the store that can read any number of rows.
func checkBounded(t *testing.T, queries *store.Queries) {
	t.Helper()
	for _, text := range queries.Texts() {
		text = manyMarks.ReplaceAllString(text, "IN (…)")
		if strings.Contains(text, " LIMIT ") || strings.HasPrefix(text, "SELECT COUNT(*) ") {
			continue
		}
		bounded := false
		for ending := range unlimited {
			bounded = bounded || strings.HasSuffix(text, ending)
		}
		if !bounded {
			t.Errorf("this has no LIMIT: %s", text)
		}
	}
}
