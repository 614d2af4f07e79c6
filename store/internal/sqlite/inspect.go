package sqlite

import "github.com/jmoiron/sqlx"

// Pools returns the connection pools, for tests.
func (e *Engine) Pools() (writer, reader *sqlx.DB) {
	o := e.file.Load().openFile
	return o.writer.db, o.reader.db
}

// BeforeCommit sets a function that is called with the number of writes about to be
// committed, for tests. It must be called before any write.
func (e *Engine) BeforeCommit(told func(writes int)) { e.beforeCommit = told }

// Waiting returns the number of queued writes, for tests.
func (e *Engine) Waiting() int {
	w := e.file.Load().openFile.writer
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.waiting)
}
