package sqlite

import (
	"context"
	"database/sql/driver"
	"hash/maphash"
	"sync"

	"github.com/jmoiron/sqlx"

	"quartet/store/internal/engine"
)

// cache keeps rows until the next write to the database, by this process or another, so
// no write needs to invalidate single rows.
//
// PRAGMA data_version tells whether another connection has written since the same
// connection last asked. The cache's connection never writes, because its own writes
// would not count.
type cache struct {
	most int      // maximum number of rows
	db   *sqlx.DB // has the one connection that asks for the version

	mu      sync.Mutex
	watcher *conn        // nil: not connected yet
	version driver.Value // the last version it got; nil: none
	age     uint64       // counts the changes seen; all rows are of this age
	rows    map[engine.Key]any
	// asked holds a few bits of the key that was last asked for in each slot, so that
	// only rows that are asked for twice are cached. A collision only wastes space.
	asked []uint32
	seed  maphash.Seed
}

func newCache(db *sqlx.DB, most int) *cache {
	return &cache{most: most, db: db, rows: map[engine.Key]any{}, asked: make([]uint32, 4*most+1), seed: maphash.MakeSeed()}
}

func (e *Engine) Cached(ctx context.Context, key engine.Key, load func() (any, error)) (any, error) {
	o, err := e.opened()
	if err != nil || o.cache == nil {
		return load() // which fails where the file cannot be used
	}
	// The age is read before the row, so that a concurrent write makes the row older
	// than it is, never newer.
	row, age := o.cache.find(ctx, key)
	if row != nil {
		return row, nil
	}
	if row, err = load(); err == nil {
		o.cache.keep(key, row, age)
	}
	return row, err
}

// find returns the row of the key, nil if it is not cached, and the present age. It
// looks for changes only if the key is cached.
func (c *cache) find(ctx context.Context, key engine.Key) (row any, age uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, known := c.rows[key]; known && c.changed(ctx) {
		c.age++
		clear(c.rows)
	}
	return c.rows[key], c.age
}

// keep caches a row that is asked for again, unless something was written since age. A
// full cache evicts any other row.
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

// changed reports whether another connection has committed a change since the last
// call; true for the first call, and after an error.
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
