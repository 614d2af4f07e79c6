package storetest

import (
	"context"
	"testing"

	"quartet/store"
)

// The verbs that only store.Writes has, each in a transaction of its own: for
// tests that write one thing at a time.

// InsertUser is store.Writes.InsertUser alone.
func InsertUser(ctx context.Context, s *store.Store, u store.User) error {
	return s.InTx(ctx, func(w store.Tx) error { return w.InsertUser(ctx, u) })
}

// RegisterByMobile is store.Writes.RegisterByMobile alone.
func RegisterByMobile(ctx context.Context, s *store.Store, u store.User) (owner store.User, created bool, err error) {
	err = s.InTx(ctx, func(w store.Tx) error {
		owner, created, err = w.RegisterByMobile(ctx, u)
		return err
	})
	return owner, created, err
}

// RegisterByWeChat is store.Writes.RegisterByWeChat alone.
func RegisterByWeChat(ctx context.Context, s *store.Store, u store.User, i store.WeChatIdentity) (owner store.User, created bool, err error) {
	err = s.InTx(ctx, func(w store.Tx) error {
		owner, created, err = w.RegisterByWeChat(ctx, u, i)
		return err
	})
	return owner, created, err
}

// VerifyMobile is store.Writes.VerifyMobile alone.
func VerifyMobile(ctx context.Context, s *store.Store, userID int64, sealed string, index store.Digest, now store.Time) error {
	return s.InTx(ctx, func(w store.Tx) error { return w.VerifyMobile(ctx, userID, sealed, index, now) })
}

// SetUserDisabled is store.Writes.SetUserDisabled alone.
func SetUserDisabled(ctx context.Context, s *store.Store, userID int64, disabled bool, now store.Time) error {
	return s.InTx(ctx, func(w store.Tx) error { return w.SetUserDisabled(ctx, userID, disabled, now) })
}

// SetUserRole is store.Writes.SetUserRole alone.
func SetUserRole(ctx context.Context, s *store.Store, userID int64, role string, now store.Time) error {
	return s.InTx(ctx, func(w store.Tx) error { return w.SetUserRole(ctx, userID, role, now) })
}

// SetPassword is store.Writes.SetPassword alone.
func SetPassword(ctx context.Context, s *store.Store, userID int64, newHash string, wasHash *string, keepSession int64, stamp string, now store.Time) (ended int64, err error) {
	return alone(ctx, s, func(w store.Tx) (int64, error) {
		return w.SetPassword(ctx, userID, newHash, wasHash, keepSession, stamp, now)
	})
}

// OpenSession is store.Writes.OpenSession alone.
func OpenSession(ctx context.Context, s *store.Store, session store.Session, companyType *int64) (replaced *int64, err error) {
	return alone(ctx, s, func(w store.Tx) (*int64, error) { return w.OpenSession(ctx, session, companyType) })
}

// EndSession is store.Writes.EndSession alone.
func EndSession(ctx context.Context, s *store.Store, id int64, reason string, now store.Time) (ended bool, err error) {
	return alone(ctx, s, func(w store.Tx) (bool, error) { return w.EndSession(ctx, id, reason, now) })
}

// EndSessionOf is store.Writes.EndSessionOf alone.
func EndSessionOf(ctx context.Context, s *store.Store, userID, id int64, reason string, now store.Time) (ended bool, err error) {
	return alone(ctx, s, func(w store.Tx) (bool, error) { return w.EndSessionOf(ctx, userID, id, reason, now) })
}

// SpendCode is store.Writes.SpendCode alone.
func SpendCode(ctx context.Context, s *store.Store, k store.CodeKey, mac string, now store.Time, maxAttempts int64) (spent bool, err error) {
	return alone(ctx, s, func(w store.Tx) (bool, error) { return w.ConsumeCode(ctx, k, mac, now, maxAttempts) })
}

// ClearQuotas is store.Writes.ClearQuotas alone.
func ClearQuotas(ctx context.Context, s *store.Store, keys []string) error {
	return s.InTx(ctx, func(w store.Tx) error { return w.ResetRateLimits(ctx, keys) })
}

// AddAlias remembers the id that a user had in the system source, as the copy of
// another database does.
func AddAlias(t *testing.T, s *store.Store, source, alias string, userID int64) {
	t.Helper()
	outcomes := must(s.PutRows(t.Context(), tableNamed(t, "user_aliases"), [][]any{{source, alias, userID}}, true))(t)
	same(t, outcomes, []store.RowOutcome{{Added: true}})
}

// alone gives what do gives in a transaction that it has for itself.
func alone[T any](ctx context.Context, s *store.Store, do func(store.Tx) (T, error)) (given T, err error) {
	err = s.InTx(ctx, func(w store.Tx) error {
		given, err = do(w)
		return err
	})
	return given, err
}
