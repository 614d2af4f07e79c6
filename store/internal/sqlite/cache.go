package sqlite

import (
	"context"
	"database/sql/driver"
	"hash/maphash"
	"sync"

	"github.com/jmoiron/sqlx"

	"quartet/store/internal/engine"
)

// cache remembers rows, each until anything at all is written to the database, by
// this process or another. Nothing has to be invalidated by name, so nothing can
// be forgotten.
//
// SQLite itself says whether anything was written: data_version differs from what
// the same connection was told before. That connection never writes, because its
// own writes would not count.
type cache struct {
	most int      // rows
	db   *sqlx.DB // of the one connection that watches

	mu      sync.Mutex
	watcher *conn        // nil: to be made
	version driver.Value // that the watcher was told last; nil: none
	age     uint64       // counts the changes seen; rows are of the present age
	rows    map[engine.Key]any
	// asked tells what is asked for again from what is asked for once, which is not
	// worth its place. It holds a few bits of each key, the newest of those that
	// share a place: to be wrong costs a little room.
	asked []uint32
	seed  maphash.Seed
}

func newCache(db *sqlx.DB, most int) *cache {
	return &cache{most: most, db: db, rows: map[engine.Key]any{}, asked: make([]uint32, 4*most+1), seed: maphash.MakeSeed()}
}

func (e *Engine) Cached(ctx context.Context, key engine.Key, load func() (any, error)) (any, error) {
	if e.cache == nil {
		return load()
	}
	// The age is asked for before the row is read: what is written meanwhile makes
	// the row look older than it is, never newer.
	row, age := e.cache.find(ctx, key)
	if row != nil {
		return row, nil
	}
	row, err := load()
	if err == nil {
		e.cache.keep(key, row, age)
	}
	return row, err
}

// find gives the row of the key, nil if it is not known, and the age to keep it
// under. For a row that must be read anyway it does not look for changes.
func (c *cache) find(ctx context.Context, key engine.Key) (row any, age uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, known := c.rows[key]; known && c.changed(ctx) {
		c.age++
		clear(c.rows)
	}
	return c.rows[key], c.age
}

// keep remembers a row that is asked for again, unless something was written since
// age. A full cache forgets any other row for it.
func (c *cache) keep(key engine.Key, row any, age uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.askedAgain(key) || age != c.age {
		return
	}
	if len(c.rows) >= c.most {
		for other := range c.rows {
			delete(c.rows, other)
			break
		}
	}
	c.rows[key] = row
}

func (c *cache) askedAgain(key engine.Key) bool {
	hash := maphash.Comparable(c.seed, key)
	place, bits := &c.asked[hash%uint64(len(c.asked))], uint32(hash>>32)
	again := *place == bits
	*place = bits
	return again
}

// changed tells whether anybody has committed a change since it was last asked;
// true the first time, and when the answer cannot be had.
func (c *cache) changed(ctx context.Context) (changed bool) {
	changed = true
	if c.watcher == nil {
		watcher, err := newConn(ctx, c.db)
		if err != nil {
			return true
		}
		c.watcher, c.version = watcher, nil
	}
	err := c.watcher.each("PRAGMA data_version", nil, func(values []driver.Value) error {
		changed, c.version = values[0] != c.version, values[0]
		return nil
	})
	if err != nil {
		c.watcher.close()
		c.watcher = nil
		return true
	}
	return changed
}

func (c *cache) close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.watcher != nil {
		c.watcher.close()
		c.watcher = nil
	}
	return c.db.Close()
}
