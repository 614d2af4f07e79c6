package account_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"

	"quartet/server/account"
	"quartet/store"
)

func TestSeenIsWrittenBehind(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	grant := w.enterByCode(lisMobile)
	opened := w.number("SELECT last_seen_at FROM sessions")
	for range 3 {
		w.clock.Advance(time.Minute)
		seen := w.authenticated(grant.AccessToken).LastSeen()
		wantEqual(t, "what the caller is told", seen, store.TimeOf(w.clock.Now()))
		wantEqual(t, "what is written", w.number("SELECT last_seen_at FROM sessions"), opened)
	}
	w.FlushLastSeen(t.Context())
	wantEqual(t, "what is recorded", store.Time(w.number("SELECT last_seen_at FROM sessions")), store.TimeOf(w.clock.Now()))
}

// A session's use that could not be recorded is dropped, with one warning.
func TestSeenThatCannotBeWrittenIsDropped(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	w := newWorld(t, func(c *account.Config) { c.Log = slog.New(slog.NewTextHandler(&log, nil)) })
	for _, mobile := range []string{lisMobile, "13900002222"} {
		grant := w.enterByCode(mobile)
		w.clock.Advance(time.Minute)
		w.authenticated(grant.AccessToken)
	}
	must(t, w.store.Close())
	log.Reset()
	for range 2 {
		w.FlushLastSeen(t.Context())
	}
	if n := strings.Count(log.String(), "level=WARN"); n != 1 || !strings.Contains(log.String(), "sessions=2") {
		t.Errorf("%d warnings:\n%s", n, &log)
	}
}
