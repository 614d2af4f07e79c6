package store

import (
	"crypto/rand"
	"os"
	"slices"
	"strings"
	"testing"
)

// declared is a column as an engine tells it.
type declared struct {
	Table string `db:"tbl"`
	Name  string `db:"col"`
	Type  string `db:"kind"`
	Null  bool   `db:"nullable"`
	Key   int    `db:"place"` // in the primary key, from 1; 0 is outside
}

const (
	declaredInSQLite = `SELECT m.name AS tbl, c.name AS col, c.type AS kind, NOT c."notnull" AS nullable, c.pk AS place
		FROM sqlite_schema m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'
		ORDER BY m.name, c.cid`
	declaredInPostgres = `SELECT c.table_name AS tbl, c.column_name AS col, c.data_type AS kind, c.is_nullable = 'YES' AS nullable,
			COALESCE(k.ordinal_position, 0) AS place
		FROM information_schema.columns c
		LEFT JOIN (information_schema.key_column_usage k JOIN information_schema.table_constraints p
				ON p.constraint_type = 'PRIMARY KEY' AND p.constraint_name = k.constraint_name AND p.table_schema = k.table_schema)
			ON k.table_schema = c.table_schema AND k.table_name = c.table_name AND k.column_name = c.column_name
		WHERE c.table_schema = current_schema() ORDER BY c.table_name, c.ordinal_position`
	// What is generated is not a fact.
	declaredInMySQL = `SELECT c.table_name AS tbl, c.column_name AS col, c.data_type AS kind, c.is_nullable = 'YES' AS nullable,
			COALESCE(k.ordinal_position, 0) AS place
		FROM information_schema.columns c
		LEFT JOIN information_schema.key_column_usage k ON k.constraint_name = 'PRIMARY'
			AND k.table_schema = c.table_schema AND k.table_name = c.table_name AND k.column_name = c.column_name
		WHERE c.table_schema = DATABASE() AND c.extra NOT LIKE '%GENERATED%' ORDER BY c.table_name, c.ordinal_position`
)

// Whoever adds a table or a column decides whether it travels.
func TestTablesAreThoseOfTheMigrations(t *testing.T) {
	t.Parallel()
	t.Run(SQLite, func(t *testing.T) {
		t.Parallel()
		compareTables(t, newSQLite(t), declaredInSQLite)
	})
	t.Run(Postgres, func(t *testing.T) {
		t.Parallel()
		compareTables(t, newPostgres(t), declaredInPostgres)
	})
	t.Run(MySQL, func(t *testing.T) {
		t.Parallel()
		compareTables(t, newMySQL(t), declaredInMySQL)
	})
}

// newMySQL migrates a database of the test's own.
func newMySQL(t *testing.T) *Store {
	t.Helper()
	server := os.Getenv("QUARTET_TEST_MYSQL")
	if server == "" {
		t.Skip("to run this, set QUARTET_TEST_MYSQL to a URL such as mysql://root@127.0.0.1:3306/mysql")
	}
	admin, err := Open(t.Context(), Options{URL: server})
	if err != nil {
		t.Fatal(err)
	}
	name := "quartet_" + strings.ToLower(rand.Text())
	if _, err := admin.writer().Exec("CREATE DATABASE " + name); err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), Options{URL: server[:strings.LastIndexByte(server, '/')] + "/" + name})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := admin.writer().Exec("DROP DATABASE " + name); err != nil {
			t.Error(err)
		}
		s.Close()
		admin.Close()
	})
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

// newPostgres migrates a schema of the test's own. storetest cannot help: it
// imports this package.
func newPostgres(t *testing.T) *Store {
	t.Helper()
	s := unmigratedPostgres(t)
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

func unmigratedPostgres(t *testing.T) *Store {
	t.Helper()
	url := os.Getenv("QUARTET_TEST_POSTGRES")
	if url == "" {
		t.Skip("to run this, set QUARTET_TEST_POSTGRES to a URL such as postgres://postgres@127.0.0.1:5432/postgres")
	}
	admin, err := Open(t.Context(), Options{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close()
	schema := "quartet_" + strings.ToLower(rand.Text())
	if _, err := admin.writer().Exec("CREATE SCHEMA " + schema); err != nil {
		t.Fatal(err)
	}
	separator := "?"
	if strings.Contains(url, "?") {
		separator = "&"
	}
	s, err := Open(t.Context(), Options{URL: url + separator + "search_path=" + schema})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := s.writer().Exec("DROP SCHEMA " + schema + " CASCADE"); err != nil {
			t.Error(err)
		}
		s.Close()
	})
	return s
}

// onEachUnmigrated runs a test on each engine, on a store without tables.
func onEachUnmigrated(t *testing.T, run func(*testing.T, *Store)) {
	t.Helper()
	for engine, open := range map[string]func(*testing.T) *Store{SQLite: unmigratedSQLite, Postgres: unmigratedPostgres} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			run(t, open(t))
		})
	}
}

