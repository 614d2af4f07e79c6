package main

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"quartet/store"
	"quartet/store/dump"
)

type exportCommand struct {
	Database string `default:"sqlite:.quartet/quartet.db" help:"Database: sqlite:PATH or postgres://…."`
	File     string `arg:"" help:"File to make, mode 0600, packed if its name ends in .gz; - is standard output. It holds password hashes and other secrets."`
}

// Run writes the facts as they are at one moment. The server may run.
func (e *exportCommand) Run(ctx context.Context, c *console) (err error) {
	database, err := presentStore(ctx, e.Database)
	if err != nil {
		return err
	}
	defer closeStore(database, &err)
	if e.File == "-" {
		_, err := exportTo(ctx, c, database, c.out)
		return err
	}
	var rows int64
	err = newFile(e.File, func(partial string) error {
		rows, err = exportFile(ctx, c, database, partial, strings.HasSuffix(e.File, ".gz"))
		return err
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.out, "Rows exported to %s: %d. The keys are not in it: take their folder along.\n", e.File, rows)
	return err
}

func exportFile(ctx context.Context, c *console, database *store.Store, path string, pack bool) (rows int64, err error) {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if !pack {
		rows, err = exportTo(ctx, c, database, file)
		return rows, errors.Join(err, file.Sync())
	}
	packed := gzip.NewWriter(file)
	if rows, err = exportTo(ctx, c, database, packed); err != nil {
		return rows, err
	}
	return rows, errors.Join(packed.Close(), file.Sync())
}

func exportTo(ctx context.Context, c *console, database *store.Store, out io.Writer) (rows int64, err error) {
	version, err := knownVersion(ctx, database)
	if err != nil {
		return 0, err
	}
	snapshot, err := database.Snapshot(ctx)
	if err != nil {
		return 0, err
	}
	defer func() { _ = snapshot.Close() }() // it has only read
	var total int64
	for _, table := range store.Tables() {
		in, err := snapshot.Count(ctx, table)
		if err != nil {
			return 0, err
		}
		total += in
	}
	report := c.reportRows(rowFlags{}, total)
	defer report.clear()
	return dump.Export(ctx, snapshot, version, out, report.add)
}

// knownVersion is that of the tables, which must not be newer than the program:
// it would not see all of their columns.
func knownVersion(ctx context.Context, database *store.Store) (int64, error) {
	current, newest, err := database.MigrationStatus(ctx)
	if err == nil && current > newest {
		err = fmt.Errorf("the database's tables are at version %d, this program knows %d: use the program that the server runs", current, newest)
	}
	return current, err
}
