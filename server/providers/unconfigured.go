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

// UnconfiguredSMS stands in for an SMS service where the operator has named
// none.
type UnconfiguredSMS struct{}

// Send fails with SMSUnavailable.
func (UnconfiguredSMS) Send(context.Context, account.CodeMessage) error {
	return apierr.New(apierr.SMSUnavailable)
}

// UnconfiguredWeChat stands in for WeChat where the operator has named no app.
type UnconfiguredWeChat struct{}

// Exchange fails with WeChatUnavailable.
func (UnconfiguredWeChat) Exchange(context.Context, string) (account.WeChatIdentity, error) {
	return account.WeChatIdentity{}, apierr.New(apierr.WeChatUnavailable)
}
