package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"quartet/server/fieldcrypt"
	"quartet/server/keys"
	"quartet/store"
	"quartet/store/dump"
)

// The databases that are used when none is named.
const (
	DefaultDatabase = "sqlite:.quartet/quartet.db"
	DemoDatabase    = "sqlite:.quartet/demo.db"
)

// DatabaseFlags name a database and its keys.
type DatabaseFlags struct {
	Database string `placeholder:"sqlite:.quartet/quartet.db" help:"Database: sqlite:PATH, postgres://… or mysql://…."`
	Keys     string `placeholder:"DIR" help:"Directory of the keys. With SQLite it defaults to the database's path with .keys appended; with a database server it is required."`
}

// WithDefaults fills in what is not named.
func (f DatabaseFlags) WithDefaults(database string) (DatabaseFlags, error) {
	if f.Database == "" {
		f.Database = database
	}
	if f.Keys != "" {
		return f, nil
	}
	path, ok := SQLitePath(f.Database)
	if !ok {
		return f, Usagef("with a database server --keys DIR is required: the keys must not be in the database, and all servers of one database share them")
	}
	f.Keys = path + ".keys"
	return f, nil
}

// SQLitePath is the file of an SQLite database.
func SQLitePath(url string) (path string, ok bool) {
	path, ok = strings.CutPrefix(url, "sqlite:")
	return filepath.Clean(path), ok
}

// OpenOrCreate opens a database. It creates an SQLite file and its directory if
// they do not exist, and refuses tables that are newer than the program.
func OpenOrCreate(ctx context.Context, options store.Options) (*store.Store, error) {
	if path, ok := SQLitePath(options.URL); ok {
		if err := makeDir(filepath.Dir(path)); err != nil {
			return nil, fmt.Errorf("cannot create the database's directory: %w", err)
		}
	}
	options.Created = GiveToFolderOwner
	database, err := open(ctx, options)
	if err != nil {
		return nil, err
	}
	if err := database.CheckVersion(ctx); err != nil {
		return nil, errors.Join(err, database.Close())
	}
	return database, nil
}

const remedy = "start the server on it once, or run quartet migrate"

// OpenExisting opens a database that must exist, with the tables that this
// program needs, so that a mistyped name creates nothing.
func OpenExisting(ctx context.Context, url string) (*store.Store, error) {
	database, err := OpenAnyVersion(ctx, url)
	if err != nil {
		return nil, err
	}
	err = database.CheckVersion(ctx)
	if err == nil {
		current, newest, statusErr := database.MigrationStatus(ctx)
		if err = statusErr; err == nil && current < newest {
			err = fmt.Errorf("the database's tables are at version %d, this program needs %d: %s", current, newest, remedy)
		}
	}
	if err != nil {
		return nil, errors.Join(err, database.Close())
	}
	return database, nil
}

// OpenAnyVersion opens a database that must exist, whatever its tables are.
func OpenAnyVersion(ctx context.Context, url string) (*store.Store, error) {
	if path, ok := SQLitePath(url); ok {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("there is no database %s: %s", path, remedy)
		}
	}
	database, err := open(ctx, store.Options{URL: url, MustExist: true})
	if err != nil {
		return nil, err
	}
	if err := dump.CheckComplete(ctx, database); err != nil {
		return nil, errors.Join(err, database.Close())
	}
	return database, nil
}

func open(ctx context.Context, options store.Options) (*store.Store, error) {
	database, err := store.Open(ctx, options)
	if err != nil {
		if path, ok := SQLitePath(options.URL); ok {
			err = withRemedy(path, err)
		}
		return nil, fmt.Errorf("cannot open the database: %w", err)
	}
	return database, nil
}

// CloseStore closes a database in a defer. It sets *err if nothing else failed
// before.
func CloseStore(database *store.Store, err *error) {
	if closing := database.Close(); *err == nil {
		*err = closing
	}
}

// KeysMetadata names the metadata that proves which keys a database was used
// with: KeysText, encrypted with them.
const (
	KeysMetadata = "keys"
	KeysText     = "these keys belong to this database"
)

// CheckKeys refuses keys that a database was not used with: sign-ins would fail, and
// what these keys encrypted would be lost when the right ones are restored. It accepts
// any for a new database, works before the tables are migrated, and writes nothing to the
// database. It returns the keys, nil for a new database.
func CheckKeys(ctx context.Context, database *store.Store, dir string, options keys.Options) (*keys.Keyring, error) {
	sealed, err := database.Metadata(ctx, KeysMetadata)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if IsEmptyDir(dir) {
		return nil, fmt.Errorf("the database has been used with keys that are not in %s: restore that directory from a backup, or name it with --keys", dir)
	}
	options.Created = GiveToFolderOwner
	ring, err := keys.Open(dir, options)
	if err != nil {
		return nil, err
	}
	return ring, compareKeys(ring, dir, sealed)
}

func compareKeys(ring *keys.Keyring, dir, sealed string) error {
	if text, err := NewSealer(ring).Open(sealed, KeysMetadata); err != nil || text != KeysText {
		return fmt.Errorf("the keys in %s do not belong to this database: name the directory it was used with by --keys, or restore it from a backup", dir)
	}
	return nil
}

// CompareKeys refuses a database that was used with other keys than those in ring. It
// accepts one that has not been used, as CheckKeys does.
func CompareKeys(ctx context.Context, database *store.Store, ring *keys.Keyring, dir string) error {
	sealed, err := database.Metadata(ctx, KeysMetadata)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil
	case err != nil:
		return err
	}
	return compareKeys(ring, dir, sealed)
}

// OpenKeys opens the keys of a database and creates them for a new one. It refuses the
// keys that CheckKeys refuses.
func OpenKeys(ctx context.Context, database *store.Store, dir string, options keys.Options) (*keys.Keyring, error) {
	ring, err := CheckKeys(ctx, database, dir, options)
	if ring != nil || err != nil {
		return ring, err
	}
	options.Log = nil // the keys of a new database are new, so nothing is missing
	options.Created = GiveToFolderOwner
	if ring, err = keys.Open(dir, options); err != nil {
		return nil, err
	}
	return ring, BindKeys(ctx, database, ring, dir)
}

// BindKeys makes the database that of these keys, unless it is of others.
func BindKeys(ctx context.Context, database *store.Store, ring *keys.Keyring, dir string) error {
	var sealed string
	err := database.InTx(ctx, func(tx store.Tx) (err error) {
		sealed, err = tx.PutMetadataIfAbsent(ctx, KeysMetadata, NewSealer(ring).Seal(KeysText, KeysMetadata))
		return err
	})
	if err != nil {
		return err
	}
	return compareKeys(ring, dir, sealed) // another server can have been the first
}

// NewSealer makes the encryption of personal data.
func NewSealer(ring *keys.Keyring) *fieldcrypt.Sealer {
	return fieldcrypt.New(ring.Derive("personal-data"))
}

// IsEmptyDir tells whether a directory holds nothing or does not exist.
func IsEmptyDir(dir string) bool {
	entries, err := os.ReadDir(dir)
	return errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0
}
