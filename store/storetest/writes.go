package storetest

import (
	"context"
	"errors"
	"math"
	"testing"

	"quartet/store"
)

// The methods of store.Tx, each in a transaction of its own: for tests that write
// one thing at a time.

// InsertUser is store.Tx.InsertUser alone.
func InsertUser(ctx context.Context, s *store.Store, u store.User) error {
	return s.InTx(ctx, func(w store.Tx) error { return w.InsertUser(ctx, u) })
}

// RegisterByMobile is store.Tx.RegisterByMobile alone.
func RegisterByMobile(ctx context.Context, s *store.Store, u store.User) (owner store.User, created bool, err error) {
	err = s.InTx(ctx, func(w store.Tx) error {
		owner, created, err = w.RegisterByMobile(ctx, u)
		return err
	})
	return owner, created, err
}

// RegisterByWeChat is store.Tx.RegisterByWeChat alone.
func RegisterByWeChat(ctx context.Context, s *store.Store, u store.User, i store.WeChatIdentity) (owner store.User, created bool, err error) {
	err = s.InTx(ctx, func(w store.Tx) error {
		owner, created, err = w.RegisterByWeChat(ctx, u, i)
		return err
	})
	return owner, created, err
}

// VerifyMobile is store.Tx.VerifyMobile alone.
func VerifyMobile(ctx context.Context, s *store.Store, userID int64, sealed string, index store.Digest, now store.Time) error {
	return s.InTx(ctx, func(w store.Tx) error { return w.VerifyMobile(ctx, userID, sealed, index, now) })
}

// SetUserDisabled is store.Tx.SetUserDisabled alone.
func SetUserDisabled(ctx context.Context, s *store.Store, userID int64, disabled bool, now store.Time) error {
	return s.InTx(ctx, func(w store.Tx) error { return w.SetUserDisabled(ctx, userID, disabled, now) })
}

// SetUserRole is store.Tx.SetUserRole alone.
func SetUserRole(ctx context.Context, s *store.Store, userID int64, role string, now store.Time) error {
	return s.InTx(ctx, func(w store.Tx) error { return w.SetUserRole(ctx, userID, role, now) })
}

// SetPassword is store.Tx.SetPassword alone.
func SetPassword(ctx context.Context, s *store.Store, userID int64, newHash string, wasHash *string, keepSession int64, stamp string, now store.Time) (ended int64, err error) {
	return alone(ctx, s, func(w store.Tx) (int64, error) {
		return w.SetPassword(ctx, userID, newHash, wasHash, keepSession, stamp, now)
	})
}

// manySessions are more than a test opens.
var manySessions = store.SessionCaps{Live: math.MaxInt32, Past: math.MaxInt32, Opened: math.MaxInt32}

// OpenSession is store.Tx.OpenSession alone, of any number of sessions.
func OpenSession(ctx context.Context, s *store.Store, session store.Session, companyType *int64) (replaced *int64, err error) {
	opened, err := alone(ctx, s, func(w store.Tx) (store.OpenedSession, error) {
		return w.OpenSession(ctx, session, companyType, manySessions)
	})
	return opened.Replaced, err
}

// EndSession is store.Tx.EndSession alone.
func EndSession(ctx context.Context, s *store.Store, id int64, reason string, now store.Time) (ended bool, err error) {
	return alone(ctx, s, func(w store.Tx) (bool, error) { return w.EndSession(ctx, id, reason, now) })
}

// EndSessionOf is store.Tx.EndSessionOf alone.
func EndSessionOf(ctx context.Context, s *store.Store, userID, id int64, reason string, now store.Time) (ended bool, err error) {
	return alone(ctx, s, func(w store.Tx) (bool, error) { return w.EndSessionOf(ctx, userID, id, reason, now) })
}

// ConsumeCode is store.Tx.ConsumeCode alone.
func ConsumeCode(ctx context.Context, s *store.Store, k store.CodeKey, mac string, now store.Time, maxAttempts int64) (spent bool, err error) {
	return alone(ctx, s, func(w store.Tx) (bool, error) { return w.ConsumeCode(ctx, k, mac, now, maxAttempts) })
}

// ResetRateLimits is store.Tx.ResetRateLimits alone.
func ResetRateLimits(ctx context.Context, s *store.Store, keys []string) error {
	return s.InTx(ctx, func(w store.Tx) error { return w.ResetRateLimits(ctx, keys) })
}

// InsertApplication is store.Tx.InsertApplication alone.
func InsertApplication(ctx context.Context, s *store.Store, a store.Application) error {
	return s.InTx(ctx, func(w store.Tx) error { return w.InsertApplication(ctx, a) })
}

// SetApplicationDisabled is store.Tx.SetApplicationDisabled alone.
func SetApplicationDisabled(ctx context.Context, s *store.Store, id string, disabled bool, now store.Time) error {
	return s.InTx(ctx, func(w store.Tx) error { return w.SetApplicationDisabled(ctx, id, disabled, now) })
}

