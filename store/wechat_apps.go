package store

import (
	"context"
	"errors"

	"quartet/store/internal/engine"
)

var (
	insertWeChatApp = insertInto[WeChatApp]("wechat_apps")
	weChatAppOf     = "SELECT " + selected[WeChatApp]("w.") + ` FROM wechat_apps w
		JOIN applications a ON a.id = w.application_id WHERE w.application_id = ? AND a.disabled_at IS NULL`
	listWeChatApps = "SELECT " + selected[WeChatApp]("") + " FROM wechat_apps ORDER BY created_at, application_id" + limitListed
)

const (
	changeWeChatApp = "kind = ?, app_id = ?, secret_sealed = ?, updated_at = ?"
	deleteWeChatApp = "DELETE FROM wechat_apps WHERE application_id = ?"
)

// SetWeChatApp gives an application a WeChat app, or replaces the one it has, whose time
// of creation stays. It returns ErrNotFound for an unknown application.
func (tx Tx) SetWeChatApp(ctx context.Context, w WeChatApp) error {
	const verb = "SetWeChatApp"
	err := tx.update(ctx, verb, "wechat_apps", changeWeChatApp, "application_id = ?",
		[]any{w.Kind, w.AppID, w.SecretSealed, w.UpdatedAt}, []any{w.ApplicationID})
	if errors.Is(err, ErrNotFound) {
		err = tx.insert(ctx, verb, insertWeChatApp, w)
	}
	return err
}

// DeleteWeChatApp takes the WeChat app from an application. It returns ErrNotFound if it
// has none.
func (tx Tx) DeleteWeChatApp(ctx context.Context, applicationID string) error {
	return tx.change(ctx, "DeleteWeChatApp", deleteWeChatApp, applicationID)
}

// WeChatAppOf returns the WeChat app of an application. It returns ErrNotFound if the
// application has none, is unknown or is disabled.
func (s *Store) WeChatAppOf(ctx context.Context, applicationID string) (WeChatApp, error) {
	const verb = "WeChatAppOf"
	return cached(ctx, s, engine.Key{Method: verb, Text: applicationID}, func() (WeChatApp, error) {
		return one[WeChatApp](ctx, s, verb, weChatAppOf, applicationID)
	})
}

// ListWeChatApps lists the WeChat apps, those of disabled applications too, oldest first.
func (s *Store) ListWeChatApps(ctx context.Context) ([]WeChatApp, error) {
	return many[WeChatApp](ctx, s, "ListWeChatApps", listWeChatApps)
}
