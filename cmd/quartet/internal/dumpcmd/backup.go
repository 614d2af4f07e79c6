package dumpcmd

import (
	"context"
	"errors"
	"fmt"

	"quartet/cmd/quartet/internal/cli"
	"quartet/store"
)

// Backup is the command of that name.
type Backup struct {
	Database string `default:"sqlite:.quartet/quartet.db" help:"Database: sqlite:PATH."`
	File     string `arg:"" help:"File to create, mode 0600."`
}

// Run copies the database and checks the copy.
func (b *Backup) Run(ctx context.Context, c *cli.Console) (err error) {
	database, err := cli.OpenAnyVersion(ctx, b.Database)
	if err != nil {
		return err
	}
	defer cli.CloseStore(database, &err)
	err = cli.CreateFile(b.File, func(partial string) error { return database.Backup(ctx, partial) })
	if errors.Is(err, store.ErrNoBackup) {
		return cli.Usagef("backup copies SQLite databases only: use pg_dump, mariadb-dump or quartet export")
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.Out, "The backup %s is complete and was checked. It does not contain the keys: back up their directory too.\n", b.File)
	return err
}
