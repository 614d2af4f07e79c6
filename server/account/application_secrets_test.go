package account_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"quartet/server/account"
	"quartet/server/apierr"
	"quartet/store"
)

// secret gives an application a secret.
func (w *world) secret(application string) (id int64, text string) {
	w.t.Helper()
	added, err := w.CommandLine().AddApplicationSecret(w.t.Context(), application)
	must(w.t, err)
	return added.ID, added.Text
}

func (w *world) prove(application, secret, clientIP string) error {
	proven, err := w.ProveApplication(w.t.Context(), application, secret, clientIP)
	if want := (account.CallingApplication{ID: application, Proven: true}); err == nil && proven != want {
		w.t.Errorf("proven: %+v", proven)
	}
	if err != nil && proven != (account.CallingApplication{}) {
		w.t.Errorf("refused, and yet %+v", proven)
	}
	return err
}

var secretShape = regexp.MustCompile(`^qas_[A-Za-z0-9_-]{43}$`)

func TestSecretsRotate(t *testing.T) {
	t.Parallel()
	w := school(t)
	another := account.New(w.config) // another server of the database
	_, err := w.CommandLine().AddApplicationSecret(t.Context(), "nobody")
	wantFailure(t, err, apierr.UnknownApplication)
	first, old := w.secret("app")
	if !secretShape.MatchString(old) {
		t.Errorf("the secret is %q", old)
	}
	must(t, w.prove("app", old, home))
	_, next := w.secret("app")
	if old == next {
		t.Error("the same secret twice")
	}
	_, err = w.CommandLine().AddApplicationSecret(t.Context(), "app")
	wantFailure(t, err, apierr.Conflict)
	for _, text := range []string{old, next} {
		must(t, w.prove("app", text, home))
		_, err := another.ProveApplication(t.Context(), "app", text, home)
		must(t, err)
	}
	must(t, w.CommandLine().RevokeApplicationSecret(t.Context(), "app", first))
	_, err = another.ProveApplication(t.Context(), "app", old, home)
	wantFailure(t, err, apierr.WrongApplicationSecret)
	must(t, w.prove("app", next, home))
	w.secret("app")
	wantField(t, w.CommandLine().RevokeApplicationSecret(t.Context(), "app", first), "secret", apierr.NotInEnum)
	wantFailure(t, w.CommandLine().RevokeApplicationSecret(t.Context(), "nobody", first), apierr.UnknownApplication)
	if text := fmt.Sprint(must2(w.ApplicationSecrets(t.Context(), "app"))(t)); strings.Contains(text, "qas_") {
		t.Errorf("a list shows a secret: %s", text)
	}
	wantEqual(t, "bytes kept of a secret", w.number("SELECT MAX(LENGTH(secret_hash)) FROM application_secrets"), 32)
}

func must2[T any](value T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		must(t, err)
		return value
	}
}

func TestWhatProvesNothing(t *testing.T) {
	t.Parallel()
	w := school(t)
	_, text := w.secret("app")
	_, err := w.CommandLine().AddApplication(t.Context(), "other", "Other", nil)
	must(t, err)
	for name, c := range map[string]struct {
		application, secret string
		want                apierr.Code
	}{
		"no secret":             {"app", "", apierr.WrongApplicationSecret},
		"half of it":            {"app", text[:20], apierr.WrongApplicationSecret},
		"one more character":    {"app", text + "A", apierr.WrongApplicationSecret},
		"another application's": {"other", text, apierr.WrongApplicationSecret},
		"no application":        {"", text, apierr.UnknownApplication},
		"an unknown one":        {"nobody", text, apierr.UnknownApplication},
		"in another case":       {"App", text, apierr.UnknownApplication},
		"much too long":         {strings.Repeat("app", 1000), text, apierr.UnknownApplication},
	} {
		t.Run(name, func(t *testing.T) { wantFailure(t, w.prove(c.application, c.secret, home), c.want) })
	}
	must(t, w.CommandLine().DisableApplication(t.Context(), "app"))
	wantFailure(t, w.prove("app", text, home), apierr.UnknownApplication)
	must(t, w.CommandLine().EnableApplication(t.Context(), "app"))
	must(t, w.prove("app", text, home))
}

