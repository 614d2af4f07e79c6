package storetest

import (
	"context"
	"errors"
	"testing"

	"quartet/store"
)

// InsertWebhook is store.Tx.InsertWebhook alone, with room for nine.
func InsertWebhook(ctx context.Context, s *store.Store, w store.Webhook) error {
	return s.InTx(ctx, func(tx store.Tx) error { return tx.InsertWebhook(ctx, w, 9) })
}

// ChangeWebhook changes a webhook in one transaction.
func ChangeWebhook(ctx context.Context, s *store.Store, id int64, change func(*store.Webhook)) error {
	return s.InTx(ctx, func(tx store.Tx) error {
		w, err := tx.TakeWebhook(ctx, id, nil)
		if err != nil {
			return err
		}
		change(&w)
		return tx.ChangeWebhook(ctx, w)
	})
}

// ClaimDelivery is store.Tx.ClaimDelivery alone.
func ClaimDelivery(ctx context.Context, s *store.Store, d store.WebhookDelivery, until store.Time) (claimed bool, err error) {
	return alone(ctx, s, func(tx store.Tx) (bool, error) { return tx.ClaimDelivery(ctx, d, until) })
}

// SetDelivery is store.Tx.SetDelivery alone.
func SetDelivery(ctx context.Context, s *store.Store, d store.WebhookDelivery, claimedUntil store.Time) error {
	return s.InTx(ctx, func(tx store.Tx) error { return tx.SetDelivery(ctx, d, claimedUntil) })
}

func webhook(id int64, kinds string) store.Webhook {
	return store.Webhook{ID: id, URL: "https://hooks.example.com/", Kinds: kinds, SecretSealed: "sealed", Version: 1, CreatedAt: noon, UpdatedAt: noon}
}

// queued are the deliveries that f lists, as pairs of event and webhook.
func queued(t *testing.T, s *store.Store, f store.DeliveryFilter) (keys [][2]int64) {
	t.Helper()
	f.Limit = 99
	for _, d := range must(s.ListDeliveries(t.Context(), f))(t) {
		keys = append(keys, [2]int64{d.EventID, d.WebhookID})
	}
	return keys
}

// finished stores a delivery's last attempt.
func finished(t *testing.T, s *store.Store, d store.WebhookDelivery, state string, at store.Time) {
	t.Helper()
	if !must(ClaimDelivery(t.Context(), s, d, at+minute))(t) {
		t.Fatal("not claimed")
	}
	d.State, d.Attempts, d.DueAt, d.TriedAt, d.FinishedAt, d.Status, d.Answer = state, d.Attempts+1, nil, &at, &at, new(500), "no"
	check(t, SetDelivery(t.Context(), s, d, at+minute))
}

func due(t *testing.T, s *store.Store, webhookID int64, at store.Time) []store.WebhookDelivery {
	t.Helper()
	return must(s.DueDeliveries(t.Context(), webhookID, at, 99))(t)
}

