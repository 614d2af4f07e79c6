package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"quartet/server/keys"
	"quartet/store"
)

// admit makes sure that rows may come into a database: that the keys at hand are
// those which sealed both, and that a demonstration stays one. Then the database
// takes the marks over that it does not have.
func (i *importCommand) admit(ctx context.Context, database *store.Store, dir string, marks map[string]string) error {
	if err := ownKeys(ctx, database, dir, marks); err != nil {
		return err
	}
	if err := alike(ctx, database, marks); err != nil || i.DryRun {
		return err
	}
	return database.InTx(ctx, func(tx store.Tx) error {
		for _, name := range slices.Sorted(maps.Keys(marks)) {
			if _, err := tx.PutMetadataIfAbsent(ctx, name, marks[name]); err != nil {
				return err
			}
		}
		return nil
	})
}

// ownKeys refuses keys that cannot open what the file or the database holds. A
// database that was never served has no keys yet.
func ownKeys(ctx context.Context, database *store.Store, dir string, marks map[string]string) error {
	sealed, used := marks[keysMark]
	if !used {
		return nil
	}
	if emptyFolder(dir) {
		return fmt.Errorf("the file was exported with keys that are not in %s: copy their folder there, or name it with --keys", dir)
	}
	_, demonstration := marks[demoMark]
	ring, err := keys.Open(dir, keys.Options{AllowOpen: demonstration})
	if err != nil {
		return err
	}
	sealer := newSealer(ring)
	if text, err := sealer.Open(sealed, keysMark); err != nil || text != keysMarkText {
		return fmt.Errorf("the keys in %s are not those that the file was exported with: copy their folder there, or name it with --keys", dir)
	}
	present, err := database.Metadata(ctx, keysMark)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if text, err := sealer.Open(present, keysMark); err != nil || text != keysMarkText {
		return errors.New("the database has been used with other keys than the file: import it into a new one")
	}
	return nil
}

// alike refuses to mix what the marks keep apart.
func alike(ctx context.Context, database *store.Store, marks map[string]string) error {
	const mixed = "one of the two is a demonstration, whose passwords everybody knows: import the file into a new database"
	if _, err := database.Metadata(ctx, demoMark); err == nil && marks[demoMark] == "" {
		return errors.New(mixed)
	}
	for name, value := range marks {
		present, err := database.Metadata(ctx, name)
		switch {
		case err == nil && present != value && name != keysMark:
			return fmt.Errorf("the mark %s of the database is not that of the file", name)
		case err == nil:
			continue
		case !errors.Is(err, store.ErrNotFound):
			return err
		}
		if users, err := database.ListUsers(ctx, 0, 1); name == demoMark && (err != nil || len(users) > 0) {
			return errors.Join(err, errors.New(mixed))
		}
	}
	return nil
}
