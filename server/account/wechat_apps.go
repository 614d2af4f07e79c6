package account

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"quartet/server/apierr"
	"quartet/store"
)

// The kinds of WeChat apps.
const (
	WeChatMiniProgram     = "mini-program"     // codes of wx.login, and of phone numbers
	WeChatOfficialAccount = "official-account" // codes of a web page inside WeChat
	WeChatWebsite         = "website"          // open platform: codes of a QR code on a web page
	WeChatMobileApp       = "mobile-app"       // open platform: codes of a mobile app
)

// WeChatKinds lists the kinds of WeChat apps.
func WeChatKinds() []string {
	return []string{WeChatMiniProgram, WeChatOfficialAccount, WeChatWebsite, WeChatMobileApp}
}

const (
	longestWeChatAppID   = 64  // characters; WeChat's own have 18
	shortestWeChatSecret = 16  // characters; WeChat's own have 32
	longestWeChatSecret  = 256 // characters
)

// WeChatCredentials are what a server needs to exchange the codes of a WeChat app.
type WeChatCredentials struct {
	Kind   string // one of WeChatKinds
	AppID  string // WeChat's
	Secret string // WeChat's AppSecret
}

// WeChatApp is the WeChat app of an application, without its secret.
type WeChatApp struct {
	Application, Kind, AppID string
	CreatedAt, UpdatedAt     Time
}

func newWeChatApp(row store.WeChatApp) WeChatApp {
	return WeChatApp{Application: row.ApplicationID, Kind: row.Kind, AppID: row.AppID, CreatedAt: row.CreatedAt, UpdatedAt: row.UpdatedAt}
}

// SetWeChatApp gives an application a WeChat app, or replaces the one it has: sign-ins
// that name the application exchange their codes there from the next request on, on
// every server. The secret is stored sealed and never shown. Failures are
// UnknownApplication, and InvalidField with field kind, app-id or secret.
func (s Operator) SetWeChatApp(ctx context.Context, application string, c WeChatCredentials) error {
	if err := c.check(); err != nil {
		return err
	}
	now := store.TimeOf(s.now())
	row := store.WeChatApp{
		ApplicationID: application, Kind: c.Kind, AppID: c.AppID,
		SecretSealed: s.sealer.Seal(c.Secret, weChatAppContext(application)), CreatedAt: now, UpdatedAt: now,
	}
	err := s.inTx(ctx, func(tx *tx) error {
		tx.record(s.applicationChanged(AuditWeChatAppSet, application, details{"wechat_kind": c.Kind, "wechat_app_id": c.AppID}))
		return tx.SetWeChatApp(ctx, row)
	})
	return toAPIErr(err, apierr.UnknownApplication)
}

func (c WeChatCredentials) check() error {
	if !slices.Contains(WeChatKinds(), c.Kind) {
		wrong := apierr.Field("kind", apierr.NotInEnum)
		wrong.Expected = strings.Join(WeChatKinds(), ", ")
		return wrong
	}
	notASCII := func(r rune) bool { return r > unicode.MaxASCII || r <= ' ' }
	for _, text := range []struct {
		field, value string
		longest      int
	}{{"app-id", c.AppID, longestWeChatAppID}, {"secret", c.Secret, longestWeChatSecret}} {
		switch {
		case text.value == "":
			return apierr.Field(text.field, apierr.Required)
		case strings.ContainsFunc(text.value, notASCII):
			return apierr.Field(text.field, apierr.BadFormat)
		}
		if err := checkText(text.field, text.value, text.longest); err != nil {
			return err
		}
	}
	if len(c.Secret) < shortestWeChatSecret {
		short := apierr.Field("secret", apierr.TooShort)
		short.Expected = strconv.Itoa(shortestWeChatSecret)
		return short
	}
	return nil
}

// RemoveWeChatApp takes the WeChat app from an application. Failures are
// UnknownApplication, and InvalidField with field id if it has none.
func (s Operator) RemoveWeChatApp(ctx context.Context, application string) error {
	if _, err := s.store.ApplicationByID(ctx, application); err != nil {
		return toAPIErr(err, apierr.UnknownApplication)
	}
	return codeErr(s.inTx(ctx, func(tx *tx) error {
		tx.record(s.applicationChanged(AuditWeChatAppRemoved, application, nil))
		return tx.DeleteWeChatApp(ctx, application)
	}), "id")
}

// ListWeChatApps lists the WeChat apps of all applications, oldest first.
func (s *Service) ListWeChatApps(ctx context.Context) ([]WeChatApp, error) {
	rows, err := s.store.ListWeChatApps(ctx)
	return convert(rows, newWeChatApp), storeErr(err)
}

// weChatClient is the client of a WeChat app, and the application whose app it is: ""
// for the server's own.
type weChatClient struct {
	WeChat
	application string
}

// codeKey is the text by which a code of the app is stored. Two apps may issue the same
// code.
func (c weChatClient) codeKey(purpose, code string) string {
	if c.application == "" {
		return purpose + code
	}
	return purpose + c.application + "\x00" + code
}

// weChatClientOf returns the client of the application that a sign-in names, and the
// server's own if the application has no WeChat app. A code is never tried at another
// app: that could use it up.
func (s *Service) weChatClientOf(ctx context.Context, application string) (weChatClient, error) {
	own := weChatClient{WeChat: s.weChat}
	if application == "" || s.weChatApps == nil || checkText("", application, longestApplicationID) != nil {
		return own, nil
	}
	row, err := s.store.WeChatAppOf(ctx, application)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return own, nil
	case err != nil:
		return weChatClient{}, storeErr(err)
	}
	secret, err := s.unseal(&row.SecretSealed, weChatAppContext(row.ApplicationID))
	if err != nil {
		return weChatClient{}, err
	}
	client, err := s.weChatApps.Client(WeChatCredentials{Kind: row.Kind, AppID: row.AppID, Secret: secret})
	if err != nil {
		return weChatClient{}, apierr.Wrap(apierr.WeChatUnavailable, err)
	}
	return weChatClient{WeChat: client, application: row.ApplicationID}, nil
}

// weChatAppContext binds a sealed secret to its application.
func weChatAppContext(application string) string { return "wechat-app:" + application }
