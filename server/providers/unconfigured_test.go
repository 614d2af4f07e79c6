package providers_test

import (
	"testing"

	"quartet/server/account"
	"quartet/server/apierr"
	"quartet/server/providers"
)

func TestUnconfiguredServicesAreUnavailable(t *testing.T) {
	t.Parallel()
	err := providers.UnconfiguredSMS{}.Send(t.Context(), account.CodeMessage{Mobile: "13900001111", Code: "123456"})
	if !apierr.Is(err, apierr.SMSUnavailable) {
		t.Errorf("SMS: got %v", err)
	}
	_, err = providers.UnconfiguredWeChat{}.Exchange(t.Context(), "0a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P")
	if !apierr.Is(err, apierr.WeChatUnavailable) {
		t.Errorf("WeChat: got %v", err)
	}
}
