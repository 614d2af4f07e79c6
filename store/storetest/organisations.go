package storetest

import (
	"context"
	"testing"

	"quartet/store"
)

func organisation(id int64, code string) store.Organisation {
	return store.Organisation{ID: id, Code: code, Name: "云海 " + code, CreatedAt: noon}
}

func role(id int64, code string) store.Role {
	return store.Role{ID: id, Code: code, Name: "老师 " + code, CreatedAt: noon}
}

func application(id string) store.Application {
	return store.Application{ID: id, Name: "Portal " + id, CreatedAt: noon}
}

// school leaves user 1, organisations 1 and 2, and roles 1 and 2.
func school(t *testing.T, s *store.Store) {
	t.Helper()
	addPerson(t, s, 1)
	check(t, InsertOrganisation(t.Context(), s, organisation(1, "east")))
	check(t, InsertOrganisation(t.Context(), s, organisation(2, "west")))
	check(t, InsertRole(t.Context(), s, role(1, "teacher")))
	check(t, InsertRole(t.Context(), s, role(2, "warden")))
}

var organisationTests = map[string]func(*testing.T, *store.Store){
	"organisations are kept, listed and disabled": func(t *testing.T, s *store.Store) {
		school(t, s)
		same(t, must(s.OrganisationByCode(t.Context(), "east"))(t), organisation(1, "east"))
		same(t, must(s.ListOrganisations(t.Context()))(t), []store.Organisation{organisation(1, "east"), organisation(2, "west")})
		wantConflict(t, InsertOrganisation(t.Context(), s, organisation(1, "north")), "id")
		wantConflict(t, InsertOrganisation(t.Context(), s, organisation(3, "east")), "code")
		check(t, SetOrganisationDisabled(t.Context(), s, "east", true, noon+1))
		same(t, must(s.OrganisationByCode(t.Context(), "east"))(t).DisabledAt, new(noon+1))
		check(t, SetOrganisationDisabled(t.Context(), s, "east", false, noon+2))
		same(t, must(s.OrganisationByCode(t.Context(), "east"))(t), organisation(1, "east"))
		_, err := s.OrganisationByCode(t.Context(), "north")
		wantNotFound(t, err)
		wantNotFound(t, SetOrganisationDisabled(t.Context(), s, "north", true, noon))
	},
	"roles are kept, listed and disabled": func(t *testing.T, s *store.Store) {
		school(t, s)
		same(t, must(s.RoleByCode(t.Context(), "warden"))(t), role(2, "warden"))
		same(t, must(s.ListRoles(t.Context()))(t), []store.Role{role(1, "teacher"), role(2, "warden")})
		wantConflict(t, InsertRole(t.Context(), s, role(1, "cook")), "id")
		wantConflict(t, InsertRole(t.Context(), s, role(3, "warden")), "code")
		check(t, SetRoleDisabled(t.Context(), s, "warden", true, noon+1))
		same(t, must(s.RoleByCode(t.Context(), "warden"))(t).DisabledAt, new(noon+1))
		check(t, SetRoleDisabled(t.Context(), s, "warden", false, noon+2))
		same(t, must(s.RoleByCode(t.Context(), "warden"))(t), role(2, "warden"))
		_, err := s.RoleByCode(t.Context(), "cook")
		wantNotFound(t, err)
		wantNotFound(t, SetRoleDisabled(t.Context(), s, "cook", true, noon))
	},
	"what is so already can be set again": func(t *testing.T, s *store.Store) {
		school(t, s)
		check(t, InsertApplication(t.Context(), s, application("a")))
		for range 2 {
			check(t, SetOrganisationDisabled(t.Context(), s, "east", true, noon))
			check(t, SetRoleDisabled(t.Context(), s, "warden", true, noon))
			check(t, SetApplicationDisabled(t.Context(), s, "a", true, noon))
			check(t, SetApplicationRights(t.Context(), s, "a", "rights"))
			check(t, SetUserRole(t.Context(), s, 1, store.RoleMember, noon))
		}
		for id := range int64(2) { // signed in twice at the same moment
			check(t, errorOf(OpenSession(t.Context(), s, session(id+1, 1), nil)))
		}
		for range 2 {
			same(t, must(ExtendAccessToken(t.Context(), s, 1, noon+hour, noon, nil))(t), true)
		}
	},
	"members have organisations, and roles in them": func(t *testing.T, s *store.Store) {
		school(t, s)
		addPerson(t, s, 2)
		check(t, AddMembership(t.Context(), s, 1, 2, nil, noon))
		for range 2 { // twice is as good as once
			check(t, AddMembership(t.Context(), s, 1, 1, new(int64(2)), noon))
			check(t, AddMembership(t.Context(), s, 1, 1, new(int64(1)), noon))
		}
		check(t, AddMembership(t.Context(), s, 2, 2, new(int64(2)), noon))
		same(t, must(s.MembershipsOf(t.Context(), 1))(t), []store.Membership{
			{Organisation: organisation(1, "east"), Roles: []store.Role{role(1, "teacher"), role(2, "warden")}},
			{Organisation: organisation(2, "west")},
		})
		same(t, len(must(s.MembershipsOf(t.Context(), 9))(t)), 0)
	},
	"a profile tells what applications are shown": func(t *testing.T, s *store.Store) {
		school(t, s)
		addPerson(t, s, 2)
		check(t, UpdateUser(t.Context(), s, 1, store.UserChange{EmailKey: new("he@example.com"), ProfileColumns: store.ProfileColumns{
			Email: new("he@example.com"), Nickname: new("何"), Gender: new(2), Avatar: new("https://example.com/a.png"),
		}}, nil, noon))
		row := must(s.UserByID(t.Context(), 1))(t)
		shown := store.Profile{
			UserID: row.ID, Username: row.Username, Email: row.Email, MobileSealed: row.MobileSealed,
			EmailVerifiedAt: row.EmailVerifiedAt, MobileVerifiedAt: row.MobileVerifiedAt, Nickname: row.Nickname, Gender: row.Gender, Avatar: row.Avatar,
		}
		opened(t, s, session(1, 1))
		profile := func() store.Profile {
			alone := must(s.ProfileByID(t.Context(), 1))(t)
			same(t, must(s.SessionWithUserByAccessHash(t.Context(), "access-1", ""))(t).Profile, alone)
			return alone
		}
		same(t, profile(), shown)
		check(t, AddMembership(t.Context(), s, 1, 2, nil, noon))
		check(t, AddMembership(t.Context(), s, 1, 1, new(int64(2)), noon))
		check(t, AddMembership(t.Context(), s, 1, 1, new(int64(1)), noon))
		check(t, AddMembership(t.Context(), s, 2, 2, new(int64(2)), noon))
		teacher, warden := store.Role{ID: 1, Code: "teacher", Name: "老师 teacher"}, store.Role{ID: 2, Code: "warden", Name: "老师 warden"}
		east := store.Membership{Organisation: store.Organisation{ID: 1, Code: "east", Name: "云海 east"}, Roles: []store.Role{teacher, warden}}
		west := store.Membership{Organisation: store.Organisation{ID: 2, Code: "west", Name: "云海 west"}}
		shown.Memberships = []store.Membership{east, west}
		same(t, profile(), shown)

		check(t, SetRoleDisabled(t.Context(), s, "teacher", true, noon))
		check(t, SetOrganisationDisabled(t.Context(), s, "west", true, noon))
		east.Roles = []store.Role{warden}
		shown.Memberships = []store.Membership{east}
		same(t, profile(), shown)
		check(t, write(t, s, func(ctx context.Context, tx store.Tx) error { return tx.SetEmailVerified(ctx, 1, true, noon+1) }))
		check(t, write(t, s, func(ctx context.Context, tx store.Tx) error { return errorOf(tx.CloseUser(ctx, 1, noon+9, noon)) }))
		shown.EmailVerifiedAt, shown.ClosingAt = new(noon+1), new(noon+9)
		same(t, must(s.ProfileByID(t.Context(), 1))(t), shown)
		check(t, SetUserDisabled(t.Context(), s, 1, true, noon+5))
		shown.DisabledAt = new(noon + 5)
		same(t, must(s.ProfileByID(t.Context(), 1))(t), shown)
		_, err := s.ProfileByID(t.Context(), 9)
		wantNotFound(t, err)
	},
	"a disabled organisation or role is left out": func(t *testing.T, s *store.Store) {
		school(t, s)
		check(t, AddMembership(t.Context(), s, 1, 1, new(int64(1)), noon))
		check(t, AddMembership(t.Context(), s, 1, 2, new(int64(2)), noon))
		check(t, SetOrganisationDisabled(t.Context(), s, "east", true, noon))
		check(t, SetRoleDisabled(t.Context(), s, "warden", true, noon))
		same(t, must(s.MembershipsOf(t.Context(), 1))(t), []store.Membership{{Organisation: organisation(2, "west")}})
	},
	"memberships need all who are in them": func(t *testing.T, s *store.Store) {
		school(t, s)
		wantNotFound(t, AddMembership(t.Context(), s, 9, 1, nil, noon))
		wantNotFound(t, AddMembership(t.Context(), s, 1, 9, nil, noon))
		wantNotFound(t, AddMembership(t.Context(), s, 1, 1, new(int64(9)), noon))
		same(t, len(must(s.MembershipsOf(t.Context(), 1))(t)), 0) // all or nothing
	},
	"a role is taken away, or the whole membership": func(t *testing.T, s *store.Store) {
		school(t, s)
		check(t, AddMembership(t.Context(), s, 1, 1, new(int64(1)), noon))
		check(t, AddMembership(t.Context(), s, 1, 1, new(int64(2)), noon))
		check(t, RemoveMembership(t.Context(), s, 1, 1, new(int64(1))))
		wantNotFound(t, RemoveMembership(t.Context(), s, 1, 1, new(int64(1))))
		same(t, must(s.MembershipsOf(t.Context(), 1))(t)[0].Roles, []store.Role{role(2, "warden")})
		check(t, RemoveMembership(t.Context(), s, 1, 1, nil))
		wantNotFound(t, RemoveMembership(t.Context(), s, 1, 1, nil))
		check(t, AddMembership(t.Context(), s, 1, 1, nil, noon)) // the roles are gone with it
		same(t, must(s.MembershipsOf(t.Context(), 1))(t), []store.Membership{{Organisation: organisation(1, "east")}})
	},
	"parallel additions make one membership": func(t *testing.T, s *store.Store) {
		school(t, s)
		concurrently(t, s, 20, func(int) {
			if err := AddMembership(t.Context(), s, 1, 1, new(int64(1)), noon); err != nil {
				t.Error(err)
			}
		})
		same(t, must(s.MembershipsOf(t.Context(), 1))(t), []store.Membership{
			{Organisation: organisation(1, "east"), Roles: []store.Role{role(1, "teacher")}},
		})
	},
}

