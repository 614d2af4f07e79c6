package store

import "context"

const (
	createCode = `INSERT INTO one_time_codes
		(purpose, mobile_index, asker, code_mac, active, attempts, attempts_of_others, created_at, expires_at, used_at)
		VALUES (?, ?, ?, ?, FALSE, 0, 0, ?, ?, NULL)`
	thatCode     = " WHERE purpose = ? AND mobile_index = ? AND asker = ?"
	activateCode = "UPDATE one_time_codes SET active = TRUE" + thatCode + " AND code_mac = ?"
	deleteCode   = "DELETE FROM one_time_codes" + thatCode + " AND code_mac = ?"

	// One statement counts the attempt and compares the code. Separate statements would
	// let parallel guesses pass the limit.
	consumeCode = "UPDATE one_time_codes SET attempts = attempts + 1, used_at = CASE WHEN code_mac = ? THEN ? ELSE used_at END" +
		thatCode + " AND active AND used_at IS NULL AND attempts < ? AND expires_at > ?"
	consumeCodeOfOther = "UPDATE one_time_codes SET attempts_of_others = attempts_of_others + 1," +
		" used_at = CASE WHEN code_mac = ? THEN ? ELSE used_at END" +
		thatCode + " AND active AND used_at IS NULL AND attempts_of_others < ? AND expires_at > ?"
	usedCodes = "SELECT COUNT(*) FROM one_time_codes" + thatCode + " AND used_at IS NOT NULL"

	nextOtherCode = "SELECT asker FROM one_time_codes WHERE purpose = ? AND mobile_index = ? AND asker > ? AND asker <> ?" +
		" AND active AND used_at IS NULL AND attempts_of_others < ? AND expires_at > ? ORDER BY asker LIMIT 1"
)

var createdCode = []string{"code_mac", "active", "attempts", "attempts_of_others", "created_at", "expires_at", "used_at"}

// CreateCode stores the MAC of a one-time code and replaces an older one of the same
// key. The code is not valid until ActivateCode.
func (tx Tx) CreateCode(ctx context.Context, k CodeKey, mac string, now, expires Time) error {
	query := tx.store.engine.InsertOrUpdate(createCode, "(purpose, mobile_index, asker)", createdCode)
	return tx.later(ctx, "CreateCode", query, nil, k.Purpose, k.MobileIndex, k.Asker, mac, now, expires)
}

// ActivateCode makes a code valid after its message was accepted. It does nothing if a
// newer code has replaced it.
func (tx Tx) ActivateCode(ctx context.Context, k CodeKey, mac string) error {
	return tx.later(ctx, "ActivateCode", activateCode, nil, k.Purpose, k.MobileIndex, k.Asker, mac)
}

// DeleteCode deletes a code whose message was not accepted, unless a newer one has
// replaced it.
func (tx Tx) DeleteCode(ctx context.Context, k CodeKey, mac string) error {
	return tx.later(ctx, "DeleteCode", deleteCode, nil, k.Purpose, k.MobileIndex, k.Asker, mac)
}

// ConsumeCode counts an attempt of the one who asked for the code, and reports whether the
// code is right, which it is once. A code is not compared after maxAttempts or when it has
// expired at now. spent is false alike for a wrong, used, exhausted, expired and unknown
// code. If the transaction fails the attempt is not counted, so the caller must not let it
// fail because of spent.
func (tx Tx) ConsumeCode(ctx context.Context, k CodeKey, mac string, now Time, maxAttempts int64) (spent bool, err error) {
	return tx.consume(ctx, "ConsumeCode", consumeCode, k, mac, now, maxAttempts)
}

// ConsumeCodeOfOther is ConsumeCode for an attempt of somebody else than the one who asked
// for the code. All others share their attempts, which are counted apart.
func (tx Tx) ConsumeCodeOfOther(ctx context.Context, k CodeKey, mac string, now Time, maxAttempts int64) (spent bool, err error) {
	return tx.consume(ctx, "ConsumeCodeOfOther", consumeCodeOfOther, k, mac, now, maxAttempts)
}

func (tx Tx) consume(ctx context.Context, verb, query string, k CodeKey, mac string, now Time, maxAttempts int64) (spent bool, err error) {
	var counted, used int64
	err = tx.later(ctx, verb, query, &counted, mac, now, k.Purpose, k.MobileIndex, k.Asker, maxAttempts, now)
	if err != nil || counted == 0 {
		return false, err
	}
	err = tx.get(ctx, verb, &used, usedCodes, k.Purpose, k.MobileIndex, k.Asker)
	return counted > 0 && used > 0, err
}

// OtherCode returns the key of the next code that somebody else than k.Asker has asked for,
// and that others may still try at now: in the order of the askers, the first one after
// after, "" for the first of all. It returns ErrNotFound if there is none.
func (tx Tx) OtherCode(ctx context.Context, k CodeKey, after string, now Time, maxAttempts int64) (next CodeKey, err error) {
	next = k
	err = tx.get(ctx, "OtherCode", &next.Asker, nextOtherCode, k.Purpose, k.MobileIndex, after, k.Asker, maxAttempts, now)
	return next, err
}
