package main

import (
	"context"
	"log/slog"
	"time"

	"quartet/server/account"
	"quartet/server/idgen"
	"quartet/server/keys"
	"quartet/server/password"
	"quartet/server/token"
	"quartet/store"
)

// accountConfig wires the rules to a database and its keys. The gateways, and
// what differs in a demonstration, are the caller's to add.
func accountConfig(database *store.Store, ring *keys.Keyring, log *slog.Logger) account.Config {
	return account.Config{
		Store:     database,
		Hasher:    password.NewHasher(password.Options{}),
		Signer:    token.NewRotatingSigner(ring),
		AccessKey: ring.Derive("access-token"),
		CodeKey:   ring.Derive("one-time-code"),
		Sealer:    newSealer(ring),
		IDs:       idgen.New(time.Now),
		Log:       log,
	}
}

// administration is what the commands that look after a database have in common.
type administration struct {
	location
	JSON bool `name:"json" help:"Print JSON instead of a table."`
}

// with opens the rules on the database for the time that work takes.
func (a administration) with(ctx context.Context, work func(*account.Service) error) error {
	return a.withRing(ctx, func(accounts *account.Service, _ *keys.Keyring) error { return work(accounts) })
}

// withRing opens the keys of the database as well.
func (a administration) withRing(ctx context.Context, work func(*account.Service, *keys.Keyring) error) (err error) {
	place, err := a.resolve(ordinaryDatabase)
	if err != nil {
		return err
	}
	database, err := presentStore(ctx, place.Database)
	if err != nil {
		return err
	}
	defer closeStore(database, &err)
	ring, err := openKeys(ctx, database, place.Keys, keys.Options{})
	if err != nil {
		return err
	}
	return work(account.New(accountConfig(database, ring, nil)), ring)
}
