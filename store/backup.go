package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
)

// ErrNoBackup says that the engine has tools of its own for backups.
var ErrNoBackup = errors.New("store: backups of this engine are made by its own tools")

// Backup writes the database as it is at this moment into a new file at path,
// with mode 0600, and makes sure that the copy is sound and on the disk. Other
// stores read and write meanwhile, this one's writers wait. There must be no file at path; after a failure the
// caller removes what is there. It returns ErrNoBackup on any engine but SQLite.
func (s *Store) Backup(ctx context.Context, path string) error {
	if s.engine != SQLite {
		return ErrNoBackup
	}
	return s.guard("Backup", func() error {
		if err := reserve(path); err != nil {
			return err
		}
		// One statement is one read transaction: in WAL mode nobody waits for it.
		// A backup by pages would start anew at each write of another process.
		// The readers would refuse, being query_only.
		if _, err := s.writer.ExecContext(ctx, "VACUUM INTO ?", path); err != nil {
			return err
		}
		if err := checkSQLite(ctx, path); err != nil {
			return err
		}
		return syncFile(path)
	})
}

// reserve makes an empty file, which SQLite fills without changing its mode.
func reserve(path string) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	return file.Close()
}

// checkSQLite reads the whole copy.
func checkSQLite(ctx context.Context, path string) (err error) {
	name := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: "mode=ro"}
	db, err := sql.Open("sqlite", name.String())
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

func syncFile(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(file.Sync(), file.Close())
}
