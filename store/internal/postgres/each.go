package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"

	"quartet/store/internal/row"
)

// Each reads through the driver itself: database/sql would start a goroutine for each query,
// and convert every value.
func (e *Engine) Each(ctx context.Context, query string, args, fields []any, found func()) error {
	query = bind(query)
	return e.onConn(ctx, func(c *pgx.Conn) (answered bool, err error) {
		ctx := ctx // each try has the deadline
		if deadline, ok := ctx.Deadline(); ok && ctx.Err() == nil {
			// The driver would start a watcher of the context for each query.
			socket := c.PgConn().Conn()
			if err := socket.SetReadDeadline(deadline); err != nil {
				return false, err
			}
			defer func() { _ = socket.SetReadDeadline(time.Time{}) }() // else it is closed
			ctx = context.WithoutCancel(ctx)
		}
		rows, _ := c.Query(ctx, query, args...) // Err has the error
		defer rows.Close()
		var s scanner
		for rows.Next() {
			if s == nil {
				s = scannerOf(c, query, rows.FieldDescriptions(), fields)
			}
			for i, value := range rows.RawValues() {
				if err := s[i].Scan(value, fields[i]); err != nil {
					return true, pgx.ScanArgError{ColumnIndex: i, FieldName: rows.FieldDescriptions()[i].Name, Err: err}
				}
			}
			found()
		}
		return false, rows.Err()
	})
}

// scanner reads the columns of a query into fields of the same types each time.
type scanner []struct {
	pgtype.ScanPlan
	oid    uint32
	format int16
}

// fits reports whether the columns are still those that the scanner is for: a migration can
// change their types.
func (s scanner) fits(columns []pgconn.FieldDescription) bool {
	if len(s) != len(columns) {
		return false
	}
	for i := range columns {
		if s[i].oid != columns[i].DataTypeOID || s[i].format != columns[i].Format {
			return false
		}
	}
	return true
}

// scanners is the key of a connection's scanners by query in its custom data. The driver
// would make one for each run of a query.
const scanners = "quartet.scanners"

func scannerOf(c *pgx.Conn, query string, columns []pgconn.FieldDescription, fields []any) scanner {
	known, ok := c.PgConn().CustomData()[scanners].(map[string]scanner)
	if !ok {
		known = map[string]scanner{}
		c.PgConn().CustomData()[scanners] = known
	}
	s := known[query]
	if !s.fits(columns) {
		s = make(scanner, len(columns))
		for i, of := range columns {
			s[i].ScanPlan = planOf(c.TypeMap(), of, fields[i])
			s[i].oid, s[i].format = of.DataTypeOID, of.Format
		}
		known[query] = s
	}
	return s
}

// planOf is the driver's way to read a column into a field, but for texts and pointers: the
// driver sets a pointer by reflection, and copies a text that rows of a join repeat.
func planOf(m *pgtype.Map, of pgconn.FieldDescription, field any) pgtype.ScanPlan {
	isText := of.DataTypeOID == pgtype.TextOID || of.DataTypeOID == pgtype.VarcharOID
	switch field.(type) {
	case *string:
		if isText {
			return textPlan{}
		}
	case **string:
		if isText {
			return nullableTextPlan{}
		}
	case **int64:
		return nullablePlan[int64]{m.PlanScan(of.DataTypeOID, of.Format, new(int64))}
	case **row.Time:
		return nullablePlan[row.Time]{m.PlanScan(of.DataTypeOID, of.Format, new(row.Time))}
	}
	return m.PlanScan(of.DataTypeOID, of.Format, field)
}

// textPlan keeps the text of the row before if it is the same.
type textPlan struct{}

// Scan implements pgtype.ScanPlan.
func (textPlan) Scan(column []byte, field any) error {
	if column == nil {
		return errors.New("NULL is no text")
	}
	if text := field.(*string); *text != string(column) {
		*text = string(column)
	}
	return nil
}

// nullableTextPlan reads NULL as nil. Another text gets another pointer: whoever has that of
// the row before keeps its text.
type nullableTextPlan struct{}

// Scan implements pgtype.ScanPlan.
func (nullableTextPlan) Scan(column []byte, field any) error {
	switch text := field.(**string); {
	case column == nil:
		*text = nil
	case *text == nil || **text != string(column):
		*text = new(string(column))
	}
	return nil
}

// nullablePlan is nullableTextPlan for values of another type.
type nullablePlan[T any] struct{ of pgtype.ScanPlan }

// Scan implements pgtype.ScanPlan.
func (p nullablePlan[T]) Scan(column []byte, field any) error {
	into := field.(**T)
	if column == nil {
		*into = nil
		return nil
	}
	*into = new(T)
	return p.of.Scan(column, *into)
}
