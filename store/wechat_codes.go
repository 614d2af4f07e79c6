package store

import "context"

const (
	weChatExchange = "SELECT identity_sealed FROM wechat_codes WHERE code_hash = ? AND expires_at > ?"
	// Writing the value that is there makes the row come back, also when
	// another server has put it there in this moment.
	keepWeChatExchange = `INSERT INTO wechat_codes (code_hash, identity_sealed, expires_at) VALUES (?, ?, ?)
		ON CONFLICT (code_hash) DO UPDATE SET
			identity_sealed = CASE WHEN wechat_codes.expires_at <= ?
				THEN excluded.identity_sealed ELSE wechat_codes.identity_sealed END,
			expires_at = CASE WHEN wechat_codes.expires_at <= ?
				THEN excluded.expires_at ELSE wechat_codes.expires_at END
		RETURNING identity_sealed`
)

// WeChatExchange gives the sealed identity that was kept for a WeChat code, or
// ErrNotFound when there is none, or its time is over at now.
func (s *Store) WeChatCode(ctx context.Context, codeHash string, now Time) (sealed string, err error) {
	return one[string](ctx, s, "WeChatExchange", weChatExchange, codeHash, now)
}

// KeepWeChatExchange keeps the sealed identity behind a WeChat code until
// expires, unless one is kept at now already, and gives the one that is there:
// of several servers that were told at once, the first decides.
func (s *Store) KeepWeChatCode(ctx context.Context, codeHash, sealed string, now, expires Time) (kept string, err error) {
	rows, err := returned[string](ctx, s, "KeepWeChatExchange", keepWeChatExchange, codeHash, sealed, expires, now, now)
	if err != nil {
		return "", err
	}
	return rows[0], nil
}
