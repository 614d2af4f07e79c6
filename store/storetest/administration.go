package storetest

import (
	"context"
	"sync"
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
	"members of organisations are found a page at a time, each once": func(t *testing.T, s *store.Store) {
		school(t, s)
		for id := int64(10); id <= 15; id++ {
			u := person(id)
			if id == 12 {
				u.Role, u.DisabledAt = store.RoleAdministrator, new(noon)
			}
			check(t, InsertUser(t.Context(), s, u))
			check(t, AddMembership(t.Context(), s, id, 1+id%2, nil, noon))
		}
		check(t, AddMembership(t.Context(), s, 12, 2, nil, noon))
		for name, c := range map[string]struct {
			filter store.UserFilter
			want   []int64
		}{
			"of one":            {store.UserFilter{Organisations: []int64{1}}, []int64{10, 12, 14}},
			"of either":         {store.UserFilter{Organisations: []int64{1, 2}}, []int64{10, 11, 12, 13, 14, 15}},
			"of none":           {store.UserFilter{Organisations: []int64{}}, nil},
			"of another":        {store.UserFilter{Organisations: []int64{99}}, nil},
			"administrators":    {store.UserFilter{Organisations: []int64{2, 1}, Role: store.RoleAdministrator}, []int64{12}},
			"ordinary members":  {store.UserFilter{Organisations: []int64{2}, Role: store.RoleMember}, []int64{11, 13, 15}},
			"enabled":           {store.UserFilter{Organisations: []int64{1}, Disabled: new(false)}, []int64{10, 14}},
			"disabled, by text": {store.UserFilter{Organisations: []int64{1}, Disabled: new(true), Text: "12"}, []int64{12}},
		} {
			t.Log(name)
			var found []int64
			for after := int64(0); ; {
				page := ids(must(s.FindUsers(t.Context(), c.filter, after, 2))(t))
				if len(page) == 0 {
					break
				}
				found, after = append(found, page...), page[len(page)-1]
			}
			same(t, found, c.want)
			same(t, must(s.CountUsers(t.Context(), c.filter))(t), int64(len(c.want)))
		}
		names := must(s.UserNames(t.Context(), []int64{12, 99, 11}))(t)
		same(t, len(names), 2)
		same(t, len(must(s.UserNames(t.Context(), nil))(t)), 0)
	},
	"a search looks at some users at once": func(t *testing.T, s *store.Store) {
		school(t, s)
		for id := int64(10); id <= 16; id++ {
			check(t, InsertUser(t.Context(), s, person(id)))
			check(t, AddMembership(t.Context(), s, id, 1+id%2, nil, noon))
		}
		for name, c := range map[string]struct {
			filter store.UserFilter
			want   []int64 // where the searches end
		}{
			"all":               {store.UserFilter{Text: "x"}, []int64{11, 14, 0}},
			"members":           {store.UserFilter{Text: "x", Role: store.RoleMember}, []int64{11, 14, 0}},
			"of an index":       {store.UserFilter{Text: "x", Role: store.RoleAdministrator}, []int64{0}},
			"without a text":    {store.UserFilter{Disabled: new(true)}, []int64{0}},
			"of a small school": {store.UserFilter{Text: "x", Organisations: []int64{2}}, []int64{15, 0}},
			"of one":            {store.UserFilter{Text: "x", Organisations: []int64{1}}, []int64{14, 0}},
			"of either":         {store.UserFilter{Text: "x", Organisations: []int64{2, 1}}, []int64{14, 0}},
			"of none":           {store.UserFilter{Text: "x", Organisations: []int64{}}, []int64{0}},
		} {
			t.Log(name)
			var ends []int64
			for after := int64(0); len(ends) == 0 || after != 0; {
				after = must(s.EndOfSearch(t.Context(), c.filter, after, 3))(t)
				ends = append(ends, after)
			}
			same(t, ends, c.want)
		}
		for _, organisations := range [][]int64{nil, {1, 2}} {
			filter := store.UserFilter{Text: "15", Organisations: organisations, UpTo: 14}
			same(t, ids(must(s.FindUsers(t.Context(), filter, 0, 9))(t)), []int64(nil))
			filter.UpTo = 15
			same(t, ids(must(s.FindUsers(t.Context(), filter, 12, 9))(t)), []int64{15})
		}
	},
	"the newest sessions come first": func(t *testing.T, s *store.Store) {
		addPerson(t, s, 1)
		addPerson(t, s, 2)
		for id := int64(1); id <= 5; id++ {
			opened(t, s, session(id, 1+id%2))
		}
		newest := func(f store.SessionFilter, before int64, limit int) (found []int64) {
			for _, row := range must(s.NewestSessions(t.Context(), f, before, limit))(t) {
				found = append(found, row.ID)
			}
			return found
		}
		same(t, newest(store.SessionFilter{}, 0, 3), []int64{5, 4, 3})
		same(t, newest(store.SessionFilter{}, 3, 3), []int64{2, 1})
		same(t, newest(store.SessionFilter{UserID: 2}, 5, 9), []int64{3, 1})
		same(t, newest(store.SessionFilter{LiveAt: noon + 30*day}, 0, 9), []int64(nil))
	},
	"lockouts are the refusals since the last one was lifted": func(t *testing.T, s *store.Store) {
		kinds := store.LockoutKinds{Refused: "lockout", UserUnlocked: "user_unlocked", ClientIPUnlocked: "client_ip_unlocked"}
		id := int64(0)
		event := func(kind string, subject *int64, clientIP string, at store.Time) {
			id++
			check(t, InsertAudit(t.Context(), s, store.AuditEvent{ID: id, At: at, Kind: kind, SubjectID: subject, ClientIP: clientIP, Detail: `{"n":` + string(rune('0'+id)) + `}`}))
		}
		event("lockout", new(int64(1)), "198.51.100.1", noon-1) // too old
		event("lockout", new(int64(1)), "198.51.100.1", noon)
		event("lockout", nil, "198.51.100.2", noon+1)
		event("sign_in", new(int64(1)), "198.51.100.1", noon+2)
		event("lockout", new(int64(1)), "198.51.100.1", noon+3)
		event("lockout", new(int64(2)), "198.51.100.3", noon+4)
		find := func(before int64, limit int) []store.Lockout {
			return must(s.FindLockouts(t.Context(), kinds, noon, before, limit))(t)
		}
		of1 := store.Lockout{UserID: new(int64(1)), ClientIP: "198.51.100.1", FirstAt: noon, LastAt: noon + 3, LastID: 5, Refusals: 2, Detail: `{"n":5}`}
		unknown := store.Lockout{ClientIP: "198.51.100.2", FirstAt: noon + 1, LastAt: noon + 1, LastID: 3, Refusals: 1, Detail: `{"n":3}`}
		of2 := store.Lockout{UserID: new(int64(2)), ClientIP: "198.51.100.3", FirstAt: noon + 4, LastAt: noon + 4, LastID: 6, Refusals: 1, Detail: `{"n":6}`}
		same(t, find(0, 9), []store.Lockout{of2, of1, unknown})
		same(t, find(0, 1), []store.Lockout{of2})
		same(t, find(6, 1), []store.Lockout{of1})
		event("user_unlocked", new(int64(1)), "", noon+5)
		same(t, find(0, 9), []store.Lockout{of2, unknown})
		event("client_ip_unlocked", nil, "198.51.100.2", noon+6)
		same(t, find(0, 9), []store.Lockout{of2})
		event("lockout", nil, "198.51.100.2", noon+7)
		same(t, len(find(0, 9)), 2)
	},
	"the super administrators are those who can sign in": func(t *testing.T, s *store.Store) {
		for id := int64(1); id <= 4; id++ {
			u := person(id)
			u.Role = store.RoleSuperAdministrator
			switch id {
			case 2:
				u.DisabledAt = new(noon)
			case 3:
				u.ClosingAt = new(noon)
			}
			check(t, InsertUser(t.Context(), s, u))
		}
		addPerson(t, s, 5)
		var locked []int64
		check(t, write(t, s, func(ctx context.Context, tx store.Tx) (err error) {
			locked, err = tx.LockSuperAdministrators(ctx)
			return err
		}))
		same(t, locked, []int64{1, 4})
	},
	"of two who make each other members at once, one stays": func(t *testing.T, s *store.Store) {
		for id := int64(1); id <= 2; id++ {
			u := person(id)
			u.Role = store.RoleSuperAdministrator
			check(t, InsertUser(t.Context(), s, u))
		}
		var all sync.WaitGroup
		for _, id := range []int64{1, 2} {
			all.Go(func() {
				err := s.InTx(t.Context(), func(tx store.Tx) error {
					locked, err := tx.LockSuperAdministrators(t.Context())
					if err != nil || len(locked) < 2 {
						return err
					}
					return tx.SetUserRole(t.Context(), id, store.RoleMember, noon)
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		same(t, must(s.CountUsers(t.Context(), store.UserFilter{Role: store.RoleSuperAdministrator}))(t), int64(1))
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
