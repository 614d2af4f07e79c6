package store

import (
	"database/sql/driver"
	"fmt"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"

	"quartet/store/internal/engine"
)

// Every table gets some rows, each odd in its own way. In the other ways it is
// ordinary: what can be null is not.
const (
	withNulls  = 2 // wherever they are allowed
	withOddity = 3 // texts that only look like hashes and GUIDs
	rowsEach   = 4
)

// invented says what the row n of a table has in a column.
func inventedValue(table string, c Column, n int64) any {
	switch {
	case table == "applications" && c.Name == "id", c.Name == "application_id":
		return fmt.Sprint("app-", n)
	case c.Name == "id", c.Name == "user_id", c.Name == "organisation_id", c.Name == "role_id":
		return n
	case c.Nullable && n == withNulls:
		return nil
	case c.form == digest:
		return digestNo(c.Name, n)
	case c.form == guid:
		return guidNo(n)
	case c.Kind == Text:
		return fmt.Sprintf("%s 雨 %d", c.Name, n)
	case c.Kind == Boolean:
		return n%2 == 0
	case c.Bits == 32:
		return n - 2
	default:
		return n<<53 + int64(len(c.Name))
	}
}

func digestNo(column string, n int64) string {
	text := fmt.Sprintf("%x%063x", len(column), n)
	if n == withOddity {
		return strings.ToUpper(text[:63]) + "F"
	}
	return text
}

func guidNo(n int64) string {
	if n == withOddity {
		return "00000000-00004000-8000-0000-00000000"
	}
	return fmt.Sprintf("00000000-0000-4000-8000-%012x", n)
}

// fleeting are the tables whose rows do not travel, and yet must survive.
var fleeting = []Table{
	{Name: "one_time_codes", Key: []string{"purpose", "mobile_index"}, Columns: columns("purpose", "mobile_index", "code_mac", "!active", "#attempts", "#created_at", "#expires_at")},
	{Name: "rate_counters", Key: []string{"key"}, Columns: columns("key", "#window_start", "#count", "#expires_at")},
	{Name: "wechat_codes", Key: []string{"code_hash"}, Columns: columns("code_hash", "identity_sealed", "#expires_at")},
	{Name: "metadata", Key: []string{"name"}, Columns: columns("name", "value")},
}

// columns are texts, or with # integers and with ! booleans.
func columns(names ...string) (made []Column) {
	for _, name := range names {
		c := Column{Name: strings.TrimLeft(name, "#!"), Kind: Text}
		switch name[0] {
		case '#':
			c.Kind, c.Bits = Integer, 64
		case '!':
			c.Kind = Boolean
		}
		made = append(made, c)
	}
	return made
}

func everyTable() []Table { return append(append([]Table{}, Tables()...), fleeting...) }

// newNames says what tables and columns of versions 4 and 5 are called since.
var newNames = strings.NewReplacer("wechat_exchanges", "wechat_codes", "marks", "metadata",
	"sessions.style", "sessions.dialect", "sessions.address", "sessions.client_ip",
	"audit_events.style", "audit_events.dialect", "audit_events.address", "audit_events.client_ip")

// since7 are the tables and columns that version 7 and later ones add.
var since7 = []string{"application_secrets", "sessions.access_used_at", "wechat_apps", "import_records", "organisation_aliases", "role_aliases",
	"users.closing_at", "users_closing_at", "users users_closing_at", "closed_identities",
	"organisations.version", "roles.version", "applications.version", "roles.administers", "idempotency_keys",
	"users_role", "users users_role", "users_disabled", "users users_disabled", "memberships memberships_organisation_id",
	"webhooks", "webhook_deliveries", "one_time_codes.asker", "one_time_codes.attempts_of_others"}

// tablesBefore7 are everyTable without those.
func tablesBefore7() []Table {
	before := slices.DeleteFunc(everyTable(), func(table Table) bool { return slices.Contains(since7, table.Name) })
	for i, table := range before {
		before[i].Columns = slices.DeleteFunc(slices.Clone(table.Columns), func(c Column) bool {
			return slices.Contains(since7, table.Name+"."+c.Name)
		})
	}
	return before
}

// everyOldTable is the tables of versions 4 and 5 under their names.
func everyOldTable() (old []Table) {
	for _, table := range tablesBefore7() {
		table.Columns = slices.Clone(table.Columns)
		switch table.Name {
		case "wechat_codes":
			table.Name = "wechat_exchanges"
		case "metadata":
			table.Name = "marks"
		case "sessions", "audit_events":
			for i := range table.Columns {
				switch table.Columns[i].Name {
				case "dialect":
					table.Columns[i].Name = "style"
				case "client_ip":
					table.Columns[i].Name = "address"
				}
			}
		}
		old = append(old, table)
	}
	return old
}

