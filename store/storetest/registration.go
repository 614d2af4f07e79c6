package storetest

import (
	"testing"

	"quartet/store"
)

// mobileOwner gives an invented user with a verified mobile.
func mobileOwner(id int64) store.User {
	u := person(id)
	u.MobileSealed, u.MobileIndex, u.MobileVerifiedAt = new("sealed"), new(store.Digest("index")), new(noon)
	return u
}

var registrationTests = map[string]func(*testing.T, *store.Store){
	"a mobile is registered once and found after": func(t *testing.T, s *store.Store) {
		made, created, err := RegisterByMobile(t.Context(), s, mobileOwner(1))
		check(t, err)
		same(t, created, true)
		same(t, made, mobileOwner(1))
		found, created, err := RegisterByMobile(t.Context(), s, mobileOwner(2))
		check(t, err)
		same(t, created, false)
		same(t, found, mobileOwner(1))
		_, err = s.UserByID(t.Context(), 2)
		wantNotFound(t, err)
	},
	"who only claims a mobile does not own it": func(t *testing.T, s *store.Store) {
		claims := person(1)
		claims.MobileIndex = new(store.Digest("index"))
		check(t, InsertUser(t.Context(), s, claims))
		made, created, err := RegisterByMobile(t.Context(), s, mobileOwner(2))
		check(t, err)
		same(t, []any{made.ID, created}, []any{int64(2), true})
	},
	"registering needs a verified mobile and free names": func(t *testing.T, s *store.Store) {
		if _, _, err := RegisterByMobile(t.Context(), s, person(1)); err == nil {
			t.Error("registered without a mobile")
		}
		addPerson(t, s, 1)
		sameGUID := mobileOwner(2)
		sameGUID.GUID = person(1).GUID
		_, _, err := RegisterByMobile(t.Context(), s, sameGUID)
		wantConflict(t, err, "guid")
	},
	"parallel registrations of one mobile make one user": func(t *testing.T, s *store.Store) {
		var made tally
		concurrently(t, s, 50, func(i int) {
			u, created, err := RegisterByMobile(t.Context(), s, mobileOwner(int64(i)+1))
			if err != nil {
				t.Error(err)
			}
			made.add(created)
			if owner, err := s.UserByVerifiedMobile(t.Context(), "index"); err != nil || owner.ID != u.ID {
				t.Errorf("got user %d, the owner is %d (%v)", u.ID, owner.ID, err)
			}
		})
		same(t, made.n, 1)
		same(t, len(must(s.ListUsers(t.Context(), 0, 10))(t)), 1)
	},
}

func weChat(openID string, unionID *string) store.WeChatIdentity {
	return store.WeChatIdentity{AppID: "wxexample", OpenID: openID, UnionID: unionID, CreatedAt: noon}
}

