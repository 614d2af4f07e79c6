package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
)

// Backup copies the database with one statement, which is one read transaction: in WAL
// mode other processes do not wait for it. The backup API would start again at each
// write of another process. The readers cannot run it, because they are query_only.
func (e *Engine) Backup(ctx context.Context, path string) error {
	// SQLite fills the empty file without changing its mode.
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	o, err := e.opened()
	if err != nil {
		return err
	}
	if _, err := o.writer.db.ExecContext(ctx, "VACUUM INTO ?", path); err != nil {
		return err
	}
	if err := e.unmoved(o); err != nil {
		return err
	}
	if err := CheckIntegrity(ctx, path); err != nil {
		return err
	}
	// Windows syncs only what is open for writing.
	if file, err = os.OpenFile(path, os.O_RDWR, 0); err != nil {
		return err
	}
	return errors.Join(file.Sync(), file.Close())
}

// CheckIntegrity runs PRAGMA integrity_check on a copy of a database.
func CheckIntegrity(ctx context.Context, path string) (err error) {
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
		return fmt.Errorf("the copy fails its integrity check: %s", verdict)
	}
	return nil
}

// Checkpoint moves the content of a long write-ahead log into the database file, as far
// as open read transactions allow. Otherwise the next commit would do it while other
// writes wait. A killed server leaves such a log, and so do long reads beside writes.
func (e *Engine) Checkpoint(ctx context.Context) (err error) {
	if err := e.inspect(ctx); err != nil {
		return err
	}
	o, err := e.opened()
	if err != nil {
		return err
	}
	log, err := os.Stat(e.path + walSuffix)
	if err != nil || log.Size() <= logLimit {
		return nil // a missing log is not long
	}
	db, err := o.pool(busyWait, 1, "_synchronous=FULL")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	var busy, frames, moved int64 // a partial checkpoint is enough: the next commit continues it
	return db.QueryRowContext(ctx, "PRAGMA wal_checkpoint(PASSIVE)").Scan(&busy, &frames, &moved)
}

// worthShrinking is the number of free pages from which shrink runs: 4 MiB.
const worthShrinking = 1024

// shrink returns the space that a migration has freed to the file system, if it is much
// or always is set. It ignores a
// full disk or another writer: the server can run with the larger file, whose free
// pages are reused.
func (o *openFile) shrink(ctx context.Context, always bool) error {
	var free int
	if err := o.writer.db.GetContext(ctx, &free, "PRAGMA freelist_count"); err != nil || !always && free < worthShrinking {
		return err
	}
	for _, statement := range []string{"VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"} { // VACUUM has made the log as large as the file
		_, err := o.writer.db.ExecContext(ctx, statement)
		if err != nil && (!classify(err).Unavailable || ctx.Err() != nil) {
			return err
		}
	}
	return nil
}
