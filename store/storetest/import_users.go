package storetest

import (
	"errors"
	"fmt"
	"testing"

	"quartet/store"
)

// importedUser is an imported user with every fact that must be unique.
func importedUser(id int64) store.ImportedUser {
	u := person(id)
	u.Username, u.UsernameKey = new(fmt.Sprintf("Lin%d", id)), new(fmt.Sprintf("lin%d", id))
	u.Email, u.EmailKey = new(fmt.Sprintf("Lin%d@example.com", id)), new(fmt.Sprintf("lin%d@example.com", id))
	u.MobileSealed, u.MobileIndex, u.MobileVerifiedAt = new("sealed"), new(store.Digest(fmt.Sprintf("index%d", id))), new(noon)
	return store.ImportedUser{User: u, Alias: fmt.Sprint("old-", id)}
}

func importedUsers(from, to int64) []store.ImportedUser {
	var list []store.ImportedUser
	for id := from; id <= to; id++ {
		list = append(list, importedUser(id))
	}
	return list
}

// words says what became of imported users.
func words(outcomes []error) string {
	text := ""
	for _, err := range outcomes {
		conflict, _ := errors.AsType[store.ConflictError](err)
		switch {
		case err == nil:
			text += "added "
		case errors.Is(err, store.ErrExists):
			text += "present "
		case errors.Is(err, store.ErrSkipped):
			text += "not-tried "
		default:
			text += conflict.What + " "
		}
	}
	return text
}

