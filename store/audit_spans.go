package store

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
)

// SpanFilter says which events to count, and in which spans of time.
type SpanFilter struct {
	Since, Until     Time     // from Since on, and before Until
	StepMillis       int64    // the length of a span; the first begins at Since
	FromID, BeforeID int64    // from this id on, and below that one: those of the time, so that no others are read
	Kinds            []string // any of these
	Ways             []string // that are told apart
}

// SpanCount is how many events of a kind, a dialect and a way a span has.
type SpanCount struct {
	Span               Time // when it begins
	Kind, Dialect, Way string
	Events             int64
}

// CountSpans counts events by spans of time, in order of the spans. Spans without events
// are left out. The rows are counted here: SQLite takes several times as long to group them.
func (s *Store) CountSpans(ctx context.Context, f SpanFilter) ([]SpanCount, error) {
	var c conditions
	in(&c, "kind", f.Kinds)
	c.add("id >= ? AND id < ? AND at >= ? AND at < ?", f.FromID, f.BeforeID, f.Since, f.Until)
	var at int64
	var kind, dialect, detail string
	counted := map[SpanCount]int64{} // by counts without events
	err := s.each(ctx, "CountSpans", "SELECT at, kind, dialect, detail FROM audit_events "+c.where(), []any{&at, &kind, &dialect, &detail}, func(row int) {
		if row == 0 {
			clear(counted)
		}
		span := Time(at - (at-int64(f.Since))%f.StepMillis)
		counted[SpanCount{Span: span, Kind: kind, Dialect: dialect, Way: f.wayIn(detail)}]++
	}, c.args...)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return nil, err
	}
	counts := make([]SpanCount, 0, len(counted))
	for count, events := range counted {
		count.Events = events
		counts = append(counts, count)
	}
	slices.SortFunc(counts, func(a, b SpanCount) int {
		return cmp.Or(cmp.Compare(a.Span, b.Span), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Dialect, b.Dialect), cmp.Compare(a.Way, b.Way))
	})
	return counts, nil
}

// wayIn finds the way in the JSON of details, "" for none of f.Ways. A quote inside a value is
// escaped, so that no value looks like a member.
func (f SpanFilter) wayIn(detail string) string {
	_, rest, _ := strings.Cut(detail, `"way":"`)
	found, _, _ := strings.Cut(rest, `"`)
	for _, way := range f.Ways {
		if way == found {
			return way // which does not keep the details in memory
		}
	}
	return ""
}
