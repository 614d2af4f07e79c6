package account_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"quartet/server/account"
	"quartet/server/apierr"
	"quartet/store"
	"quartet/store/storetest"
)

func (w *world) newSetUpToken() string {
	w.t.Helper()
	text, err := w.NewSetUpToken(w.t.Context())
	must(w.t, err)
	return text
}

func (w *world) setUp(token, password string) (account.SignInResult, error) {
	w.t.Helper()
	return w.SetUp(w.t.Context(), account.SetUp{
		Token: token, Username: "tang.xi", Password: password, Dialect: "admin", ClientIP: home, UserAgent: "a browser",
	})
}

func (w *world) wantSetUp(failure apierr.Code, token, password string) {
	w.t.Helper()
	if _, err := w.setUp(token, password); !apierr.Is(err, failure) {
		w.t.Errorf("got %v, want %s", err, failure)
	}
}

func TestTheFirstSuperAdministratorIsMadeOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.newSetUpToken()
	second := w.newSetUpToken() // of another server, or of another start
	if first == second || first == "" {
		t.Fatalf("tokens: %q, %q", first, second)
	}
	if stored, err := w.store.Metadata(t.Context(), "setup"); err != nil || strings.Contains(stored, first[4:]) {
		t.Errorf("the token is in the database: %v", err)
	}
	w.wantSetUp(apierr.SetupClosed, "qst_nothing", goodPassword)
	w.wantSetUp(apierr.SetupClosed, "", goodPassword)
	w.wantSetUp(apierr.WeakPassword, first, "password")
	result, err := w.setUp(first, goodPassword)
	must(t, err)
	caller := w.authenticated(result.AccessToken)
	if caller.Role != account.RoleSuperAdministrator || *result.User.Username != "tang.xi" || result.Session.Dialect != "admin" {
		t.Errorf("made: %+v, %+v", caller, result.User)
	}
	_, err = w.tryPassword("tang.xi", goodPassword, home)
	must(t, err)
	w.wantSetUp(apierr.SetupClosed, first, goodPassword)
	w.wantSetUp(apierr.SetupClosed, second, goodPassword)
	if text := w.newSetUpToken(); text != "" {
		t.Error("there is a user, and another token")
	}
}

func TestASetUpTokenExpires(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	token := w.newSetUpToken()
	w.clock.Advance(account.SetUpTime)
	w.wantSetUp(apierr.SetupClosed, token, goodPassword)
	later := w.newSetUpToken()
	w.clock.Advance(account.SetUpTime - time.Second)
	_, err := w.setUp(later, goodPassword)
	must(t, err)
}

// A user whom another way has added meanwhile closes the door.
func TestAUserEndsTheSetUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	token := w.newSetUpToken()
	w.add("li")
	w.wantSetUp(apierr.SetupClosed, token, goodPassword)
	if text := w.newSetUpToken(); text != "" {
		t.Error("there is a user, and another token")
	}
	_, err := w.store.Metadata(t.Context(), "setup")
	if !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the tokens stay: %v", err)
	}
}

// Servers that start at once give tokens that all work, and of those who use them at once one
// is the first.
func TestSetUpAtSeveralServersAtOnce(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(testing.TB) *store.Store{
		"SQLite": storetest.SQLite, "PostgreSQL": storetest.Postgres, "MariaDB": storetest.MySQL,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			setUpAtOnce(t, newWorld(t, func(c *account.Config) { c.Store = open(t) }))
		})
	}
}

func setUpAtOnce(t *testing.T, w *world) {
	const servers = 6
	tokens, made := make([]string, servers), make([]error, servers)
	var all sync.WaitGroup
	for i := range servers {
		all.Go(func() { tokens[i], made[i] = account.New(w.config).NewSetUpToken(t.Context()) })
	}
	all.Wait()
	for _, err := range made {
		must(t, err)
	}
	for i := range servers {
		all.Go(func() {
			_, made[i] = account.New(w.config).SetUp(t.Context(), account.SetUp{
				Token: tokens[i], Username: fmt.Sprintf("tang.xi%d", i), Password: goodPassword, Dialect: "admin", ClientIP: home,
			})
		})
	}
	all.Wait()
	succeeded := 0
	for _, err := range made {
		if err == nil {
			succeeded++
		} else if !apierr.Is(err, apierr.SetupClosed) {
			t.Error(err)
		}
	}
	users, err := w.config.Store.ListUsers(t.Context(), 0, servers)
	must(t, err)
	if succeeded != 1 || len(users) != 1 {
		t.Errorf("%d of %d succeeded, %d users", succeeded, servers, len(users))
	}
}

// Guesses are limited by client IP and recorded, without their text.
func TestGuessesOfTheSetUpTokenAreLimited(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *account.Config) { c.Limits.CodeRefusedPerIP.Times = 3 })
	token := w.newSetUpToken()
	for range 3 {
		w.wantSetUp(apierr.SetupClosed, "qst_guess", goodPassword)
	}
	w.wantSetUp(apierr.TooManyRequests, "qst_guess", goodPassword)
	w.wantSetUp(apierr.TooManyRequests, token, goodPassword)
	w.clock.Advance(15*time.Minute - time.Second)
	w.wantSetUp(apierr.TooManyRequests, token, goodPassword)
	events, err := w.store.ListAudit(t.Context(), store.AuditFilter{Kinds: []string{account.AuditSignInFailed, account.AuditLockout}, Limit: 10})
	must(t, err)
	if len(events) != 4 {
		t.Errorf("%d events", len(events))
	}
	for _, e := range events {
		if strings.Contains(e.Detail, "guess") || !strings.Contains(e.Detail, `"way":"setup"`) || e.ClientIP != home {
			t.Errorf("recorded: %+v", e)
		}
	}
}
