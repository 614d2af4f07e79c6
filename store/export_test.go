package store

import (
	"context"
	"time"

	"github.com/jmoiron/sqlx"

	"quartet/store/internal/engine"
	"quartet/store/internal/sqlite"
)

// Write is InTx with statements that the store does not have.
func (s *Store) Write(ctx context.Context, do func(engine.Tx) error) error {
	return s.InTx(ctx, func(tx Tx) error { return do(tx.tx) })
}

// WriteAlone is Write in a transaction that nobody shares.
func (s *Store) WriteAlone(ctx context.Context, do func(engine.Tx) error) error {
	return s.inTxAlone(ctx, "WriteAlone", func(tx Tx) error { return do(tx.tx) })
}

// InTxAlone is InTx in a transaction that nobody shares.
func (s *Store) InTxAlone(ctx context.Context, do func(Tx) error) error {
	return s.inTxAlone(ctx, "InTxAlone", do)
}

// SetRetryTime sets how long a transaction is retried. It must be called before any use
// of the store.
func (s *Store) SetRetryTime(d time.Duration) { s.retryTime = d }

func (s *Store) sqlite() *sqlite.Engine { return s.engine.(*sqlite.Engine) }

func (s *Store) writer() *sqlx.DB {
	db, _ := s.engine.(interface{ Pools() (db, other *sqlx.DB) }).Pools()
	return db
}

func (s *Store) reader() *sqlx.DB {
	if s.Engine() != SQLite {
		return s.writer()
	}
	_, db := s.sqlite().Pools()
	return db
}

// ExecSQL runs a statement beside the store's methods.
func (s *Store) ExecSQL(ctx context.Context, query string, args ...any) error {
	_, err := s.writer().ExecContext(ctx, s.writer().Rebind(query), args...)
	return err
}
