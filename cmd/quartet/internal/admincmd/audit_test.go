package admincmd

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"quartet/server/account"
	"quartet/store"
)

// Servers write concurrently, so an event can appear after one with a higher id.
func TestFollowPrintsEachEventOnce(t *testing.T) {
	t.Parallel()
	const second = store.Time(1000)
	var there []account.AuditEvent
	list := func(_ context.Context, f account.AuditFilter) ([]account.AuditEvent, error) {
		slices.SortFunc(there, func(a, b account.AuditEvent) int { return int(a.ID - b.ID) })
		var found []account.AuditEvent
		for _, event := range there {
			if event.ID > f.AfterID && len(found) < f.Limit {
				found = append(found, event)
			}
		}
		return found, nil
	}
	event := func(id int64) account.AuditEvent { return account.AuditEvent{ID: id, At: store.Time(id) * second} }
	there = []account.AuditEvent{event(10), event(20), event(22)}
	f := newFollower(account.AuditFilter{Newest: true}, there[1:]) // the limit left the first out
	for _, step := range []struct {
		appear []int64
		want   string
	}{
		{nil, "[]"},
		{[]int64{24}, "[24]"},
		{[]int64{23, 25}, "[23 25]"}, // one of them late
		{nil, "[]"},
		{[]int64{60, 55}, "[55 60]"},
		{[]int64{57}, "[57]"},
		{[]int64{24 + 1000}, "[1024]"},
	} {
		for _, id := range step.appear {
			there = append(there, event(id))
		}
		fresh, err := f.newEvents(t.Context(), list)
		if err != nil {
			t.Fatal(err)
		}
		ids := []int64{}
		for _, e := range fresh {
			ids = append(ids, e.ID)
		}
		if got := fmt.Sprint(ids); got != step.want {
			t.Errorf("got %s, want %s", got, step.want)
		}
	}
	if len(f.printed) != 1 {
		t.Errorf("%d events are remembered", len(f.printed))
	}
	for id := int64(2000); id < 2000+2*followPage; id++ { // more than a page at the same moment
		there = append(there, account.AuditEvent{ID: id, At: 2000 * second})
	}
	fresh, err := f.newEvents(t.Context(), list)
	if err != nil {
		t.Fatal(err)
	}
	if len(fresh) != 2*followPage {
		t.Errorf("got %d events, want %d", len(fresh), 2*followPage)
	}
}
