package store_test

import (
	"database/sql"
	"testing"

	"quartet/store/storetest"
)

// growth says of each table who can make it grow, and what bounds it.
var growth = map[string]struct{ who, bound string }{
	"users":                     {"people who register; imports; operators", "limits by client IP and in total of open registration, codes and WeChat"},
	"user_aliases":              {"imports; the old back end; merging", "one a user of the other system; merging is limited by user"},
	"import_records":            {"imports; the old back end", "one an alias"},
	"wechat_identities":         {"people who sign in by WeChat", "one an identity; WeChat codes are limited by client IP"},
	"wechat_unions":             {"people who sign in by WeChat", "one an identity"},
	"organisations":             {"operators; imports", "who may"},
	"roles":                     {"operators; imports", "who may"},
	"organisation_aliases":      {"imports", "one an organisation of the other system"},
	"role_aliases":              {"imports", "one a role of the other system"},
	"memberships":               {"operators; imports", "one a user and organisation"},
	"membership_roles":          {"operators; imports", "one a membership and role"},
	"applications":              {"operators", "who may"},
	"application_organisations": {"operators", "one an application and organisation"},
	"application_secrets":       {"operators", "live ones are limited by application; who may"},
	"wechat_apps":               {"operators", "one an application"},
	"closed_identities":         {"erasing users", "one an alias of an erased user"},
	"sessions":                  {"users who sign in", "100 live and 1,000 past ones and 1,000 sign-ins an hour a user; past ones go after 30 days"},
	"audit_events":              {"everybody", "limits of sign-ins, changes and failures; events go after --audit-days"},
	"webhooks":                  {"operators", "limited when one is added"},
	"webhook_deliveries":        {"audit events", "one an event and webhook; old ones are given up, and finished ones go"},
	"one_time_codes":            {"people who ask for codes", "one a purpose and mobile; codes are limited by mobile, client IP and in total; expired ones go"},
	"rate_counters":             {"everybody", "one a key, of client IPs, accounts and users; expired ones go; a full client IP writes one row"},
	"wechat_codes":              {"people who sign in by WeChat", "codes are limited by client IP; expired ones go"},
	"idempotency_keys":          {"operators", "they go after a day"},
	"metadata":                  {"nobody", "names of the program"},
	"goose_db_version":          {"migrations", "one a migration"},
}

// Every table that a caller can make grow has a limit, or rows that go.
func TestEveryTableIsBounded(t *testing.T) {
	t.Parallel()
	_, path := storetest.SQLiteFile(t)
	db, err := sql.Open("sqlite", "file:"+path)
	must(t, err)
	defer db.Close()
	rows, err := db.QueryContext(t.Context(), "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
	must(t, err)
	defer rows.Close()
	found := map[string]bool{}
	for rows.Next() {
		var name string
		must(t, rows.Scan(&name))
		found[name] = true
		if growth[name].bound == "" {
			t.Errorf("who makes %s grow, and what bounds it?", name)
		}
	}
	must(t, rows.Err())
	for name := range growth {
		if !found[name] {
			t.Errorf("there is no table %s", name)
		}
	}
}
