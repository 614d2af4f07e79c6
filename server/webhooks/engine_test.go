package webhooks_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"quartet/server/account"
	"quartet/store"
	"quartet/store/storetest"
)

func TestAReceiverThatIsDownForAMinuteMissesNothing(t *testing.T) {
	t.Parallel()
	w, r := newWorld(t), newReceiver(t)
	hook := w.webhook(r.URL)
	signed := true
	r.answers(func(out http.ResponseWriter, in *http.Request) {
		all := r.all()
		signed = signed && all[len(all)-1].isSigned(t, hook.Secret, w.clock())
		out.WriteHeader(http.StatusServiceUnavailable)
	})
	seconds := 0
	for ; seconds < 60; seconds++ {
		w.user(fmt.Sprint("user", seconds))
		w.run()
		w.pass(time.Second)
	}
	down := len(r.all())
	if down == 0 {
		t.Fatal("nothing was sent while the receiver was down")
	}
	r.answers(status(http.StatusNoContent))
	for len(w.deliveries(account.DeliveryFilter{State: account.DeliveryPending})) > 0 && seconds < 3600 {
		w.run()
		w.pass(time.Second)
		seconds++
	}
	wantEqual(t, "signed", signed, true)
	ids := map[string]int64{}
	for _, one := range r.all() {
		var event int64
		_, err := fmt.Sscan(one.message.Data.Id, &event)
		must(t, err)
		ids[one.id] = event
		wantEqual(t, "id", one.id, fmt.Sprintf("msg_%d_%d", event, hook.ID))
	}
	var accepted []int64
	for _, one := range r.all()[down:] {
		accepted = append(accepted, ids[one.id])
	}
	slices.Sort(accepted)
	wantEqual(t, "events", fmt.Sprint(accepted), fmt.Sprint(w.created()))
	wantEqual(t, "delivered", len(w.deliveries(account.DeliveryFilter{State: account.DeliveryDelivered})), 60)
	if log := w.log.String(); strings.Contains(log, hook.Secret) || strings.Contains(log, r.URL) {
		t.Error("the log has the secret or the URL")
	}
}

func TestWhatAKilledServerHasClaimedIsSentByAnother(t *testing.T) {
	t.Parallel()
	w, r := newWorld(t), newReceiver(t)
	hook := w.webhook(r.URL)
	w.user("wu")
	claimed, err := w.ClaimDeliveries(t.Context(), hook.ID, 9, 30*time.Second)
	must(t, err)
	wantEqual(t, "claimed", len(claimed), 1) // and then the server is killed
	w.run()
	wantEqual(t, "received", len(r.all()), 0)
	w.pass(30 * time.Second)
	w.run()
	wantEqual(t, "received", len(r.all()), 1)
	wantEqual(t, "id", r.all()[0].id, claimed[0].ID())
	// The killed one was only slow: its result changes nothing.
	_, err = w.FinishDelivery(t.Context(), claimed[0], account.Attempt{Error: "status 500", Status: 500})
	must(t, err)
	wantEqual(t, "state", w.deliveries(account.DeliveryFilter{})[0].State, account.DeliveryDelivered)
}

func TestTwoServersSendEachEventOnce(t *testing.T) {
	t.Parallel()
	w, r := newWorld(t), newReceiver(t)
	w.webhook(r.URL)
	for i := range 60 {
		w.user(fmt.Sprint("user", i))
	}
	other := w.newEngine(loopback())
	must(t, w.engine.Run(t.Context()))
	must(t, other.Run(t.Context()))
	w.engine.Wait()
	other.Wait()
	seen := map[string]int{}
	for _, one := range r.all() {
		seen[one.id]++
	}
	wantEqual(t, "requests", len(r.all()), 60)
	wantEqual(t, "ids", len(seen), 60)
}

