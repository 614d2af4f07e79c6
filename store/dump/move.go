package dump

import (
	"context"
	"errors"
	"io"

	"quartet/store"
)

// chunk is how many rows are put in one transaction.
const chunk = 1000

// Export writes all facts of a snapshot. The migration is the version of the
// tables.
func Export(ctx context.Context, snapshot *store.Snapshot, migration int64, out io.Writer, progress func(rows int64)) (rows int64, err error) {
	marks, err := snapshot.Metadata(ctx)
	if err != nil {
		return 0, err
	}
	w, err := NewWriter(out, migration, marks)
	if err != nil {
		return 0, err
	}
	for _, table := range store.Tables() {
		err := snapshot.Rows(ctx, table, func(row []any) error {
			progress(1)
			return w.Row(table, row)
		})
		if err != nil {
			return w.Total(), err
		}
	}
	return w.Total(), w.Close()
}

// Listener hears what becomes of the rows of an import, in their order but for
// those of one transaction, of which the refused come last. The import ends with
// the error that Refuse returns.
type Listener struct {
	Add, Keep func(rows int64)
	Refuse    func(line int64, column, reason string) error
}

// Import puts all rows that r reads. With stop no row behind a refused one is
// put. Rows that were put before an error stay: importing the file again goes on
// from there.
func Import(ctx context.Context, r *Reader, put store.RowInserter, stop bool, listener Listener) error {
	i := &importing{put: put, stop: stop, listener: listener}
	for {
		row, err := r.Next()
		if refused, ok := errors.AsType[RowError](err); ok {
			if err := errors.Join(i.flush(ctx), ctx.Err()); err != nil {
				return err
			}
			if err := listener.Refuse(refused.Line, refused.Column, refused.Reason); err != nil {
				return err
			}
			continue
		}
		if err != nil {
			// What came before the end of a file that is cut short is still good.
			if flushed := i.flush(ctx); flushed != nil || errors.Is(err, io.EOF) {
				return flushed
			}
			return err
		}
		if err := i.take(ctx, row); err != nil {
			return err
		}
	}
}

// importing gathers rows of one table.
type importing struct {
	put      store.RowInserter
	stop     bool
	listener Listener
	rows     []Row
}

func (i *importing) take(ctx context.Context, row Row) error {
	if len(i.rows) == chunk || len(i.rows) > 0 && i.rows[0].Table.Name != row.Table.Name {
		if err := i.flush(ctx); err != nil {
			return err
		}
	}
	i.rows = append(i.rows, row)
	return nil
}

func (i *importing) flush(ctx context.Context) error {
	if len(i.rows) == 0 {
		return nil
	}
	rows := i.rows
	i.rows = i.rows[:0]
	values := make([][]any, 0, len(rows))
	for _, row := range rows {
		values = append(values, row.Values)
	}
	outcomes, err := i.put(ctx, rows[0].Table, values, i.stop)
	if err != nil {
		return err
	}
	return i.tell(rows, outcomes)
}

func (i *importing) tell(rows []Row, outcomes []store.RowOutcome) error {
	var added, present int64
	for _, outcome := range outcomes {
		switch {
		case outcome.Added:
			added++
		case outcome.Present:
			present++
		}
	}
	i.listener.Add(added)
	i.listener.Keep(present)
	for n, outcome := range outcomes {
		if outcome.Added || outcome.Present {
			continue
		}
		column := rows[n].Table.Name
		if outcome.Column != "" {
			column += "." + outcome.Column
		}
		if err := i.listener.Refuse(rows[n].Line, column, outcome.Reason); err != nil {
			return err
		}
	}
	return nil
}
