package store

import (
	"context"
	"errors"
	"slices"
	"testing"
)

// registering is a user, the quota that lets them in and the event that tells of
// them, all with the same number.
func registering(ctx context.Context, s *Store, id int64, q RateLimit) error {
	return s.InTx(ctx, func(w Tx) error {
		if err := w.ConsumeRateLimits(ctx, []RateLimit{q}, 1); err != nil {
			return err
		}
		if err := w.InsertUser(ctx, named(id)); err != nil {
			return err
		}
		return w.InsertAudit(ctx, AuditEvent{ID: id, At: 1, Kind: "created", Detail: "{}"})
	})
}

func TestWritesOfOneCallerAreOneCommit(t *testing.T) {
	t.Parallel()
	s, commits := watched(t)
	if err := registering(t.Context(), s, 1, RateLimit{Key: "all", WindowMillis: 1000, Limit: 1}); err != nil {
		t.Fatal(err)
	}
	if got := commits(); !slices.Equal(got, []int{1}) {
		t.Errorf("commits of %v writes", got)
	}
	wantUsers(t, s, 1)
}

// In a group each caller's writes are kept or taken back by themselves.
func TestInTxFailsAloneInItsGroup(t *testing.T) {
	t.Parallel()
	s, commits := watched(t)
	q := RateLimit{Key: "all", WindowMillis: 1000, Limit: 3}
	var writes []func() error
	for _, id := range []int64{1, 2, 1, 3, 4} { // the second 1 is taken, and there is no room for 4
		writes = append(writes, func() error { return registering(t.Context(), s, id, q) })
	}
	errs := grouped(t, s, writes...)
	if err := errors.Join(errs[0], errs[1], errs[3]); err != nil {
		t.Error(err)
	}
	if _, ok := errors.AsType[ConflictError](errs[2]); !ok {
		t.Errorf("taken: %v", errs[2])
	}
	if reached, ok := errors.AsType[RateLimitError](errs[4]); !ok || reached.RetryAfterMillis != 1000 {
		t.Errorf("no room: %v", errs[4])
	}
	wantUsers(t, s, 1, 2, 3)
	events, err := s.ListAudit(t.Context(), AuditFilter{Limit: 9})
	if err != nil || len(events) != 3 {
		t.Errorf("%d events, %v", len(events), err)
	}
	if got := commits(); !slices.Equal(got, []int{1, 3}) {
		t.Errorf("commits of %v writes", got)
	}
}
