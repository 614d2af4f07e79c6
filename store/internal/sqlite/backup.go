package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
)

// Backup writes the database as it is at this moment. One statement is one read
// transaction: in WAL mode nobody of another process waits for it. A backup by
// pages would start anew at each write of another process. The readers would
// refuse, being query_only.
func (e *Engine) Backup(ctx context.Context, path string) error {
	// SQLite fills the empty file without changing its mode.
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	if _, err := e.writer.db.ExecContext(ctx, "VACUUM INTO ?", path); err != nil {
		return err
	}
	if err := checkIntegrity(ctx, path); err != nil {
		return err
	}
	if file, err = os.Open(path); err != nil {
		return err
	}
	return errors.Join(file.Sync(), file.Close())
}

// checkIntegrity reads the whole copy.
func checkIntegrity(ctx context.Context, path string) (err error) {
	db, err := sql.Open("sqlite", dataSource(path, "mode=ro"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	var verdict string
	if err := db.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&verdict); err != nil {
		return err
	}
	if verdict != "ok" {
		return fmt.Errorf("the copy is not sound: %s", verdict)
	}
	return nil
}

// Checkpoint moves what a long write-ahead log holds into the database file, as
// far as those who read let it. Nobody waits for it: the next commit, which would
// have to do it, finds it done. A server that was killed can have left such a log,
// and whoever reads for long while others write makes one.
func (e *Engine) Checkpoint(ctx context.Context) (err error) {
	log, err := os.Stat(e.path + "-wal")
	if err != nil || log.Size() <= logLimit {
		return nil // no log is the shortest
	}
	db, err := openPool(e.path, busyWait, 1, "_synchronous=FULL")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	var busy, frames, moved int64 // how far it came is nobody's concern: the next commit goes on
	return db.QueryRowContext(ctx, "PRAGMA wal_checkpoint(PASSIVE)").Scan(&busy, &frames, &moved)
}

// worthShrinking is how many pages must be free to be given back: 4 MiB.
const worthShrinking = 1024

// shrink gives back the room that a migration has left free. A database that stays
// large, because the disk is full or somebody else writes, has lost nothing: the
// server can start, and the room is used again by and by.
func (e *Engine) shrink(ctx context.Context) error {
	var free int
	if err := e.writer.db.GetContext(ctx, &free, "PRAGMA freelist_count"); err != nil || free < worthShrinking {
		return err
	}
	for _, statement := range []string{"VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"} { // the log has grown as large as the file
		_, err := e.writer.db.ExecContext(ctx, statement)
		if err != nil && (!classify(err).Unavailable || ctx.Err() != nil) {
			return err
		}
	}
	return nil
}
