package storetest

import (
	"context"
	"testing"

	"quartet/store"
)

// write runs do in a transaction of its own.
func write(t *testing.T, s *store.Store, do func(context.Context, store.Tx) error) error {
	t.Helper()
	return s.InTx(t.Context(), func(tx store.Tx) error { return do(t.Context(), tx) })
}

// administrationTests are about what operators do on the command line.
var administrationTests = map[string]func(*testing.T, *store.Store){
	"users are found by what is known of them": func(t *testing.T, s *store.Store) {
		li, wang, plain := person(10), person(20), person(30)
		li.Username, li.UsernameKey, li.RealName = new("Li.Wei"), new("li.wei"), "李伟"
		li.MobileIndex = new(store.Digest("index"))
		wang.Email, wang.EmailKey, wang.Nickname = new("Wang_1@example.com"), new("wang_1@example.com"), "Moon 100%"
		wang.Role, wang.DisabledAt = store.RoleAdministrator, new(noon)
		for _, u := range []store.User{wang, li, plain} {
			check(t, InsertUser(t.Context(), s, u))
		}
		AddAlias(t, s, "ruoyi", "7", 30)
		_, _, err := RegisterByWeChat(t.Context(), s, person(40), store.WeChatIdentity{AppID: "app", OpenID: "Open", UnionID: new("union"), UserID: 40, CreatedAt: noon})
		check(t, err)
		for name, c := range map[string]struct {
			filter store.UserFilter
			want   []int64
		}{
			"all":              {store.UserFilter{}, []int64{10, 20, 30, 40}},
			"open id":          {store.UserFilter{Text: "Open"}, []int64{40}},
			"union id":         {store.UserFilter{Text: "union"}, []int64{40}},
			"user name":        {store.UserFilter{Text: "LI.W"}, []int64{10}},
			"real name":        {store.UserFilter{Text: "伟"}, []int64{10}},
			"nickname":         {store.UserFilter{Text: "moon"}, []int64{20}},
			"a percent sign":   {store.UserFilter{Text: "%"}, []int64{20}},
			"an underscore":    {store.UserFilter{Text: "g_1@"}, []int64{20}},
			"an exclamation":   {store.UserFilter{Text: "!"}, nil},
			"id":               {store.UserFilter{Text: "30"}, []int64{30}},
			"guid":             {store.UserFilter{Text: "00000000-0000-4000-8000-000000000020"}, []int64{20}},
			"old id":           {store.UserFilter{Text: "7"}, []int64{30}},
			"mobile":           {store.UserFilter{Text: "13900001111", MobileIndex: new(store.Digest("index"))}, []int64{10}},
			"role":             {store.UserFilter{Role: store.RoleAdministrator}, []int64{20}},
			"disabled":         {store.UserFilter{Disabled: new(true)}, []int64{20}},
			"enabled, by name": {store.UserFilter{Text: "小雨", Disabled: new(false)}, []int64{10, 30, 40}},
			"nobody":           {store.UserFilter{Text: "zhao"}, nil},
		} {
			t.Log(name)
			same(t, ids(must(s.FindUsers(t.Context(), c.filter, 0, 9))(t)), c.want)
			same(t, must(s.CountUsers(t.Context(), c.filter))(t), int64(len(c.want)))
		}
		same(t, ids(must(s.FindUsers(t.Context(), store.UserFilter{}, 10, 1))(t)), []int64{20})
		same(t, len(must(s.FindUsers(t.Context(), store.UserFilter{}, 0, -1))(t)), 0)
	},
	"a mobile and an e-mail can be vouched for": func(t *testing.T, s *store.Store) {
		first, second, bare := person(1), person(2), person(3)
		first.MobileIndex, first.EmailKey, first.Email = new(store.Digest("index")), new("a@example.com"), new("a@example.com")
		second.MobileIndex = first.MobileIndex
		for _, u := range []store.User{first, second, bare} {
			check(t, InsertUser(t.Context(), s, u))
		}
		set := func(id int64, verified bool, at store.Time) (mobile, email error) {
			mobile = write(t, s, func(ctx context.Context, tx store.Tx) error { return tx.SetMobileVerified(ctx, id, verified, at) })
			email = write(t, s, func(ctx context.Context, tx store.Tx) error { return tx.SetEmailVerified(ctx, id, verified, at) })
			return mobile, email
		}
		for range 2 { // the first time is kept
			mobile, email := set(1, true, noon)
			check(t, mobile)
			check(t, email)
			_, _ = set(1, true, noon+1)
			u := must(s.UserByID(t.Context(), 1))(t)
			same(t, u.MobileVerifiedAt, new(noon))
			same(t, u.EmailVerifiedAt, new(noon))
		}
		mobile, email := set(2, true, noon)
		wantConflict(t, mobile, "mobile")
		wantNotFound(t, email)
		mobile, email = set(3, true, noon)
		wantNotFound(t, mobile)
		wantNotFound(t, email)
		mobile, email = set(1, false, noon)
		check(t, mobile)
		check(t, email)
		u := must(s.UserByID(t.Context(), 1))(t)
		same(t, u.MobileVerifiedAt, (*store.Time)(nil))
		same(t, u.EmailVerifiedAt, (*store.Time)(nil))
		mobile, _ = set(2, true, noon)
		check(t, mobile)
	},
	"sessions are found, and end together": func(t *testing.T, s *store.Store) {
		addPerson(t, s, 1)
		addPerson(t, s, 2)
		for id := int64(1); id <= 4; id++ {
			opened(t, s, session(id, 1+id%2))
		}
		short := session(5, 1)
		short.RefreshHash = nil
		opened(t, s, short)
		find := func(f store.SessionFilter) (found []int64) {
			for _, row := range must(s.FindSessions(t.Context(), f, 0, 9))(t) {
				found = append(found, row.ID)
			}
			same(t, must(s.CountSessions(t.Context(), f))(t), int64(len(found)))
			return found
		}
		same(t, find(store.SessionFilter{}), []int64{1, 2, 3, 4, 5})
		same(t, find(store.SessionFilter{UserID: 2}), []int64{1, 3})
		same(t, find(store.SessionFilter{UserID: 1, LiveAt: noon}), []int64{2, 4, 5})
		same(t, find(store.SessionFilter{LiveAt: noon + hour}), []int64{1, 2, 3, 4})
		same(t, find(store.SessionFilter{LiveAt: noon + 30*day}), []int64(nil))
		var ended int64
		check(t, write(t, s, func(ctx context.Context, tx store.Tx) (err error) {
			ended, err = tx.EndSessionsOf(ctx, 1, 0, store.EndedByOperator, noon+1)
			return err
		}))
		same(t, ended, int64(3))
		same(t, find(store.SessionFilter{LiveAt: noon}), []int64{1, 3})
		same(t, *must(s.SessionByID(t.Context(), 2))(t).EndReason, store.EndedByOperator)
		same(t, must(s.FindSessions(t.Context(), store.SessionFilter{}, 2, 1))(t)[0].ID, int64(3))
	},
	"organisations, roles and applications are renamed and deleted": func(t *testing.T, s *store.Store) {
		school(t, s)
		check(t, InsertApplication(t.Context(), s, application("a")))
		check(t, AddMembership(t.Context(), s, 1, 1, new(int64(1)), noon))
		check(t, AddMembership(t.Context(), s, 1, 2, new(int64(1)), noon))
		named := session(1, 1)
		named.ApplicationID = new("a")
		opened(t, s, named)
		for _, do := range []struct {
			rename  func(store.Tx, context.Context, string, string) error
			delete  func(store.Tx, context.Context, string) error
			renamed func() string
			key     string
		}{
			{store.Tx.RenameOrganisation, store.Tx.DeleteOrganisation, func() string { return must(s.OrganisationByCode(t.Context(), "east"))(t).Name }, "east"},
			{store.Tx.RenameRole, store.Tx.DeleteRole, func() string { return must(s.RoleByCode(t.Context(), "teacher"))(t).Name }, "teacher"},
			{store.Tx.RenameApplication, store.Tx.DeleteApplication, func() string { return must(s.ApplicationByID(t.Context(), "a"))(t).Name }, "a"},
		} {
			same(t, must(s.CountMembers(t.Context(), 2))(t), int64(1))
			rename := func(key string) error {
				return write(t, s, func(ctx context.Context, tx store.Tx) error { return do.rename(tx, ctx, key, "新名") })
			}
			remove := func(key string) error {
				return write(t, s, func(ctx context.Context, tx store.Tx) error { return do.delete(tx, ctx, key) })
			}
			check(t, rename(do.key))
			check(t, rename(do.key))
			same(t, do.renamed(), "新名")
			wantNotFound(t, rename("unknown"))
			wantNotFound(t, remove("unknown"))
			check(t, remove(do.key))
			wantNotFound(t, remove(do.key))
		}
		same(t, must(s.MembershipsOf(t.Context(), 1))(t), []store.Membership{{Organisation: organisation(2, "west")}})
		same(t, must(s.CountMembers(t.Context(), 1))(t), int64(0))
		same(t, must(s.CountRoleHolders(t.Context(), 1))(t), int64(0))
		same(t, must(s.SessionByID(t.Context(), 1))(t).ApplicationID, (*string)(nil))
	},
}
