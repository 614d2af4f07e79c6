package dumpcmd

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"quartet/cmd/quartet/internal/cli"
	"quartet/store"
	"quartet/store/dump"
)

// Export is the command of that name.
type Export struct {
	Database string `default:"sqlite:.quartet/quartet.db" help:"Database: sqlite:PATH, postgres://… or mysql://…."`
	File     string `arg:"" help:"File to create, mode 0600, compressed if its name ends in .gz; - is standard output. It holds password hashes and other secrets."`
}

// Run writes all rows as they are at one moment. The server may be running.
func (e *Export) Run(ctx context.Context, c *cli.Console) (err error) {
	database, err := cli.OpenExisting(ctx, e.Database)
	if err != nil {
		return err
	}
	defer cli.CloseStore(database, &err)
	bar := cli.NewProgress(c.Errs)
	defer bar.Clear()
	if e.File == "-" {
		_, err := dump.Export(ctx, database, c.Out, bar.Set)
		return err
	}
	var rows int64
	err = cli.CreateFile(e.File, func(partial string) error {
		rows, err = exportFile(ctx, database, partial, strings.HasSuffix(e.File, ".gz"), bar.Set)
		return err
	})
	if err != nil {
		return err
	}
	bar.Clear()
	_, err = fmt.Fprintf(c.Out, "Exported %d rows to %s. The file does not contain the keys: copy their directory too.\n", rows, e.File)
	return err
}

func exportFile(ctx context.Context, database *store.Store, path string, compress bool, progress dump.Progress) (rows int64, err error) {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	var out io.WriteCloser = file
	if compress {
		out = gzip.NewWriter(file)
	}
	if rows, err = dump.Export(ctx, database, out, progress); err != nil {
		return rows, err
	}
	if compress {
		err = out.Close()
	}
	return rows, errors.Join(err, file.Sync())
}