var applicationTests = map[string]func(*testing.T, *store.Store){
	"applications are kept, listed, changed and disabled": func(t *testing.T, s *store.Store) {
		later := application("a")
		later.CreatedAt = noon + 1
		check(t, InsertApplication(t.Context(), s, later))
		check(t, InsertApplication(t.Context(), s, application("b")))
		wantConflict(t, InsertApplication(t.Context(), s, application("b")), "id")
		same(t, must(s.ListApplications(t.Context()))(t), []store.Application{application("b"), later})
		check(t, SetApplicationRights(t.Context(), s, "b", "nickname contact"))
		check(t, SetApplicationDisabled(t.Context(), s, "b", true, noon+2))
		want := application("b")
		want.Rights, want.DisabledAt = "nickname contact", new(noon+2)
		same(t, must(s.ApplicationByID(t.Context(), "b"))(t), want)
		check(t, SetApplicationDisabled(t.Context(), s, "b", false, noon+3))
		same(t, must(s.ApplicationByID(t.Context(), "b"))(t).DisabledAt, (*store.Time)(nil))
		_, err := s.ApplicationByID(t.Context(), "c")
		wantNotFound(t, err)
		wantNotFound(t, SetApplicationRights(t.Context(), s, "c", ""))
		wantNotFound(t, SetApplicationDisabled(t.Context(), s, "c", true, noon))
	},
	"the organisations of an application are listed, disabled ones too": func(t *testing.T, s *store.Store) {
		school(t, s)
		check(t, InsertApplication(t.Context(), s, application("a")))
		check(t, AddApplicationOrganisation(t.Context(), s, "a", 2))
		same(t, must(s.OrganisationsOfApplication(t.Context(), "a"))(t), []store.Organisation{organisation(2, "west")})
		check(t, AddApplicationOrganisation(t.Context(), s, "a", 1))
		check(t, AddApplicationOrganisation(t.Context(), s, "a", 1)) // twice is as good as once
		check(t, SetOrganisationDisabled(t.Context(), s, "east", true, noon+1))
		hidden := organisation(1, "east")
		hidden.DisabledAt = new(noon + 1)
		same(t, must(s.OrganisationsOfApplication(t.Context(), "a"))(t), []store.Organisation{hidden, organisation(2, "west")})
		same(t, len(must(s.OrganisationsOfApplication(t.Context(), "b"))(t)), 0)
	},
	"an organisation is taken from an application": func(t *testing.T, s *store.Store) {
		school(t, s)
		check(t, InsertApplication(t.Context(), s, application("a")))
		wantNotFound(t, AddApplicationOrganisation(t.Context(), s, "a", 9))
		wantNotFound(t, AddApplicationOrganisation(t.Context(), s, "b", 1))
		check(t, AddApplicationOrganisation(t.Context(), s, "a", 1))
		check(t, RemoveApplicationOrganisation(t.Context(), s, "a", 1))
		wantNotFound(t, RemoveApplicationOrganisation(t.Context(), s, "a", 1))
		same(t, len(must(s.OrganisationsOfApplication(t.Context(), "a"))(t)), 0)
	},
}
