package store

import (
	"context"
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
	Span    Time   `db:"span"` // when it begins
	Kind    string `db:"kind"`
	Dialect string `db:"dialect"`
	Way     string `db:"way"` // of SpanFilter.Ways, "" for none of them
	Events  int64  `db:"events"`
}

// CountSpans counts events by spans of time, in order of the spans. Spans without events
// are left out.
func (s *Store) CountSpans(ctx context.Context, f SpanFilter) (counts []SpanCount, err error) {
	query, args := f.query()
	err = s.run(ctx, "CountSpans", func() error {
		counts = nil
		return s.engine.SelectOnce(ctx, &counts, query, args...)
	})
	return counts, err
}

// query finds the way in the text of the details: engines read JSON in different ways, and
// a quote inside a value is escaped, so that no value looks like a member.
func (f SpanFilter) query() (query string, args []any) {
	args = []any{f.Since, f.StepMillis}
	var way strings.Builder
	for _, name := range f.Ways {
		way.WriteString(" WHEN detail LIKE ? THEN '" + name + "'")
		args = append(args, `%"way":"`+name+`"%`)
	}
	column := "''"
	if len(f.Ways) > 0 {
		column = "CASE" + way.String() + " ELSE '' END"
	}
	var c conditions
	in(&c, "kind", f.Kinds)
	c.add("id >= ? AND id < ? AND at >= ? AND at < ?", f.FromID, f.BeforeID, f.Since, f.Until)
	return `SELECT span, kind, dialect, way, COUNT(*) AS events FROM (
			SELECT at - (at - ?) % ? AS span, kind, dialect, ` + column + ` AS way FROM audit_events ` + c.where() + `) happened
		GROUP BY span, kind, dialect, way ORDER BY span, kind, dialect, way`, append(args, c.args...)
}
