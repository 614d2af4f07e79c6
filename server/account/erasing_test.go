package account_test

import (
	"database/sql"
	"strconv"
	"testing"

	"quartet/server/account"
	"quartet/server/apierr"
)

// A reader of another process keeps SQLite's log from being emptied, which must not turn
// an erasure into a failure; housekeeping empties it later.
func TestErasingBesideAReaderIsFinishedByHousekeeping(t *testing.T) {
	t.Parallel()
	w, caller, traces := closing(t)
	db, err := sql.Open("sqlite", w.path)
	must(t, err)
	defer db.Close()
	reader, err := db.BeginTx(t.Context(), nil)
	must(t, err)
	var users int
	must(t, reader.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM users").Scan(&users))
	must(t, w.CommandLine().EraseUser(t.Context(), caller.UserID))
	if len(w.find(traces)) == 0 {
		t.Fatal("the reader was in nobody's way")
	}
	must(t, reader.Rollback())
	wantEqual(t, "erased", eraseDue(w), 0)
	if found := w.find(traces); len(found) > 0 {
		t.Errorf("still there: %v", found)
	}
}

// Events about a user who was merged have that user's number.
func TestErasingBlanksTheEventsOfMergedUsers(t *testing.T) {
	t.Parallel()
	const clientIP = "192.0.2.78"
	w, caller, traces := closing(t)
	other := w.add("second.example", mobile("13900007777", true))
	_, err := w.tryPassword("second.example", wrongPassword, clientIP)
	wantFailure(t, err, apierr.WrongCredentials)
	must(t, w.CommandLine().MergeUsers(t.Context(), other, caller.UserID))
	must(t, w.CommandLine().EraseUser(t.Context(), caller.UserID))
	if found := w.find(append(traces, "second.example", clientIP)); len(found) > 0 {
		t.Errorf("still there: %v", found)
	}
}

// Housekeeping erases all who are due, however many, and nobody else.
func TestAllWhoAreDueAreErased(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for number := range 203 {
		caller := w.caller("invented"+strconv.Itoa(number), account.RoleMember)
		if number >= 2 {
			_, err := w.CloseAccount(t.Context(), caller, account.Proof{})
			must(t, err)
		}
	}
	w.clock.Advance(15 * day)
	late := w.caller("late", account.RoleMember)
	_, err := w.CloseAccount(t.Context(), late, account.Proof{})
	must(t, err)
	wantEqual(t, "erased", eraseDue(w), 201)
	wantEqual(t, "users", w.number("SELECT COUNT(*) FROM users"), 3)
}

// A token of the old back end, which a program may send by itself, takes back no closing,
// with a password here neither.
func TestAnOldTokenTakesBackNoClosing(t *testing.T) {
	t.Parallel()
	w, _ := newMovingWorld(t, suQing())
	signedIn, err := w.tryPassword("su.qing", goodPassword, home)
	must(t, err)
	_, err = w.CloseAccount(t.Context(), w.authenticated(signedIn.AccessToken), account.Proof{})
	must(t, err)
	_, err = w.exchange(oldToken)
	wantFailure(t, err, apierr.Unauthenticated)
	wantEqual(t, "closing", w.number("SELECT COUNT(*) FROM users WHERE closing_at IS NOT NULL"), 1)
	_, err = w.tryPassword("su.qing", goodPassword, home)
	must(t, err)
	wantEqual(t, "reopened", w.number("SELECT COUNT(*) FROM audit_events WHERE kind = 'account_reopened'"), 1)
}
