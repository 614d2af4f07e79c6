package providers

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"quartet/server/account"
)

// WeChatBaseURL is the address of WeChat's API.
const WeChatBaseURL = "https://api.weixin.qq.com"

// shortestSecret is in bytes. WeChat's own have 32.
const shortestSecret = 16

var _ account.WeChat = (*WeChat)(nil)

var appIDShape = shape(`^[0-9A-Za-z_-]{1,64}$`)

// WeChatOptions describe the WeChat app. All but Now and Log are required.
type WeChatOptions struct {
	Kind    string // one of account.WeChatKinds
	AppID   string
	Secret  string // AppSecret, at least 16 bytes
	BaseURL string // https, or http on this machine; a path is prefixed to WeChat's
	Now     func() time.Time
	Log     *slog.Logger // nil: silent
}

// WeChat is a client of WeChat's API for one app. It is safe for concurrent use. Its
// errors contain no secret, code or token, whatever WeChat responds.
type WeChat struct {
	kind, appID, secret string
	base                *url.URL
	client              *http.Client
	now                 func() time.Time
	log                 *slog.Logger
	tokens              tokenCache
}

// NewWeChat creates a client without connecting. Its error names the invalid option,
// without its value.
func NewWeChat(o WeChatOptions) (*WeChat, error) {
	if !slices.Contains(account.WeChatKinds(), o.Kind) {
		return nil, fmt.Errorf("the kind of WeChat app must be one of %s", strings.Join(account.WeChatKinds(), ", "))
	}
	if !appIDShape().MatchString(o.AppID) {
		return nil, errors.New("the WeChat app id must be letters and digits")
	}
	if len(o.Secret) < shortestSecret {
		return nil, fmt.Errorf("the WeChat secret must have at least %d characters", shortestSecret)
	}
	base, err := weChatBase(o.BaseURL)
	if err != nil {
		return nil, err
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &WeChat{
		kind: o.Kind, appID: o.AppID, secret: o.Secret,
		base: base, client: weChatHTTP(), now: o.Now, log: o.Log,
	}, nil
}

// weChatBase refuses an address that would send the secret unencrypted to another
// machine.
func weChatBase(text string) (*url.URL, error) {
	base, err := url.Parse(text)
	if err != nil || base.Host == "" || base.User != nil || base.RawQuery != "" || base.Fragment != "" {
		return nil, errors.New("the WeChat base URL must be like " + WeChatBaseURL)
	}
	if base.Scheme != "https" && (base.Scheme != "http" || !isLoopback(base.Hostname())) {
		return nil, errors.New("the WeChat base URL must begin with https://; http:// is for this machine alone")
	}
	return base, nil
}

func isLoopback(host string) bool {
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}

// Exchange returns the identity behind a code. Failures are WeChatCodeInvalid, also for
// the placeholder account of a page's snapshot, WeChatCodeUsed, WeChatTooFrequent,
// Forbidden and WeChatUnavailable. A code is sent once, because it may be used up even
// if no response came.
func (w *WeChat) Exchange(ctx context.Context, code string) (account.WeChatIdentity, error) {
	if w.kind == account.WeChatMiniProgram {
		return w.exchangeLogin(ctx, code)
	}
	return w.exchangeOAuth(ctx, code)
}
