package providers

import (
	"log/slog"
	"sync"
	"time"

	"quartet/server/account"
)

var _ account.WeChatApps = (*WeChatClients)(nil)

// WeChatClients keeps a client for each WeChat app, because a client keeps the app's
// access token. BaseURL is required, Now and Log as in WeChatOptions. It is safe for
// concurrent use.
type WeChatClients struct {
	BaseURL string
	Now     func() time.Time
	Log     *slog.Logger

	mutex   sync.Mutex
	clients map[appKey]*WeChat
}

// appKey is what stays of an app when its secret changes.
type appKey struct{ kind, appID string }

// Client returns the client of an app, a new one if the app has another secret than
// before. Its error is that of NewWeChat.
func (w *WeChatClients) Client(c account.WeChatCredentials) (account.WeChat, error) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	key := appKey{c.Kind, c.AppID}
	if kept, known := w.clients[key]; known && kept.secret == c.Secret {
		return kept, nil
	}
	client, err := NewWeChat(WeChatOptions{Kind: c.Kind, AppID: c.AppID, Secret: c.Secret, BaseURL: w.BaseURL, Now: w.Now, Log: w.Log})
	if err != nil {
		return nil, err
	}
	if w.clients == nil {
		w.clients = map[appKey]*WeChat{}
	}
	w.clients[key] = client
	return client, nil
}
