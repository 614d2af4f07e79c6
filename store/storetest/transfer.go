package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"quartet/store"
)

var transferTests = map[string]func(*testing.T, *store.Store){
	"a snapshot does not see what is written meanwhile": snapshotStands,
	"rows come in the order of their bytes":             rowsInOrder,
	"rows that are read are rows that can be put":       rowsGoRound,
	"a row that is there is told from one that differs": rowsCompared,
	"a refused row takes no other with it":              rowsRefused,
	"no row behind a refused one is put":                rowsStopped,
	"a rehearsal leaves nothing behind":                 rowsRehearsed,
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

func rowsOf(t *testing.T, n *store.Snapshot, table store.Table) (rows [][]any) {
	t.Helper()
	check(t, n.Rows(t.Context(), table, func(row []any) error {
		rows = append(rows, slices.Clone(row))
		return nil
	}))
	return rows
}

// allRows reads a table by a snapshot of its own.
func allRows(t *testing.T, s *store.Store, table store.Table) [][]any {
	t.Helper()
	n := must(s.Snapshot(t.Context()))(t)
	rows := rowsOf(t, n, table)
	check(t, n.Close())
	return rows
}

func snapshotStands(t *testing.T, s *store.Store) {
	addPerson(t, s, 1)
	users := tableNamed(t, "users")
	n := must(s.Snapshot(t.Context()))(t)
	defer n.Close()
	same(t, must(n.Count(t.Context(), users))(t), int64(1))
	addPerson(t, s, 2)
	must(PutMetadataIfAbsent(t.Context(), s, "later", "yes"))(t)
	same(t, len(rowsOf(t, n, users)), 1)
	same(t, must(n.Metadata(t.Context()))(t), map[string]string{})
	same(t, len(allRows(t, s, users)), 2)
}

func roleRow(id int64, code string) []any { return []any{id, code, "班主任", int64(noon), nil} }

func rowsInOrder(t *testing.T, s *store.Store) {
	addPerson(t, s, 1)
	ordered := []string{"B", "Z", "_a", "a", "a b", "ab", "b", "é", "中", "国", "🐱"}
	slices.Sort(ordered) // Go compares bytes
	for _, i := range []int{7, 3, 0, 10, 5, 2, 9, 1, 8, 4, 6} {
		AddAlias(t, s, "jpress", ordered[i], 1)
	}
	var found []string
	for _, row := range allRows(t, s, tableNamed(t, "user_aliases")) {
		found = append(found, row[1].(string))
	}
	same(t, found, ordered)
}

func rowsGoRound(t *testing.T, s *store.Store) {
	full := person(1)
	full.Username, full.UsernameKey, full.Gender, full.AlumniCard = new("Wang.Lan"), new("wang.lan"), 2, true
	full.DisabledAt, full.CompanyType, full.Remark = new(noon), new(int64(1)<<53+1), "\"引号\"\n\\ \u2028 🐱"
	check(t, InsertUser(t.Context(), s, full))
	users := tableNamed(t, "users")
	row := allRows(t, s, users)[0]
	twin := full
	twin.ID, twin.GUID, twin.UsernameKey = 2, "another", new("other")
	row[0], row[1], row[3] = twin.ID, string(twin.GUID), *twin.UsernameKey
	same(t, must(s.PutRows(t.Context(), users, [][]any{row}, true))(t), []store.RowOutcome{{Added: true}})
	same(t, must(s.UserByID(t.Context(), 2))(t), twin)
	same(t, allRows(t, s, users)[1], row)
}

func rowsCompared(t *testing.T, s *store.Store) {
	roles := tableNamed(t, "roles")
	must(s.PutRows(t.Context(), roles, [][]any{roleRow(1, "a"), roleRow(2, "b")}, false))(t)
	outcomes := must(s.PutRows(t.Context(), roles, [][]any{roleRow(1, "a"), roleRow(2, "other"), roleRow(3, "c")}, false))(t)
	same(t, len(outcomes), 3)
	same(t, outcomes[0], store.RowOutcome{Present: true})
	same(t, outcomes[1].Column, "code")
	same(t, outcomes[2], store.RowOutcome{Added: true})
	same(t, allRows(t, s, roles), [][]any{roleRow(1, "a"), roleRow(2, "b"), roleRow(3, "c")})
}

func rowsRefused(t *testing.T, s *store.Store) {
	roles := tableNamed(t, "roles")
	outcomes := must(s.PutRows(t.Context(), roles,
		[][]any{roleRow(1, "a"), roleRow(2, "a"), {int64(3), nil, "班主任", int64(noon), nil}, roleRow(4, "d")}, false))(t)
	same(t, outcomes[0], store.RowOutcome{Added: true})
	same(t, outcomes[1].Column, "code")
	same(t, outcomes[2].Added || outcomes[2].Present || outcomes[2].Reason == "", false)
	same(t, outcomes[3], store.RowOutcome{Added: true})
	same(t, allRows(t, s, roles), [][]any{roleRow(1, "a"), roleRow(4, "d")})

	dangling := must(s.PutRows(t.Context(), tableNamed(t, "user_aliases"), [][]any{{"jpress", "7", int64(7)}}, false))(t)
	same(t, dangling[0], store.RowOutcome{Reason: "it refers to a row that is not there"})
}

func rowsStopped(t *testing.T, s *store.Store) {
	roles := tableNamed(t, "roles")
	outcomes := must(s.PutRows(t.Context(), roles, [][]any{roleRow(1, "a"), roleRow(2, "a"), roleRow(3, "c")}, true))(t)
	same(t, len(outcomes), 2)
	same(t, allRows(t, s, roles), [][]any{roleRow(1, "a")})
}

func rowsRehearsed(t *testing.T, s *store.Store) {
	addPerson(t, s, 1)
	roles, aliases := tableNamed(t, "roles"), tableNamed(t, "user_aliases")
	ended := errors.New("ended")
	err := s.DryRun(t.Context(), func(put store.RowInserter) error {
		for i := range int64(3) {
			rows := [][]any{roleRow(i, fmt.Sprint(i)), roleRow(i, "differs")}
			outcomes, err := put(context.WithoutCancel(t.Context()), roles, rows, false)
			check(t, err)
			same(t, []bool{outcomes[0].Added, outcomes[1].Added}, []bool{true, false})
		}
		outcomes, err := put(t.Context(), aliases, [][]any{{"jpress", "1", int64(1)}}, false)
		check(t, err)
		same(t, outcomes[0].Added, true)
		return ended
	})
	same(t, errors.Is(err, ended), true)
	same(t, len(allRows(t, s, roles)), 0)
	same(t, len(allRows(t, s, aliases)), 0)
}
