package account_test

import (
	"database/sql/driver"
	"slices"
	"testing"
	"time"

	"modernc.org/sqlite"

	"quartet/store"
	"quartet/store/storetest"
)

// triedIDs are the ids of inserted users that a trigger has recorded, also of refused
// ones.
var triedIDs []int64

func init() {
	sqlite.MustRegisterScalarFunction("tell_tried", 1, func(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
		triedIDs = append(triedIDs, args[0].(int64))
		return nil, nil
	})
}

// If the id of a new user is taken by another server in the same millisecond, another
// id is drawn.
func TestTakenUserIDIsTriedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	last := w.config.IDs.Next()
	w.clock.Advance(-time.Hour) // from here on each id is the one before plus one
	must(t, storetest.InsertUser(t.Context(), w.store, store.User{ID: last + 1, GUID: "taken", Role: store.RoleMember}))
	w.change("CREATE TRIGGER tell BEFORE INSERT ON users BEGIN SELECT tell_tried(NEW.id); END")
	triedIDs = nil
	if id := w.add("li"); id != last+2 || !slices.Equal(triedIDs, []int64{last + 1, last + 2}) {
		t.Errorf("got %d after the tries %v, with %d taken", id, triedIDs, last+1)
	}
}
