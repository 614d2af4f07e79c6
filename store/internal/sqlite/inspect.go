package sqlite

import "github.com/jmoiron/sqlx"

// Pools returns the connection pools, for tests.
func (e *Engine) Pools() (writer, reader *sqlx.DB) { return e.writer.db, e.reader.db }

// BeforeCommit sets a function that is called with the number of writes about to be
// committed, for tests. It must be called before any write.
func (e *Engine) BeforeCommit(told func(writes int)) { e.writer.beforeCommit = told }

// Waiting returns the number of queued writes, for tests.
func (e *Engine) Waiting() int {
	e.writer.mu.Lock()
	defer e.writer.mu.Unlock()
	return len(e.writer.waiting)
}