func TestARotatedSecretSignsForADay(t *testing.T) {
	t.Parallel()
	w, r := newWorld(t), newReceiver(t)
	first := w.webhook(r.URL)
	second, err := w.RotateWebhookSecret(t.Context(), first.ID)
	must(t, err)
	for _, c := range []struct {
		after time.Duration
		old   bool
	}{{0, true}, {24*time.Hour - time.Second, true}, {time.Second, false}} {
		w.pass(c.after)
		w.user(fmt.Sprint("user", c.after))
		w.run()
		all := r.all()
		last := all[len(all)-1]
		wantEqual(t, "new", last.isSigned(t, second.Secret, w.clock()), true)
		wantEqual(t, "old", last.isSigned(t, first.Secret, w.clock()), c.old)
	}
	wantEqual(t, "requests", len(r.all()), 3)
}

func TestASlowReceiverStopsNoOther(t *testing.T) {
	t.Parallel()
	w, slow, quick := newWorld(t), newReceiver(t), newReceiver(t)
	release := make(chan struct{})
	begun := make(chan struct{}, 99)
	slow.answers(func(http.ResponseWriter, *http.Request) {
		begun <- struct{}{}
		<-release
	})
	hook := w.webhook(slow.URL)
	w.webhook(quick.URL)
	arrived := make(chan struct{}, 99)
	quick.answers(func(http.ResponseWriter, *http.Request) { arrived <- struct{}{} })
	for i := range 20 {
		w.user(fmt.Sprint("user", i))
	}
	must(t, w.engine.Run(t.Context()))
	for range 20 {
		<-arrived // before the slow one has answered
	}
	<-begun
	claimed := 0
	for _, d := range w.deliveries(account.DeliveryFilter{Webhook: hook.ID}) {
		if d.NextAttemptAt.Time().After(w.clock()) {
			claimed++
		}
	}
	wantEqual(t, "requests to the slow receiver at a time", claimed, 8)
	close(release)
	w.engine.Wait()
	wantEqual(t, "slow", len(slow.all()), 20)
}

// Whatever a receiver answers, what became of the delivery is stored, by every engine.
func TestNoAnswerKeepsADeliveryFromBeingStored(t *testing.T) {
	for name, open := range map[string]func(testing.TB) *store.Store{"sqlite": storetest.SQLite, "postgres": storetest.Postgres, "mysql": storetest.MySQL} {
		t.Run(name, func(t *testing.T) {
			w, r := newWorldOver(t, open(t)), newReceiver(t)
			hook := w.webhook(r.URL)
			w.user("wu")
			for body, want := range map[string]string{
				"a\x00b": "a\ufffdb", "a\x1b[31m\x7f\r\n\tb": "a\ufffd[31m\ufffd\ufffd\n\tb", "\xff\xfe a \xed\xa0\x80": "\ufffd a \ufffd", "a\u0085": "a\ufffd",
				strings.Repeat("\x00", 300): strings.Repeat("\ufffd", 200), strings.Repeat("中", 100): strings.Repeat("中", 66) + "\ufffd",
				strings.Repeat("\U0001f600\xff", 50): strings.Repeat("\U0001f600\ufffd", 40),
			} {
				r.answers(func(out http.ResponseWriter, _ *http.Request) {
					out.WriteHeader(http.StatusConflict)
					_, _ = out.Write([]byte(body))
				})
				w.run()
				delivery := w.deliveries(account.DeliveryFilter{Webhook: hook.ID})[0]
				wantEqual(t, "answer", delivery.LastAnswer, want)
				wantEqual(t, "error", delivery.LastError, "status 409")
				w.pass(7 * time.Hour)
			}
			wantEqual(t, "requests", len(r.all()), 7)
			r.answers(status(http.StatusNoContent))
			w.run()
			wantEqual(t, "state", w.deliveries(account.DeliveryFilter{})[0].State, account.DeliveryDelivered)
		})
	}
}

