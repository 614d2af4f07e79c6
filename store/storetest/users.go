package storetest

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"quartet/store"
)

var userTests = map[string]func(*testing.T, *store.Store){
	"every field of a user is kept": func(t *testing.T, s *store.Store) {
		full := person(1)
		fill(reflect.ValueOf(&full).Elem())
		check(t, InsertUser(t.Context(), s, full))
		same(t, must(s.UserByID(t.Context(), full.ID))(t), full)
		bare := addPerson(t, s, 2)
		same(t, must(s.UserByID(t.Context(), 2))(t), bare)
	},
	"the first user is noticed": func(t *testing.T, s *store.Store) {
		has := func() (found bool) {
			check(t, s.InTx(t.Context(), func(tx store.Tx) (err error) {
				found, err = tx.HasUsers(t.Context())
				return err
			}))
			return found
		}
		same(t, has(), false)
		addPerson(t, s, 7)
		same(t, has(), true)
	},
	"every column of a user is stored": func(t *testing.T, s *store.Store) {
		full := person(1)
		fill(reflect.ValueOf(&full).Elem())
		check(t, InsertUser(t.Context(), s, full))
		same(t, must(s.UserByID(t.Context(), full.ID))(t), full)
	},
	"a user is found by each of the keys": func(t *testing.T, s *store.Store) {
		u := person(1)
		u.Username, u.UsernameKey = new("Lin"), new("lin")
		u.MobileIndex, u.MobileVerifiedAt = new(store.Digest("index")), new(noon)
		check(t, InsertUser(t.Context(), s, u))
		same(t, must(s.UserByID(t.Context(), 1))(t), u)
		same(t, must(s.UserByUsernameKey(t.Context(), "lin"))(t), u)
		same(t, must(s.UserByVerifiedMobile(t.Context(), "index"))(t), u)
	},
	"nobody is found where nobody is": func(t *testing.T, s *store.Store) {
		u := person(1)
		u.Username, u.UsernameKey, u.MobileIndex = new("Lin"), new("lin"), new(store.Digest("index"))
		check(t, InsertUser(t.Context(), s, u))
		_, err := s.UserByID(t.Context(), 2)
		wantNotFound(t, err)
		_, err = s.UserByUsernameKey(t.Context(), "Lin")
		wantNotFound(t, err)
		_, err = s.UserByVerifiedMobile(t.Context(), "index") // not verified
		wantNotFound(t, err)
		_, err = s.UserByEmailKey(t.Context(), "lin@example.com")
		wantNotFound(t, err)
		same(t, len(must(s.UsersByAlias(t.Context(), "1"))(t)), 0)
	},
	"what must be unique conflicts by name": func(t *testing.T, s *store.Store) {
		first := person(1)
		first.Username, first.UsernameKey = new("Lin"), new("lin")
		first.EmailKey, first.EmailVerifiedAt = new("lin@example.com"), new(noon)
		first.MobileIndex, first.MobileVerifiedAt = new(store.Digest("index")), new(noon)
		check(t, InsertUser(t.Context(), s, first))
		for what, change := range map[string]func(u *store.User){
			"id":       func(u *store.User) { u.ID = 1 },
			"guid":     func(u *store.User) { u.GUID = first.GUID },
			"username": func(u *store.User) { u.UsernameKey = first.UsernameKey },
			"email":    func(u *store.User) { u.EmailKey = first.EmailKey },
			"mobile":   func(u *store.User) { u.MobileIndex, u.MobileVerifiedAt = first.MobileIndex, new(noon) },
		} {
			second := person(2)
			change(&second)
			wantConflict(t, InsertUser(t.Context(), s, second), what)
		}
		_, err := s.UserByID(t.Context(), 2)
		wantNotFound(t, err)
	},
	"an unverified mobile is nobody's alone": func(t *testing.T, s *store.Store) {
		for id := int64(1); id <= 3; id++ {
			u := person(id)
			u.MobileIndex = new(store.Digest("index"))
			if id == 2 {
				u.MobileVerifiedAt = new(noon)
			}
			check(t, InsertUser(t.Context(), s, u))
		}
		same(t, must(s.UserByVerifiedMobile(t.Context(), "index"))(t).ID, int64(2))
	},
	"an unverified e-mail finds its user": func(t *testing.T, s *store.Store) {
		u := person(1)
		u.EmailKey = new("lin@example.com")
		check(t, InsertUser(t.Context(), s, u))
		same(t, must(s.UserByEmailKey(t.Context(), "lin@example.com"))(t).ID, int64(1))
	},
	"an alias finds its users across sources": func(t *testing.T, s *store.Store) {
		for id := int64(1); id <= 3; id++ {
			addPerson(t, s, id)
		}
		AddAlias(t, s, "a", "77", 2)
		AddAlias(t, s, "b", "77", 2)
		same(t, ids(must(s.UsersByAlias(t.Context(), "77"))(t)), []int64{2})
		AddAlias(t, s, "c", "77", 1)
		AddAlias(t, s, "d", "77", 3)
		same(t, ids(must(s.UsersByAlias(t.Context(), "77"))(t)), []int64{1, 2})
	},
	"users are listed page by page": func(t *testing.T, s *store.Store) {
		for _, id := range []int64{30, 10, 20} {
			addPerson(t, s, id)
		}
		same(t, ids(must(s.ListUsers(t.Context(), 0, 2))(t)), []int64{10, 20})
		same(t, ids(must(s.ListUsers(t.Context(), 20, 2))(t)), []int64{30})
		same(t, len(must(s.ListUsers(t.Context(), 30, 2))(t)), 0)
		same(t, len(must(s.ListUsers(t.Context(), 0, -1))(t)), 0)
	},
}

