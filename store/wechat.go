package store

import (
	"context"
	"errors"
)

var (
	selectIdentities = "SELECT " + selected[WeChatIdentity]("") + " FROM wechat_identities "
	identityByOpenID = selectIdentities + "WHERE app_id = ? AND open_id = ?"
	identitiesOf     = selectIdentities + "WHERE user_id = ? ORDER BY created_at, app_id, open_id" + limitListed

	linkIdentity = insertInto[WeChatIdentity]("wechat_identities")
)

const register = "RegisterByWeChat"

const (
	refreshIdentity = "UPDATE wechat_identities SET union_id = COALESCE(union_id, ?), follows = ? WHERE app_id = ? AND open_id = ?"
	userOfUnion     = "SELECT user_id FROM wechat_unions WHERE union_id = ?"
	claimUnion      = "INSERT INTO wechat_unions (union_id, user_id) VALUES (?, ?)"
)

// WeChatIdentitiesOf returns the WeChat identities of a user, oldest first.
func (s *Store) WeChatIdentitiesOf(ctx context.Context, userID int64) ([]WeChatIdentity, error) {
	return many[WeChatIdentity](ctx, s, "WeChatIdentitiesOf", identitiesOf, userID)
}

// RegisterByWeChat finds the user of a WeChat identity, or adds u: first by app id and
// openid, then by unionid, to whose user it links the identity. It does not read
// i.UserID. Any number of concurrent calls add one user; created is true for the call
// that did. It returns a ConflictError of id, guid, username, email or mobile.
func (tx Tx) RegisterByWeChat(ctx context.Context, u User, i WeChatIdentity) (owner User, created bool, err error) {
	userID, err := tx.userOfIdentity(ctx, i)
	switch {
	case err == nil:
		err = tx.get(ctx, register, &owner, userByID, userID)
	case errors.Is(err, ErrNotFound):
		owner, created, err = u, true, tx.insertWeChatUser(ctx, u, i)
	}
	return owner, created, err
}

// userOfIdentity finds the user of an identity by openid or unionid, and stores what is
// new about the identity.
func (tx Tx) userOfIdentity(ctx context.Context, w WeChatIdentity) (userID int64, err error) {
	var kept WeChatIdentity
	err = tx.get(ctx, register, &kept, identityByOpenID, w.AppID, w.OpenID)
	if err == nil {
		return kept.UserID, tx.refreshIdentity(ctx, kept, w)
	}
	if !errors.Is(err, ErrNotFound) || w.UnionID == nil {
		return 0, err
	}
	if err = tx.get(ctx, register, &userID, userOfUnion, *w.UnionID); err != nil {
		return 0, err
	}
	w.UserID = userID
	return userID, tx.link(ctx, w)
}

// refreshIdentity stores a new unionid. If the unionid belongs to another user it stays
// with that user: two users are not merged.
func (tx Tx) refreshIdentity(ctx context.Context, kept, w WeChatIdentity) error {
	if kept.Follows == w.Follows && (kept.UnionID != nil || w.UnionID == nil) {
		return nil // nothing is new
	}
	if _, err := tx.exec(ctx, register, refreshIdentity, w.UnionID, w.Follows, w.AppID, w.OpenID); err != nil {
		return err
	}
	if w.UnionID == nil {
		return nil
	}
	_, err := tx.insertIgnore(ctx, register, claimUnion, "(union_id)", *w.UnionID, kept.UserID)
	return err
}

// insertWeChatUser inserts the user first, because the other rows refer to it. If another
// transaction inserts the unionid or openid first, everything is rolled back, and the
// next try finds that transaction's user.
func (tx Tx) insertWeChatUser(ctx context.Context, u User, w WeChatIdentity) error {
	if err := tx.insert(ctx, register, insertUser, u); err != nil {
		return err
	}
	w.UserID = u.ID
	return tx.claimIdentity(ctx, w)
}

// claimIdentity inserts an identity that nobody has, and its unionid.
func (tx Tx) claimIdentity(ctx context.Context, w WeChatIdentity) error {
	if w.UnionID != nil {
		claimed, err := tx.insertIgnore(ctx, register, claimUnion, "(union_id)", *w.UnionID, w.UserID)
		if err != nil {
			return err
		}
		if !claimed {
			return errRerun
		}
	}
	return tx.link(ctx, w)
}

func (tx Tx) link(ctx context.Context, w WeChatIdentity) error {
	linked, err := tx.insertIgnore(ctx, register, linkIdentity, "(app_id, open_id)", valuesOf(w)...)
	if err == nil && !linked {
		return errRerun
	}
	return err
}

// LinkWeChat gives a WeChat identity to the user i.UserID, unless it is somebody's
// already, by its openid or unionid. owner is the user whose it is then, and linked is
// true if this call gave it to i.UserID.
func (tx Tx) LinkWeChat(ctx context.Context, i WeChatIdentity) (owner int64, linked bool, err error) {
	owner, err = tx.userOfIdentity(ctx, i)
	if !errors.Is(err, ErrNotFound) {
		return owner, false, err
	}
	return i.UserID, true, tx.claimIdentity(ctx, i)
}

// UserByWeChat finds the user of a WeChat identity by its openid or unionid, and stores
// what is new about the identity, or returns ErrNotFound.
func (tx Tx) UserByWeChat(ctx context.Context, i WeChatIdentity) (owner User, err error) {
	userID, err := tx.userOfIdentity(ctx, i)
	if err == nil {
		err = tx.get(ctx, "UserByWeChat", &owner, userByID, userID)
	}
	return owner, err
}

const (
	weChatCode     = "SELECT identity_sealed FROM wechat_codes WHERE code_hash = ? AND expires_at > ?"
	dropWeChatCode = "DELETE FROM wechat_codes WHERE code_hash = ? AND expires_at <= ?"
	keepWeChatCode = "INSERT INTO wechat_codes (code_hash, identity_sealed, expires_at) VALUES (?, ?, ?)"
	keptWeChatCode = "SELECT identity_sealed FROM wechat_codes WHERE code_hash = ?"

	forgetWeChatCode = "DELETE FROM wechat_codes WHERE code_hash = ?"
)

// WeChatCode returns the sealed identity that was stored for a WeChat code, or
// ErrNotFound if there is none or it has expired at now.
func (s *Store) WeChatCode(ctx context.Context, codeHash string, now Time) (sealed string, err error) {
	return one[string](ctx, s, "WeChatCode", weChatCode, codeHash, now)
}

// KeepWeChatCode stores the sealed identity of a WeChat code until expires, unless one
// is stored that has not expired at now, and returns the stored one: of several
// concurrent servers the first decides.
func (tx Tx) KeepWeChatCode(ctx context.Context, codeHash, sealed string, now, expires Time) (kept string, err error) {
	const verb = "KeepWeChatCode"
	if _, err = tx.exec(ctx, verb, dropWeChatCode, codeHash, now); err != nil {
		return "", err
	}
	if _, err = tx.insertIgnore(ctx, verb, keepWeChatCode, "(code_hash)", codeHash, sealed, expires); err != nil {
		return "", err
	}
	return kept, rerunIfGone(tx.get(ctx, verb, &kept, keptWeChatCode, codeHash))
}

// ForgetWeChatCode deletes what is stored for a WeChat code.
func (tx Tx) ForgetWeChatCode(ctx context.Context, codeHash string) error {
	_, err := tx.exec(ctx, "ForgetWeChatCode", forgetWeChatCode, codeHash)
	return err
}
