package providers

import (
	"context"

	"quartet/server/account"
	"quartet/server/apierr"
)

var (
	_ account.SMS    = UnconfiguredSMS{}
	_ account.WeChat = UnconfiguredWeChat{}
)

// UnconfiguredSMS is the SMS service of a server without one.
type UnconfiguredSMS struct{}

// Send fails with SMSUnavailable.
func (UnconfiguredSMS) Send(context.Context, account.CodeMessage) error {
	return apierr.New(apierr.SMSUnavailable)
}

// UnconfiguredWeChat is the WeChat client of a server without an app.
type UnconfiguredWeChat struct{}

// Exchange fails with WeChatUnavailable.
func (UnconfiguredWeChat) Exchange(context.Context, string) (account.WeChatIdentity, error) {
	return account.WeChatIdentity{}, apierr.New(apierr.WeChatUnavailable)
}

// PhoneNumber fails with WeChatUnavailable.
func (UnconfiguredWeChat) PhoneNumber(context.Context, string) (string, error) {
	return "", apierr.New(apierr.WeChatUnavailable)
}

// CodesOnly sends codes through another service, and no notices.
type CodesOnly struct{ account.SMS }

// Send sends a code; a notice is dropped.
func (c CodesOnly) Send(ctx context.Context, m account.CodeMessage) error {
	if m.Purpose == account.PurposeNotice {
		return nil
	}
	return c.SMS.Send(ctx, m)
}