var weChatTests = map[string]func(*testing.T, *store.Store){
	"a WeChat identity is registered once and found after": func(t *testing.T, s *store.Store) {
		same(t, registered(t, s, 1, weChat("o1", nil)), int64(1))
		same(t, registered(t, s, 2, weChat("o1", nil)), int64(1))
		same(t, registered(t, s, 3, weChat("o2", nil)), int64(3))
		elsewhere := weChat("o1", nil)
		elsewhere.AppID = "wxother"
		same(t, registered(t, s, 4, elsewhere), int64(4))
		want := weChat("o1", nil)
		want.UserID = 1
		same(t, must(s.WeChatIdentitiesOf(t.Context(), 1))(t), []store.WeChatIdentity{want})
	},
	"a unionid makes two identities one person": func(t *testing.T, s *store.Store) {
		same(t, registered(t, s, 1, weChat("o1", new("u"))), int64(1))
		later := weChat("o2", new("u"))
		later.CreatedAt = noon - 1 // older than the first, to see the order
		same(t, registered(t, s, 2, later), int64(1))
		found := must(s.WeChatIdentitiesOf(t.Context(), 1))(t)
		same(t, []string{found[0].OpenID, found[1].OpenID}, []string{"o2", "o1"})
		same(t, len(must(s.ListUsers(t.Context(), 0, 10))(t)), 1)
	},
	"what is new about an identity is kept": func(t *testing.T, s *store.Store) {
		registered(t, s, 1, weChat("o1", nil))
		news := weChat("o1", new("u"))
		news.Follows = true
		same(t, registered(t, s, 2, news), int64(1))
		news.UserID = 1
		same(t, must(s.WeChatIdentitiesOf(t.Context(), 1))(t), []store.WeChatIdentity{news})
		same(t, registered(t, s, 3, weChat("o2", new("u"))), int64(1)) // the unionid links from now on
		registered(t, s, 4, weChat("o1", nil))                         // not told this time: kept
		found := must(s.WeChatIdentitiesOf(t.Context(), 1))(t)
		same(t, []any{*found[0].UnionID, found[0].Follows}, []any{"u", false})
	},
	"a unionid of somebody else does not move a person": func(t *testing.T, s *store.Store) {
		registered(t, s, 1, weChat("o1", nil))
		registered(t, s, 2, weChat("o2", new("u")))
		same(t, registered(t, s, 3, weChat("o1", new("u"))), int64(1))
		same(t, registered(t, s, 4, weChat("o3", new("u"))), int64(2))
	},
	"a WeChat person conflicts by name": func(t *testing.T, s *store.Store) {
		addPerson(t, s, 1)
		sameGUID := person(2)
		sameGUID.GUID = person(1).GUID
		_, _, err := RegisterByWeChat(t.Context(), s, sameGUID, weChat("o1", new("u")))
		wantConflict(t, err, "guid")
		same(t, registered(t, s, 2, weChat("o1", new("u"))), int64(2)) // nothing was left behind
	},
	"parallel registrations of one openid make one person": func(t *testing.T, s *store.Store) {
		onePerson(t, s, func(int) store.WeChatIdentity { return weChat("o1", nil) })
	},
	"parallel registrations of one openid and unionid make one person": func(t *testing.T, s *store.Store) {
		onePerson(t, s, func(int) store.WeChatIdentity { return weChat("o1", new("u")) })
	},
	"parallel registrations of one unionid make one person": func(t *testing.T, s *store.Store) {
		onePerson(t, s, func(i int) store.WeChatIdentity { return weChat(string(rune('a'+i)), new("u")) })
		same(t, len(must(s.WeChatIdentitiesOf(t.Context(), onlyUser(t, s)))(t)), 20)
	},
}

// registered returns the id of an identity's user, and adds a user of the id if there
// is none.
func registered(t *testing.T, s *store.Store, id int64, w store.WeChatIdentity) int64 {
	t.Helper()
	u, created, err := RegisterByWeChat(t.Context(), s, person(id), w)
	check(t, err)
	same(t, created, u.ID == id)
	same(t, must(s.UserByID(t.Context(), u.ID))(t), u)
	return u.ID
}

func onePerson(t *testing.T, s *store.Store, identity func(i int) store.WeChatIdentity) {
	t.Helper()
	var made tally
	found := make([]int64, 20)
	concurrently(t, s, len(found), func(i int) {
		u, created, err := RegisterByWeChat(t.Context(), s, person(int64(i)+1), identity(i))
		if err != nil {
			t.Error(err)
		}
		made.add(created)
		found[i] = u.ID
	})
	same(t, made.n, 1)
	only := onlyUser(t, s)
	for _, id := range found {
		same(t, id, only)
	}
}

func onlyUser(t *testing.T, s *store.Store) int64 {
	t.Helper()
	users := must(s.ListUsers(t.Context(), 0, 10))(t)
	if len(users) != 1 {
		t.Fatalf("%d users instead of one", len(users))
	}
	return users[0].ID
}