// fillAll writes texts as texts, as the programs of old tables did.
func fillAll(t *testing.T, s *Store) {
	t.Helper()
	for _, table := range everyOldTable() {
		for n := int64(1); n <= rowsEach; n++ {
			var row []any
			for _, column := range table.Columns {
				row = append(row, inventedValue(table.Name, column, n))
			}
			query := "INSERT INTO " + table.Name + " (" + strings.Join(table.names(), ", ") + ") VALUES (?" + strings.Repeat(", ?", len(row)-1) + ")"
			if _, err := s.writer().Exec(s.writer().Rebind(query), row...); err != nil {
				t.Fatal(table.Name, err)
			}
		}
	}
}

// allFacts reads every value of these tables.
func allFacts(t *testing.T, s *Store, tables []Table) map[string][]string {
	t.Helper()
	snapshot, err := s.Snapshot(t.Context())
	noError(t, err)
	defer func() { noError(t, snapshot.Close()) }()
	all := map[string][]string{}
	for _, table := range tables {
		name := newNames.Replace(table.Name)
		noError(t, snapshot.Rows(t.Context(), table, func(row []any) error {
			if row[0] != compatibleEntry { // each Migrate writes it
				all[name] = append(all[name], fmt.Sprintf("%#v", row))
			}
			return nil
		}))
		if len(all[name]) != rowsEach {
			t.Fatalf("%d rows of %s", len(all[name]), name)
		}
	}
	return all
}

// demands are what SQLite's tables ask of their rows: foreign keys, what must
// not be null, primary keys and indexes. An index's own column that is the key
// is left out: it is there without being named. So is the condition of the two
// indexes that only leave out what is NULL.
func demands(t *testing.T, s *Store) (all []string) {
	t.Helper()
	if s.Engine() != SQLite {
		return nil
	}
	for _, query := range []string{
		`SELECT m.name || '.' || f."from" || ' -> ' || f."table" || '.' || f."to" || ' ' || f.on_delete
			FROM sqlite_schema m JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table'`,
		`SELECT m.name || '.' || c.name || ' ' || c."notnull" || ' ' || c.pk
			FROM sqlite_schema m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'`,
		`SELECT m.name || ' ' || i.name || ' ' || i."unique" || ' ' ||
				COALESCE((SELECT group_concat(c.name) FROM pragma_index_info(i.name) c WHERE c.name <> 'id'), '')
			FROM sqlite_schema m JOIN pragma_index_list(m.name) i WHERE m.type = 'table' AND i.origin = 'c'`,
		`SELECT name || substr(sql, instr(sql, ' WHERE ')) FROM sqlite_schema WHERE type = 'index' AND sql LIKE '% WHERE %'
			AND name NOT IN ('users_username_key', 'users_email_key')`,
	} {
		var found []string
		noError(t, s.reader().Select(&found, query))
		if len(found) == 0 {
			t.Fatal("nothing is demanded by", query)
		}
		for _, demand := range found {
			if slices.ContainsFunc(since7, func(table string) bool { return strings.HasPrefix(demand, table) }) {
				continue
			}
			all = append(all, newNames.Replace(demand))
		}
	}
	sort.Strings(all)
	return all
}

func migrateTo(t *testing.T, s *Store, version int64) {
	t.Helper()
	dialect, other := database.DialectSQLite3, Postgres
	if s.Engine() == Postgres {
		dialect, other = database.DialectPostgres, SQLite
	}
	provider, err := goose.NewProvider(dialect, s.writer().DB, engine.Migrations(), goose.WithDisableGlobalRegistry(true),
		engine.WithoutMigrationsOf(other))
	noError(t, err)
	_, err = provider.UpTo(t.Context(), version)
	noError(t, err)
}

func unmigratedSQLite(t *testing.T) *Store {
	t.Helper()
	s, err := Open(t.Context(), Options{URL: "sqlite:" + filepath.Join(t.TempDir(), "quartet.db")})
	noError(t, err)
	t.Cleanup(func() { noError(t, s.Close()) })
	return s
}

// wantPacked writes a text and reads it again, and says how many bytes it has to
// take on SQLite; 0: those of the text itself.
func wantPacked(t *testing.T, text string, bytes int, write func() (driver.Value, error), read func(any) error) {
	t.Helper()
	value, err := write()
	noError(t, err)
	packed, isPacked := value.([]byte)
	if isPacked != (bytes > 0) || len(packed) != bytes {
		t.Errorf("%q is written as %#v", text, value)
	}
	noError(t, read(value))
}