// A receiver that is down is told of when it begins to fail and when it is back, and not at
// each try between.
func TestALongFailureIsLoggedOnce(t *testing.T) {
	t.Parallel()
	w, r := newWorld(t), newReceiver(t)
	w.webhook(r.URL)
	r.answers(status(http.StatusServiceUnavailable))
	for i := range 8 {
		w.user(fmt.Sprint("user", i))
	}
	lines := func() int {
		return strings.Count(w.log.String(), "level=WARN") + strings.Count(w.log.String(), "level=INFO")
	}
	w.run()
	begun := lines()
	for range 20 {
		w.pass(time.Hour)
		w.run()
	}
	wantEqual(t, "lines while it is down", lines(), begun)
	r.answers(status(http.StatusNoContent))
	for range 3 {
		w.pass(7 * time.Hour)
		w.run()
	}
	wantEqual(t, "delivered", len(w.deliveries(account.DeliveryFilter{State: account.DeliveryDelivered})), 8)
	wantEqual(t, "lines when it is back", lines(), begun+1)
}

func TestAReceiverThatIsGoneIsDisabled(t *testing.T) {
	t.Parallel()
	w, r := newWorld(t), newReceiver(t)
	hook := w.webhook(r.URL)
	r.answers(status(http.StatusGone))
	w.user("wu")
	w.run()
	webhook, err := w.Webhook(t.Context(), hook.ID)
	must(t, err)
	wantEqual(t, "disabled", webhook.Disabled, true)
	w.run()
	w.user("zheng")
	w.pass(time.Hour)
	w.run()
	wantEqual(t, "requests", len(r.all()), 1)
	events, err := w.ListAudit(t.Context(), account.AuditFilter{Kinds: []string{account.AuditWebhookDisabled}, Limit: 9})
	must(t, err)
	wantEqual(t, "events", len(events), 1)
	r.answers(status(http.StatusOK))
	_, err = w.ChangeWebhook(t.Context(), hook.ID, account.WebhookChange{Disabled: new(false)})
	must(t, err)
	w.run()
	wantEqual(t, "requests", len(r.all()), 2) // what waited; there was no event while it was disabled
}

func TestRetryAfterIsHonoured(t *testing.T) {
	t.Parallel()
	w, r := newWorld(t), newReceiver(t)
	w.webhook(r.URL)
	w.user("wu")
	r.answers(func(out http.ResponseWriter, _ *http.Request) {
		out.Header().Set("Retry-After", "7200")
		out.WriteHeader(http.StatusTooManyRequests)
	})
	w.run()
	w.user("zheng")
	r.answers(status(http.StatusOK))
	for _, c := range []struct {
		after time.Duration
		want  int
	}{{time.Hour - time.Second, 1}, {time.Second, 2}, {time.Hour - time.Second, 2}, {time.Second, 3}} { // another delivery waits for an hour
		w.pass(c.after)
		w.run()
		wantEqual(t, "requests", len(r.all()), c.want)
	}
}

