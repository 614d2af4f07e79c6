package storetest

import (
	"context"
	"sync"
	"testing"

	"quartet/store"
)

// setMembership is store.Tx.SetMembership alone.
func setMembership(ctx context.Context, s *store.Store, user, organisation int64, roles ...int64) (store.MembershipChange, error) {
	return alone(ctx, s, func(w store.Tx) (store.MembershipChange, error) {
		return w.SetMembership(ctx, user, organisation, roles, noon)
	})
}

var directoryTests = map[string]func(*testing.T, *store.Store){
	"organisations and roles are paged by their codes": func(t *testing.T, s *store.Store) {
		school(t, s)
		check(t, InsertOrganisation(t.Context(), s, organisation(3, "north")))
		found := func(f store.EntryFilter, limit int) (codes []string) {
			for _, o := range must(s.FindOrganisations(t.Context(), f, limit))(t) {
				codes = append(codes, o.Code)
			}
			return codes
		}
		same(t, found(store.EntryFilter{}, 2), []string{"east", "north"})
		same(t, found(store.EntryFilter{After: "north"}, 2), []string{"west"})
		same(t, found(store.EntryFilter{IDs: []int64{1, 3, 9}}, 9), []string{"east", "north"})
		same(t, len(found(store.EntryFilter{}, -1)), 0)
		same(t, must(s.FindRoles(t.Context(), store.EntryFilter{After: "teacher"}, 9))(t), []store.Role{role(2, "warden")})
	},
	"applications are paged by their ids, with what they see": func(t *testing.T, s *store.Store) {
		school(t, s)
		for _, id := range []string{"b", "a", "c"} {
			check(t, InsertApplication(t.Context(), s, application(id)))
		}
		check(t, AddApplicationOrganisation(t.Context(), s, "a", 2))
		check(t, AddApplicationOrganisation(t.Context(), s, "a", 1))
		check(t, AddApplicationOrganisation(t.Context(), s, "b", 2))
		same(t, must(s.FindApplications(t.Context(), "", 2))(t), []store.Application{application("a"), application("b")})
		same(t, must(s.FindApplications(t.Context(), "b", 2))(t), []store.Application{application("c")})
		same(t, must(s.LinkedOrganisations(t.Context(), []string{"a", "c", "d"}))(t), map[string][]string{"a": {"east", "west"}})
		same(t, len(must(s.LinkedOrganisations(t.Context(), nil))(t)), 0)
	},
	"members are paged by their ids, with all their roles": func(t *testing.T, s *store.Store) {
		school(t, s)
		addPerson(t, s, 2)
		addPerson(t, s, 3)
		check(t, SetUserDisabled(t.Context(), s, 2, true, noon+1))
		check(t, SetRoleDisabled(t.Context(), s, "warden", true, noon+1))
		for _, id := range []int64{3, 1, 2} {
			must(setMembership(t.Context(), s, id, 1, 1, 2))(t)
		}
		must(setMembership(t.Context(), s, 3, 1))(t)
		must(setMembership(t.Context(), s, 3, 2, 1))(t)
		check(t, write(t, s, func(ctx context.Context, tx store.Tx) error { return tx.SetRoleAdministers(ctx, "warden", true) }))
		wantNotFound(t, write(t, s, func(ctx context.Context, tx store.Tx) error { return tx.SetRoleAdministers(ctx, "cook", true) }))
		disabled := role(2, "warden")
		disabled.DisabledAt, disabled.Administers = new(noon+1), true
		same(t, must(s.RoleByCode(t.Context(), "warden"))(t), disabled)
		both := []store.Role{role(1, "teacher"), disabled}
		member := func(id int64, roles []store.Role) store.Member {
			u := person(id)
			return store.Member{UserID: id, Username: u.Username, Nickname: u.Nickname, RealName: u.RealName, JoinedAt: noon, Roles: roles}
		}
		second := member(2, both)
		second.UserDisabledAt = new(noon + 1)
		same(t, must(s.FindMembers(t.Context(), 1, 0, 2))(t), []store.Member{member(1, both), second})
		same(t, must(s.FindMembers(t.Context(), 1, 2, 2))(t), []store.Member{member(3, nil)})
		same(t, len(must(s.FindMembers(t.Context(), 1, 3, 2))(t)), 0)
		same(t, len(must(s.FindMembers(t.Context(), 3, 0, 2))(t)), 0)
		same(t, must(s.JoinedMembershipsOf(t.Context(), 1))(t), []store.JoinedMembership{{Organisation: organisation(1, "east"), JoinedAt: noon, Roles: both}})
		same(t, must(s.JoinedMembershipsOf(t.Context(), 3))(t), []store.JoinedMembership{
			{Organisation: organisation(1, "east"), JoinedAt: noon},
			{Organisation: organisation(2, "west"), JoinedAt: noon, Roles: both[:1]},
		})
		same(t, len(must(s.JoinedMembershipsOf(t.Context(), 9))(t)), 0)
	},
	"the roles of a member are replaced at once": func(t *testing.T, s *store.Store) {
		school(t, s)
		check(t, InsertRole(t.Context(), s, role(3, "cook")))
		same(t, must(setMembership(t.Context(), s, 1, 1))(t), store.MembershipChange{Added: true})
		same(t, must(setMembership(t.Context(), s, 1, 1, 2, 1, 2))(t), store.MembershipChange{Gave: []int64{2, 1}})
		same(t, must(setMembership(t.Context(), s, 1, 1, 3, 2))(t), store.MembershipChange{Gave: []int64{3}, Took: []int64{1}})
		same(t, must(setMembership(t.Context(), s, 1, 1, 2, 3))(t), store.MembershipChange{})
		for _, ids := range [][3]int64{{1, 1, 4}, {1, 3, 1}, {2, 1, 1}} { // user, organisation, role
			_, err := setMembership(t.Context(), s, ids[0], ids[1], 1, ids[2])
			wantNotFound(t, err)
		}
		same(t, must(s.JoinedMembershipsOf(t.Context(), 1))(t), []store.JoinedMembership{
			{Organisation: organisation(1, "east"), JoinedAt: noon, Roles: []store.Role{role(2, "warden"), role(3, "cook")}},
		})
		same(t, must(setMembership(t.Context(), s, 1, 1))(t), store.MembershipChange{Took: []int64{2, 3}})
	},
	"of concurrent changes of a member's roles one is last": func(t *testing.T, s *store.Store) {
		school(t, s)
		for range 10 {
			var changes sync.WaitGroup
			for _, id := range []int64{1, 2} {
				changes.Go(func() { check(t, errorOf(setMembership(t.Context(), s, 1, 1, id))) })
			}
			changes.Wait()
			same(t, len(must(s.JoinedMembershipsOf(t.Context(), 1))(t)[0].Roles), 1)
		}
	},
	"events are counted by spans, kinds, dialects and ways": func(t *testing.T, s *store.Store) {
		for id, event := range []struct {
			after         store.Time
			kind, dialect string
			detail        string
		}{
			{-1, "in", "yudao", `{"way":"code"}`},
			{0, "in", "yudao", `{"way":"code"}`},
			{hour - 1, "in", "yudao", `{"application":"\"way\":\"code\"","way":"password"}`},
			{hour - 1, "in", "cas", `{"way":"code"}`},
			{hour, "in", "yudao", `{"way":"code"}`},
			{hour, "in", "yudao", `{"way":"code","x":1}`},
			{hour, "in", "yudao", `{"way":"elsewise"}`},
			{hour, "out", "yudao", `{}`},
			{hour, "other", "yudao", `{"way":"code"}`},
			{3 * hour, "in", "yudao", `{}`},
			{4 * hour, "in", "yudao", `{}`},
		} {
			row := happened(int64(id)+1, event.kind, noon+event.after)
			row.Dialect, row.Detail = event.dialect, event.detail
			check(t, InsertAudit(t.Context(), s, row))
		}
		f := store.SpanFilter{
			Since: noon, Until: noon + 4*hour, StepMillis: int64(hour), FromID: 1, BeforeID: 99,
			Kinds: []string{"in", "out"}, Ways: []string{"code", "password"},
		}
		same(t, must(s.CountSpans(t.Context(), f))(t), []store.SpanCount{
			{Span: noon, Kind: "in", Dialect: "cas", Way: "code", Events: 1},
			{Span: noon, Kind: "in", Dialect: "yudao", Way: "code", Events: 1},
			{Span: noon, Kind: "in", Dialect: "yudao", Way: "password", Events: 1},
			{Span: noon + hour, Kind: "in", Dialect: "yudao", Way: "", Events: 1},
			{Span: noon + hour, Kind: "in", Dialect: "yudao", Way: "code", Events: 2},
			{Span: noon + hour, Kind: "out", Dialect: "yudao", Way: "", Events: 1},
			{Span: noon + 3*hour, Kind: "in", Dialect: "yudao", Way: "", Events: 1},
		})
		f.Ways, f.FromID, f.BeforeID, f.StepMillis = nil, 6, 8, int64(day)
		same(t, must(s.CountSpans(t.Context(), f))(t), []store.SpanCount{{Span: noon, Kind: "in", Dialect: "yudao", Way: "", Events: 2}})
		f.Kinds = nil
		same(t, len(must(s.CountSpans(t.Context(), f))(t)), 0)
	},
}
