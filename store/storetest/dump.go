package storetest

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"quartet/store"
)

var dumpTests = map[string]func(*testing.T, *store.Store){
	"a snapshot does not see what is written meanwhile": snapshotStands,
	"rows come in the order of their bytes":             rowsInOrder,
	"rows that are read are rows that can be inserted":  rowsGoRound,
	"a row that breaks a rule is named":                 rowsRefused,
	"metadata is replaced only if it is as expected":    metadataReplaced,
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

func roleRow(id int64, code string) []any {
	return []any{id, code, "班主任", int64(noon), nil, int64(0), false}
}

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
	check(t, InsertRow(t.Context(), s, users, row))
	same(t, must(s.UserByID(t.Context(), 2))(t), twin)
	same(t, allRows(t, s, users)[1], row)
}

func rowsRefused(t *testing.T, s *store.Store) {
	roles := tableNamed(t, "roles")
	check(t, InsertRow(t.Context(), s, roles, roleRow(1, "a")))
	check(t, InsertRow(t.Context(), s, roles, roleRow(2, "b")))
	for name, c := range map[string]struct {
		table          string
		row            []any
		column, reason string
	}{
		"a key twice":   {"roles", roleRow(2, "c"), "id", "another row has the same value"},
		"a code twice":  {"roles", roleRow(4, "a"), "code", "another row has the same value"},
		"no code":       {"roles", []any{int64(4), nil, "班主任", int64(noon), nil, int64(0), false}, "", "the database refuses it"},
		"nobody's name": {"user_aliases", []any{"jpress", "7", int64(7)}, "", "it refers to a row that does not exist"},
	} {
		err := InsertRow(t.Context(), s, tableNamed(t, c.table), c.row)
		refused, ok := errors.AsType[store.RowRefusedError](err)
		if !ok || refused.Column != c.column || !strings.HasPrefix(refused.Reason, c.reason) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	same(t, allRows(t, s, roles), [][]any{roleRow(1, "a"), roleRow(2, "b")})
}

func metadataReplaced(t *testing.T, s *store.Store) {
	replace := func(from, to string) error {
		return s.InTx(t.Context(), func(tx store.Tx) error { return tx.ReplaceMetadata(t.Context(), "import", from, to) })
	}
	wantNotFound(t, replace("a", "b"))
	check(t, replace("", "a"))
	wantNotFound(t, replace("", "b"))
	wantNotFound(t, replace("b", "c"))
	check(t, replace("a", "b"))
	same(t, must(s.Metadata(t.Context(), "import"))(t), "b")
	wantNotFound(t, replace("a", ""))
	check(t, replace("b", ""))
	_, err := s.Metadata(t.Context(), "import")
	wantNotFound(t, err)
}
