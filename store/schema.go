package store

import (
	"reflect"
	"slices"
	"strings"
)

// Kind is the type of a column, the same on every engine.
type Kind string

// The kinds of columns. A value is a string, an int64, a bool or nil.
const (
	Text    Kind = "text"
	Integer Kind = "integer"
	Boolean Kind = "boolean"
)

// Column is one column of a Table.
type Column struct {
	Name     string
	Kind     Kind
	Nullable bool
	Bits     int // of an Integer: 32 or 64

	form form // of a Text, inside the database
}

// form is how a text is stored: as text, or as the type of the row's field.
type form int

const (
	plain form = iota
	digest
	guid
)

// Table is a table whose rows are exported and imported.
type Table struct {
	Name    string
	Key     []string // the columns of the primary key
	Columns []Column // as the migrations declare them

	insert string // the statement that inserts a row
}

// Row types of tables that are not read as a whole elsewhere.
type (
	aliasRow struct {
		Source string `db:"source"`
		Alias  string `db:"alias"`
		UserID int64  `db:"user_id"`
	}
	importRecordRow struct {
		Source string `db:"source"`
		Alias  string `db:"alias"`
		Record string `db:"record"`
	}
	organisationAliasRow struct {
		Source         string `db:"source"`
		Alias          string `db:"alias"`
		OrganisationID int64  `db:"organisation_id"`
	}
	roleAliasRow struct {
		Source string `db:"source"`
		Alias  string `db:"alias"`
		RoleID int64  `db:"role_id"`
	}
	unionRow struct {
		UnionID string `db:"union_id"`
		UserID  int64  `db:"user_id"`
	}
	belongingRow struct {
		UserID         int64 `db:"user_id"`
		OrganisationID int64 `db:"organisation_id"`
		CreatedAt      Time  `db:"created_at"`
	}
	belongingRoleRow struct {
		UserID         int64 `db:"user_id"`
		OrganisationID int64 `db:"organisation_id"`
		RoleID         int64 `db:"role_id"`
		CreatedAt      Time  `db:"created_at"`
	}
	closedIdentityRow struct {
		Digest   Digest `db:"digest"`
		ClosedAt Time   `db:"closed_at"`
	}
	applicationOrganisationRow struct {
		ApplicationID  string `db:"application_id"`
		OrganisationID int64  `db:"organisation_id"`
	}
)

// exportedTables are the tables that are exported, each after those that it refers to.
var exportedTables = []Table{
	tableOf[User]("users", "id"),
	tableOf[aliasRow]("user_aliases", "source", "alias"),
	tableOf[importRecordRow]("import_records", "source", "alias"),
	tableOf[WeChatIdentity]("wechat_identities", "app_id", "open_id"),
	tableOf[unionRow]("wechat_unions", "union_id"),
	tableOf[Organisation]("organisations", "id"),
	tableOf[Role]("roles", "id"),
	tableOf[organisationAliasRow]("organisation_aliases", "source", "alias"),
	tableOf[roleAliasRow]("role_aliases", "source", "alias"),
	tableOf[belongingRow]("memberships", "user_id", "organisation_id"),
	tableOf[belongingRoleRow]("membership_roles", "user_id", "organisation_id", "role_id"),
	tableOf[Application]("applications", "id"),
	tableOf[applicationOrganisationRow]("application_organisations", "application_id", "organisation_id"),
	tableOf[ApplicationSecret]("application_secrets", "id"),
	tableOf[WeChatApp]("wechat_apps", "application_id"),
	tableOf[closedIdentityRow]("closed_identities", "digest"),
	tableOf[Session]("sessions", "id"),
	tableOf[AuditEvent]("audit_events", "id"),
	tableOf[Webhook]("webhooks", "id"),
	tableOf[WebhookDelivery]("webhook_deliveries", "event_id", "webhook_id"),
}

// notExported are the tables that are not exported: short-lived rows (codes, counters and
// lockouts, WeChat codes, idempotency keys), the metadata, and the migrations' own tables.
var notExported = []string{
	"one_time_codes", "rate_counters", "wechat_codes", "idempotency_keys", "metadata",
	"goose_db_version", "goose_lock",
}

// writtenTables are the tables that the methods of the store write to.
func writtenTables() (names []string) {
	for _, table := range exportedTables {
		names = append(names, table.Name)
	}
	for _, name := range notExported {
		if !strings.HasPrefix(name, "goose_") {
			names = append(names, name)
		}
	}
	return names
}

// MinDumpVersion is the oldest schema version whose dumps can be imported.
const MinDumpVersion = 4

// Tables returns the tables to export, each after those that it refers to.
func Tables() []Table { return exportedTables }

// tableOf takes the columns from a row type.
func tableOf[T any](name string, key ...string) Table {
	table := Table{Name: name, Key: key}
	for _, field := range rowMapper.TypeMap(reflect.TypeFor[T]()).Index {
		table.Columns = append(table.Columns, columnOf(field.Name, field.Field.Type))
	}
	table.insert = "INSERT INTO " + name + " (" + strings.Join(table.names(), ", ") +
		") VALUES (?" + strings.Repeat(", ?", len(table.Columns)-1) + ")"
	return table
}

var forms = map[reflect.Type]form{reflect.TypeFor[Digest](): digest, reflect.TypeFor[GUID](): guid}

func columnOf(name string, of reflect.Type) Column {
	column := Column{Name: name}
	if of.Kind() == reflect.Pointer {
		column.Nullable, of = true, of.Elem()
	}
	switch of.Kind() {
	case reflect.String:
		column.Kind, column.form = Text, forms[of]
	case reflect.Bool:
		column.Kind = Boolean
	case reflect.Int64:
		column.Kind, column.Bits = Integer, 64
	case reflect.Int: // INTEGER has 32 bits on PostgreSQL
		column.Kind, column.Bits = Integer, 32
	default:
		panic("store: no kind of column for " + of.String())
	}
	return column
}

// names lists the columns.
func (t Table) names() []string {
	names := make([]string, 0, len(t.Columns))
	for _, column := range t.Columns {
		names = append(names, column.Name)
	}
	return names
}

// Stored returns the values of a row as arguments of a statement that writes them.
func (t Table) Stored(row []any) []any {
	stored := slices.Clone(row)
	for i, column := range t.Columns {
		text, ok := row[i].(string)
		switch {
		case ok && column.form == digest:
			stored[i] = Digest(text)
		case ok && column.form == guid:
			stored[i] = GUID(text)
		}
	}
	return stored
}