// SetApplicationRights is store.Tx.SetApplicationRights alone.
func SetApplicationRights(ctx context.Context, s *store.Store, id, rights string) error {
	return s.InTx(ctx, func(w store.Tx) error { return w.SetApplicationRights(ctx, id, rights) })
}

// AddApplicationOrganisation is store.Tx.AddApplicationOrganisation alone.
func AddApplicationOrganisation(ctx context.Context, s *store.Store, applicationID string, organisationID int64) error {
	return s.InTx(ctx, func(w store.Tx) error {
		_, err := w.AddApplicationOrganisation(ctx, applicationID, organisationID)
		return err
	})
}

// RemoveApplicationOrganisation is store.Tx.RemoveApplicationOrganisation alone.
func RemoveApplicationOrganisation(ctx context.Context, s *store.Store, applicationID string, organisationID int64) error {
	return s.InTx(ctx, func(w store.Tx) error { return w.RemoveApplicationOrganisation(ctx, applicationID, organisationID) })
}

// InsertOrganisation is store.Tx.InsertOrganisation alone.
func InsertOrganisation(ctx context.Context, s *store.Store, o store.Organisation) error {
	return s.InTx(ctx, func(w store.Tx) error { return w.InsertOrganisation(ctx, o) })
}

// SetOrganisationDisabled is store.Tx.SetOrganisationDisabled alone.
func SetOrganisationDisabled(ctx context.Context, s *store.Store, code string, disabled bool, now store.Time) error {
	return s.InTx(ctx, func(w store.Tx) error { return w.SetOrganisationDisabled(ctx, code, disabled, now) })
}

// InsertRole is store.Tx.InsertRole alone.
func InsertRole(ctx context.Context, s *store.Store, r store.Role) error {
	return s.InTx(ctx, func(w store.Tx) error { return w.InsertRole(ctx, r) })
}

// SetRoleDisabled is store.Tx.SetRoleDisabled alone.
func SetRoleDisabled(ctx context.Context, s *store.Store, code string, disabled bool, now store.Time) error {
	return s.InTx(ctx, func(w store.Tx) error { return w.SetRoleDisabled(ctx, code, disabled, now) })
}

// AddMembership is store.Tx.AddMembership alone.
func AddMembership(ctx context.Context, s *store.Store, userID, organisationID int64, roleID *int64, now store.Time) error {
	return s.InTx(ctx, func(w store.Tx) error { return w.AddMembership(ctx, userID, organisationID, roleID, now) })
}

// RemoveMembership is store.Tx.RemoveMembership alone.
func RemoveMembership(ctx context.Context, s *store.Store, userID, organisationID int64, roleID *int64) error {
	return s.InTx(ctx, func(w store.Tx) error { return w.RemoveMembership(ctx, userID, organisationID, roleID) })
}

// CreateCode is store.Tx.CreateCode alone.
func CreateCode(ctx context.Context, s *store.Store, k store.CodeKey, mac string, now, expires store.Time) error {
	return s.InTx(ctx, func(w store.Tx) error { return w.CreateCode(ctx, k, mac, now, expires) })
}

// ActivateCode is store.Tx.ActivateCode alone.
func ActivateCode(ctx context.Context, s *store.Store, k store.CodeKey, mac string) error {
	return s.InTx(ctx, func(w store.Tx) error { return w.ActivateCode(ctx, k, mac) })
}

// DeleteCode is store.Tx.DeleteCode alone.
func DeleteCode(ctx context.Context, s *store.Store, k store.CodeKey, mac string) error {
	return s.InTx(ctx, func(w store.Tx) error { return w.DeleteCode(ctx, k, mac) })
}

// ConsumeRateLimits is store.Tx.ConsumeRateLimits alone. ok says whether all the
// limits had room; if not, retryAfterMillis is how long until they have.
func ConsumeRateLimits(ctx context.Context, s *store.Store, limits []store.RateLimit, now store.Time) (ok bool, retryAfterMillis int64, err error) {
	err = s.InTx(ctx, func(w store.Tx) error { return w.ConsumeRateLimits(ctx, limits, now) })
	if reached, ok := errors.AsType[store.RateLimitError](err); ok {
		return false, reached.RetryAfterMillis, nil
	}
	return err == nil, 0, err
}

// UpdateUser is store.Tx.UpdateUser alone.
func UpdateUser(ctx context.Context, s *store.Store, id int64, c store.UserChange, by *int64, now store.Time) error {
	return s.InTx(ctx, func(w store.Tx) error { return w.UpdateUser(ctx, id, c, by, now) })
}

// UpgradePasswordHash is store.Tx.UpgradePasswordHash alone.
func UpgradePasswordHash(ctx context.Context, s *store.Store, userID int64, wasHash, newHash string) error {
	return s.InTx(ctx, func(w store.Tx) error { return w.UpgradePasswordHash(ctx, userID, wasHash, newHash) })
}

// PutSession is store.Tx.PutSession alone.
func PutSession(ctx context.Context, s *store.Store, session store.Session) error {
	return s.InTx(ctx, func(w store.Tx) error { return w.PutSession(ctx, session) })
}

