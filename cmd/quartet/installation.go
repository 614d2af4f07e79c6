package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"

	"quartet/cmd/quartet/internal/cli"
	"quartet/cmd/quartet/internal/democmd"
	"quartet/server/account"
	"quartet/server/keys"
	"quartet/store"
	"quartet/store/dump"
)

// installation is the database and the keys that a server works on.
type installation struct {
	serve    *serveCommand
	log      *slog.Logger
	flags    cli.DatabaseFlags
	ring     atomic.Pointer[keys.Keyring]    // nil: not open yet
	accounts atomic.Pointer[account.Service] // nil: not made yet
}

// open opens the database with its keys and updates its tables.
func (i *installation) open(ctx context.Context) (_ *store.Store, _ *keys.Keyring, err error) {
	fallback := cli.DefaultDatabase
	if i.serve.Demo {
		fallback = cli.DemoDatabase
	}
	if i.flags, err = i.serve.WithDefaults(fallback); err != nil {
		return nil, nil, err
	}
	options := i.serve.store(i.flags.Database)
	options.Accept, options.Moved, options.Traced = i.accept, i.moved, i.serve.OTLPEndpoint != ""
	database, err := cli.OpenOrCreate(ctx, options)
	if err != nil {
		return nil, nil, err
	}
	if err := i.prepare(ctx, database); err != nil {
		_ = database.Close() // the first error says more
		return nil, nil, err
	}
	return database, i.ring.Load(), nil
}

// prepare makes a database one that this server serves. What refuses it comes before the
// tables change: older servers may use them.
func (i *installation) prepare(ctx context.Context, database *store.Store) (err error) {
	if err := dump.CheckComplete(ctx, database); err != nil {
		return err
	}
	if err := democmd.CheckDatabase(ctx, database, i.serve.Demo); err != nil {
		return err
	}
	options := keys.Options{AllowOpen: i.serve.Demo, Log: i.log}
	ring := i.ring.Load()
	if ring == nil {
		ring, err = cli.CheckKeys(ctx, database, i.flags.Keys, options)
	} else {
		err = cli.CompareKeys(ctx, database, ring, i.flags.Keys)
	}
	if err != nil {
		return err
	}
	if err := database.Migrate(ctx); err != nil {
		return fmt.Errorf("cannot update the tables: %w", err)
	}
	if ring == nil {
		ring, err = cli.OpenKeys(ctx, database, i.flags.Keys, options)
	} else {
		err = cli.BindKeys(ctx, database, ring, i.flags.Keys)
	}
	if err != nil {
		return err
	}
	i.ring.Store(ring)
	if i.serve.Demo {
		return democmd.MarkDatabase(ctx, database)
	}
	return nil
}

// accept prepares another file that was put at the path of the database, and forgets what
// is remembered of the old one.
func (i *installation) accept(ctx context.Context) error {
	if i.ring.Load() == nil {
		return errors.New("the server is still starting")
	}
	database, err := cli.OpenAnyVersion(ctx, i.flags.Database)
	if err != nil {
		return err
	}
	err = database.CheckVersion(ctx)
	if err == nil {
		err = i.prepare(ctx, database)
	}
	if err := errors.Join(err, database.Close()); err != nil {
		return err
	}
	if accounts := i.accounts.Load(); accounts != nil {
		accounts.ForgetGuesses()
	}
	i.log.Warn("another database file was found in the place of the old one and is used from now on")
	return nil
}

// moved logs that the file of the database cannot be used, and that it can again.
func (i *installation) moved(err error) {
	if err != nil {
		i.log.Error("the database is not available: every request is refused until it is back", "error", err)
		return
	}
	i.log.Info("the database is available again")
}
