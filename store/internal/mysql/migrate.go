package mysql

import (
	"database/sql"
	"embed"
	"io/fs"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*.sql
var embedded embed.FS

// NewProvider makes what applies the migrations. Servers that migrate at once
// take turns by a row of a table.
func NewProvider(db *sql.DB) (*goose.Provider, error) {
	migrations, err := fs.Sub(embedded, "migrations")
	if err != nil {
		return nil, err
	}
	locker, err := lock.NewMySQLTableLocker(lock.WithTableLockTimeout(200*time.Millisecond, 300))
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectMySQL, db, migrations, goose.WithDisableGlobalRegistry(true), goose.WithLocker(locker))
}
