package providers_test

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"quartet/server/account"
	"quartet/server/apierr"
	"quartet/server/providers"
)

const testCode = "0a1B2c3D4e5F6g7H8i9J0k1L2m3N4o_-"

func TestWeChatGivesTheSamePersonForTheSameCode(t *testing.T) {
	t.Parallel()
	one, err1 := providers.NewWeChatSimulator().Exchange(t.Context(), testCode)
	two, err2 := providers.NewWeChatSimulator().Exchange(t.Context(), testCode)
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	if one != two {
		t.Errorf("got %+v and %+v", one, two)
	}
	other, err := providers.NewWeChatSimulator().Exchange(t.Context(), strings.ToLower(testCode))
	if err != nil {
		t.Fatal(err)
	}
	if other.OpenID == one.OpenID || other.UnionID == one.UnionID {
		t.Error("two codes give one person")
	}
}

func TestWeChatPersonLooksReal(t *testing.T) {
	t.Parallel()
	wechat := providers.NewWeChatSimulator()
	id := regexp.MustCompile(`^o[QU][A-Za-z0-9_-]{26}$`)
	nicknames, genders, cities := map[string]bool{}, map[int]bool{}, map[string]bool{}
	for i := range 64 {
		who, err := wechat.Exchange(t.Context(), strings.Repeat("x", 31)+string(rune(65+i%26)))
		if err != nil {
			t.Fatal(err)
		}
		if !id.MatchString(who.OpenID) || !strings.HasPrefix(who.OpenID, "oQ") || !id.MatchString(who.UnionID) {
			t.Errorf("got %s and %s", who.OpenID, who.UnionID)
		}
		if who.AppID != "wxsimulator00000001" || !who.Follows || who.Mobile != "" {
			t.Errorf("got %+v", who)
		}
		if utf8.RuneCountInString(who.Nickname) < 2 || who.Country == "" || who.Province == "" || who.City == "" {
			t.Errorf("got %+v", who)
		}
		if !strings.HasPrefix(who.Avatar, "https://avatar.example.com/") {
			t.Errorf("the avatar is at somebody's real address: %s", who.Avatar)
		}
		nicknames[who.Nickname], genders[who.Gender], cities[who.City] = true, true, true
	}
	if len(nicknames) < 2 || len(cities) < 2 || !genders[1] || !genders[2] || len(genders) != 2 {
		t.Errorf("no variety: %v, %v, %v", nicknames, genders, cities)
	}
}

func TestWeChatRefuses(t *testing.T) {
	t.Parallel()
	rest := strings.Repeat("x", 32)
	for code, want := range map[string]apierr.Code{
		// The prefix decides before the length does.
		"40029":                 apierr.WeChatCodeInvalid,
		("40029" + rest)[:32]:   apierr.WeChatCodeInvalid,
		"40163":                 apierr.WeChatCodeUsed,
		("40163" + rest)[:32]:   apierr.WeChatCodeUsed,
		"45011":                 apierr.WeChatTooFrequent,
		("45011" + rest)[:32]:   apierr.WeChatTooFrequent,
		"45011" + rest:          apierr.WeChatTooFrequent,
		"-1":                    apierr.WeChatUnavailable,
		("-1" + rest)[:32]:      apierr.WeChatUnavailable,
		"":                      apierr.WeChatCodeInvalid,
		rest[:31]:               apierr.WeChatCodeInvalid,
		rest + "x":              apierr.WeChatCodeInvalid,
		rest + "\n":             apierr.WeChatCodeInvalid,
		rest[:31] + "+":         apierr.WeChatCodeInvalid,
		rest[:31] + " ":         apierr.WeChatCodeInvalid,
		rest[:30] + "é":         apierr.WeChatCodeInvalid,
		rest[:31] + "é":         apierr.WeChatCodeInvalid,
		strings.Repeat("信", 32): apierr.WeChatCodeInvalid,
	} {
		who, err := providers.NewWeChatSimulator().Exchange(t.Context(), code)
		if !apierr.Is(err, want) || who != (account.WeChatIdentity{}) {
			t.Errorf("%q: got %+v, %v", code, who, err)
		}
	}
}

func TestWeChatErrorsAreNotShared(t *testing.T) {
	t.Parallel()
	wechat := providers.NewWeChatSimulator()
	_, err := wechat.Exchange(t.Context(), "45011")
	if apierr.As(err).RetryAfter != time.Minute {
		t.Errorf("retry after %v", apierr.As(err).RetryAfter)
	}
	apierr.As(err).RetryAfter = time.Hour
	if _, err := wechat.Exchange(t.Context(), "45011"); apierr.As(err).RetryAfter != time.Minute {
		t.Error("one caller's change reaches the next")
	}
}

func TestWeChatFails(t *testing.T) {
	t.Parallel()
	wechat := providers.NewWeChatSimulator()
	bodyErr := errors.New("nonsense in the answer")
	wechat.Fail(func(code string) error {
		if code == testCode {
			return bodyErr
		}
		return nil
	})
	if _, err := wechat.Exchange(t.Context(), testCode); !apierr.Is(err, apierr.WeChatUnavailable) || !errors.Is(err, bodyErr) {
		t.Errorf("got %v", err)
	}
	if _, err := wechat.Exchange(t.Context(), strings.ToLower(testCode)); err != nil {
		t.Error(err)
	}
	wechat.Fail(func(string) error { return apierr.New(apierr.WeChatCodeUsed) })
	if _, err := wechat.Exchange(t.Context(), testCode); !apierr.Is(err, apierr.WeChatCodeUsed) {
		t.Errorf("got %v", err)
	}
	wechat.Fail(nil)
	if _, err := wechat.Exchange(t.Context(), testCode); err != nil {
		t.Errorf("without the hook: %v", err)
	}
}

func TestWeChatThatHangsEndsWithTheContext(t *testing.T) {
	t.Parallel()
	wechat := providers.NewWeChatSimulator()
	release := make(chan struct{})
	defer close(release)
	ctx, cancel := context.WithCancel(t.Context())
	wechat.Fail(func(string) error { cancel(); <-release; return nil })
	_, err := wechat.Exchange(ctx, testCode)
	if !apierr.Is(err, apierr.WeChatUnavailable) || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