var changeTests = map[string]func(*testing.T, *store.Store){
	"an update changes what it names and nothing else": func(t *testing.T, s *store.Store) {
		before := person(1)
		fill(reflect.ValueOf(&before).Elem())
		check(t, InsertUser(t.Context(), s, before))
		check(t, UpdateUser(t.Context(), s, before.ID, store.UserChange{ProfileColumns: store.ProfileColumns{Company: new("云海")}}, new(int64(7)), noon+1))
		want := before
		want.Company, want.Version, want.UpdatedBy, want.UpdatedAt = "云海", before.Version+1, new(int64(7)), noon+1
		same(t, must(s.UserByID(t.Context(), before.ID))(t), want)
		check(t, UpdateUser(t.Context(), s, before.ID, store.UserChange{}, nil, noon+2))
		same(t, must(s.UserByID(t.Context(), before.ID))(t).UpdatedBy, (*int64)(nil))
	},
	"an update reaches every field": func(t *testing.T, s *store.Store) {
		u := addPerson(t, s, 1)
		check(t, UpdateUser(t.Context(), s, 1, everything(), nil, noon+1))
		changed := must(s.UserByID(t.Context(), 1))(t)
		for _, field := range reflect.VisibleFields(reflect.TypeFor[store.UserChange]()) {
			name := field.Name
			switch {
			case field.Anonymous, strings.HasPrefix(name, "Clear"):
				continue
			case name == "IDCard", name == "Mobile":
				name += "Sealed"
			}
			was := reflect.ValueOf(u).FieldByName(name).Interface()
			is := reflect.ValueOf(changed).FieldByName(name).Interface()
			if reflect.DeepEqual(was, is) {
				t.Errorf("%s did not change", name)
			}
		}
	},
	"an update empties what is optional": func(t *testing.T, s *store.Store) {
		u := person(1)
		fill(reflect.ValueOf(&u).Elem())
		check(t, InsertUser(t.Context(), s, u))
		check(t, UpdateUser(t.Context(), s, u.ID, store.UserChange{
			ProfileColumns: store.ProfileColumns{Birthday: new(""), IDCard: new(""), Email: new("no")}, // clearing wins
			EmailKey:       new("no"), ClearEmail: true, ClearMobile: true,
		}, nil, noon))
		found := must(s.UserByID(t.Context(), u.ID))(t)
		same(t, []any{found.Birthday, found.IDCardSealed, found.Email, found.EmailKey, found.MobileSealed, found.MobileIndex},
			[]any{(*string)(nil), (*string)(nil), (*string)(nil), (*string)(nil), (*string)(nil), (*store.Digest)(nil)})
		same(t, []any{found.EmailVerifiedAt, found.MobileVerifiedAt}, []any{(*store.Time)(nil), (*store.Time)(nil)})
	},
	"a new e-mail or mobile is unverified, the same one stays verified": func(t *testing.T, s *store.Store) {
		u := person(1)
		u.Email, u.EmailKey, u.EmailVerifiedAt = new("lin@example.com"), new("lin@example.com"), new(noon)
		u.MobileSealed, u.MobileIndex, u.MobileVerifiedAt = new("sealed"), new(store.Digest("index")), new(noon)
		check(t, InsertUser(t.Context(), s, u))
		again := store.UserChange{ProfileColumns: store.ProfileColumns{Email: new("Lin@Example.com"), Mobile: new("resealed")}, EmailKey: u.EmailKey, MobileIndex: u.MobileIndex}
		check(t, UpdateUser(t.Context(), s, 1, again, nil, noon+1))
		found := must(s.UserByID(t.Context(), 1))(t)
		same(t, []*string{found.Email, found.MobileSealed}, []*string{again.Email, again.Mobile})
		same(t, []*store.Time{found.EmailVerifiedAt, found.MobileVerifiedAt}, []*store.Time{new(noon), new(noon)})
		other := store.UserChange{ProfileColumns: store.ProfileColumns{Email: new("yu@example.com"), Mobile: new("sealed")}, EmailKey: new("yu@example.com"), MobileIndex: new(store.Digest("other"))}
		check(t, UpdateUser(t.Context(), s, 1, other, nil, noon+2))
		found = must(s.UserByID(t.Context(), 1))(t)
		same(t, []any{found.EmailKey, found.MobileIndex}, []any{other.EmailKey, other.MobileIndex})
		same(t, []*store.Time{found.EmailVerifiedAt, found.MobileVerifiedAt}, []*store.Time{nil, nil})
	},
	"an update is refused for nobody, a taken name and half a pair": func(t *testing.T, s *store.Store) {
		wantNotFound(t, UpdateUser(t.Context(), s, 1, store.UserChange{ProfileColumns: store.ProfileColumns{Nickname: new("x")}}, nil, noon))
		addPerson(t, s, 1)
		addPerson(t, s, 2)
		name := store.UserChange{Username: new("Lin"), UsernameKey: new("lin")}
		check(t, UpdateUser(t.Context(), s, 1, name, nil, noon))
		check(t, UpdateUser(t.Context(), s, 1, name, nil, noon)) // one's own
		wantConflict(t, UpdateUser(t.Context(), s, 2, name, nil, noon), "username")
		err := UpdateUser(t.Context(), s, 2, store.UserChange{ProfileColumns: store.ProfileColumns{Email: new("lin@example.com")}}, nil, noon)
		if err == nil || errors.Is(err, store.ErrNotFound) {
			t.Errorf("half a pair: %v", err)
		}
	},
	"parallel updates are all counted": func(t *testing.T, s *store.Store) {
		addPerson(t, s, 1)
		concurrently(t, s, 20, func(int) {
			if err := UpdateUser(t.Context(), s, 1, store.UserChange{ProfileColumns: store.ProfileColumns{Nickname: new("雨")}}, nil, noon); err != nil {
				t.Error(err)
			}
		})
		same(t, must(s.UserByID(t.Context(), 1))(t).Version, int64(21))
	},
}

// fill gives every field of a row a value of its own.
func fill(row reflect.Value) {
	for i := range row.NumField() {
		field := row.Field(i)
		if row.Type().Field(i).Anonymous {
			fill(field)
			continue
		}
		if field.Kind() == reflect.Pointer {
			field.Set(reflect.New(field.Type().Elem()))
			field = field.Elem()
		}
		switch field.Kind() {
		case reflect.String:
			field.SetString(row.Type().Field(i).Name)
		case reflect.Bool:
			field.SetBool(true)
		default:
			field.SetInt(int64(i) + 1)
		}
	}
}

// everything names every field that can change, and clears none.
func everything() store.UserChange {
	var c store.UserChange
	fill(reflect.ValueOf(&c).Elem())
	c.ClearEmail, c.ClearMobile = false, false
	return c
}

func ids(users []store.User) []int64 {
	var found []int64
	for _, u := range users {
		found = append(found, u.ID)
	}
	return found
}
