package cli

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

// AccountConfig connects the account service to a database and its keys. SMS,
// WeChat and limits are the caller's to add.
func AccountConfig(database *store.Store, ring *keys.Keyring, log *slog.Logger) account.Config {
	return account.Config{
		Store:     database,
		Hasher:    password.NewHasher(password.Options{}),
		Signer:    token.NewRotatingSigner(ring),
		AccessKey: ring.Derive("access-token"),
		CodeKey:   ring.Derive("one-time-code"),
		Sealer:    NewSealer(ring),
		IDs:       idgen.New(time.Now),
		Log:       log,
	}
}

// Admin has the flags of the commands that look after a database.
type Admin struct {
	DatabaseFlags
	JSON bool `name:"json" help:"Print JSON instead of a table."`
}

// WithAccounts opens the database and calls work.
func (a Admin) WithAccounts(ctx context.Context, work func(account.Operator) error) error {
	return a.WithKeys(ctx, func(accounts account.Operator, _ *keys.Keyring) error { return work(accounts) })
}

// WithKeys opens the database and its keys and calls work.
func (a Admin) WithKeys(ctx context.Context, work func(account.Operator, *keys.Keyring) error) (err error) {
	flags, err := a.WithDefaults(DefaultDatabase)
	if err != nil {
		return err
	}
	database, err := OpenExisting(ctx, flags.Database)
	if err != nil {
		return err
	}
	defer CloseStore(database, &err)
	ring, err := OpenKeys(ctx, database, flags.Keys, keys.Options{})
	if err != nil {
		return err
	}
	return work(account.New(AccountConfig(database, ring, nil)).CommandLine(), ring)
}
