package store

import (
	"context"
	"errors"
)

var (
	selectIdentities = "SELECT " + selected[WeChatIdentity]("") + " FROM wechat_identities "
	identityByOpenID = selectIdentities + "WHERE app_id = ? AND open_id = ?"
	identitiesOf     = selectIdentities + "WHERE user_id = ? ORDER BY created_at, app_id, open_id"

	linkIdentity = insertInto[WeChatIdentity]("wechat_identities") + " ON CONFLICT (app_id, open_id) DO NOTHING"
)

const (
	refreshIdentity = "UPDATE wechat_identities SET union_id = COALESCE(union_id, ?), follows = ? WHERE app_id = ? AND open_id = ?"
	userOfUnion     = "SELECT user_id FROM wechat_unions WHERE union_id = ?"
	claimUnion      = "INSERT INTO wechat_unions (union_id, user_id) VALUES (?, ?) ON CONFLICT (union_id) DO NOTHING"
)

// WeChatIdentitiesOf gives the WeChat identities of a user, oldest first.
func (s *Store) WeChatIdentitiesOf(ctx context.Context, userID int64) ([]WeChatIdentity, error) {
	return many[WeChatIdentity](ctx, s, "WeChatIdentitiesOf", identitiesOf, userID)
}

// RegisterByWeChat finds the person behind a WeChat identity, or makes u: a
// known app id and openid are their user's; else a known unionid links the
// identity to its user; else u is new. i.UserID is not read. Any number of calls
// at the same moment make one person; created is true for the one that did. It
// returns a ConflictError of id, guid, username, email or mobile.
func (w Tx) RegisterByWeChat(ctx context.Context, u User, i WeChatIdentity) (owner User, created bool, err error) {
	userID, err := knownPerson(ctx, w.t, i)
	switch {
	case err == nil:
		err = w.t.get(ctx, &owner, userByID, userID)
	case errors.Is(err, ErrNotFound):
		owner, created, err = u, true, newPerson(ctx, w.t, u, i)
	}
	return owner, created, fail("RegisterByWeChat", err)
}

// knownPerson finds whose an identity is, by openid or unionid, and keeps what is
// new about it.
func knownPerson(ctx context.Context, t tx, w WeChatIdentity) (userID int64, err error) {
	var kept WeChatIdentity
	err = fail("", t.get(ctx, &kept, identityByOpenID, w.AppID, w.OpenID))
	if err == nil {
		return kept.UserID, refresh(ctx, t, kept, w)
	}
	if !errors.Is(err, ErrNotFound) || w.UnionID == nil {
		return 0, err
	}
	if err = fail("", t.get(ctx, &userID, userOfUnion, *w.UnionID)); err != nil {
		return 0, err
	}
	w.UserID = userID
	return userID, link(ctx, t, w)
}

// refresh keeps a unionid that is new. If it is somebody else's already, it stays
// theirs: two people are not made one here.
func refresh(ctx context.Context, t tx, kept, w WeChatIdentity) error {
	if kept.Follows == w.Follows && (kept.UnionID != nil || w.UnionID == nil) {
		return nil // nothing is new
	}
	if _, err := t.exec(ctx, refreshIdentity, w.UnionID, w.Follows, w.AppID, w.OpenID); err != nil {
		return err
	}
	if w.UnionID == nil {
		return nil
	}
	_, err := t.exec(ctx, claimUnion, *w.UnionID, kept.UserID)
	return err
}

// newPerson inserts the user first, because the others refer to it. Losing the
// unionid or openid to another transaction undoes all of it; the next try finds
// the other's user.
func newPerson(ctx context.Context, t tx, u User, w WeChatIdentity) error {
	if _, err := t.insert(ctx, insertUser, u); err != nil {
		return err
	}
	if w.UnionID != nil {
		claimed, err := t.exec(ctx, claimUnion, *w.UnionID, u.ID)
		if err != nil {
			return err
		}
		if claimed == 0 {
			return errOvertaken
		}
	}
	w.UserID = u.ID
	return link(ctx, t, w)
}

func link(ctx context.Context, t tx, w WeChatIdentity) error {
	linked, err := t.insert(ctx, linkIdentity, w)
	if err == nil && !linked {
		return errOvertaken
	}
	return err
}
