package store

import "context"

const (
	createCode = `INSERT INTO one_time_codes (purpose, mobile_index, code_mac, active, attempts, created_at, expires_at, used_at)
		VALUES (?, ?, ?, FALSE, 0, ?, ?, NULL)`
	activateCode = "UPDATE one_time_codes SET active = TRUE WHERE purpose = ? AND mobile_index = ? AND code_mac = ?"
	deleteCode   = "DELETE FROM one_time_codes WHERE purpose = ? AND mobile_index = ? AND code_mac = ?"

	codeIsLive = " WHERE purpose = ? AND mobile_index = ? AND active AND used_at IS NULL AND attempts < ? AND expires_at > ?"
	// One statement counts the attempt and compares: between a look and an
	// update, parallel guesses would slip through.
	consumeCode = "UPDATE one_time_codes SET attempts = attempts + 1, used_at = CASE WHEN code_mac = ? THEN ? ELSE used_at END" +
		codeIsLive
	usedCodes     = "SELECT COUNT(*) FROM one_time_codes WHERE purpose = ? AND mobile_index = ? AND used_at IS NOT NULL"
	hasActiveCode = "SELECT COUNT(*) FROM one_time_codes" + codeIsLive
)

var createdCode = []string{"code_mac", "active", "attempts", "created_at", "expires_at", "used_at"}

// CreateCode keeps the MAC of a one-time code, in place of any older one of the
// same key. It is good for nothing until ActivateCode.
func (tx Tx) CreateCode(ctx context.Context, k CodeKey, mac string, now, expires Time) error {
	query := tx.store.engine.InsertOrUpdate(createCode, "(purpose, mobile_index)", createdCode)
	_, err := tx.exec(ctx, "CreateCode", query, k.Purpose, k.MobileIndex, mac, now, expires)
	return err
}

// ActivateCode makes a code good, after its message was accepted. When a newer
// code has taken its place, nothing happens.
func (tx Tx) ActivateCode(ctx context.Context, k CodeKey, mac string) error {
	_, err := tx.exec(ctx, "ActivateCode", activateCode, k.Purpose, k.MobileIndex, mac)
	return err
}

// DeleteCode forgets a code whose message was not accepted, unless a newer one has
// taken its place.
func (tx Tx) DeleteCode(ctx context.Context, k CodeKey, mac string) error {
	_, err := tx.exec(ctx, "DeleteCode", deleteCode, k.Purpose, k.MobileIndex, mac)
	return err
}

// ConsumeCode counts an attempt and tells whether it was the right one, which
// works once. After maxAttempts, or when now has reached the end of its time, a
// code is not compared any more. A wrong, used, burnt, expired and unknown code
// look alike: spent is false. The attempt is forgotten if the transaction fails,
// so whoever was told must not fail then.
func (tx Tx) ConsumeCode(ctx context.Context, k CodeKey, mac string, now Time, maxAttempts int64) (spent bool, err error) {
	counted, err := tx.exec(ctx, "ConsumeCode", consumeCode, mac, now, k.Purpose, k.MobileIndex, maxAttempts, now)
	if err != nil || counted == 0 {
		return false, err
	}
	var used int64
	err = tx.get(ctx, "ConsumeCode", &used, usedCodes, k.Purpose, k.MobileIndex)
	return used > 0, err
}

// HasActiveCode tells whether a code could still be spent.
func (s *Store) HasActiveCode(ctx context.Context, k CodeKey, now Time, maxAttempts int64) (bool, error) {
	live, err := one[int64](ctx, s, "HasActiveCode", hasActiveCode, k.Purpose, k.MobileIndex, maxAttempts, now)
	return live > 0, err
}
