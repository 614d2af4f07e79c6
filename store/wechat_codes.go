package store

import "context"

const (
	weChatCode     = "SELECT identity_sealed FROM wechat_codes WHERE code_hash = ? AND expires_at > ?"
	keepWeChatCode = `INSERT INTO wechat_codes (code_hash, identity_sealed, expires_at) VALUES (?, ?, ?)
		ON CONFLICT (code_hash) DO UPDATE SET
			identity_sealed = excluded.identity_sealed, expires_at = excluded.expires_at
		WHERE wechat_codes.expires_at <= ?`
	keptWeChatCode = "SELECT identity_sealed FROM wechat_codes WHERE code_hash = ?"
)

// WeChatCode gives the sealed identity that was kept for a WeChat code, or
// ErrNotFound when there is none, or its time is over at now.
func (s *Store) WeChatCode(ctx context.Context, codeHash string, now Time) (sealed string, err error) {
	return one[string](ctx, s, "WeChatCode", weChatCode, codeHash, now)
}

// KeepWeChatCode keeps the sealed identity behind a WeChat code until
// expires, unless one is kept at now already, and gives the one that is there:
// of several servers that were told at once, the first decides.
func (w Tx) KeepWeChatCode(ctx context.Context, codeHash, sealed string, now, expires Time) (kept string, err error) {
	if _, err = w.exec(ctx, "KeepWeChatCode", keepWeChatCode, codeHash, sealed, expires, now); err == nil {
		err = fail("KeepWeChatCode", overtakenIfGone(w.t.get(ctx, &kept, keptWeChatCode, codeHash)))
	}
	return kept, err
}
