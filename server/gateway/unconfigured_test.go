package gateway_test

import (
	"testing"

	"quartet/server/account"
	"quartet/server/failure"
	"quartet/server/gateway"
)

func TestUnconfiguredServicesAreUnavailable(t *testing.T) {
	t.Parallel()
	err := gateway.UnconfiguredSMS{}.Send(t.Context(), account.CodeMessage{Mobile: "13900001111", Code: "123456"})
	if !failure.Is(err, failure.SMSUnavailable) {
		t.Errorf("SMS: got %v", err)
	}
	_, err = gateway.UnconfiguredWeChat{}.Exchange(t.Context(), "0a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P")
	if !failure.Is(err, failure.WeChatUnavailable) {
		t.Errorf("WeChat: got %v", err)
	}
}
