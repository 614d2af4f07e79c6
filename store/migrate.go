package store

import (
	"context"
	"embed"
	"errors"
	"io/fs"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*.sql
var embedded embed.FS

// Migrate brings the tables to the newest version that this program knows. It
// can be called by several servers at the same moment, and does nothing when
// there is nothing to do.
func (s *Store) Migrate(ctx context.Context) error {
	return s.guard("Migrate", func() error {
		for {
			before, err := s.currentVersion(ctx)
			if err != nil {
				return err
			}
			err = s.repeat(ctx, func() error { return s.migrate(ctx) })
			if err == nil {
				return nil
			}
			// SQLite has no lock over a whole migration: another process can
			// have made the same table meanwhile. Then less is left to do.
			after, lost := s.currentVersion(ctx)
			if lost != nil || after == before {
				return err
			}
		}
	})
}

func (s *Store) migrate(ctx context.Context) (err error) {
	db, release := s.migrator()
	defer func() { err = errors.Join(err, release()) }()
	provider, err := s.provider(db)
	if err != nil {
		return err
	}
	done, err := provider.Up(ctx)
	if err == nil && len(done) > 0 && s.engine == SQLite {
		err = shrink(ctx, db)
	}
	return err
}

// worthShrinking is how many pages must be free to be given back: 4 MiB.
const worthShrinking = 1024

// shrink gives back the room that a migration of SQLite's tables has left free. A
// database that stays large, because the disk is full or somebody else writes,
// has lost nothing: the server can start, and the room is used again by and by.
func shrink(ctx context.Context, db *pool) error {
	var free int
	if err := db.GetContext(ctx, &free, "PRAGMA freelist_count"); err != nil || free < worthShrinking {
		return err
	}
	for _, statement := range []string{"VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"} { // the log has grown as large as the file
		_, err := db.ExecContext(ctx, statement)
		if err != nil && (!sqliteUnavailable(err) || ctx.Err() != nil) {
			return err
		}
	}
	return nil
}

// provider makes what applies the migrations. PostgreSQL and its relatives are
// locked by a row of a table, which all of them have, unlike advisory locks.
func (s *Store) provider(db *pool) (*goose.Provider, error) {
	migrations, err := fs.Sub(embedded, "migrations")
	if err != nil {
		return nil, err
	}
	options := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true), goose.WithExcludeNames(s.othersMigrations())}
	if s.engine == Postgres {
		locker, err := lock.NewPostgresTableLocker(lock.WithTableLockTimeout(200*time.Millisecond, 300))
		if err != nil {
			return nil, err
		}
		options = append(options, goose.WithLocker(locker))
	}
	return goose.NewProvider(s.dialect(), db.DB.DB, migrations, options...)
}

// othersMigrations are the files that another engine has in their place.
func (s *Store) othersMigrations() []string {
	if s.engine == Postgres {
		return []string{"00005_compact_sqlite.sql", "00006_dialects_sqlite.sql"}
	}
	return []string{"00005_compact_postgres.sql", "00006_dialects_postgres.sql"}
}

func (s *Store) dialect() database.Dialect {
	if s.engine == Postgres {
		return database.DialectPostgres
	}
	return database.DialectSQLite3
}

// MigrationStatus tells which version the tables have, 0 when there are none,
// and which is the newest that this program knows. It changes nothing.
func (s *Store) MigrationStatus(ctx context.Context) (current, newest int64, err error) {
	err = s.guard("MigrationStatus", func() error {
		provider, err := s.provider(s.reader)
		if err != nil {
			return err
		}
		sources := provider.ListSources()
		newest = sources[len(sources)-1].Version
		current, err = s.currentVersion(ctx)
		return err
	})
	return current, newest, err
}

// currentVersion asks the table of versions itself: the provider would make it.
func (s *Store) currentVersion(ctx context.Context) (int64, error) {
	versions, err := database.NewStore(s.dialect(), goose.DefaultTablename)
	if err != nil {
		return 0, err
	}
	version, err := versions.GetLatestVersion(ctx, s.reader.DB)
	if missingTable(err) || errors.Is(err, database.ErrVersionNotFound) {
		return 0, nil
	}
	return version, err
}
