package store

import (
	"reflect"
	"testing"

	"github.com/jmoiron/sqlx"
)

func TestNamedColumnsAreBoundAlike(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		query string
		row   any
	}{
		{insertUser, named(1)}, {putUser, named(2)}, {registerByMobile, named(3)},
		{insertSession, Session{ID: 1, AccessHash: new(Digest("hash"))}}, {putSession, &Session{ID: 2}},
		{linkIdentity, WeChatIdentity{UnionID: new("union")}}, {insertAudit, AuditEvent{ID: 1, Kind: "kind"}},
		{insertAliases, []aliasRow{{"source", "one", 1}, {"source", "two", 2}}},
	} {
		query, args, err := sqlx.Named(c.query, c.row)
		if err != nil {
			t.Fatal(err)
		}
		for _, when := range []string{"first", "again"} {
			gotQuery, gotArgs, err := bind(c.query, c.row)
			if err != nil || gotQuery != query || !reflect.DeepEqual(gotArgs, args) {
				t.Errorf("%s: %s\n%v, want\n%s\n%v (%v)", when, gotQuery, gotArgs, query, args, err)
			}
		}
	}
	if _, _, err := bind("INSERT INTO users (id) VALUES (:nothing)", named(1)); err == nil {
		t.Error("a column that no row has is bound")
	}
}