func TestADeliveryIsGivenUpAfterThreeDaysAndSentAgain(t *testing.T) {
	t.Parallel()
	w, r := newWorld(t), newReceiver(t)
	hook := w.webhook(r.URL)
	r.answers(func(out http.ResponseWriter, _ *http.Request) {
		out.WriteHeader(http.StatusInternalServerError)
		_, _ = out.Write([]byte(strings.Repeat("早", 200)))
	})
	w.user("wu")
	began := w.clock()
	for w.deliveries(account.DeliveryFilter{})[0].State == account.DeliveryPending {
		w.run()
		w.pass(10 * time.Minute)
		if w.clock().Sub(began) > 4*24*time.Hour {
			t.Fatal("it is not given up")
		}
	}
	if age := w.clock().Sub(began); age < 72*time.Hour {
		t.Errorf("given up after %v", age)
	}
	dead := w.deliveries(account.DeliveryFilter{State: account.DeliveryDead})[0]
	if tries := len(r.all()); dead.Attempts != tries || tries < 15 || tries > 200 {
		t.Errorf("%d attempts, %d requests", dead.Attempts, tries)
	}
	wantEqual(t, "error", dead.LastError, "status 500")
	if len(dead.LastAnswer) > 210 || !strings.HasPrefix(dead.LastAnswer, "早早") {
		t.Errorf("got %q", dead.LastAnswer)
	}
	deleted, err := w.PurgeDeliveries(t.Context())
	must(t, err)
	wantEqual(t, "purged", deleted, int64(0))

	r.answers(status(http.StatusOK))
	queued, err := w.ReplayDeliveries(t.Context(), hook.ID, account.DeliveryDead, 0)
	must(t, err)
	wantEqual(t, "queued", queued, int64(1))
	w.run()
	again, err := w.ReplayDelivery(t.Context(), dead.ID())
	must(t, err)
	wantEqual(t, "attempts", again.Attempts, 0)
	w.run()
	all := r.all()
	wantEqual(t, "ids", all[len(all)-1].id+all[len(all)-2].id, dead.ID()+all[0].id)
	wantEqual(t, "state", w.deliveries(account.DeliveryFilter{})[0].State, account.DeliveryDelivered)
	w.pass(8 * 24 * time.Hour)
	deleted, err = w.PurgeDeliveries(t.Context())
	must(t, err)
	wantEqual(t, "purged", deleted, int64(1))
}

func TestARefusedDeliveryStopsNoOther(t *testing.T) {
	t.Parallel()
	w, r := newWorld(t), newReceiver(t)
	w.webhook(r.URL)
	r.answers(status(http.StatusBadRequest))
	for i := range 20 {
		w.user(fmt.Sprint("user", i))
	}
	w.run()
	wantEqual(t, "requests", len(r.all()), 20)
}

func TestATestIsSentToTheWebhookWhateverItWants(t *testing.T) {
	t.Parallel()
	w, r, other := newWorld(t), newReceiver(t), newReceiver(t)
	hook := w.webhook(r.URL)
	w.webhook(other.URL)
	sent, err := w.TestWebhook(t.Context(), hook.ID)
	must(t, err)
	w.run()
	wantEqual(t, "requests", len(r.all()), 1)
	wantEqual(t, "requests", len(other.all()), 0)
	wantEqual(t, "id", r.all()[0].id, sent.ID())
	wantEqual(t, "type", r.all()[0].message.Type, account.AuditWebhookTested)
}

func TestAnErasedUserIsBlankedInWhatIsStillToBeSent(t *testing.T) {
	t.Parallel()
	w, r := newWorld(t), newReceiver(t)
	added, err := w.AddWebhook(t.Context(), account.NewWebhook{URL: r.URL, Kinds: []string{account.AuditUserCreated, account.AuditUserUpdated}})
	must(t, err)
	ctx := account.WithRequestInfo(t.Context(), account.RequestInfo{Dialect: "yudao", ClientIP: "198.51.100.7"})
	user, err := w.AddUser(ctx, account.AddedUser{NewUser: account.NewUser{Username: "wu"}, Role: account.RoleMember})
	must(t, err)
	r.answers(func(out http.ResponseWriter, _ *http.Request) {
		out.WriteHeader(http.StatusInternalServerError)
		_, _ = out.Write([]byte("wu is unknown"))
	})
	w.run()
	delivery := w.deliveries(account.DeliveryFilter{Webhook: added.ID})[0]
	wantEqual(t, "answer", delivery.LastAnswer, "wu is unknown")
	must(t, w.EraseUser(t.Context(), user))
	w.pass(time.Hour)
	w.run()
	all := r.all()
	wantEqual(t, "requests", len(all), 2)
	wantEqual(t, "client IP", all[0].message.Data.ClientIp+"|"+all[1].message.Data.ClientIp, "198.51.100.7|")
	wantEqual(t, "ids", all[0].id, all[1].id)
}
