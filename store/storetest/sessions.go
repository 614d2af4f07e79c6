package storetest

import (
	"fmt"
	"reflect"
	"testing"

	"quartet/store"
)

var sessionTests = map[string]func(*testing.T, *store.Store){
	"every field of a session is kept": func(t *testing.T, s *store.Store) {
		addPerson(t, s, 2)
		full := session(1, 2)
		fill(reflect.ValueOf(&full).Elem())
		full.UserID = 2
		check(t, errorOf(OpenSession(t.Context(), s, full, nil)))
		want := store.SessionOwner{Session: full, Role: store.RoleMember}
		same(t, must(s.SessionByID(t.Context(), full.ID))(t), want)
		bare := store.SessionOwner{Session: opened(t, s, session(50, 2)), Role: store.RoleMember}
		same(t, must(s.SessionByID(t.Context(), 50))(t), bare)
	},
	"a session that has ended since is found, unless another took its place": func(t *testing.T, s *store.Store) {
		addPerson(t, s, 1)
		addPerson(t, s, 2)
		hasEnded := func(userID int64, since store.Time) (ended bool) {
			check(t, s.InTx(t.Context(), func(tx store.Tx) (err error) {
				ended, err = tx.HasEndedSession(t.Context(), userID, since)
				return err
			}))
			return ended
		}
		opened(t, s, session(1, 1))
		opened(t, s, session(2, 1))
		check(t, s.InTx(t.Context(), func(tx store.Tx) error { return tx.SetOpenedBy(t.Context(), 2, "another way") }))
		same(t, must(s.SessionByID(t.Context(), 2))(t).OpenedBy, "another way")
		same(t, must(s.SessionWithUserByAccessHash(t.Context(), "access-2", ""))(t).OpenedBy, "another way")
		must(EndSession(t.Context(), s, 1, store.EndedByReplacement, noon))(t)
		same(t, hasEnded(1, noon), false)
		must(EndSession(t.Context(), s, 2, store.EndedByLogout, noon))(t)
		same(t, hasEnded(1, noon), true)
		same(t, hasEnded(1, noon+1), false)
		same(t, hasEnded(2, noon), false)
	},
	"a session is found by each of its tokens": func(t *testing.T, s *store.Store) {
		addPerson(t, s, 1)
		a := session(1, 1)
		a.PreviousAccessHash = new(store.Digest("before"))
		opened(t, s, a)
		opened(t, s, session(2, 1))
		same(t, must(s.SessionWithUserByAccessHash(t.Context(), "access-1", ""))(t).ID, int64(1))
		same(t, must(s.SessionWithUserByAccessHash(t.Context(), "before", ""))(t).ID, int64(1))
		same(t, must(s.SessionByRefreshHash(t.Context(), "refresh-2"))(t).ID, int64(2))
		must(EndSession(t.Context(), s, 1, store.EndedByLogout, noon))(t)
		same(t, must(s.SessionWithUserByAccessHash(t.Context(), "access-1", ""))(t).EndReason, new(store.EndedByLogout))
		_, err := s.SessionWithUserByAccessHash(t.Context(), "refresh-1", "")
		wantNotFound(t, err)
		_, err = s.SessionByRefreshHash(t.Context(), "access-1")
		wantNotFound(t, err)
		_, err = s.SessionByID(t.Context(), 9)
		wantNotFound(t, err)
	},
	"a session is found with its user and the application": func(t *testing.T, s *store.Store) {
		addPerson(t, s, 1)
		check(t, SetUserRole(t.Context(), s, 1, store.RoleAdministrator, noon))
		check(t, InsertApplication(t.Context(), s, store.Application{ID: "app", Name: "app", Rights: "contact"}))
		a := session(1, 1)
		a.PreviousAccessHash, a.RotatedAt = new(store.Digest("before")), new(noon)
		a.AccessExpiresAt, a.ExpiresAt, a.LastSeenAt = noon+1, noon+2, noon+3
		opened(t, s, a)
		jwt := session(2, 1)
		jwt.AccessHash, jwt.ApplicationID = nil, new("app")
		opened(t, s, jwt)
		profile := must(s.ProfileByID(t.Context(), 1))(t)
		want := store.SessionWithUser{
			ID: 1, OpenedBy: a.OpenedBy, RotatedAt: a.RotatedAt, AccessExpiresAt: noon + 1, ExpiresAt: noon + 2,
			CreatedAt: a.CreatedAt, LastSeenAt: noon + 3, Role: store.RoleAdministrator, Profile: profile,
		}
		find := func(hash store.Digest, application string) store.SessionWithUser {
			t.Helper()
			return must(s.SessionWithUserByAccessHash(t.Context(), hash, application))(t)
		}
		same(t, find("access-1", "other"), want)
		want.ApplicationRights = new("contact")
		same(t, find("access-1", "app"), want)
		want.Previous = true
		same(t, find("before", "app"), want)
		byID := must(s.SessionWithUserByID(t.Context(), 2, "other"))(t)
		same(t, byID.ID, int64(2))
		same(t, *byID.ApplicationID, "app") // the session's, whatever the request names
		for _, hash := range []store.Digest{"refresh-1", "access-3", ""} {
			wantNotFound(t, errorOf(s.SessionWithUserByAccessHash(t.Context(), hash, "app")))
		}
		wantNotFound(t, errorOf(s.SessionWithUserByID(t.Context(), 1, ""))) // has an access token

		check(t, SetApplicationDisabled(t.Context(), s, "app", true, noon))
		same(t, find("access-1", "app").ApplicationRights, (*string)(nil))
		check(t, SetUserDisabled(t.Context(), s, 1, true, noon+5))
		ended := find("access-1", "app")
		same(t, []any{ended.EndedAt, ended.EndReason, ended.Profile.DisabledAt}, []any{new(noon + 5), new(store.EndedByDisabling), new(noon + 5)})
		check(t, PutSession(t.Context(), s, a)) // not ended, but its user is disabled
		ended = find("access-1", "app")
		same(t, []any{ended.EndedAt, ended.Profile.DisabledAt}, []any{(*store.Time)(nil), new(noon + 5)})
	},
	"opening a session is noted at its user": func(t *testing.T, s *store.Store) {
		addPerson(t, s, 1)
		opening := session(1, 1)
		opening.CreatedAt = noon + 5
		check(t, errorOf(OpenSession(t.Context(), s, opening, new(int64(3)))))
		u := must(s.UserByID(t.Context(), 1))(t)
		same(t, []any{u.LastLoginAt, u.CompanyType, u.Version}, []any{new(noon + 5), new(int64(3)), int64(1)})
		check(t, errorOf(OpenSession(t.Context(), s, session(2, 1), nil)))
		same(t, must(s.UserByID(t.Context(), 1))(t).CompanyType, new(int64(3)))
	},
	"the client IPs of a user's sessions are told, newest first": func(t *testing.T, s *store.Store) {
		addPerson(t, s, 1)
		addPerson(t, s, 2)
		for i, at := range []store.Time{noon, noon + 1, noon + 2, noon + 2} {
			opening := session(int64(i+1), int64(1+i/3))
			opening.CreatedAt, opening.ClientIP = at, fmt.Sprintf("192.0.2.%d", i)
			opened(t, s, opening)
		}
		must(EndSession(t.Context(), s, 3, store.EndedByLogout, noon+3))(t)
		clientIPs := func(since store.Time, limit int) []string {
			t.Helper()
			return must(s.ClientIPsOf(t.Context(), 1, since, limit))(t)
		}
		same(t, clientIPs(noon, 9), []string{"192.0.2.2", "192.0.2.1", "192.0.2.0"})
		same(t, clientIPs(noon+1, 9), []string{"192.0.2.2", "192.0.2.1"})
		same(t, clientIPs(noon, 1), []string{"192.0.2.2"})
		same(t, len(must(s.ClientIPsOf(t.Context(), 3, noon, 9))(t)), 0)
	},
	"no session is opened for nobody, nor twice": func(t *testing.T, s *store.Store) {
		wantNotFound(t, errorOf(OpenSession(t.Context(), s, session(1, 9), nil)))
		wantNotFound(t, PutSession(t.Context(), s, session(1, 9)))
		addPerson(t, s, 1)
		opened(t, s, session(1, 1))
		twice := session(1, 1)
		twice.AccessHash, twice.RefreshHash = new(store.Digest("other")), nil
		wantConflict(t, errorOf(OpenSession(t.Context(), s, twice, new(int64(3)))), "id")
		same(t, must(s.UserByID(t.Context(), 1))(t).CompanyType, (*int64)(nil)) // all or nothing
		stolen := session(2, 1)
		stolen.AccessHash = new(store.Digest("access-1"))
		wantConflict(t, errorOf(OpenSession(t.Context(), s, stolen, nil)), "session")
		stolen = session(2, 1)
		stolen.RefreshHash = new(store.Digest("refresh-1"))
		wantConflict(t, errorOf(OpenSession(t.Context(), s, stolen, nil)), "session")
	},
	"a session of a class replaces the one before": func(t *testing.T, s *store.Store) {
		addPerson(t, s, 1)
		addPerson(t, s, 2)
		opened(t, s, exclusive(session(1, 1), "phone"))
		same(t, must(OpenSession(t.Context(), s, exclusive(session(2, 1), "tablet"), nil))(t), (*int64)(nil))
		opened(t, s, exclusive(session(3, 2), "phone"))
		opened(t, s, session(4, 1))
		next := exclusive(session(5, 1), "phone")
		next.CreatedAt = noon + 7
		same(t, must(OpenSession(t.Context(), s, next, nil))(t), new(int64(1)))
		same(t, reasons(t, s, 1, 2, 3, 4, 5), []string{store.EndedByReplacement, "", "", "", ""})
		replaced := must(s.SessionByID(t.Context(), 1))(t).Session
		same(t, replaced.EndedAt, new(noon+7))
		same(t, must(s.ReplacementOf(t.Context(), replaced))(t), next)
	},
	"of parallel sessions of a class one is live": func(t *testing.T, s *store.Store) {
		addPerson(t, s, 1)
		concurrently(t, s, 50, func(i int) {
			opening := exclusive(session(int64(i)+1, 1), "phone")
			if err := errorOf(OpenSession(t.Context(), s, opening, nil)); err != nil {
				t.Error(err)
			}
		})
		living := must(s.LiveSessions(t.Context(), 1, noon, 100))(t)
		same(t, len(living), 1)
		for id := int64(1); id <= 50; id++ {
			if id != living[0].ID {
				same(t, reasons(t, s, id), []string{store.EndedByReplacement})
			}
		}
	},
	"the successor is the newest of the class": func(t *testing.T, s *store.Store) {
		addPerson(t, s, 1)
		var last store.Session
		for id := int64(1); id <= 3; id++ {
			last = exclusive(session(id, 1), "phone")
			last.CreatedAt = noon + store.Time(id)
			opened(t, s, last)
		}
		opened(t, s, exclusive(session(4, 1), "tablet"))
		first := must(s.SessionByID(t.Context(), 1))(t).Session
		same(t, must(s.ReplacementOf(t.Context(), first))(t), last)
		_, err := s.ReplacementOf(t.Context(), last) // live
		wantNotFound(t, err)
		_, err = s.ReplacementOf(t.Context(), opened(t, s, session(5, 1))) // of no class
		wantNotFound(t, err)
		must(EndSession(t.Context(), s, 3, store.EndedByLogout, noon+day))(t)
		_, err = s.ReplacementOf(t.Context(), must(s.SessionByID(t.Context(), 3))(t).Session)
		wantNotFound(t, err)
	},
	"live sessions are listed, newest first": func(t *testing.T, s *store.Store) {
		addPerson(t, s, 1)
		addPerson(t, s, 2)
		for id := int64(1); id <= 4; id++ {
			one := session(id, 1)
			one.CreatedAt = noon + store.Time(id)
			if id == 3 {
				one.ExpiresAt = noon + hour
			}
			opened(t, s, one)
		}
		opened(t, s, session(5, 2))
		must(EndSession(t.Context(), s, 2, store.EndedByLogout, noon))(t)
		same(t, sessionIDs(must(s.LiveSessions(t.Context(), 1, noon+hour-1, 100))(t)), []int64{4, 3, 1})
		same(t, sessionIDs(must(s.LiveSessions(t.Context(), 1, noon+hour, 100))(t)), []int64{4, 1})
	},
	"a fixture is put in place of the one before": func(t *testing.T, s *store.Store) {
		addPerson(t, s, 1)
		ended := session(1, 1)
		fill(reflect.ValueOf(&ended).Elem())
		ended.ID, ended.UserID = 1, 1
		check(t, PutSession(t.Context(), s, ended))
		same(t, must(s.SessionByID(t.Context(), 1))(t).Session, ended)
		check(t, PutSession(t.Context(), s, exclusive(session(1, 1), "phone")))
		same(t, must(s.SessionByID(t.Context(), 1))(t).Session, exclusive(session(1, 1), "phone"))
		wantConflict(t, PutSession(t.Context(), s, exclusive(session(2, 1), "phone")), "session")
	},
}

