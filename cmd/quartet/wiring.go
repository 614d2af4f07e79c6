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
func accountConfig(database *store.Store, ring *keys.Ring, log *slog.Logger) (account.Config, error) {
	var signing []token.Key
	for _, key := range ring.JWT() {
		signing = append(signing, token.Key{KID: key.KID, Private: key.Private})
	}
	signer, err := token.NewSigner(signing...)
	if err != nil {
		return account.Config{}, err
	}
	return account.Config{
		Store:     database,
		Hasher:    password.NewHasher(password.Options{}),
		Signer:    signer,
		AccessKey: ring.Derive("access-token"),
		CodeKey:   ring.Derive("one-time-code"),
		Sealer:    newSealer(ring),
		IDs:       idgen.New(time.Now),
		Log:       log,
	}, nil
}

// administration is what the commands that look after a database have in common.
type administration struct {
	location
	JSON bool `name:"json" help:"Print JSON instead of a table."`
}

// with opens the rules on the database for the time that work takes.
func (a administration) with(ctx context.Context, work func(*account.Service) error) (err error) {
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
	config, err := accountConfig(database, ring, nil)
	if err != nil {
		return err
	}
	return work(account.New(config))
}
