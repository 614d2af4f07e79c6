package account

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	"quartet/server/apierr"
	"quartet/store"
)

// MaxFigureSpans is the maximum number of spans of Figures: the hours of a month.
const MaxFigureSpans = 744

// The names of figures.
const (
	FigureSignIns       = "sign_ins"
	FigureSignInsFailed = "sign_ins_failed"
	FigureLockouts      = "lockouts"
	FigureCodesSent     = "codes_sent"
	FigureUsersCreated  = "users_created"
)

// figureKinds are the events that are counted, with the names of their figures.
var figureKinds = []struct {
	kind, name string
	byWay      bool
}{
	{AuditSignIn, FigureSignIns, true},
	{AuditSignInFailed, FigureSignInsFailed, true},
	{AuditLockout, FigureLockouts, false},
	{AuditCodeSent, FigureCodesSent, false},
	{AuditUserCreated, FigureUsersCreated, false},
}

// FigureSeries are the numbers of events in each span.
type FigureSeries struct {
	Name    string
	Way     string // of signing in, "" where there is none
	Dialect string
	Counts  []int64
}

// Figures are numbers of events in spans of time, and of the sessions that are live now.
type Figures struct {
	Since, Until Time
	Spans        []Time // when they begin
	LiveSessions int64
	Series       []FigureSeries // without those that have no event
}

// Figures counts events from since on and before until, in spans of step that begin at since.
// Zero times are a day of spans of an hour, or 30 longer spans, that ends now. The failure
// is InvalidField with field until for a time that is not after since, and with field since
// for more than MaxFigureSpans spans.
func (s Operator) Figures(ctx context.Context, since, until Time, step time.Duration) (Figures, error) {
	if until == 0 {
		until = store.TimeOf(s.now())
	}
	if since == 0 {
		spans := time.Duration(30)
		if step == time.Hour {
			spans = 24
		}
		since = until.Add(-spans * step)
	}
	figures := Figures{Since: since, Until: until}
	if since >= until {
		return figures, &apierr.Error{Code: apierr.InvalidField, Field: "until", Reason: apierr.OutOfRange, Expected: "> since"}
	}
	if until > since.Add(MaxFigureSpans*step) {
		return figures, &apierr.Error{Code: apierr.InvalidField, Field: "since", Reason: apierr.OutOfRange, Expected: "1–" + strconv.Itoa(MaxFigureSpans)}
	}
	for at := since; at < until; at = at.Add(step) {
		figures.Spans = append(figures.Spans, at)
	}
	filter := store.SpanFilter{
		Since: since, Until: until, StepMillis: step.Milliseconds(),
		FromID: firstID(since), BeforeID: firstID(until.Add(clockStep)),
		Ways: []string{OpenedByCode, OpenedByPassword, OpenedByWeChat, OpenedByToken},
	}
	for _, counted := range figureKinds {
		filter.Kinds = append(filter.Kinds, counted.kind)
	}
	err := s.readLong(ctx, func() error {
		rows, err := s.store.CountSpans(ctx, filter)
		if err != nil {
			return storeErr(err)
		}
		figures.Series = figureSeries(rows, since, step, len(figures.Spans))
		figures.LiveSessions, err = s.store.CountSessions(ctx, store.SessionFilter{LiveAt: store.TimeOf(s.now())})
		return storeErr(err)
	})
	return figures, err
}

func figureSeries(rows []store.SpanCount, since Time, step time.Duration, spans int) (all []FigureSeries) {
	for _, counted := range figureKinds {
		begin := len(all)
		known := map[[2]string]int{} // way and dialect → index in all
		for _, row := range rows {
			if row.Kind != counted.kind {
				continue
			}
			key := [2]string{"", row.Dialect}
			if counted.byWay {
				key[0] = row.Way
			}
			at, found := known[key]
			if !found {
				at = len(all)
				known[key] = at
				all = append(all, FigureSeries{counted.name, key[0], key[1], make([]int64, spans)})
			}
			all[at].Counts[(row.Span-since)/Time(step.Milliseconds())] += row.Events
		}
		slices.SortFunc(all[begin:], func(a, b FigureSeries) int {
			return cmp.Or(cmp.Compare(a.Dialect, b.Dialect), cmp.Compare(a.Way, b.Way))
		})
	}
	return all
}
