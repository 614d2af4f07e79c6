package storetest

import (
	"reflect"
	"testing"

	"quartet/store"
)

var auditTests = map[string]func(*testing.T, *store.Store){
	"every field of an audit event is kept": func(t *testing.T, s *store.Store) {
		var full store.AuditEvent
		fill(reflect.ValueOf(&full).Elem())
		check(t, InsertAudit(t.Context(), s, full))
		bare := store.AuditEvent{ID: full.ID + 1, At: noon, Kind: "bare"}
		check(t, InsertAudit(t.Context(), s, bare))
		same(t, must(s.ListAudit(t.Context(), store.AuditFilter{Limit: 9}))(t), []store.AuditEvent{full, bare})
	},
	"of several audit events all are added or none": func(t *testing.T, s *store.Store) {
		check(t, InsertAudit(t.Context(), s, happened(1, "a", 0), happened(2, "a", 0)))
		wantConflict(t, InsertAudit(t.Context(), s, happened(3, "a", 0), happened(2, "a", 0)), "id")
		wantConflict(t, InsertAudit(t.Context(), s, happened(2, "a", 0)), "id")
		check(t, InsertAudit(t.Context(), s))
		same(t, listed(t, s, store.AuditFilter{Limit: 9}), []int64{1, 2})
	},
	"audit events are listed as asked for": func(t *testing.T, s *store.Store) {
		kinds := []string{"a", "b", "c"}
		for id := int64(1); id <= 9; id++ { // subject 1 to 2, kind a to c, a second apart
			event := happened(id, kinds[id%3], noon+store.Time(id)*second)
			event.SubjectID = new(id%2 + 1)
			check(t, InsertAudit(t.Context(), s, event))
		}
		for name, c := range map[string]struct {
			filter store.AuditFilter
			want   []int64
		}{
			"all":          {store.AuditFilter{Limit: 100}, []int64{1, 2, 3, 4, 5, 6, 7, 8, 9}},
			"oldest":       {store.AuditFilter{Limit: 2}, []int64{1, 2}},
			"newest":       {store.AuditFilter{Limit: 2, Newest: true}, []int64{8, 9}},
			"none":         {store.AuditFilter{}, nil},
			"fewer":        {store.AuditFilter{Limit: -1}, nil},
			"since":        {store.AuditFilter{Limit: 9, Since: noon + 8*second}, []int64{8, 9}},
			"until":        {store.AuditFilter{Limit: 9, Until: noon + 3*second}, []int64{1, 2}},
			"kind":         {store.AuditFilter{Limit: 9, Kinds: []string{"b"}}, []int64{1, 4, 7}},
			"kinds":        {store.AuditFilter{Limit: 9, Kinds: []string{"b", "c", "d"}}, []int64{1, 2, 4, 5, 7, 8}},
			"unknown kind": {store.AuditFilter{Limit: 9, Kinds: []string{"d"}}, nil},
			"subject":      {store.AuditFilter{Limit: 9, Subject: new(int64(1))}, []int64{2, 4, 6, 8}},
			"after":        {store.AuditFilter{Limit: 2, AfterID: 5}, []int64{6, 7}},
			"at once": {store.AuditFilter{
				Limit: 1, Since: noon + 2*second, Until: noon + 9*second, Kinds: []string{"b", "c"},
				Subject: new(int64(1)), AfterID: 2, Newest: true,
			}, []int64{8}},
		} {
			t.Log(name)
			same(t, listed(t, s, c.filter), c.want)
			c.filter.Limit = 9
			same(t, must(s.CountAudit(t.Context(), c.filter))(t), int64(len(listed(t, s, c.filter))))
		}
	},
	"audit events from before a moment are purged": func(t *testing.T, s *store.Store) {
		const old = 1100 // more than are deleted at once
		var events []store.AuditEvent
		for id := int64(1); id <= old; id++ {
			events = append(events, happened(id, "a", noon-1))
		}
		check(t, InsertAudit(t.Context(), s, append(events, happened(old+1, "a", noon))...))
		same(t, must(s.PurgeAudit(t.Context(), noon))(t), int64(old))
		same(t, must(s.PurgeAudit(t.Context(), noon))(t), int64(0))
		same(t, listed(t, s, store.AuditFilter{Limit: 9}), []int64{old + 1})
	},
	"audit events outlive what they are about": func(t *testing.T, s *store.Store) {
		event := happened(1, "a", noon)
		event.SubjectID, event.ActorID, event.SessionID = new(int64(404)), new(int64(404)), new(int64(404))
		check(t, InsertAudit(t.Context(), s, event))
	},
}

func happened(id int64, kind string, at store.Time) store.AuditEvent {
	return store.AuditEvent{ID: id, At: at, Kind: kind, Dialect: "yudao", ClientIP: "192.0.2.1", Detail: "{}"}
}

// listed gives the ids of the events that a filter finds.
func listed(t *testing.T, s *store.Store, f store.AuditFilter) (ids []int64) {
	t.Helper()
	for _, event := range must(s.ListAudit(t.Context(), f))(t) {
		ids = append(ids, event.ID)
	}
	return ids
}
