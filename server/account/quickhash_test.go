package account_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"strings"
	"testing"

	"quartet/server/account"
	"quartet/server/account/quickhash"
	"quartet/server/apierr"
	"quartet/server/password"
	"quartet/store"
)

// quickHash is JPress's of "old-secret-1".
const quickHash = "0beead68ab79e1e57e91b4a95ac068a55d36038f6123664a343bafa4eaf67793"

func (w *world) importQuick(alias, username string) {
	w.t.Helper()
	hash, err := password.FromJPress("qmky3ggxL9n47pM4SWDJs38JyTnOgdaE", quickHash)
	must(w.t, err)
	n := importedUser(alias, username)
	n.PasswordHash = hash
	wantEqual(w.t, "import", w.importing(plainly, n), "in")
}

func (w *world) hashOf(username string) string {
	w.t.Helper()
	user, err := w.store.UserByUsernameKey(w.t.Context(), username)
	must(w.t, err)
	return *user.PasswordHash
}

func (w *world) wrap() int {
	w.t.Helper()
	wrapped, err := w.QuickHashes()(w.t.Context())
	must(w.t, err)
	return wrapped
}

func TestQuickHashesAreSealedAndWrapped(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.importQuick("1", "tao.ran")
	w.importQuick("2", "lu.jiahe")
	sealed := w.hashOf("tao.ran")
	wantEqual(t, "sealed", strings.HasPrefix(sealed, "$quartet-sealed$") && sealed != w.hashOf("lu.jiahe"), true)
	for _, name := range []string{"tao.ran", "lu.jiahe"} { // a wrong password changes nothing
		_, err := w.tryPassword(name, wrongPassword, home)
		wantFailure(t, err, apierr.WrongCredentials)
	}
	wantEqual(t, "wrapped", w.wrap(), 2)
	wantEqual(t, "is wrapped", strings.Contains(w.hashOf("tao.ran"), "$argon2id$") && password.IsImported(w.hashOf("tao.ran")), true)
	wantEqual(t, "again", w.wrap(), 0)
	_, err := w.tryPassword("tao.ran", "old-secret-1", home)
	must(t, err)
	wantEqual(t, "upgraded", password.IsImported(w.hashOf("tao.ran")), false)

	w.importQuick("3", "song.yi")
	_, err = w.tryPassword("song.yi", "old-secret-1", home) // before it is wrapped
	must(t, err)
	wantEqual(t, "upgraded at once", password.IsImported(w.hashOf("song.yi")), false)
	w.importQuick("4", "gu.mo")
	wantEqual(t, "a later import", w.wrap(), 1)
}

// A sealed hash is bound to its user: in another row it lets nobody in.
func TestASealedHashIsItsUsersAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.importQuick("1", "tao.ran")
	w.add("li.na")
	w.exec("UPDATE users SET password_hash = ? WHERE username = 'li.na'", w.hashOf("tao.ran"))
	_, err := w.tryPassword("li.na", "old-secret-1", home)
	wantFailure(t, err, apierr.WrongCredentials)
	wantEqual(t, "and stops nobody", w.wrap(), 1)
}

// The password of a user who is merged into another is wrapped there, wherever the job was.
func TestASealedHashMovesWithItsUser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	into, err := w.CommandLine().AddUser(t.Context(), account.AddedUser{NewUser: account.NewUser{Username: "li.na"}})
	must(t, err)
	w.importQuick("1", "tao.ran")
	must(t, w.CommandLine().MergeUsers(t.Context(), w.found("tao.ran").ID, into))
	wantEqual(t, "wrapped", w.wrap(), 1)
	_, err = w.tryPassword("li.na", "old-secret-1", home)
	must(t, err)
}

// Of several servers one wraps at a time; one that ends is followed by another, which goes
// on with what is left.
func TestWrappingIsSharedAndResumed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for n := range 6 {
		w.importQuick(string(rune('1'+n)), "person."+string(rune('a'+n)))
	}
	ctx, stop := context.WithCancel(t.Context())
	first := &quickhash.Wrapper{Store: w.store, Hasher: w.config.Hasher, Sealer: w.config.Sealer, Now: w.clock.Now, Log: w.config.Log}
	first.Wait = func(ctx context.Context) error {
		if w.number("SELECT COUNT(*) FROM users WHERE password_hash LIKE '%$argon2id$%'") == 2 {
			wantEqual(t, "beside", w.wrap(), 0)
			stop()
		}
		return ctx.Err()
	}
	wrapped, err := first.Wrap(ctx)
	wantEqual(t, "stopped", errors.Is(err, context.Canceled), true)
	wantEqual(t, "the first", wrapped, 2)
	wantEqual(t, "the lease is held", w.wrap(), 0)
	w.clock.Advance(quickhash.Lease)
	wantEqual(t, "the rest", w.wrap(), 4)
}

// Hashes that an older program stored as they were are wrapped, and go from the file.
func TestExposedHashesGo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	plain, err := password.FromJPress("qmky3ggxL9n47pM4SWDJs38JyTnOgdaE", quickHash)
	must(t, err)
	for _, name := range []string{"tao.ran", "lu.jiahe", "song.yi"} {
		w.add(name)
		w.exec("UPDATE users SET password_hash = ? WHERE username = ?", plain, name)
	}
	_, err = w.tryPassword("song.yi", "old-secret-1", home)
	must(t, err)
	wantEqual(t, "wrapped", w.wrap(), 2)
	_, err = w.EraseDueUsers(t.Context()) // which cleans the file
	must(t, err)
	secret := plain[strings.LastIndex(plain, "$")+1:]
	for _, path := range []string{w.path, w.path + "-wal"} {
		content, err := os.ReadFile(path)
		must(t, err)
		wantEqual(t, "found in "+path, strings.Contains(string(content), secret), false)
	}
	_, err = w.store.Metadata(t.Context(), "scrub")
	wantEqual(t, "is clean", errors.Is(err, store.ErrNotFound), true)
}

// exec changes the database file, past the store.
func (w *world) exec(query string, args ...any) {
	w.t.Helper()
	db, err := sql.Open("sqlite", w.path)
	must(w.t, err)
	defer db.Close()
	_, err = db.ExecContext(w.t.Context(), query, args...)
	must(w.t, err)
}