// A wrong secret is counted for its client IP and application. A right one always works.
func TestWrongSecretsAreLimited(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *account.Config) { c.Limits.WrongSecretPerIP.Times = 20 })
	for _, id := range []string{"app", "other"} {
		_, err := w.CommandLine().AddApplication(t.Context(), id, id, nil)
		must(t, err)
	}
	_, text := w.secret("app")
	got := concurrently(50, func(int) error { return w.prove("app", "qas_wrong", home) })
	wantOutcomes(t, got, map[string]int{"wrong_application_secret": 20, "too_many_requests": 30})
	failed := wantFailure(t, w.prove("app", "qas_wrong", home), apierr.TooManyRequests)
	wantEqual(t, "retry after", failed.RetryAfter, 15*time.Minute)
	wantEqual(t, "refusals in the audit", w.number("SELECT COUNT(*) FROM audit_events WHERE kind = 'application_refused'"), 20)
	locked := w.number("SELECT COUNT(*) FROM audit_events WHERE kind = 'lockout'")
	w.prove("app", "qas_wrong", home)
	wantEqual(t, "lockouts in the audit", w.number("SELECT COUNT(*) FROM audit_events WHERE kind = 'lockout'"), locked)

	must(t, w.prove("app", text, home))
	must(t, w.prove("app", text, elsewhere))
	wantFailure(t, w.prove("app", "qas_wrong", elsewhere), apierr.WrongApplicationSecret)
	wantFailure(t, w.prove("other", "qas_wrong", home), apierr.WrongApplicationSecret)
	w.clock.Advance(15 * time.Minute)
	wantFailure(t, w.prove("app", "qas_wrong", home), apierr.WrongApplicationSecret)
}

func TestInventedApplicationsShareACounter(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *account.Config) { c.Limits.WrongSecretPerIP.Times = 3 })
	for i := range 5 {
		want := apierr.UnknownApplication
		if i >= 3 {
			want = apierr.TooManyRequests
		}
		wantFailure(t, w.prove(fmt.Sprint("invented-", i), "qas_wrong", home), want)
	}
	wantEqual(t, "counters", w.number("SELECT COUNT(*) FROM rate_counters"), 1)
	wantEqual(t, "events that name one", w.number("SELECT COUNT(*) FROM audit_events WHERE detail LIKE '%invented%'"), 0)
}

func TestTheLastUseOfASecretIsWrittenBehind(t *testing.T) {
	t.Parallel()
	w := school(t)
	_, text := w.secret("app")
	used := func() *store.Time { return must2(w.ApplicationSecrets(t.Context(), "app"))(t)[0].LastUsedAt }
	w.clock.Advance(time.Minute)
	must(t, w.prove("app", text, home))
	if used() != nil {
		t.Error("a request writes")
	}
	first := store.TimeOf(w.clock.Now())
	w.FlushLastSeen(t.Context())
	wantEqual(t, "last used", *used(), first)
	w.clock.Advance(time.Second)
	must(t, w.prove("app", text, home))
	w.FlushLastSeen(t.Context())
	wantEqual(t, "within a minute", *used(), first)
	w.clock.Advance(time.Minute)
	must(t, w.prove("app", text, home))
	wantFailure(t, w.prove("app", "qas_wrong", home), apierr.WrongApplicationSecret)
	w.FlushLastSeen(t.Context())
	wantEqual(t, "a minute later", *used(), store.TimeOf(w.clock.Now()))
}

// An application that proves itself reads every user, and of their organisations its own.
func TestAProvenApplicationReadsEveryUser(t *testing.T) {
	t.Parallel()
	w := school(t)
	w.pupil("li", lisMobile, "south")
	south := w.pupil("wang", "13900002222", "south")
	both := w.pupil("zhao", "13900003333", "north", "south")
	token := w.enter("li").AccessToken
	caller := w.provenCaller(token)
	info, err := w.info(caller, south)
	must(t, err)
	wantEqual(t, "organisations", len(info.Memberships), 0)
	wantEqual(t, "contact, to which it has no right", info.Mobile, "")
	wantEqual(t, "nickname", info.Nickname, "小**")
	info, err = w.info(caller, both)
	must(t, err)
	wantEqual(t, "organisations", len(info.Memberships), 1)
	_, full, err := w.UserDetail(t.Context(), caller, home, south)
	must(t, err)
	wantEqual(t, "everything in document 004", full, false)
	for _, asked := range []int64{south, both, 999} {
		_, err := w.info(w.authenticated(token), asked)
		wantFailure(t, err, apierr.UserNotFound)
	}
	_, err = w.info(caller, 999)
	wantFailure(t, err, apierr.UserNotFound)
}

// The right contact is given to an application that can prove itself alone, at its
// registration and later.
func TestContactNeedsASecret(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	contact := []string{account.RightNickname, account.RightContact}
	_, err := w.CommandLine().AddApplication(t.Context(), "app", "App", contact)
	wantField(t, err, "rights", apierr.NeedsSecret)
	wantEqual(t, "applications", w.number("SELECT COUNT(*) FROM applications"), 0)
	_, err = w.CommandLine().AddApplication(t.Context(), "app", "App", nil)
	must(t, err)
	give := func() error { return w.CommandLine().SetApplicationRights(t.Context(), "app", contact) }
	wantField(t, give(), "rights", apierr.NeedsSecret)
	id, _ := w.secret("app")
	must(t, give())
	must(t, w.CommandLine().RevokeApplicationSecret(t.Context(), "app", id))
	must(t, w.CommandLine().SetApplicationRights(t.Context(), "app", []string{account.RightNickname}))
	wantField(t, give(), "rights", apierr.NeedsSecret)
}