var webhookTests = map[string]func(*testing.T, *store.Store){
	"a webhook is kept, changed and deleted": func(t *testing.T, s *store.Store) {
		check(t, InsertWebhook(t.Context(), s, webhook(1, "a b")))
		check(t, InsertWebhook(t.Context(), s, webhook(2, "")))
		wantConflict(t, InsertWebhook(t.Context(), s, webhook(2, "")), "id")
		want := webhook(1, "a b")
		same(t, must(s.WebhookByID(t.Context(), 1))(t), want)
		check(t, ChangeWebhook(t.Context(), s, 1, func(w *store.Webhook) {
			w.URL, w.Description, w.Kinds, w.SecretSealed, w.OldSecretSealed, w.OldSecretUntil = "https://b.example.com/", "b", "", "new", new("old"), new(noon+day)
			w.UpdatedAt, w.DisabledAt = noon+1, new(noon+1)
			want = *w
		}))
		same(t, want.Version, int64(2))
		err := s.InTx(t.Context(), func(tx store.Tx) error { return errorOf(tx.TakeWebhook(t.Context(), 1, new(int64(1)))) })
		if !errors.Is(err, store.ErrVersion) {
			t.Error(err)
		}
		same(t, must(s.ListWebhooks(t.Context(), 0, 9))(t), []store.Webhook{want, webhook(2, "")})
		same(t, must(s.ListWebhooks(t.Context(), 1, 9))(t), []store.Webhook{webhook(2, "")})
		same(t, must(s.LearnWebhooks(t.Context()))(t), []store.Webhook{webhook(2, "")})
		wantNotFound(t, ChangeWebhook(t.Context(), s, 3, func(*store.Webhook) {}))
		remove := func() error {
			return s.InTx(t.Context(), func(tx store.Tx) error { return tx.DeleteWebhook(t.Context(), 1) })
		}
		check(t, remove())
		wantNotFound(t, remove())
	},
	"there are at most so many webhooks": func(t *testing.T, s *store.Store) {
		for id := int64(1); id <= 9; id++ {
			check(t, InsertWebhook(t.Context(), s, webhook(id, "")))
		}
		if err := InsertWebhook(t.Context(), s, webhook(10, "")); !errors.Is(err, store.ErrTooMany) {
			t.Error(err)
		}
	},
	"an event and its deliveries are one transaction": func(t *testing.T, s *store.Store) {
		check(t, InsertWebhook(t.Context(), s, webhook(1, "a b")))
		check(t, InsertWebhook(t.Context(), s, webhook(2, "")))
		check(t, InsertWebhook(t.Context(), s, webhook(3, "ab")))
		for _, remembered := range []int64{0, 100} { // read in the transaction, and remembered
			check(t, InsertAudit(t.Context(), s, happened(remembered+1, "a", noon), happened(remembered+2, "c", noon)))
			wantConflict(t, InsertAudit(t.Context(), s, happened(remembered+3, "a", noon), happened(remembered+1, "a", noon)), "id")
			same(t, queued(t, s, store.DeliveryFilter{Before: [2]int64{remembered + 99, 1}})[:3],
				[][2]int64{{remembered + 2, 2}, {remembered + 1, 2}, {remembered + 1, 1}})
			must(s.LearnWebhooks(t.Context()))(t)
		}
		same(t, len(queued(t, s, store.DeliveryFilter{})), 6)
		found := must(s.DeliveryByKey(t.Context(), 1, 2))(t)
		same(t, found, store.QueuedEvent{Kind: new("a"), WebhookDelivery: store.WebhookDelivery{
			EventID: 1, WebhookID: 2, State: store.DeliveryPending, QueuedAt: noon, DueAt: new(noon),
		}})
	},
	"a disabled webhook gets no new events, a deleted one fails nothing": func(t *testing.T, s *store.Store) {
		check(t, InsertWebhook(t.Context(), s, webhook(1, "")))
		check(t, InsertWebhook(t.Context(), s, webhook(2, "")))
		must(s.LearnWebhooks(t.Context()))(t)
		check(t, ChangeWebhook(t.Context(), s, 1, func(w *store.Webhook) { w.DisabledAt = new(noon) }))
		check(t, s.InTx(t.Context(), func(tx store.Tx) error { return tx.DeleteWebhook(t.Context(), 2) }))
		check(t, InsertAudit(t.Context(), s, happened(1, "a", noon))) // by what is remembered
		same(t, queued(t, s, store.DeliveryFilter{}), [][2]int64{{1, 1}})
		must(s.LearnWebhooks(t.Context()))(t)
		check(t, InsertAudit(t.Context(), s, happened(2, "a", noon)))
		same(t, queued(t, s, store.DeliveryFilter{}), [][2]int64{{1, 1}})
		_, err := s.DeliveryByKey(t.Context(), 1, 2)
		wantNotFound(t, err)
		same(t, must(s.PurgeDeliveries(t.Context(), store.DeliveryAges{}, noon))(t), int64(1))
	},
	"a delivery is claimed by one": func(t *testing.T, s *store.Store) {
		check(t, InsertWebhook(t.Context(), s, webhook(1, "")))
		check(t, InsertAudit(t.Context(), s, happened(1, "a", noon)))
		same(t, len(due(t, s, 1, noon-1)), 0)
		same(t, len(due(t, s, 2, noon)), 0)
		d := due(t, s, 1, noon)[0]
		var winners tally
		concurrently(t, s, 8, func(int) {
			claimed, err := ClaimDelivery(t.Context(), s, d, noon+minute)
			if err != nil {
				t.Error(err)
			}
			winners.add(claimed)
		})
		same(t, winners.n, 1)
		same(t, len(due(t, s, 1, noon+minute-1)), 0)
		again := due(t, s, 1, noon+minute) // whoever had it was lost
		same(t, must(ClaimDelivery(t.Context(), s, again[0], noon+2*minute))(t), true)
		d.State, d.DueAt = store.DeliveryDelivered, nil
		wantNotFound(t, SetDelivery(t.Context(), s, d, noon+minute))
		check(t, SetDelivery(t.Context(), s, d, noon+2*minute))
		same(t, must(s.DeliveryByKey(t.Context(), 1, 1))(t).State, store.DeliveryDelivered)
	},
	"deliveries are sent again": func(t *testing.T, s *store.Store) {
		check(t, InsertWebhook(t.Context(), s, webhook(1, "")))
		check(t, InsertWebhook(t.Context(), s, webhook(2, "")))
		for id := int64(1); id <= 1100; id++ { // more than one transaction queues
			check(t, InsertAudit(t.Context(), s, happened(id, "a", noon+store.Time(id))))
		}
		check(t, s.InTx(t.Context(), func(tx store.Tx) error {
			for id := int64(1); id <= 1100; id++ {
				d := store.WebhookDelivery{EventID: id, WebhookID: 1, State: store.DeliveryDead, Attempts: 5, FinishedAt: new(noon + hour)}
				if err := tx.SetDelivery(t.Context(), d, noon+store.Time(id)); err != nil {
					return err
				}
			}
			return nil
		}))
		replay := func(state string, since store.Time) int64 {
			return must(s.ReplayDeliveries(t.Context(), 1, state, since, noon+day))(t)
		}
		same(t, replay(store.DeliveryDelivered, noon), int64(0))
		same(t, replay(store.DeliveryDead, noon+1101), int64(0))
		same(t, replay(store.DeliveryDead, noon+2), int64(1099))
		same(t, replay(store.DeliveryDead, noon+2), int64(0))
		same(t, queued(t, s, store.DeliveryFilter{WebhookID: 1, State: store.DeliveryDead}), [][2]int64{{1, 1}})
		one := func(eventID int64) error {
			return s.InTx(t.Context(), func(tx store.Tx) error { return tx.ReplayDelivery(t.Context(), eventID, 1, noon+day) })
		}
		check(t, one(1))
		check(t, one(1))
		wantNotFound(t, one(1101))
		want := store.WebhookDelivery{EventID: 1, WebhookID: 1, State: store.DeliveryPending, QueuedAt: noon + day, DueAt: new(noon + day)}
		same(t, must(s.DeliveryByKey(t.Context(), 1, 1))(t).WebhookDelivery, want)
		same(t, must(s.CountDeliveries(t.Context(), store.DeliveryFilter{State: store.DeliveryPending}))(t), int64(2200))
	},
	"deliveries are listed a page at a time": func(t *testing.T, s *store.Store) {
		check(t, InsertWebhook(t.Context(), s, webhook(1, "")))
		check(t, InsertWebhook(t.Context(), s, webhook(2, "")))
		check(t, InsertAudit(t.Context(), s, happened(1, "a", noon), happened(2, "a", noon)))
		finished(t, s, due(t, s, 2, noon)[0], store.DeliveryDelivered, noon)
		for name, c := range map[string]struct {
			filter store.DeliveryFilter
			want   [][2]int64
		}{
			"all":     {store.DeliveryFilter{}, [][2]int64{{2, 2}, {2, 1}, {1, 2}, {1, 1}}},
			"webhook": {store.DeliveryFilter{WebhookID: 2}, [][2]int64{{2, 2}, {1, 2}}},
			"state":   {store.DeliveryFilter{State: store.DeliveryPending}, [][2]int64{{2, 2}, {2, 1}, {1, 1}}},
			"both":    {store.DeliveryFilter{State: store.DeliveryDelivered, WebhookID: 2}, [][2]int64{{1, 2}}},
			"next":    {store.DeliveryFilter{Before: [2]int64{2, 1}}, [][2]int64{{1, 2}, {1, 1}}},
			"last":    {store.DeliveryFilter{Before: [2]int64{1, 1}}, nil},
		} {
			t.Log(name)
			same(t, queued(t, s, c.filter), c.want)
		}
		same(t, len(must(s.ListDeliveries(t.Context(), store.DeliveryFilter{Limit: 3}))(t)), 3)
	},
	"deliveries are purged, and events that are waited for are not": func(t *testing.T, s *store.Store) {
		check(t, InsertWebhook(t.Context(), s, webhook(1, "")))
		check(t, InsertAudit(t.Context(), s, happened(1, "a", noon), happened(2, "a", noon), happened(3, "a", noon)))
		all := due(t, s, 1, noon)
		finished(t, s, all[0], store.DeliveryDelivered, noon+1)
		finished(t, s, all[1], store.DeliveryDead, noon+1)
		same(t, must(s.PurgeAudit(t.Context(), noon+day))(t), int64(2))
		same(t, listed(t, s, store.AuditFilter{Limit: 9}), []int64{3})
		same(t, must(s.DeliveryByKey(t.Context(), 1, 1))(t).Kind, (*string)(nil))
		ages := store.DeliveryAges{GiveUp: noon, Why: "too old", Delivered: noon + 1, Dead: noon + 1}
		same(t, must(s.PurgeDeliveries(t.Context(), ages, noon+day))(t), int64(0))
		ages.GiveUp, ages.Delivered = noon+1, noon+2
		same(t, must(s.PurgeDeliveries(t.Context(), ages, noon+day))(t), int64(1))
		same(t, queued(t, s, store.DeliveryFilter{State: store.DeliveryDead}), [][2]int64{{3, 1}, {2, 1}})
		given := must(s.DeliveryByKey(t.Context(), 3, 1))(t)
		same(t, []any{given.Error, given.DueAt, *given.FinishedAt}, []any{"too old", (*store.Time)(nil), noon + day})
		ages.Dead = noon + 2
		same(t, must(s.PurgeDeliveries(t.Context(), ages, noon+day))(t), int64(1))
		same(t, must(s.PurgeAudit(t.Context(), noon+day))(t), int64(1))
	},
	"what webhooks answered about an erased user is blanked": func(t *testing.T, s *store.Store) {
		check(t, InsertWebhook(t.Context(), s, webhook(1, "")))
		about := func(id int64, actor, subject *int64, detail string) {
			event := happened(id, "a", noon)
			event.ActorID, event.SubjectID, event.Detail = actor, subject, detail
			check(t, InsertAudit(t.Context(), s, event))
		}
		me, other := new(int64(1)), new(int64(2))
		about(1, other, me, "{}")
		about(2, me, other, "{}")
		about(3, nil, nil, `{"account":"digest"}`)
		about(4, other, other, "{}")
		for _, d := range due(t, s, 1, noon) {
			finished(t, s, d, store.DeliveryDead, noon)
		}
		answers := func() (kept []string) {
			for id := int64(1); id <= 4; id++ {
				kept = append(kept, must(s.DeliveryByKey(t.Context(), id, 1))(t).Answer)
			}
			return kept
		}
		naming := store.Naming{UserIDs: []int64{1}, Texts: []string{"digest"}}
		check(t, s.InTx(t.Context(), func(tx store.Tx) error { return tx.BlankAudit(t.Context(), naming, 0) }))
		same(t, answers(), []string{"", "", "", "no"})
		must(s.BlankAudit(t.Context(), store.Naming{UserIDs: []int64{2}}))(t)
		same(t, answers(), []string{"", "", "", ""})
	},
}
