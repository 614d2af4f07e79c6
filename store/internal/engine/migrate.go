package engine

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"io/fs"
	"strings"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations returns the migrations of an engine. A file whose name ends with an
// engine's name is for that engine only.
func Migrations() fs.FS {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		panic(err) // impossible: the directory is embedded
	}
	return files
}

// CompatibleLine in a migration says that programs from before it can go on using the
// tables, and that nothing they do then is wrong. They refuse them without it.
const CompatibleLine = "-- Programs from before this migration can use the tables."

// OldestProgram returns the oldest version of the tables whose programs can use the
// newest ones: the last migration without CompatibleLine.
func OldestProgram(files fs.FS) (oldest int64) {
	names, err := fs.Glob(files, "*.sql")
	for _, name := range names {
		version, versionErr := goose.NumericComponent(name)
		content, readErr := fs.ReadFile(files, name)
		if err = errors.Join(err, versionErr, readErr); err != nil {
			panic(err) // impossible: the files are embedded
		}
		if !strings.Contains(string(content), CompatibleLine) {
			oldest = max(oldest, version)
		}
	}
	return oldest
}

// WithoutMigrationsOf leaves out the files for another engine only.
func WithoutMigrationsOf(other string) goose.ProviderOption {
	names, err := fs.Glob(Migrations(), "*_"+other+".sql")
	if err != nil {
		panic(err) // impossible: the pattern is well-formed
	}
	return goose.WithExcludeNames(names)
}

// Migrator migrates the tables of one engine to the newest version.
type Migrator struct {
	Dialect database.Dialect
	// Provider returns the migration library's provider.
	Provider func(db *sql.DB) (*goose.Provider, error)
	Classify func(error) Class
}

// Migrate applies the pending migrations, and reports whether there were any.
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
		// Without a lock over the whole migration, another process can have created the
		// same table meanwhile. The retry then has less to do.
		after, lost := m.version(ctx, db)
		if lost != nil || after == before {
			return false, err
		}
	}
}

// Status returns the version of the tables, 0 if there are none, and the newest version
// that this program knows. It changes nothing.
func (m Migrator) Status(ctx context.Context, db *sql.DB) (current, newest int64, err error) {
	provider, err := m.Provider(db)
	if err != nil {
		return 0, 0, err
	}
	sources := provider.ListSources()
	current, err = m.version(ctx, db)
	return current, sources[len(sources)-1].Version, err
}

// version queries the version table itself, because the provider would create it.
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
