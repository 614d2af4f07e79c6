package dumpcmd

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"quartet/cmd/quartet/internal/cli"
	"quartet/server/keys"
	"quartet/store"
)

// Restore is the command of that name.
type Restore struct {
	cli.DatabaseFlags
	File string `arg:"" help:"Backup that quartet backup has made."`
}

// Run checks a copy of the backup and puts it in the database's place. What was there is
// kept under another name.
func (r *Restore) Run(ctx context.Context, c *cli.Console) error {
	path, isFile := cli.SQLitePath(cmp.Or(r.Database, cli.DefaultDatabase))
	if !isFile {
		return cli.Usagef("restore puts back SQLite files: use the tools of the database server, or quartet import for a file that quartet export has written")
	}
	flags, err := r.WithDefaults(cli.DefaultDatabase)
	if err != nil {
		return err
	}
	if err := checkBackup(r.File, path); err != nil {
		return err
	}
	if err := store.CheckUnused(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return inUse(path, err)
	}
	if err := cli.MakeDirOf(path); err != nil {
		return err
	}
	copied := path + ".copying"
	if err := removeAll(copied); err != nil {
		return err // left by an earlier run that was killed
	}
	defer func() { _ = removeAll(copied) }() // none is left after a success
	if err := copyBackup(r.File, copied); err != nil {
		return err
	}
	if err := checkCopy(ctx, copied, flags.Keys); err != nil {
		return fmt.Errorf("%s is not put back: %w", r.File, err)
	}
	aside := path + ".replaced-" + time.Now().UTC().Format("20060102T150405.000Z")
	moved, err := store.ReplaceFile(copied, path, aside)
	if err != nil {
		return inUse(path, err)
	}
	_, err = fmt.Fprintf(c.Out, "%s holds what is in %s, which was checked.\n", path, r.File)
	if err == nil && len(moved) > 0 {
		_, err = fmt.Fprintf(c.Out, "What was there before is in %s.\n", strings.Join(moved, ", "))
	}
	return err
}

func inUse(path string, err error) error {
	if errors.Is(err, store.ErrInUse) {
		return fmt.Errorf("%s cannot be replaced: %w: stop the server first", path, err)
	}
	return err
}

// sqliteMagic is how an SQLite file begins
// (https://www.sqlite.org/fileformat2.html#the_database_header).
const sqliteMagic = "SQLite format 3\x00"

// checkBackup refuses what is no SQLite file, and a file that is being written.
func checkBackup(file, path string) error {
	info, err := os.Stat(file)
	if err != nil {
		return err
	}
	if there, err := os.Stat(path); err == nil && os.SameFile(info, there) {
		return cli.Usagef("%s is the database itself", file)
	}
	in, err := os.Open(file)
	if err != nil {
		return err
	}
	start := make([]byte, len(sqliteMagic))
	_, err = io.ReadFull(in, start)
	if err := errors.Join(in.Close(), ignoreShort(err)); err != nil {
		return err
	}
	switch {
	case bytes.HasPrefix(start, []byte{0x1f, 0x8b}) || bytes.HasPrefix(start, []byte("{")):
		return cli.Usagef("%s is no SQLite file: use quartet import for a file that quartet export has written", file)
	case string(start) != sqliteMagic:
		return cli.Usagef("%s is no SQLite file", file)
	}
	if err := cli.CheckPrivate(file, info); err != nil {
		return err
	}
	if err := store.CheckUnused(file); errors.Is(err, store.ErrInUse) {
		return fmt.Errorf("%s cannot be copied: %w: make a copy of it with quartet backup", file, err)
	}
	return nil // a file that may only be read is used by nobody who writes
}

func ignoreShort(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return err
}

// copyBackup copies a backup, with what its write-ahead log holds if it has one.
func copyBackup(file, copied string) error {
	if err := copyFile(file, copied); err != nil {
		return err
	}
	if log, err := os.Stat(file + "-wal"); err == nil && log.Size() > 0 {
		return copyFile(file+"-wal", copied+"-wal")
	}
	return nil
}

func copyFile(from, to string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }() // it was only read
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	if _, err := io.Copy(out, in); err != nil {
		return err
	}
	if err := cli.GiveToFolderOwner(to); err != nil {
		return err
	}
	return out.Sync()
}

// checkCopy makes sure that the copy is an intact database that this program knows, and
// that the keys are its own. It leaves no log beside the copy.
func checkCopy(ctx context.Context, copied, keysDir string) (err error) {
	database, err := cli.OpenAnyVersion(ctx, "sqlite:"+copied)
	if err != nil {
		return err
	}
	err = checkDatabase(ctx, database, keysDir)
	if err = errors.Join(err, database.Close()); err != nil {
		return err
	}
	if log, err := os.Stat(copied + "-wal"); err == nil && log.Size() > 0 {
		return errors.New("its write-ahead log could not be moved into it")
	}
	return store.CheckIntegrity(ctx, copied)
}

func checkDatabase(ctx context.Context, database *store.Store, keysDir string) error {
	version, _, err := database.MigrationStatus(ctx)
	if err != nil {
		return err
	}
	if version == 0 {
		return errors.New("it is no database of Quartet")
	}
	if err := database.CheckVersion(ctx); err != nil {
		return err
	}
	_, err = cli.CheckKeys(ctx, database, keysDir, keys.Options{AllowOpen: true})
	return err
}

// removeAll removes a file and those that SQLite keeps beside it.
func removeAll(path string) error {
	for _, suffix := range []string{"", "-wal", "-shm", "-journal"} {
		if err := os.Remove(path + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
