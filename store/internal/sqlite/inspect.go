package sqlite

import "github.com/jmoiron/sqlx"

// Pools gives the connections, for tests.
func (e *Engine) Pools() (writer, reader *sqlx.DB) { return e.writer.db, e.reader.db }

// BeforeCommit is told how many writes are about to be committed, for tests.
// Nobody may be writing yet.
func (e *Engine) BeforeCommit(told func(writes int)) { e.writer.beforeCommit = told }

// Waiting is how many writes wait for the next transaction, for tests.
func (e *Engine) Waiting() int {
	e.writer.mu.Lock()
	defer e.writer.mu.Unlock()
	return len(e.writer.waiting)
}
