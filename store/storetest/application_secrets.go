package storetest

import (
	"errors"
	"sync/atomic"
	"testing"

	"quartet/store"
)

const hashOfSecret = "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0"

func applicationSecret(id int64) store.ApplicationSecret {
	return store.ApplicationSecret{ID: id, ApplicationID: "a", Hash: hashOfSecret, CreatedAt: noon + store.Time(id)}
}

// live is an application secret as LiveApplicationSecrets returns it.
func live(id int64) store.ApplicationSecret {
	return store.ApplicationSecret{ID: id, ApplicationID: "a", Hash: hashOfSecret}
}

var applicationSecretTests = map[string]func(*testing.T, *store.Store){
	"an application has as many live secrets as are allowed": func(t *testing.T, s *store.Store) {
		wantNotFound(t, InsertApplicationSecret(t.Context(), s, applicationSecret(1), 2))
		check(t, InsertApplication(t.Context(), s, application("a")))
		same(t, len(must(s.LiveApplicationSecrets(t.Context(), "a"))(t)), 0)
		check(t, InsertApplicationSecret(t.Context(), s, applicationSecret(1), 2))
		wantConflict(t, InsertApplicationSecret(t.Context(), s, applicationSecret(1), 2), "id")
		check(t, InsertApplicationSecret(t.Context(), s, applicationSecret(2), 2))
		if err := InsertApplicationSecret(t.Context(), s, applicationSecret(3), 2); !errors.Is(err, store.ErrTooMany) {
			t.Errorf("got %v", err)
		}
		same(t, must(s.LiveApplicationSecrets(t.Context(), "a"))(t), []store.ApplicationSecret{live(1), live(2)})
		check(t, RevokeApplicationSecret(t.Context(), s, "a", 1, noon+10))
		same(t, must(s.LiveApplicationSecrets(t.Context(), "a"))(t), []store.ApplicationSecret{live(2)})
		check(t, InsertApplicationSecret(t.Context(), s, applicationSecret(3), 2))
		revoked := applicationSecret(1)
		revoked.RevokedAt = new(noon + 10)
		same(t, must(s.ApplicationSecrets(t.Context(), "a"))(t), []store.ApplicationSecret{revoked, applicationSecret(2), applicationSecret(3)})
	},
	"a secret is revoked once, and by its application": func(t *testing.T, s *store.Store) {
		check(t, InsertApplication(t.Context(), s, application("a")))
		check(t, InsertApplication(t.Context(), s, application("b")))
		check(t, InsertApplicationSecret(t.Context(), s, applicationSecret(1), 2))
		wantNotFound(t, RevokeApplicationSecret(t.Context(), s, "b", 1, noon))
		wantNotFound(t, RevokeApplicationSecret(t.Context(), s, "a", 2, noon))
		check(t, RevokeApplicationSecret(t.Context(), s, "a", 1, noon))
		wantNotFound(t, RevokeApplicationSecret(t.Context(), s, "a", 1, noon))
	},
	"a disabled application has no live secrets": func(t *testing.T, s *store.Store) {
		check(t, InsertApplication(t.Context(), s, application("a")))
		check(t, InsertApplicationSecret(t.Context(), s, applicationSecret(1), 2))
		check(t, SetApplicationDisabled(t.Context(), s, "a", true, noon))
		for _, id := range []string{"a", "b"} {
			wantNotFound(t, errorOf(s.LiveApplicationSecrets(t.Context(), id)))
		}
		check(t, SetApplicationDisabled(t.Context(), s, "a", false, noon))
		same(t, must(s.LiveApplicationSecrets(t.Context(), "a"))(t), []store.ApplicationSecret{live(1)})
	},
	"the last use of a secret never becomes earlier": func(t *testing.T, s *store.Store) {
		check(t, InsertApplication(t.Context(), s, application("a")))
		check(t, InsertApplicationSecret(t.Context(), s, applicationSecret(1), 2))
		for _, at := range []store.Time{noon + 5, noon + 9, noon + 9, noon + 7} {
			check(t, SetApplicationSecretUsed(t.Context(), s, 1, at))
		}
		same(t, must(s.ApplicationSecrets(t.Context(), "a"))(t)[0].LastUsedAt, new(noon+9))
		same(t, must(s.LiveApplicationSecrets(t.Context(), "a"))(t)[0].LastUsedAt, new(noon+9))
	},
	"parallel additions never exceed the limit": func(t *testing.T, s *store.Store) {
		check(t, InsertApplication(t.Context(), s, application("a")))
		var added atomic.Int64
		concurrently(t, s, 10, func(i int) {
			err := InsertApplicationSecret(t.Context(), s, applicationSecret(int64(i)+1), 2)
			if err == nil {
				added.Add(1)
			} else if !errors.Is(err, store.ErrTooMany) {
				t.Error(err)
			}
		})
		same(t, added.Load(), int64(2))
		same(t, len(must(s.LiveApplicationSecrets(t.Context(), "a"))(t)), 2)
	},
}
