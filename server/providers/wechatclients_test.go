package providers_test

import (
	"strings"
	"testing"

	"quartet/server/account"
	"quartet/server/apierr"
	"quartet/server/providers"
)

// A client is kept for as long as its app's secret stays, and with it the app's token.
func TestWeChatClientsAreKept(t *testing.T) {
	t.Parallel()
	s := newStub(t)
	s.says(tokenPath, tokenAnswer(1), tokenAnswer(2))
	s.says(phonePath, `{"errcode":40029}`)
	clients, err := providers.NewWeChatClients(s.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	mini := account.WeChatCredentials{Kind: account.WeChatMiniProgram, AppID: ownApp, Secret: appSecret}
	call := func(c account.WeChatCredentials) {
		t.Helper()
		client, err := clients.Client(c)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := client.PhoneNumber(t.Context(), loginCode); !apierr.Is(err, apierr.WeChatCodeInvalid) {
			t.Errorf("got %v", err)
		}
	}
	call(mini)
	call(mini)
	requireCalls(t, s, tokenPath, 1)
	other := mini
	other.AppID = "wx00000000000000ff"
	call(other)
	requireCalls(t, s, tokenPath, 2)
	mini.Secret = strings.Repeat("canary0", 3)
	call(mini)
	requireCalls(t, s, tokenPath, 3)
	if _, err := clients.Client(account.WeChatCredentials{Kind: "mini", AppID: ownApp, Secret: appSecret}); err == nil {
		t.Error("an unknown kind has a client")
	}
	if _, err := providers.NewWeChatClients("http://wechat.example.com", nil); err == nil {
		t.Error("secrets would travel unencrypted")
	}
}

func TestWeChatSimulatorHasSeveralApps(t *testing.T) {
	t.Parallel()
	one := providers.NewWeChatSimulator()
	two, err := one.Client(account.WeChatCredentials{AppID: "wxother"})
	if err != nil {
		t.Fatal(err)
	}
	first, err1 := one.Exchange(t.Context(), testCode)
	second, err2 := two.Exchange(t.Context(), testCode)
	if err1 != nil || err2 != nil || first.UnionID != second.UnionID || first.OpenID == second.OpenID || second.AppID != "wxother" {
		t.Errorf("got %+v, %v and %+v, %v", first, err1, second, err2)
	}
	one.Fail(func(string) error { return apierr.New(apierr.WeChatCodeUsed) })
	if _, err := two.Exchange(t.Context(), testCode); !apierr.Is(err, apierr.WeChatCodeUsed) {
		t.Errorf("the other app is another WeChat: %v", err)
	}
}

func TestWeChatSimulatorGivesMobiles(t *testing.T) {
	t.Parallel()
	s := providers.NewWeChatSimulator()
	for code, want := range map[string]string{
		"13900000009a1B2c3D4e5F6g7H8i9J0k": "13900000009",
		strings.Repeat("ab12", 16):         "199",
	} {
		mobile, err := s.PhoneNumber(t.Context(), code)
		if err != nil || !strings.HasPrefix(mobile, want) || len(mobile) != 11 {
			t.Errorf("%s: got %s, %v", code, mobile, err)
		}
	}
	for code, want := range map[string]apierr.Code{
		"": apierr.WeChatCodeInvalid, "13900000009": apierr.WeChatCodeInvalid, strings.Repeat("a", 65): apierr.WeChatCodeInvalid,
		strings.Repeat("微", 32): apierr.WeChatCodeInvalid, "40163" + strings.Repeat("0", 27): apierr.WeChatCodeUsed, "-1": apierr.WeChatUnavailable,
	} {
		if _, err := s.PhoneNumber(t.Context(), code); !apierr.Is(err, want) {
			t.Errorf("%q: got %v", code, err)
		}
	}
}
