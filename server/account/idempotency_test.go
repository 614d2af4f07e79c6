package account_test

import (
	"testing"

	"quartet/server/account"
	"quartet/server/fieldcrypt"
)

// Whoever has a copy of the database finds no password by what is stored of the request that
// a key was used for: it depends on a key that is not in the database.
func TestTheRequestOfAKeyIsNotGuessedAt(t *testing.T) {
	t.Parallel()
	stored := func(sealing byte) string {
		w := newWorld(t, func(c *account.Config) { c.Sealer = fieldcrypt.New(key(sealing)) })
		_, err := w.CommandLine().Once("key-1", `{"username":"tao.ran","password":"`+goodPassword+`"}`).AddUser(t.Context(), account.AddedUser{
			NewUser: account.NewUser{Username: "tao.ran", Password: new(goodPassword)},
		})
		must(t, err)
		return w.text("SELECT hex(request_hash) FROM idempotency_keys")
	}
	if one := stored(4); one == stored(5) || one != stored(4) {
		t.Error("the stored request does not depend on the key alone")
	}
}