// What an older program has exported fits the tables of this one, under new names.
func TestOldestDumpVersion(t *testing.T) {
	t.Parallel()
	onEachUnmigrated(t, func(t *testing.T, s *Store) {
		migrateTo(t, s, MinDumpVersion)
		compareTables(t, s, map[string]string{SQLite: declaredInSQLite, Postgres: declaredInPostgres}[s.Engine()], since7...)
	})
}

// compareTables compares the tables of a database with the exported ones, except those
// that it does not have yet.
func compareTables(t *testing.T, s *Store, query string, except ...string) {
	t.Helper()
	var all []declared
	if err := s.reader().Select(&all, query); err != nil {
		t.Fatal(err)
	}
	found := map[string]Table{}
	for _, column := range all {
		column.Name = strings.TrimPrefix(newNames.Replace(column.Table+"."+column.Name), newNames.Replace(column.Table)+".")
		column.Table = newNames.Replace(column.Table)
		if slices.Contains(notExported, column.Table) {
			continue
		}
		table := found[column.Table]
		table.Name = column.Table
		table.Columns = append(table.Columns, column.column(t))
		if column.Key > 0 {
			table.Key = append(table.Key, column.Name)
		}
		found[column.Table] = table
	}
	for _, listed := range Tables() {
		if slices.Contains(except, listed.Name) {
			continue
		}
		listed.Columns = slices.DeleteFunc(slices.Clone(listed.Columns), func(c Column) bool {
			return slices.Contains(except, listed.Name+"."+c.Name)
		})
		have := found[listed.Name]
		if !slices.EqualFunc(listed.Columns, have.Columns, sameColumn) {
			t.Errorf("%s has the columns\n%v and the list says\n%v", listed.Name, have.Columns, listed.Columns)
		}
		if !slices.Equal(listed.Key, have.Key) {
			t.Errorf("%s has the key %v, and the list says %v", listed.Name, have.Key, listed.Key)
		}
		delete(found, listed.Name)
	}
	for name := range found {
		t.Errorf("nobody says whether the table %s travels", name)
	}
}

// sameColumn compares what is listed with what is declared. A text is declared as
// one, or as the bytes that it can be.
func sameColumn(listed, have Column) bool {
	if have.form == plain {
		listed.form = plain
	} else if listed.form != plain {
		have.form = listed.form
	}
	return listed == have
}

func (d declared) column(t *testing.T) Column {
	t.Helper()
	c := Column{Name: d.Name, Nullable: d.Null}
	switch strings.ToLower(d.Type) {
	case "text", "varchar", "varbinary":
		c.Kind = Text
	case "bigint":
		c.Kind, c.Bits = Integer, 64
	case "blob":
		c.Kind, c.form = Text, digest
	case "integer", "int":
		c.Kind, c.Bits = Integer, 32
		if d.Key > 0 { // on SQLite the place of the row
			c.Bits = 64
		}
	case "boolean", "tinyint":
		c.Kind = Boolean
	default:
		t.Errorf("%s.%s is of the unknown type %s", d.Table, d.Name, d.Type)
	}
	return c
}

// Of a session that was refreshed and seen later, the newest token counts as used.
func TestTokensUsedBeforeThatWasStored(t *testing.T) {
	t.Parallel()
	onEachUnmigrated(t, func(t *testing.T, s *Store) {
		migrateTo(t, s, beforeCompact)
		fillAll(t, s) // the second was never refreshed
		migrateTo(t, s, 7)
		if _, err := s.writer().Exec("UPDATE sessions SET rotated_at = last_seen_at WHERE id = 3"); err != nil {
			t.Fatal(err)
		}
		noError(t, s.Migrate(t.Context()))
		var used []int64
		noError(t, s.reader().Select(&used, "SELECT id FROM sessions WHERE access_used_at = last_seen_at ORDER BY id"))
		if !slices.Equal(used, []int64{1, 4}) {
			t.Errorf("used are those of %v", used)
		}
	})
}
