package storetest

import (
	"errors"
	"fmt"
	"testing"

	"quartet/store"
)

var credentialTests = map[string]func(*testing.T, *store.Store){
	"a new password is kept and ends the other sessions": func(t *testing.T, s *store.Store) {
		addPerson(t, s, 1)
		addPerson(t, s, 2)
		for id := int64(1); id <= 3; id++ {
			opened(t, s, session(id, 1))
		}
		opened(t, s, session(4, 2))
		must(EndSession(t.Context(), s, 3, store.EndedByLogout, noon))(t)
		ended := must(SetPassword(t.Context(), s, 1, "new", nil, 1, "fresh", noon+1))(t)
		same(t, ended, int64(1))
		u := must(s.UserByID(t.Context(), 1))(t)
		same(t, []any{*u.PasswordHash, *u.PasswordChangedAt, u.SecurityStamp, u.Version, u.UpdatedAt},
			[]any{"new", noon + 1, "fresh", int64(2), noon + 1})
		same(t, reasons(t, s, 1, 2, 3, 4), []string{"", store.EndedByPasswordChange, store.EndedByLogout, ""})
		wantNoMatch(t, s, 9, nil)
	},
	"a password is set only on top of the expected one": func(t *testing.T, s *store.Store) {
		addPerson(t, s, 1)
		opened(t, s, session(1, 1))
		wantNoMatch(t, s, 1, new("old")) // the user has none
		must(SetPassword(t.Context(), s, 1, "old", nil, 1, "a", noon))(t)
		wantNoMatch(t, s, 1, new("other"))
		same(t, reasons(t, s, 1), []string{""})
		must(SetPassword(t.Context(), s, 1, "new", new("old"), 1, "b", noon))(t)
		same(t, *must(s.UserByID(t.Context(), 1))(t).PasswordHash, "new")
	},
	"of parallel first passwords one is set": func(t *testing.T, s *store.Store) {
		addPerson(t, s, 1)
		var set tally
		concurrently(t, s, 20, func(i int) {
			_, err := SetPassword(t.Context(), s, 1, fmt.Sprint("first-", i), new(""), 0, "a", noon)
			if err != nil && !errors.Is(err, store.ErrNotFound) {
				t.Error(err)
			}
			set.add(err == nil)
		})
		same(t, set.n, 1)
		wantNoMatch(t, s, 1, new("")) // there is one now
	},
	"of parallel changes of one password one succeeds": func(t *testing.T, s *store.Store) {
		addPerson(t, s, 1)
		must(SetPassword(t.Context(), s, 1, "old", nil, 0, "a", noon))(t)
		var changed tally
		concurrently(t, s, 20, func(i int) {
			_, err := SetPassword(t.Context(), s, 1, fmt.Sprint("new-", i), new("old"), 0, "b", noon)
			if err != nil && !errors.Is(err, store.ErrNotFound) {
				t.Error(err)
			}
			changed.add(err == nil)
		})
		same(t, changed.n, 1)
		same(t, must(s.UserByID(t.Context(), 1))(t).Version, int64(3))
	},
	"a hash is upgraded quietly, and only on top of the expected one": func(t *testing.T, s *store.Store) {
		addPerson(t, s, 1)
		must(SetPassword(t.Context(), s, 1, "old", nil, 0, "a", noon))(t)
		before := must(s.UserByID(t.Context(), 1))(t)
		check(t, UpgradePasswordHash(t.Context(), s, 1, "other", "never"))
		same(t, must(s.UserByID(t.Context(), 1))(t), before)
		check(t, UpgradePasswordHash(t.Context(), s, 1, "old", "strong"))
		before.PasswordHash = new("strong")
		same(t, must(s.UserByID(t.Context(), 1))(t), before)
	},
	"disabling ends the sessions, enabling opens the door again": func(t *testing.T, s *store.Store) {
		addPerson(t, s, 1)
		opened(t, s, session(1, 1))
		check(t, SetUserDisabled(t.Context(), s, 1, true, noon+1))
		check(t, SetUserDisabled(t.Context(), s, 1, true, noon+2)) // keeps the first moment
		same(t, must(s.UserByID(t.Context(), 1))(t).DisabledAt, new(noon+1))
		same(t, reasons(t, s, 1), []string{store.EndedByDisabling})
		same(t, must(s.SessionByID(t.Context(), 1))(t).UserDisabledAt, new(noon+1))
		wantNotFound(t, errorOf(OpenSession(t.Context(), s, session(2, 1), nil)))
		check(t, SetUserDisabled(t.Context(), s, 1, false, noon+3))
		same(t, must(s.UserByID(t.Context(), 1))(t).DisabledAt, (*store.Time)(nil))
		check(t, errorOf(OpenSession(t.Context(), s, session(2, 1), nil)))
		wantNotFound(t, SetUserDisabled(t.Context(), s, 9, true, noon))
		wantNotFound(t, SetUserDisabled(t.Context(), s, 9, false, noon))
	},
	"no session slips past a disabling": func(t *testing.T, s *store.Store) {
		addPerson(t, s, 1)
		concurrently(t, s, 20, func(i int) {
			if i == 10 {
				if err := SetUserDisabled(t.Context(), s, 1, true, noon); err != nil {
					t.Error(err)
				}
				return
			}
			err := errorOf(OpenSession(t.Context(), s, session(int64(i)+1, 1), nil))
			if err != nil && !errors.Is(err, store.ErrNotFound) {
				t.Error(err)
			}
		})
		same(t, len(must(s.LiveSessions(t.Context(), 1, noon, 100))(t)), 0)
	},
	"a role is given": func(t *testing.T, s *store.Store) {
		addPerson(t, s, 1)
		opened(t, s, session(1, 1))
		check(t, SetUserRole(t.Context(), s, 1, store.RoleAdministrator, noon+1))
		u := must(s.UserByID(t.Context(), 1))(t)
		same(t, []any{u.Role, u.Version, u.UpdatedAt}, []any{store.RoleAdministrator, int64(2), noon + 1})
		same(t, must(s.SessionByID(t.Context(), 1))(t).Role, store.RoleAdministrator)
		wantNotFound(t, SetUserRole(t.Context(), s, 9, store.RoleMember, noon))
	},
	"a mobile is verified for one user only": func(t *testing.T, s *store.Store) {
		addPerson(t, s, 1)
		addPerson(t, s, 2)
		check(t, VerifyMobile(t.Context(), s, 1, "sealed", "index", noon+1))
		u := must(s.UserByVerifiedMobile(t.Context(), "index"))(t)
		same(t, []any{u.ID, *u.MobileSealed, *u.MobileVerifiedAt, u.Version}, []any{int64(1), "sealed", noon + 1, int64(2)})
		wantConflict(t, VerifyMobile(t.Context(), s, 2, "sealed", "index", noon), "mobile")
		wantNotFound(t, VerifyMobile(t.Context(), s, 9, "sealed", "other", noon))
	},
	"of parallel owners of one mobile one is verified": func(t *testing.T, s *store.Store) {
		for id := int64(1); id <= 10; id++ {
			addPerson(t, s, id)
		}
		var verified tally
		concurrently(t, s, 10, func(i int) {
			err := VerifyMobile(t.Context(), s, int64(i)+1, "sealed", "index", noon)
			var taken store.ConflictError
			if err != nil && !errors.As(err, &taken) {
				t.Error(err)
			}
			verified.add(err == nil)
		})
		same(t, verified.n, 1)
	},
}

func wantNoMatch(t *testing.T, s *store.Store, userID int64, was *string) {
	t.Helper()
	_, err := SetPassword(t.Context(), s, userID, "never", was, 0, "never", noon)
	wantNotFound(t, err)
}

// reasons gives why each session has ended, "" for one that has not.
func reasons(t *testing.T, s *store.Store, sessionIDs ...int64) []string {
	t.Helper()
	var found []string
	for _, id := range sessionIDs {
		reason := ""
		if ended := must(s.SessionByID(t.Context(), id))(t); ended.EndReason != nil {
			reason = *ended.EndReason
		}
		found = append(found, reason)
	}
	return found
}
