package account

import (
	"context"
	"slices"
	"time"

	"quartet/server/idgen"
	"quartet/store"
)

// clockStep is how far a clock may have been set back: the id of an event is then later than
// its time.
const clockStep = 24 * time.Hour

// AuditPage gives the newest events that f selects, newest first. The ids of events begin
// with their time, so that nothing outside of f's time is read.
func (s Operator) AuditPage(ctx context.Context, f AuditFilter) ([]AuditEvent, error) {
	f.Newest = true
	if f.Since != 0 {
		f.AfterID = max(f.AfterID, firstID(f.Since)-1)
	}
	if f.Until != 0 {
		if before := firstID(f.Until.Add(clockStep)); f.BeforeID == 0 || before < f.BeforeID {
			f.BeforeID = max(before, 1)
		}
	}
	events, err := s.ListAudit(ctx, f)
	slices.Reverse(events)
	return events, err
}

func firstID(at store.Time) int64 { return max(idgen.First(at.Time()), 0) }
