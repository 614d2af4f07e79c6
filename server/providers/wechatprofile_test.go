package providers_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"quartet/server/account"
	"quartet/server/apierr"
	"quartet/server/providers"
)

// exchangeWithoutProfile exchanges a code whose person's profile is answered as
// given, and tells what was logged.
func exchangeWithoutProfile(t *testing.T, profile http.HandlerFunc) (account.WeChatIdentity, string, error) {
	t.Helper()
	s, log := newStub(t), &bytes.Buffer{}
	s.says(oauthPath, oauthAnswer)
	s.says("/elsewhere", personAnswer)
	s.on(personPath, profile)
	client, err := providers.NewWeChat(providers.WeChatOptions{
		Kind: account.WeChatOfficialAccount, AppID: ownApp, Secret: appSecret, BaseURL: s.URL,
		Now: func() time.Time { return noon }, Log: slog.New(slog.NewTextHandler(log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	who, err := client.Exchange(t.Context(), loginCode)
	requireCalls(t, s, personPath, 1)
	requireCalls(t, s, "/elsewhere", 0)
	return who, log.String(), err
}

// requireSilent: the person is known, and nothing of them but that.
func requireSilent(t *testing.T, who account.WeChatIdentity, err error, log string) {
	t.Helper()
	known := account.WeChatIdentity{AppID: ownApp, OpenID: "oQ3f8Kd92LmXz7Tq1VbN5cRw0YhE", UnionID: who.UnionID}
	if err != nil || who != known {
		t.Errorf("got %+v, %v", who, err)
	}
	if !strings.Contains(log, "WeChat profile unavailable") || strings.Contains(log, "canary0") {
		t.Errorf("logged %s", log)
	}
}

// The code is used up and the identity is known, so a missing profile does not fail the
// sign-in.
func TestWeChatClientDoesWithoutAProfile(t *testing.T) {
	t.Parallel()
	for name, answer := range nonsense {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			who, log, err := exchangeWithoutProfile(t, answer)
			requireSilent(t, who, err, log)
		})
	}
	for _, number := range []int{-1, 40001, 40003, 40029, 40163, 42001, 45011, 48001} {
		t.Run(fmt.Sprint(number), func(t *testing.T) {
			t.Parallel()
			who, log, err := exchangeWithoutProfile(t, writes(fmt.Sprintf(`{"errcode":%d,"errmsg":"%s"}`, number, personToken)))
			requireSilent(t, who, err, log)
		})
	}
}

func TestWeChatClientRefusesTheBlocked(t *testing.T) {
	t.Parallel()
	_, _, err := exchangeWithoutProfile(t, writes(`{"errcode":40226,"errmsg":"high risk"}`))
	requireFailure(t, err, apierr.Forbidden)
}