func sessionIDs(sessions []store.Session) []int64 {
	var found []int64
	for _, s := range sessions {
		found = append(found, s.ID)
	}
	return found
}

var sessionLifeTests = map[string]func(*testing.T, *store.Store){
	"an access token is prolonged and never shortened": func(t *testing.T, s *store.Store) {
		addPerson(t, s, 1)
		opened(t, s, session(1, 1))
		same(t, must(ExtendAccessToken(t.Context(), s, 1, noon+2*hour, noon+5, new(int64(2))))(t), true)
		same(t, must(ExtendAccessToken(t.Context(), s, 1, noon+hour, noon+4, nil))(t), true)
		want := session(1, 1)
		want.AccessExpiresAt, want.LastSeenAt, want.FrontType = noon+2*hour, noon+5, new(int64(2))
		same(t, must(s.SessionByID(t.Context(), 1))(t).Session, want)
		must(EndSession(t.Context(), s, 1, store.EndedByLogout, noon))(t)
		same(t, must(ExtendAccessToken(t.Context(), s, 1, noon+9*hour, noon, nil))(t), false)
		same(t, must(s.SessionByID(t.Context(), 1))(t).AccessExpiresAt, noon+2*hour)
	},
	"a touch moves forward only": func(t *testing.T, s *store.Store) {
		addPerson(t, s, 1)
		opened(t, s, session(1, 1))
		check(t, s.SetLastSeen(t.Context(), map[int64]store.Time{1: noon + 5}))
		check(t, s.SetLastSeen(t.Context(), map[int64]store.Time{1: noon + 4, 9: noon}))
		check(t, s.SetLastSeen(t.Context(), nil))
		same(t, must(s.SessionByID(t.Context(), 1))(t).LastSeenAt, noon+5)
	},
	"many sessions are touched, each at its moment": func(t *testing.T, s *store.Store) {
		addPerson(t, s, 1)
		seen := map[int64]store.Time{}
		for id := int64(1); id <= 700; id++ { // more than one chunk
			check(t, PutSession(t.Context(), s, session(id, 1)))
			seen[id] = noon + store.Time(id)
		}
		check(t, PutSession(t.Context(), s, session(701, 1)))
		check(t, s.SetLastSeen(t.Context(), seen))
		for _, one := range must(s.LiveSessions(t.Context(), 1, noon, 100))(t) {
			want := seen[one.ID]
			if one.ID == 701 {
				want = noon
			}
			same(t, one.LastSeenAt, want)
		}
	},
	"the first device stays bound": func(t *testing.T, s *store.Store) {
		addPerson(t, s, 1)
		opened(t, s, session(1, 1))
		same(t, must(BindDevice(t.Context(), s, 1, "phone-a"))(t), "phone-a")
		same(t, must(BindDevice(t.Context(), s, 1, "phone-b"))(t), "phone-a")
		_, err := BindDevice(t.Context(), s, 9, "phone-a")
		wantNotFound(t, err)
	},
	"parallel devices agree on the one bound": func(t *testing.T, s *store.Store) {
		addPerson(t, s, 1)
		opened(t, s, session(1, 1))
		bound := make([]string, 20)
		concurrently(t, s, len(bound), func(i int) {
			var err error
			if bound[i], err = BindDevice(t.Context(), s, 1, string(rune('a'+i))); err != nil {
				t.Error(err)
			}
		})
		for _, device := range bound {
			same(t, device, bound[0])
		}
	},
	"a session ends once and keeps its reason": func(t *testing.T, s *store.Store) {
		addPerson(t, s, 1)
		opened(t, s, session(1, 1))
		same(t, must(EndSession(t.Context(), s, 1, store.EndedByRefreshReuse, noon+1))(t), true)
		same(t, must(EndSession(t.Context(), s, 1, store.EndedByLogout, noon+2))(t), false)
		same(t, must(EndSession(t.Context(), s, 9, store.EndedByLogout, noon))(t), false)
		ended := must(s.SessionByID(t.Context(), 1))(t)
		same(t, []any{ended.EndedAt, ended.EndReason}, []any{new(noon + 1), new(store.EndedByRefreshReuse)})
	},
	"users end their own sessions only": func(t *testing.T, s *store.Store) {
		addPerson(t, s, 1)
		addPerson(t, s, 2)
		opened(t, s, session(1, 1))
		same(t, must(EndSessionOf(t.Context(), s, 2, 1, store.EndedByOwner, noon))(t), false)
		same(t, must(EndSessionOf(t.Context(), s, 1, 1, store.EndedByOwner, noon))(t), true)
		same(t, must(EndSessionOf(t.Context(), s, 1, 1, store.EndedByOwner, noon))(t), false)
	},
	"what is over is purged, the rest stays": func(t *testing.T, s *store.Store) {
		addPerson(t, s, 1)
		for id := int64(1); id <= 3; id++ {
			opened(t, s, session(id, 1))
		}
		expired := session(4, 1)
		expired.ExpiresAt = noon + hour
		opened(t, s, expired)
		must(EndSession(t.Context(), s, 1, store.EndedByLogout, noon))(t)
		must(EndSession(t.Context(), s, 2, store.EndedByLogout, noon+2*hour))(t)
		taken(t, s, noon, quota("over", hour, 1), quota("not over", day, 1))
		sent(t, s, "over")
		same(t, must(s.Purge(t.Context(), noon+2*hour, noon+2*hour))(t), int64(4))
		_, err := s.SessionByID(t.Context(), 1)
		wantNotFound(t, err)
		same(t, reasons(t, s, 2, 3), []string{store.EndedByLogout, ""})
		_, err = s.SessionByID(t.Context(), 4)
		wantNotFound(t, err)
		same(t, taken(t, s, noon, quota("not over", day, 1)), int64(day))
		same(t, taken(t, s, noon, quota("over", hour, 1)), int64(0))
		same(t, must(s.Purge(t.Context(), noon, noon))(t), int64(0))
	},
	"more than one batch is purged": func(t *testing.T, s *store.Store) {
		var quotas []store.RateLimit
		for i := range 1001 {
			quotas = append(quotas, quota(string(rune('一'+i)), minute, 1))
		}
		taken(t, s, noon, quotas...)
		same(t, must(s.Purge(t.Context(), noon+minute, noon))(t), int64(1001))
	},
}
