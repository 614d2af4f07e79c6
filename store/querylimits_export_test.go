package store

import (
	"context"
	"strings"
	"sync"

	"quartet/store/internal/engine"
)

// Queries are the texts of queries that read any number of rows.
type Queries struct {
	mutex sync.Mutex
	texts map[string]bool
}

// Texts returns the distinct texts, with single spaces.
func (q *Queries) Texts() (texts []string) {
	q.mutex.Lock()
	defer q.mutex.Unlock()
	for text := range q.texts {
		texts = append(texts, text)
	}
	return texts
}

func (q *Queries) add(query string) {
	q.mutex.Lock()
	defer q.mutex.Unlock()
	if q.texts == nil {
		q.texts = map[string]bool{}
	}
	q.texts[strings.Join(strings.Fields(query), " ")] = true
}

// Record adds the queries of s from now on.
func (q *Queries) Record(s *Store) { s.engine = recordingEngine{s.engine, q} }

type recordingEngine struct {
	engine.Engine
	queries *Queries
}

func (r recordingEngine) Each(ctx context.Context, query string, args, fields []any, found func()) error {
	r.queries.add(query)
	return r.Engine.Each(ctx, query, args, fields, found)
}

func (r recordingEngine) Select(ctx context.Context, rows any, query string, args ...any) error {
	r.queries.add(query)
	return r.Engine.Select(ctx, rows, query, args...)
}

func (r recordingEngine) SelectOnce(ctx context.Context, rows any, query string, args ...any) error {
	r.queries.add(query)
	return r.Engine.SelectOnce(ctx, rows, query, args...)
}

func (r recordingEngine) Write(ctx context.Context, do func(engine.Tx) error) error {
	return r.Engine.Write(ctx, func(t engine.Tx) error { return do(recordingTx{t, r.queries}) })
}

func (r recordingEngine) WriteAlone(ctx context.Context, do func(engine.Tx) error) error {
	return r.Engine.WriteAlone(ctx, func(t engine.Tx) error { return do(recordingTx{t, r.queries}) })
}

type recordingTx struct {
	engine.Tx
	queries *Queries
}

func (r recordingTx) Select(ctx context.Context, rows any, query string, args ...any) error {
	r.queries.add(query)
	return r.Tx.Select(ctx, rows, query, args...)
}
