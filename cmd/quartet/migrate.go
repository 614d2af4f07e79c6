package main

import (
	"context"
	"fmt"

	"quartet/cmd/quartet/internal/cli"
	"quartet/store"
	"quartet/store/dump"
)

// migrateCommand updates the tables before a server does so at its start.
type migrateCommand struct {
	Database string `default:"sqlite:.quartet/quartet.db" help:"Database: sqlite:PATH, postgres://… or mysql://…."`
}

// Run updates the tables.
func (m *migrateCommand) Run(ctx context.Context, c *cli.Console) (err error) {
	database, err := cli.OpenOrCreate(ctx, store.Options{URL: m.Database})
	if err != nil {
		return err
	}
	defer cli.CloseStore(database, &err)
	before, _, err := database.MigrationStatus(ctx)
	if err != nil {
		return err
	}
	if err := database.Migrate(ctx); err != nil {
		return err
	}
	if err := dump.CheckComplete(ctx, database); err != nil {
		return err
	}
	after, _, err := database.MigrationStatus(ctx)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.Out, "The tables are at version %d (before: %d).\n", after, before)
	return err
}
