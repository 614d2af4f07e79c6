package engine

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations are the files that bring the tables of SQLite and PostgreSQL to the
// newest version. A file that ends with an engine's name is that engine's alone.
func Migrations() fs.FS {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		panic(err) // impossible: the folder is part of the program
	}
	return files
}

// Migrator brings the tables of one engine to the newest version.
type Migrator struct {
	Dialect database.Dialect
	// Provider makes what applies the migrations.
	Provider func(db *sql.DB) (*goose.Provider, error)
	Classify func(error) Class
}

// Migrate applies by db what is to be done, and tells whether there was anything.
func (m Migrator) Migrate(ctx context.Context, db *sql.DB) (changed bool, err error) {
	for {
		before, err := m.version(ctx, db)
		if err != nil {
			return false, err
		}
		provider, err := m.Provider(db)
		if err != nil {
			return false, err
		}
		done, err := provider.Up(ctx)
		if err == nil {
			return len(done) > 0, nil
		}
		// Where there is no lock over a whole migration, another process can have
		// made the same table meanwhile. Then less is left to do.
		after, lost := m.version(ctx, db)
		if lost != nil || after == before {
			return false, err
		}
	}
}

// Status tells which version the tables have, 0 when there are none, and which is
// the newest that this program knows. It changes nothing.
func (m Migrator) Status(ctx context.Context, db *sql.DB) (current, newest int64, err error) {
	provider, err := m.Provider(db)
	if err != nil {
		return 0, 0, err
	}
	sources := provider.ListSources()
	current, err = m.version(ctx, db)
	return current, sources[len(sources)-1].Version, err
}

// version asks the table of versions itself: the provider would make it.
func (m Migrator) version(ctx context.Context, db *sql.DB) (int64, error) {
	versions, err := database.NewStore(m.Dialect, goose.DefaultTablename)
	if err != nil {
		return 0, err
	}
	version, err := versions.GetLatestVersion(ctx, db)
	if errors.Is(err, database.ErrVersionNotFound) || err != nil && m.Classify(err).MissingTable {
		return 0, nil
	}
	return version, err
}
