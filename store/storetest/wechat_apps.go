package storetest

import (
	"context"
	"testing"

	"quartet/store"
)

// SetWeChatApp is store.Tx.SetWeChatApp alone.
func SetWeChatApp(ctx context.Context, s *store.Store, w store.WeChatApp) error {
	return s.InTx(ctx, func(tx store.Tx) error { return tx.SetWeChatApp(ctx, w) })
}

// DeleteWeChatApp is store.Tx.DeleteWeChatApp alone.
func DeleteWeChatApp(ctx context.Context, s *store.Store, applicationID string) error {
	return s.InTx(ctx, func(tx store.Tx) error { return tx.DeleteWeChatApp(ctx, applicationID) })
}

// LinkWeChat is store.Tx.LinkWeChat alone.
func LinkWeChat(ctx context.Context, s *store.Store, userID int64, i store.WeChatIdentity) (owner int64, linked bool, err error) {
	i.UserID = userID
	err = s.InTx(ctx, func(tx store.Tx) error {
		owner, linked, err = tx.LinkWeChat(ctx, i)
		return err
	})
	return owner, linked, err
}

var weChatAppTests = map[string]func(*testing.T, *store.Store){
	"an application has one WeChat app": func(t *testing.T, s *store.Store) {
		check(t, InsertApplication(t.Context(), s, application("one")))
		check(t, InsertApplication(t.Context(), s, application("two")))
		first := store.WeChatApp{ApplicationID: "one", Kind: "mini-program", AppID: "wx1", SecretSealed: "sealed 1", CreatedAt: noon, UpdatedAt: noon}
		check(t, SetWeChatApp(t.Context(), s, first))
		next := store.WeChatApp{ApplicationID: "one", Kind: "website", AppID: "wx2", SecretSealed: "sealed 2", CreatedAt: noon + 1, UpdatedAt: noon + 1}
		check(t, SetWeChatApp(t.Context(), s, next))
		check(t, SetWeChatApp(t.Context(), s, next))
		next.CreatedAt = noon
		same(t, must(s.WeChatAppOf(t.Context(), "one"))(t), next)
		_, err := s.WeChatAppOf(t.Context(), "two")
		wantNotFound(t, err)
		first.ApplicationID = "nobody"
		wantNotFound(t, SetWeChatApp(t.Context(), s, first))
		same(t, must(s.ListWeChatApps(t.Context()))(t), []store.WeChatApp{next})
	},
	"the WeChat app of a disabled application is none": func(t *testing.T, s *store.Store) {
		check(t, InsertApplication(t.Context(), s, application("one")))
		app := store.WeChatApp{ApplicationID: "one", Kind: "mini-program", AppID: "wx1", SecretSealed: "sealed", CreatedAt: noon, UpdatedAt: noon}
		check(t, SetWeChatApp(t.Context(), s, app))
		check(t, SetApplicationDisabled(t.Context(), s, "one", true, noon))
		_, err := s.WeChatAppOf(t.Context(), "one")
		wantNotFound(t, err)
		check(t, SetApplicationDisabled(t.Context(), s, "one", false, noon))
		same(t, must(s.WeChatAppOf(t.Context(), "one"))(t), app)
		check(t, DeleteWeChatApp(t.Context(), s, "one"))
		wantNotFound(t, DeleteWeChatApp(t.Context(), s, "one"))
		_, err = s.WeChatAppOf(t.Context(), "one")
		wantNotFound(t, err)
	},
	"an identity is linked to one user": func(t *testing.T, s *store.Store) {
		addPerson(t, s, 1)
		addPerson(t, s, 2)
		link := func(userID int64, i store.WeChatIdentity) []any {
			owner, linked, err := LinkWeChat(t.Context(), s, userID, i)
			check(t, err)
			return []any{owner, linked}
		}
		same(t, link(1, weChat("o1", new("u"))), []any{int64(1), true})
		same(t, link(1, weChat("o1", new("u"))), []any{int64(1), false})
		same(t, link(2, weChat("o1", nil)), []any{int64(1), false})
		same(t, link(2, weChat("o2", new("u"))), []any{int64(1), false}) // the unionid decides
		same(t, link(2, weChat("o3", nil)), []any{int64(2), true})
		same(t, len(must(s.WeChatIdentitiesOf(t.Context(), 1))(t)), 2)
	},
	"parallel links of one unionid have one owner": func(t *testing.T, s *store.Store) {
		for id := int64(1); id <= 20; id++ {
			addPerson(t, s, id)
		}
		owners := make([]int64, 20)
		concurrently(t, s, 20, func(i int) {
			var err error
			if owners[i], _, err = LinkWeChat(t.Context(), s, int64(i+1), weChat(string(rune('a'+i)), new("u"))); err != nil {
				t.Error(err)
			}
		})
		for _, owner := range owners {
			same(t, owner, owners[0])
		}
		same(t, len(must(s.WeChatIdentitiesOf(t.Context(), owners[0]))(t)), 20)
	},
}
