package store

import (
	"context"
	"database/sql/driver"
	"hash/maphash"
	"sync/atomic"
)

// recent remembers rows that were read from SQLite, each until anything at all
// is written to the database, by this process or another. Nothing has to be
// invalidated by name, so nothing can be forgotten.
//
// The engine itself says whether anything was written: data_version differs
// from what the same connection was told before. That connection never writes,
// because its own writes would not count.
type recent struct {
	most int   // rows
	db   *pool // of the one connection that watches

	// turn holds one token: who has it may use the fields below. Other than a
	// mutex it can be waited for as long as a context lasts.
	turn  chan struct{}
	watch *watcher // nil: to be made
	// age counts the changes seen; rows are of the present age.
	age  uint64
	rows map[rowKey]any
	once onceAsked
}

// rowKey names a row: the verb that finds it and the verb's argument.
type rowKey struct {
	verb string
	text string
	id   int64
	// glanceable says that a glance is enough.
	glanceable bool
}

func newRecent(db *pool, most int) *recent {
	return &recent{most: most, db: db, turn: make(chan struct{}, 1), age: 1, rows: map[rowKey]any{}, once: newOnceAsked(most)}
}

// remembered gives the row that a verb found before, if nothing was written
// since, or else what load reads. Other requests get the same row: what it
// points to must not be changed.
func remembered[T any](ctx context.Context, s *Store, key rowKey, load func() (T, error)) (T, error) {
	if s.recent == nil || s.closed.Load() {
		return load()
	}
	// The age is asked for before the row is read: what is written since the last
	// look makes the row look older than it is, never newer.
	known, age := s.recent.find(ctx, key)
	if row, ok := known.(T); ok {
		return row, nil
	}
	row, err := load()
	if err == nil {
		s.recent.keep(key, row, age)
	}
	return row, err
}

// find gives the row of the key, if it is known, and the age to keep it under
// otherwise; 0 where that cannot be told now. For a row that must be read anyway
// it does not look for changes: the reading does.
func (r *recent) find(ctx context.Context, key rowKey) (row any, age uint64) {
	select {
	case r.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, 0
	}
	defer func() { <-r.turn }()
	_, known := r.rows[key]
	glanced := glanceOf(ctx)
	switch {
	case known && key.glanceable && glanced.at(r.age):
		return r.rows[key], r.age
	case !known:
		return nil, r.age
	}
	if err := r.look(ctx); err != nil {
		return nil, 0
	}
	glanced.note(r.age)
	return r.rows[key], r.age
}

// keep remembers a row that is asked for again, unless something was written
// since age. A full memory forgets any other row for it.
func (r *recent) keep(key rowKey, row any, age uint64) {
	if age == 0 {
		return
	}
	r.turn <- struct{}{}
	defer func() { <-r.turn }()
	if !r.once.again(key) || age != r.age {
		return
	}
	if len(r.rows) >= r.most {
		for other := range r.rows {
			delete(r.rows, other)
			break
		}
	}
	r.rows[key] = row
}

// onceAsked tells what is asked for again from what is asked for once, which is
// not worth its place. It remembers a few bits of each key, the newest of those
// that share a place: to be wrong costs a little room.
type onceAsked struct {
	seed   maphash.Seed
	places []uint32
}

func newOnceAsked(most int) onceAsked {
	return onceAsked{seed: maphash.MakeSeed(), places: make([]uint32, 4*most+1)}
}

func (o onceAsked) again(key rowKey) bool {
	hash := maphash.Comparable(o.seed, key)
	place, bits := &o.places[hash%uint64(len(o.places))], uint32(hash>>32)
	seen := *place == bits
	*place = bits
	return seen
}

// look asks whether anything was written, and forgets everything if so, or if
// the answer cannot be had.
func (r *recent) look(ctx context.Context) error {
	changed, err := true, error(nil)
	if r.watch == nil {
		r.watch, err = newWatcher(ctx, r.db)
	}
	if err == nil {
		changed, err = r.watch.changed()
	}
	if err != nil && r.watch != nil {
		r.watch.close()
		r.watch = nil
	}
	if changed || err != nil {
		r.age++
		r.rows = map[rowKey]any{}
	}
	return err
}

// readBy lets the read that a line has just made under a glance be the glance's
// look for changes. What stood after the line had seen its version stands for as
// long as it sees no other.
func (r *recent) readBy(ctx context.Context, l *line) error {
	glanced := glanceOf(ctx)
	if glanced == nil {
		return nil
	}
	if err := l.noteVersion(); err != nil {
		return err
	}
	if l.age == 0 {
		l.age = r.now(ctx)
	}
	glanced.note(l.age)
	return nil
}

// now looks for changes and gives the age then; 0 where that cannot be told.
func (r *recent) now(ctx context.Context) uint64 {
	r.turn <- struct{}{}
	defer func() { <-r.turn }()
	if err := r.look(ctx); err != nil {
		return 0
	}
	return r.age
}

// close lets go of the connection, once nobody uses it.
func (r *recent) close() error {
	r.turn <- struct{}{}
	defer func() { <-r.turn }()
	if r.watch != nil {
		r.watch.close()
		r.watch = nil
	}
	return r.db.Close()
}

// watcher is a connection that is asked again and again whether the database
// has changed.
type watcher struct {
	line    *line
	version driver.Value // nil: never asked
}

func newWatcher(ctx context.Context, db *pool) (*watcher, error) {
	l, err := newLine(ctx, db)
	if err != nil {
		return nil, err
	}
	return &watcher{line: l}, nil
}

// changed tells whether anybody has committed a change since it was last asked;
// true the first time.
func (w *watcher) changed() (changed bool, err error) {
	err = w.line.each("PRAGMA data_version", nil, func(values []driver.Value) error {
		changed, w.version = values[0] != w.version, values[0]
		return nil
	})
	return changed, err
}

func (w *watcher) close() { w.line.close() }

// glance is when a request looked for changes last: the age it then found, 0 for
// none. A nil glance is for who always looks.
type glance struct{ age atomic.Uint64 }

func (g *glance) at(age uint64) bool { return g != nil && g.age.Load() == age }

func (g *glance) note(age uint64) {
	if g != nil {
		g.age.Store(age)
	}
}

type glanceKey struct{}

// AtAGlance gives a context under which profiles, applications and what these may
// see are as they stood when a session was last read under it, or newer: who asks
// for all of them in one request looks for changes once. Without it, each read
// looks.
func AtAGlance(ctx context.Context) context.Context {
	return context.WithValue(ctx, glanceKey{}, new(glance))
}

func glanceOf(ctx context.Context) *glance {
	found, _ := ctx.Value(glanceKey{}).(*glance)
	return found
}
