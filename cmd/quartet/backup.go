package main

import (
	"context"
	"errors"
	"fmt"

	"quartet/store"
)

type backupCommand struct {
	Database string `default:"sqlite:.quartet/quartet.db" help:"Database: sqlite:PATH."`
	File     string `arg:"" help:"File to make, mode 0600."`
}

// Run copies the database and checks the copy.
func (b *backupCommand) Run(ctx context.Context, c *console) (err error) {
	database, err := presentStore(ctx, b.Database)
	if err != nil {
		return err
	}
	defer closeStore(database, &err)
	err = newFile(b.File, func(partial string) error { return database.Backup(ctx, partial) })
	if errors.Is(err, store.ErrNoBackup) {
		return usageError{"a PostgreSQL database is backed up by pg_dump; quartet export works on it as well"}
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.out, "The copy %s is sound. The keys are not in it: back up their folder too.\n", b.File)
	return err
}
