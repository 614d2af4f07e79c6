package main

import (
	"context"
	"fmt"

	"quartet/store"
)

type migrateCommand struct {
	Database string `default:"sqlite:.quartet/quartet.db" help:"Database: sqlite:PATH or postgres://…."`
}

// Run brings the tables up to date. Serving does so as well; this is for those
// who want it done before.
func (m *migrateCommand) Run(ctx context.Context, c *console) (err error) {
	database, err := createStore(ctx, store.Options{URL: m.Database})
	if err != nil {
		return err
	}
	defer closeStore(database, &err)
	before, _, err := database.MigrationStatus(ctx)
	if err != nil {
		return err
	}
	if err := database.Migrate(ctx); err != nil {
		return err
	}
	after, _, err := database.MigrationStatus(ctx)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.out, "The tables are at version %d (before: %d).\n", after, before)
	return err
}