// InsertAudit is store.Tx.InsertAudit alone.
func InsertAudit(ctx context.Context, s *store.Store, events ...store.AuditEvent) error {
	return s.InTx(ctx, func(w store.Tx) error { return w.InsertAudit(ctx, events...) })
}

// RotateAccess is store.Tx.RotateAccess alone.
func RotateAccess(ctx context.Context, s *store.Store, id, fromGeneration int64, newHash store.Digest, accessExpires, now store.Time) (rotated bool, err error) {
	return alone(ctx, s, func(w store.Tx) (bool, error) {
		return w.RotateAccess(ctx, id, fromGeneration, newHash, accessExpires, now)
	})
}

// UseAccess is store.Tx.UseAccess alone.
func UseAccess(ctx context.Context, s *store.Store, id int64, hash store.Digest, now store.Time) error {
	return s.InTx(ctx, func(w store.Tx) error { return w.UseAccess(ctx, id, hash, now) })
}

// SlideUnusedAccess is store.Tx.SlideUnusedAccess alone.
func SlideUnusedAccess(ctx context.Context, s *store.Store, id, generation int64, accessExpires, now store.Time) (unused bool, err error) {
	return alone(ctx, s, func(w store.Tx) (bool, error) {
		return w.SlideUnusedAccess(ctx, id, generation, accessExpires, now)
	})
}

// ExtendAccessToken is store.Tx.ExtendAccessToken alone.
func ExtendAccessToken(ctx context.Context, s *store.Store, id int64, accessExpires, now store.Time, frontType *int64) (extended bool, err error) {
	return alone(ctx, s, func(w store.Tx) (bool, error) { return w.ExtendAccessToken(ctx, id, accessExpires, now, frontType) })
}

// BindDevice is store.Tx.BindDevice alone.
func BindDevice(ctx context.Context, s *store.Store, id int64, device string) (bound string, err error) {
	return alone(ctx, s, func(w store.Tx) (string, error) { return w.BindDevice(ctx, id, device) })
}

// KeepWeChatCode is store.Tx.KeepWeChatCode alone.
func KeepWeChatCode(ctx context.Context, s *store.Store, codeHash, sealed string, now, expires store.Time) (kept string, err error) {
	return alone(ctx, s, func(w store.Tx) (string, error) { return w.KeepWeChatCode(ctx, codeHash, sealed, now, expires) })
}

// PutMetadataIfAbsent is store.Tx.PutMetadataIfAbsent alone.
func PutMetadataIfAbsent(ctx context.Context, s *store.Store, name, value string) (kept string, err error) {
	return alone(ctx, s, func(w store.Tx) (string, error) { return w.PutMetadataIfAbsent(ctx, name, value) })
}

// AddAlias remembers the id that a user had in the system source, as the copy of
// another database does.
func AddAlias(t *testing.T, s *store.Store, source, alias string, userID int64) {
	t.Helper()
	check(t, InsertRow(t.Context(), s, tableNamed(t, "user_aliases"), []any{source, alias, userID}))
}

// InsertRow is store.Tx.InsertRow in a transaction of its own.
func InsertRow(ctx context.Context, s *store.Store, table store.Table, row []any) error {
	return s.InTx(ctx, func(w store.Tx) error { return w.InsertRow(ctx, table, row) })
}

// alone gives what do gives in a transaction that it has for itself.
func alone[T any](ctx context.Context, s *store.Store, do func(store.Tx) (T, error)) (given T, err error) {
	err = s.InTx(ctx, func(w store.Tx) error {
		given, err = do(w)
		return err
	})
	return given, err
}

// InsertApplicationSecret is store.Tx.InsertApplicationSecret alone.
func InsertApplicationSecret(ctx context.Context, s *store.Store, secret store.ApplicationSecret, maxLive int) error {
	return s.InTx(ctx, func(w store.Tx) error { return w.InsertApplicationSecret(ctx, secret, maxLive) })
}

// RevokeApplicationSecret is store.Tx.RevokeApplicationSecret alone.
func RevokeApplicationSecret(ctx context.Context, s *store.Store, applicationID string, id int64, now store.Time) error {
	return s.InTx(ctx, func(w store.Tx) error { return w.RevokeApplicationSecret(ctx, applicationID, id, now) })
}

// SetApplicationSecretUsed is store.Tx.SetApplicationSecretUsed alone.
func SetApplicationSecretUsed(ctx context.Context, s *store.Store, id int64, at store.Time) error {
	return s.InTx(ctx, func(w store.Tx) error { return w.SetApplicationSecretUsed(ctx, id, at) })
}

// DeleteCountersOf is store.Tx.DeleteCountersOf alone.
func DeleteCountersOf(ctx context.Context, s *store.Store, digest store.Digest) (int64, error) {
	return alone(ctx, s, func(w store.Tx) (int64, error) { return w.DeleteCountersOf(ctx, digest) })
}
