package store

import (
	"context"
	"errors"
)

const verifyMobile = `UPDATE users SET mobile_sealed = ?, mobile_index = ?, mobile_verified_at = ?,
	version = version + 1, updated_at = ? WHERE id = ?`

// VerifyMobile gives a user a mobile that the user has proven to own. It returns
// ErrNotFound, or a ConflictError of mobile when somebody else has proven it.
func (w Tx) VerifyMobile(ctx context.Context, userID int64, sealed string, index Digest, now Time) error {
	return fail("VerifyMobile", w.t.change(ctx, verifyMobile, sealed, index, now, now, userID))
}

var registerByMobile = insertUser + " ON CONFLICT (mobile_index) WHERE mobile_verified_at IS NOT NULL DO NOTHING"

var errNoVerifiedMobile = errors.New("the user has no verified mobile")

// RegisterByMobile finds the owner of the verified mobile of u, or makes u. Any
// number of calls at the same moment make one user; created is true for the one
// that did. u must have MobileIndex and MobileVerifiedAt. It returns a
// ConflictError of id, guid, username or email.
func (w Tx) RegisterByMobile(ctx context.Context, u User) (owner User, created bool, err error) {
	if u.MobileIndex == nil || u.MobileVerifiedAt == nil {
		return User{}, false, fail("RegisterByMobile", errNoVerifiedMobile)
	}
	// The insert waits for another one of the same mobile; only after it the look
	// is sure.
	created, err = w.t.insert(ctx, registerByMobile, u)
	if err == nil {
		err = overtakenIfGone(w.t.get(ctx, &owner, userByVerifiedMobile, *u.MobileIndex))
	}
	return owner, created, fail("RegisterByMobile", err)
}

// overtakenIfGone words the rare case that a row which stood in the way of an
// insert is not there any more: then the insert is worth another try.
func overtakenIfGone(err error) error {
	if errors.Is(fail("", err), ErrNotFound) {
		return errOvertaken
	}
	return err
}
