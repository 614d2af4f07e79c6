// Package dumpcmd has the commands that copy a database: export, the import of
// what export has written, and backup.
package dumpcmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"quartet/cmd/quartet/internal/cli"
	"quartet/server/keys"
	"quartet/store"
	"quartet/store/dump"
)

// ImportOptions say what Import does beside importing.
type ImportOptions struct {
	DryRun bool // import into a temporary database, to check the file
	JSON   bool // print the number of rows as JSON
}

// Import reads what quartet export has written into an empty database.
func Import(ctx context.Context, c *cli.Console, in io.Reader, flags cli.DatabaseFlags, options ImportOptions) (err error) {
	flags, err = flags.WithDefaults(cli.DefaultDatabase)
	if err != nil {
		return err
	}
	file, remove, err := seekable(in)
	if err != nil {
		return err
	}
	defer remove()
	checked, err := dump.Check(file)
	if err != nil {
		return err
	}
	if err := checkKeys(flags.Keys, checked.Header.Metadata); err != nil {
		return err
	}
	bar := cli.NewProgress(c.Errs)
	into := func(database *store.Store) error {
		if err := dump.CheckTarget(ctx, database, checked); err != nil {
			return err // before the tables change: an older server may use them
		}
		if err := database.Migrate(ctx); err != nil {
			return err
		}
		return dump.Import(ctx, database, file, checked, bar.Set)
	}
	if options.DryRun {
		err = withTemporaryStore(ctx, into)
	} else {
		err = withStore(ctx, flags.Database, into)
	}
	bar.Clear()
	switch {
	case err != nil && ctx.Err() != nil && options.DryRun:
		return errors.New("interrupted")
	case err != nil && ctx.Err() != nil:
		return errors.New("interrupted: import the same file again to resume")
	case err != nil:
		return err
	case options.JSON:
		return c.PrintJSON(map[string]any{"dryRun": options.DryRun, "added": checked.Rows})
	case options.DryRun:
		_, err = fmt.Fprintf(c.Out, "The file can be imported into an empty database: %d rows.\n", checked.Rows)
	default:
		_, err = fmt.Fprintf(c.Out, "Imported %d rows.\n", checked.Rows)
	}
	return err
}

// seekable gives a file that can be read twice: the one that is given, or a
// temporary copy of what cannot be rewound.
func seekable(in io.Reader) (file io.ReadSeeker, remove func(), err error) {
	if file, ok := in.(io.ReadSeeker); ok {
		if _, err := file.Seek(0, io.SeekStart); err == nil {
			return file, func() {}, nil
		}
	}
	copied, err := os.CreateTemp("", "quartet-import-*") // mode 0600
	if err != nil {
		return nil, nil, err
	}
	_ = os.Remove(copied.Name()) // Windows does not remove a file that is open
	remove = func() { _ = errors.Join(copied.Close(), os.Remove(copied.Name())) }
	_, err = io.Copy(copied, in)
	if err == nil {
		_, err = copied.Seek(0, io.SeekStart)
	}
	if err != nil {
		remove()
		return nil, nil, err
	}
	return copied, remove, nil
}

func withStore(ctx context.Context, url string, work func(*store.Store) error) (err error) {
	database, err := cli.OpenOrCreate(ctx, store.Options{URL: url})
	if err != nil {
		return err
	}
	defer cli.CloseStore(database, &err)
	return work(database)
}

// withTemporaryStore is withStore on a database that is deleted afterwards.
func withTemporaryStore(ctx context.Context, work func(*store.Store) error) (err error) {
	dir, err := os.MkdirTemp("", "quartet-import-*")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	return withStore(ctx, "sqlite:"+filepath.Join(dir, "quartet.db"), work)
}

// checkKeys returns an error if the keys in dir are not those that sealed what is
// in the file. The file of a database that was never served needs none.
func checkKeys(dir string, metadata map[string]string) error {
	sealed, used := metadata[cli.KeysMetadata]
	if !used {
		return nil
	}
	if cli.IsEmptyDir(dir) {
		return fmt.Errorf("the file was exported with keys that are not in %s: copy their directory there, or name it with --keys", dir)
	}
	// They are only compared here: serve refuses keys that others can read.
	ring, err := keys.Open(dir, keys.Options{AllowOpen: true})
	if err != nil {
		return err
	}
	if text, err := cli.NewSealer(ring).Open(sealed, cli.KeysMetadata); err != nil || text != cli.KeysText {
		return fmt.Errorf("the keys in %s are not those that the file was exported with: copy their directory there, or name it with --keys", dir)
	}
	return nil
}
