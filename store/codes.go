package store

import "context"

const (
	createCode = `INSERT INTO one_time_codes (purpose, mobile_index, code_mac, active, attempts, created_at, expires_at, used_at)
		VALUES (?, ?, ?, FALSE, 0, ?, ?, NULL)`
	activateCode = "UPDATE one_time_codes SET active = TRUE WHERE purpose = ? AND mobile_index = ? AND code_mac = ?"
	deleteCode   = "DELETE FROM one_time_codes WHERE purpose = ? AND mobile_index = ? AND code_mac = ?"

	// One statement counts the attempt and compares the code. Separate statements would
	// let parallel guesses pass the limit.
	consumeCode = "UPDATE one_time_codes SET attempts = attempts + 1, used_at = CASE WHEN code_mac = ? THEN ? ELSE used_at END" +
		" WHERE purpose = ? AND mobile_index = ? AND active AND used_at IS NULL AND attempts < ? AND expires_at > ?"
	usedCodes = "SELECT COUNT(*) FROM one_time_codes WHERE purpose = ? AND mobile_index = ? AND used_at IS NOT NULL"
)

var createdCode = []string{"code_mac", "active", "attempts", "created_at", "expires_at", "used_at"}

// CreateCode stores the MAC of a one-time code and replaces an older one of the same
// key. The code is not valid until ActivateCode.
func (tx Tx) CreateCode(ctx context.Context, k CodeKey, mac string, now, expires Time) error {
	query := tx.store.engine.InsertOrUpdate(createCode, "(purpose, mobile_index)", createdCode)
	_, err := tx.exec(ctx, "CreateCode", query, k.Purpose, k.MobileIndex, mac, now, expires)
	return err
}

// ActivateCode makes a code valid after its message was accepted. It does nothing if a
// newer code has replaced it.
func (tx Tx) ActivateCode(ctx context.Context, k CodeKey, mac string) error {
	_, err := tx.exec(ctx, "ActivateCode", activateCode, k.Purpose, k.MobileIndex, mac)
	return err
}

// DeleteCode deletes a code whose message was not accepted, unless a newer one has
// replaced it.
func (tx Tx) DeleteCode(ctx context.Context, k CodeKey, mac string) error {
	_, err := tx.exec(ctx, "DeleteCode", deleteCode, k.Purpose, k.MobileIndex, mac)
	return err
}

// ConsumeCode counts an attempt and reports whether the code is right, which it is
// once. A code is not compared after maxAttempts or when it has expired at now. spent
// is false alike for a wrong, used, exhausted, expired and unknown code. If the
// transaction fails the attempt is not counted, so the caller must not let it fail
// because of spent.
func (tx Tx) ConsumeCode(ctx context.Context, k CodeKey, mac string, now Time, maxAttempts int64) (spent bool, err error) {
	counted, err := tx.exec(ctx, "ConsumeCode", consumeCode, mac, now, k.Purpose, k.MobileIndex, maxAttempts, now)
	if err != nil || counted == 0 {
		return false, err
	}
	var used int64
	err = tx.get(ctx, "ConsumeCode", &used, usedCodes, k.Purpose, k.MobileIndex)
	return used > 0, err
}
