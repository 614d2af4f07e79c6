package providers

import (
	"log/slog"
	"sync"

	"quartet/server/account"
)

var _ account.WeChatApps = (*WeChatClients)(nil)

// WeChatClients keeps a client for each WeChat app, because a client keeps the app's
// access token. It is safe for concurrent use.
type WeChatClients struct {
	baseURL string
	log     *slog.Logger

	mutex   sync.Mutex
	clients map[appKey]*WeChat
}

// NewWeChatClients creates clients of an API, of which baseURL and log are those of
// WeChatOptions. Its error names an invalid baseURL, without its value.
func NewWeChatClients(baseURL string, log *slog.Logger) (*WeChatClients, error) {
	_, err := weChatBase(baseURL)
	return &WeChatClients{baseURL: baseURL, log: log, clients: map[appKey]*WeChat{}}, err
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
	client, err := NewWeChat(WeChatOptions{Kind: c.Kind, AppID: c.AppID, Secret: c.Secret, BaseURL: w.baseURL, Log: w.log})
	if err != nil {
		return nil, err
	}
	w.clients[key] = client
	return client, nil
}
