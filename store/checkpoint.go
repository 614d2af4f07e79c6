package store

import (
	"context"
	"errors"
	"os"
)

// logLimit is the size in bytes that SQLite's write-ahead log is cut to once it
// begins anew. It seldom passes a third of that, unless somebody reads for long
// while others write.
const logLimit = 16 << 20

// Fold moves what a long write-ahead log of SQLite holds into the database file,
// as far as those who read let it. Nobody waits for it: reads and writes go on
// meanwhile, and the next commit, which would have to do it, finds it done. A
// server that was killed can have left such a log, and whoever reads for long
// while others write makes one. Where the log is short, and on PostgreSQL, it
// does nothing.
func (s *Store) Checkpoint(ctx context.Context) error {
	return s.guard("Fold", func() (err error) {
		if s.folder == nil {
			return nil
		}
		log, err := os.Stat(s.path + "-wal")
		if err != nil || log.Size() <= logLimit {
			return nil // no log is the shortest
		}
		db, err := s.folder()
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, db.Close()) }()
		var busy, frames, folded int64 // how far it came is nobody's concern: the next commit goes on
		return db.QueryRowContext(ctx, "PRAGMA wal_checkpoint(PASSIVE)").Scan(&busy, &frames, &folded)
	})
}