var importTests = map[string]func(*testing.T, *store.Store){
	"a user of another system is added, found and given a first password, once": func(t *testing.T, s *store.Store) {
		found := func() (u store.User, err error) {
			err = s.InTx(t.Context(), func(tx store.Tx) error { u, err = tx.ImportedUser(t.Context(), "ruoyi", "old-1"); return err })
			return u, err
		}
		_, err := found()
		same(t, errors.Is(err, store.ErrNotFound), true)
		add := func(tx store.Tx) error { return tx.AddImportedUser(t.Context(), "ruoyi", importedUser(1)) }
		check(t, s.InTx(t.Context(), add))
		same(t, must(found())(t), importedUser(1).User)
		var set tally
		concurrently(t, s, 20, func(i int) {
			first := false
			check(t, s.InTx(t.Context(), func(tx store.Tx) error {
				u, err := tx.ImportedUser(t.Context(), "ruoyi", "old-1")
				if first = u.PasswordHash == nil; err != nil || !first {
					return err
				}
				return tx.SetFirstPassword(t.Context(), u.ID, fmt.Sprint("first-", i), noon+1)
			}))
			set.add(first)
		})
		same(t, set.n, 1)
		same(t, must(found())(t).Version, int64(2))
	},
	"imported users are there with their aliases, once": func(t *testing.T, s *store.Store) {
		list := importedUsers(1, 250) // more than one statement takes
		for _, u := range must(s.ImportUsers(t.Context(), "jpress", list, true, nil))(t) {
			check(t, u)
		}
		for _, u := range []store.ImportedUser{list[0], list[99], list[100], list[249]} {
			same(t, must(s.UsersByAlias(t.Context(), u.Alias))(t), []store.User{u.User})
		}
		again := importedUsers(301, 302)
		again[0].Alias = "old-7" // the alias decides, whatever else is new
		same(t, words(must(s.ImportUsers(t.Context(), "jpress", again, true, nil))(t)), "present added ")
		same(t, len(must(s.ListUsers(t.Context(), 0, 1000))(t)), 251)
		again[1].ID, again[1].GUID = 303, "00000000-0000-4000-8000-000000000303"
		same(t, words(must(s.ImportUsers(t.Context(), "ruoyi", again[1:], true, nil))(t)), "username ")
	},
	"a conflict of an imported user keeps nobody else out": func(t *testing.T, s *store.Store) {
		check(t, InsertUser(t.Context(), s, importedUser(1).User))
		list := importedUsers(2, 9)
		list[0].UsernameKey = new("lin1")
		list[1].EmailKey = new("lin1@example.com")
		list[2].MobileIndex = new(store.Digest("index1"))
		list[3].ID = 1
		list[5].UsernameKey = list[4].UsernameKey // the one before
		list[6].MobileIndex, list[6].MobileVerifiedAt = new(store.Digest("index1")), nil
		list[7].Alias = list[6].Alias
		want := "username email mobile id added username added present "
		same(t, words(must(s.CheckImport(t.Context(), "jpress", list, false, nil))(t)), want)
		same(t, len(must(s.ListUsers(t.Context(), 0, 100))(t)), 1)
		same(t, words(must(s.ImportUsers(t.Context(), "jpress", list, false, nil))(t)), want)
		same(t, len(must(s.ListUsers(t.Context(), 0, 100))(t)), 3)
		same(t, len(must(s.UsersByAlias(t.Context(), list[0].Alias))(t)), 0)
	},
	"an import can stop at the first conflict": func(t *testing.T, s *store.Store) {
		list := importedUsers(1, 4)
		list[2].EmailKey = list[0].EmailKey
		same(t, words(must(s.ImportUsers(t.Context(), "abp", list, true, nil))(t)), "added added email not-tried ")
		same(t, words(must(s.ImportUsers(t.Context(), "abp", list, true, nil))(t)), "present present email not-tried ")
		same(t, len(must(s.ImportUsers(t.Context(), "abp", nil, true, nil))(t)), 0)
	},
	"a dry run remembers who would have been imported": func(t *testing.T, s *store.Store) {
		keys := must(store.OpenImportKeys(t.Context()))(t)
		defer func() { check(t, keys.Close()) }()
		check(t, InsertUser(t.Context(), s, importedUser(1).User))
		first, second := importedUsers(2, 5), importedUsers(6, 9)
		first[0].UsernameKey = new("lin1")
		second[0].UsernameKey, second[1].EmailKey = first[1].UsernameKey, first[1].EmailKey
		second[2].MobileIndex, second[3].Alias = first[1].MobileIndex, first[1].Alias
		same(t, words(must(s.CheckImport(t.Context(), "jpress", first, false, keys))(t)), "username added added added ")
		same(t, words(must(s.CheckImport(t.Context(), "jpress", second, false, keys))(t)), "username email mobile present ")
		same(t, len(must(s.ListUsers(t.Context(), 0, 100))(t)), 1)
	},
	"what an import says is kept, and changes one user": func(t *testing.T, s *store.Store) {
		school(t, s)
		list := importedUsers(11, 12)
		list[0].Record, list[0].Organisations, list[1].MobileVerifiedAt = "uAAAAAAAA", []int64{1, 2}, nil
		same(t, words(must(s.ImportUsers(t.Context(), "jpress", list, false, nil))(t)), "added added ")
		same(t, len(must(s.MembershipsOf(t.Context(), 11))(t)), 2)
		rows := must(s.ImportedUsers(t.Context(), "jpress", []string{list[0].Alias, "nobody"}))(t)
		same(t, rows, []store.ImportedRow{{User: list[0].User, Alias: list[0].Alias, Record: new("uAAAAAAAA")}})
		same(t, len(must(s.ImportedUsers(t.Context(), "ruoyi", []string{list[0].Alias}))(t)), 0)

		later := store.ImportUpdate{
			UserID: 12, Version: 1, Alias: list[1].Alias, Record: "uBBBBBBBB", Organisations: []int64{2},
			UserChange:     store.UserChange{ProfileColumns: store.ProfileColumns{Nickname: new("小林"), Mobile: new("other")}, MobileIndex: new(store.Digest("other"))},
			MobileVerified: true, EmailVerified: true, Disabled: new(true), CreatedAt: new(noon - day), PasswordHash: new("hash"),
		}
		opened(t, s, session(1, 12))
		update := func(u store.ImportUpdate) error {
			return s.InTx(t.Context(), func(tx store.Tx) error { return tx.UpdateImported(t.Context(), "jpress", u, noon+1) })
		}
		check(t, update(later))
		wantNotFound(t, update(later)) // the version has changed
		got := must(s.ImportedUsers(t.Context(), "jpress", []string{list[1].Alias}))(t)[0]
		want := list[1].User
		want.Nickname, want.MobileSealed, want.MobileIndex = "小林", new("other"), new(store.Digest("other"))
		want.MobileVerifiedAt, want.EmailVerifiedAt, want.DisabledAt = new(noon+1), new(noon+1), new(noon+1)
		want.CreatedAt, want.PasswordHash, want.Version, want.UpdatedAt, want.LastLoginAt = noon-day, new("hash"), 2, noon+1, new(noon)
		same(t, got, store.ImportedRow{User: want, Alias: list[1].Alias, Record: new("uBBBBBBBB")})
		same(t, len(must(s.MembershipsOf(t.Context(), 12))(t)), 1)
		same(t, *must(s.SessionByID(t.Context(), 1))(t).EndReason, store.EndedByPasswordChange)
		wantNotFound(t, update(store.ImportUpdate{UserID: 12, Version: 2, PasswordHash: new("new"), WasPasswordHash: new("older")}))
	},
	"values that others have are found": func(t *testing.T, s *store.Store) {
		must(s.ImportUsers(t.Context(), "jpress", importedUsers(1, 2), false, nil))(t)
		one, two := importedUser(1), importedUser(2)
		u := store.ImportUpdate{UserID: 2, UserChange: store.UserChange{UsernameKey: one.UsernameKey, EmailKey: one.EmailKey}}
		find := func(u store.ImportUpdate, mobile *store.Digest) (taken store.TakenValues) {
			check(t, s.InTx(t.Context(), func(tx store.Tx) (err error) {
				taken, err = tx.TakenValues(t.Context(), u, mobile)
				return err
			}))
			return taken
		}
		same(t, find(u, one.MobileIndex), store.TakenValues{Username: 1, Email: 1, Mobile: 1})
		same(t, find(store.ImportUpdate{UserID: 2}, two.MobileIndex), store.TakenValues{})
	},
	"two imports at once add everybody once": func(t *testing.T, s *store.Store) {
		both := make([][]error, 2)
		concurrently(t, s, 2, func(i int) {
			list := importedUsers(int64(i)*1000+1, int64(i)*1000+200)
			for k := range list {
				list[k].Alias = fmt.Sprint("old-", k) // the same people, with ids of their own
				list[k].UsernameKey, list[k].EmailKey, list[k].MobileVerifiedAt = new(fmt.Sprint("lin", k)), nil, nil
			}
			outcomes, err := s.ImportUsers(t.Context(), "jpress", list, false, nil)
			if err != nil {
				t.Error(err)
			}
			both[i] = outcomes
		})
		added := 0
		for _, err := range append(both[0], both[1]...) {
			if err == nil {
				added++
			} else if !errors.Is(err, store.ErrExists) {
				t.Errorf("somebody was neither added nor there: %v", err)
			}
		}
		same(t, added, 200)
	},
}
