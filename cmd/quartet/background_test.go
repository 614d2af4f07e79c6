package main

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"testing"
	"time"

	"quartet/store"
	"quartet/store/storetest"
)

func TestBackgroundJobGoesOnAfterAFailure(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	jobs := &background{log: slog.New(slog.NewTextHandler(&log, nil))}
	ctx, stop := context.WithCancel(t.Context())
	turns := 0
	jobs.every(ctx, 0, time.Millisecond, "sweeping", func(context.Context) error {
		turns++
		if turns == 3 {
			stop()
		}
		return errors.New("the broom is broken")
	})
	jobs.wait()
	equal(t, "turns", turns, 3)
	contains(t, log.String(), "sweeping", "the broom is broken")
}

func TestHousekeepingKeepsEndedSessionsForAMonth(t *testing.T) {
	t.Parallel()
	database := storetest.SQLite(t)
	now := time.Now()
	must(t, storetest.InsertUser(t.Context(), database, store.User{ID: 1, GUID: "one", Role: store.RoleMember}))
	for id, ended := range map[int64]time.Duration{1: 29 * 24 * time.Hour, 2: 31 * 24 * time.Hour} {
		must(t, storetest.PutSession(t.Context(), database, store.Session{
			ID: id, UserID: 1, Dialect: "jfinal", ExpiresAt: store.TimeOf(now.Add(time.Hour)),
			EndedAt: new(store.TimeOf(now.Add(-ended))), EndReason: new(store.EndedByLogout),
		}))
	}
	must(t, housekeeping(database, 0, slog.New(slog.DiscardHandler))(t.Context()))
	_, err := database.SessionByID(t.Context(), 1)
	must(t, err)
	if _, err := database.SessionByID(t.Context(), 2); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("got %v, want the older session to be gone", err)
	}
}

func TestHousekeepingKeepsAuditEventsAsLongAsAsked(t *testing.T) {
	t.Parallel()
	database := storetest.SQLite(t)
	now := time.Now()
	for id, age := range map[int64]time.Duration{1: 181 * 24 * time.Hour, 2: 179 * 24 * time.Hour} {
		must(t, storetest.InsertAudit(t.Context(), database, store.AuditEvent{ID: id, At: store.TimeOf(now.Add(-age)), Detail: "{}"}))
	}
	for _, c := range []struct{ days, left int }{{0, 2}, {180, 1}, {1, 0}} {
		keep := time.Duration(c.days) * 24 * time.Hour
		must(t, housekeeping(database, keep, slog.New(slog.DiscardHandler))(t.Context()))
		events, err := database.ListAudit(t.Context(), store.AuditFilter{Limit: 9})
		must(t, err)
		equal(t, "events left", len(events), c.left)
	}
}

// A reader that takes long, such as a backup, keeps SQLite from checkpointing the
// write-ahead log while others write.
func TestHousekeepingCheckpointsALongLog(t *testing.T) {
	t.Parallel()
	database, path := storetest.SQLiteFile(t)
	other, err := sql.Open("sqlite", "file:"+path+"?_journal_mode=WAL")
	must(t, err)
	defer other.Close()
	reading, err := other.BeginTx(t.Context(), nil)
	must(t, err)
	var count, frames, checkpointed int
	must(t, reading.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM users").Scan(&count))
	_, err = other.ExecContext(t.Context(), "CREATE TABLE long AS SELECT zeroblob(20 << 20) AS bytes")
	must(t, err)
	must(t, reading.Rollback())
	must(t, housekeeping(database, 0, slog.New(slog.DiscardHandler))(t.Context()))
	// NOOP tells how far the checkpoint has come, and does none.
	must(t, other.QueryRowContext(t.Context(), "PRAGMA wal_checkpoint(NOOP)").Scan(&count, &frames, &checkpointed))
	if frames < 20<<20>>12 || checkpointed != frames {
		t.Errorf("%d of %d frames are checkpointed", checkpointed, frames)
	}
}
