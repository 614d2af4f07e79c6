package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"quartet/store"
	"quartet/store/dump"
)

type importCommand struct {
	location
	rowFlags
	legacyFlags
	File string `arg:"" help:"File to read; - is standard input."`
}

// Run takes the rows of the file in.
func (i *importCommand) Run(ctx context.Context, c *console) error {
	file, err := i.open(c)
	if err != nil {
		return err
	}
	defer file.Close()
	if i.From != "" {
		return i.moveIn(ctx, c, file)
	}
	return i.restore(ctx, c, file)
}

// open gives the file to read, which is the caller's to close.
func (i *importCommand) open(c *console) (io.ReadCloser, error) {
	if i.File == "-" {
		return io.NopCloser(c.in), nil
	}
	return os.Open(i.File)
}

// restore takes in what quartet export has written.
func (i *importCommand) restore(ctx context.Context, c *console, file io.Reader) (err error) {
	place, err := i.resolve(ordinaryDatabase)
	if err != nil {
		return err
	}
	total, err := i.check(file)
	if err != nil {
		return err
	}
	reader, err := dump.NewReader(file, store.Tables())
	if err != nil {
		return err
	}
	database, err := i.target(ctx, place.Database)
	if err != nil {
		return err
	}
	defer closeStore(database, &err)
	if err := sameTables(ctx, database, reader.Header()); err != nil {
		return err
	}
	if err := i.admit(ctx, database, place.Keys, reader.Header().Marks); err != nil {
		return err
	}
	report := c.reportRows(i.rowFlags, total)
	return report.finish(i.take(ctx, database, reader, report))
}

// check looks at the whole file before anything changes, where it can be read
// twice, and gives the number of its rows, or -1. A rehearsal changes nothing,
// and can tell more about a damaged file.
func (i *importCommand) check(file io.Reader) (rows int64, err error) {
	again, ok := file.(io.Seeker)
	if !ok || i.DryRun {
		return -1, nil
	}
	if _, err := again.Seek(0, io.SeekStart); err != nil {
		return -1, nil // a pipe with a name
	}
	if rows, err = dump.Check(file); err != nil {
		return 0, fmt.Errorf("nothing was imported: %w", err)
	}
	_, err = again.Seek(0, io.SeekStart)
	return rows, err
}

// target opens the database and makes its tables, if it may change anything.
func (i *importCommand) target(ctx context.Context, url string) (*store.Store, error) {
	if i.DryRun {
		return presentStore(ctx, url)
	}
	database, err := createStore(ctx, store.Options{URL: url})
	if err != nil {
		return nil, err
	}
	if err := database.Migrate(ctx); err != nil {
		return nil, errors.Join(err, database.Close())
	}
	return database, nil
}

func sameTables(ctx context.Context, database *store.Store, header dump.Header) error {
	version, err := knownVersion(ctx, database)
	if err == nil && (header.Migration > version || header.Migration < store.MinDumpVersion) {
		err = fmt.Errorf("the file has tables of version %d, and the database of version %d: import it with the program that wrote it, then run quartet migrate with this one", header.Migration, version)
	}
	return err
}

func (i *importCommand) take(ctx context.Context, database *store.Store, reader *dump.Reader, report *rowReport) (err error) {
	listener := dump.Listener{Add: report.add, Keep: report.keep, Refuse: report.refuse}
	stop := i.OnError == "stop"
	if i.DryRun {
		err = database.DryRun(ctx, func(put store.RowInserter) error {
			return dump.Import(ctx, reader, put, stop, listener)
		})
	} else {
		err = dump.Import(ctx, reader, database.PutRows, stop, listener)
	}
	if ctx.Err() != nil {
		return errors.New("interrupted: import the file again, and it goes on from here")
	}
	return err
}
