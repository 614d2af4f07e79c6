package dump_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"quartet/store"
	"quartet/store/dump"
	"quartet/store/storetest"
)

// roles writes a file of so many roles; change may alter one before it is written.
func roles(t *testing.T, count int64, change func(row []any)) *bytes.Reader {
	t.Helper()
	var out bytes.Buffer
	w, err := dump.NewWriter(&out, newest(t), map[string]string{"purpose": "test"})
	must(t, err)
	table := tableNamed(t, "roles")
	for id := range count {
		row := []any{id + 1, fmt.Sprint("code-", id+1), "班主任", int64(0), nil, int64(0), false}
		if change != nil {
			change(row)
		}
		must(t, w.Row(table, row))
	}
	must(t, w.Close())
	return bytes.NewReader(out.Bytes())
}

func tableNamed(t *testing.T, name string) store.Table {
	t.Helper()
	for _, table := range store.Tables() {
		if table.Name == name {
			return table
		}
	}
	t.Fatalf("there is no table %s", name)
	return store.Table{}
}

func newest(t *testing.T) int64 {
	t.Helper()
	_, newest, err := storetest.SQLite(t).MigrationStatus(t.Context())
	must(t, err)
	return newest
}

func imported(t *testing.T, ctx context.Context, database *store.Store, file *bytes.Reader, progress dump.Progress) error {
	t.Helper()
	_, err := file.Seek(0, 0)
	must(t, err)
	checked, err := dump.Check(file)
	must(t, err)
	return dump.Import(ctx, database, file, checked, progress)
}

func wantText(t *testing.T, err error, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%q is missing in: %v", part, err)
		}
	}
}

func rolesIn(t *testing.T, database *store.Store) int64 {
	t.Helper()
	snapshot, err := database.Snapshot(t.Context())
	must(t, err)
	defer snapshot.Close()
	rows, err := snapshot.Count(t.Context(), tableNamed(t, "roles"))
	must(t, err)
	return rows
}

func silent(int64, int64) {}

// eachEngine runs a test on every engine, with a migrated database.
func eachEngine(t *testing.T, test func(*testing.T, *store.Store)) {
	t.Parallel()
	for name, open := range map[string]func(testing.TB) *store.Store{
		store.SQLite: storetest.SQLite, store.Postgres: storetest.Postgres, store.MySQL: storetest.MySQL,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t))
		})
	}
}

func TestAnInterruptedImportResumesWithTheSameFileOnly(t *testing.T) {
	eachEngine(t, func(t *testing.T, database *store.Store) {
		const count = 3500
		file, other := roles(t, count, nil), roles(t, 2, nil)
		ctx, stop := context.WithCancel(t.Context())
		err := imported(t, ctx, database, file, func(done, _ int64) {
			if done == 2000 {
				stop()
			}
		})
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("got %v", err)
		}
		if rows := rolesIn(t, database); rows != 2000 {
			t.Errorf("%d rows are there", rows)
		}
		wantText(t, dump.CheckComplete(t.Context(), database), "unfinished import, 2000 of 3500 rows", "same file")
		wantText(t, imported(t, t.Context(), database, other, silent), "unfinished import of another file")
		must(t, imported(t, t.Context(), database, file, silent))
		must(t, dump.CheckComplete(t.Context(), database))
		if rows := rolesIn(t, database); rows != count {
			t.Errorf("%d rows are there in the end", rows)
		}
		if value, err := database.Metadata(t.Context(), "purpose"); value != "test" || err != nil {
			t.Errorf("the metadata are %q, %v", value, err)
		}
		wantText(t, imported(t, t.Context(), database, file, silent), "the table roles has 3500 rows", "empty database")
	})
}

func TestARowThatBreaksARuleEndsTheImport(t *testing.T) {
	eachEngine(t, func(t *testing.T, database *store.Store) {
		file := roles(t, 1500, func(row []any) {
			if row[0] == int64(1200) {
				row[1] = "code-7"
			}
		})
		err := imported(t, t.Context(), database, file, silent)
		if want := (dump.RowError{Line: 1201, Column: "roles.code", Reason: "another row has the same value"}); !errors.Is(err, want) {
			t.Errorf("got %v", err)
		}
		wantText(t, dump.CheckComplete(t.Context(), database), "1000 of 1500 rows")
	})
}

func TestAUsedDatabaseIsNotImportedInto(t *testing.T) {
	eachEngine(t, func(t *testing.T, database *store.Store) {
		must(t, database.InTx(t.Context(), func(tx store.Tx) error {
			return tx.ReplaceMetadata(t.Context(), "keys", "", "sealed")
		}))
		wantText(t, imported(t, t.Context(), database, roles(t, 1, nil), silent), "the table metadata has 1 rows")
		must(t, dump.CheckComplete(t.Context(), database))
	})
}

// Two imports of one file at once insert no row twice.
func TestImportsAtTheSameTimeDoNotMix(t *testing.T) {
	eachEngine(t, func(t *testing.T, database *store.Store) {
		file := roles(t, 2500, nil)
		var inner error
		err := imported(t, t.Context(), database, file, func(done, _ int64) {
			if done == 1000 {
				second := roles(t, 2500, nil)
				inner = imported(t, t.Context(), database, second, silent)
			}
		})
		must(t, inner)
		wantText(t, err, "at the same time")
		must(t, dump.CheckComplete(t.Context(), database))
		if rows := rolesIn(t, database); rows != 2500 {
			t.Errorf("%d rows are there", rows)
		}
	})
}

func TestVersionsThatCannotBeImportedAreRefused(t *testing.T) {
	t.Parallel()
	database := storetest.SQLite(t)
	for _, migration := range []int64{store.MinDumpVersion - 1, newest(t) + 1} {
		var out bytes.Buffer
		w, err := dump.NewWriter(&out, migration, nil)
		must(t, errors.Join(err, w.Close()))
		wantText(t, imported(t, t.Context(), database, bytes.NewReader(out.Bytes()), silent), fmt.Sprintf("the file's tables are at version %d", migration))
	}
}
