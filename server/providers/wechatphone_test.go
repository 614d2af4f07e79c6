package providers_test

import (
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"quartet/server/account"
	"quartet/server/apierr"
)

func phoneAnswer(mobile, country, appID string, at time.Time) string {
	return fmt.Sprintf(`{"errcode":0,"errmsg":"ok","phone_info":{"phoneNumber":"%s","purePhoneNumber":"%[1]s","countryCode":%s,
		"watermark":{"timestamp":%d,"appid":"%s"}}}`, mobile, country, at.Unix(), appID)
}

func tokenAnswer(n int) string {
	return fmt.Sprintf(`{"access_token":"%s%d","expires_in":7200}`, serverToken, n)
}

var goodPhone = phoneAnswer("13900001111", `"86"`, ownApp, noon)

func TestWeChatTellsAMobile(t *testing.T) {
	t.Parallel()
	for _, country := range []string{`"86"`, `86`} {
		s := newStub(t)
		s.says(tokenPath, tokenAnswer(1))
		s.says(phonePath, phoneAnswer("13900001111", country, ownApp, noon.Add(-5*time.Minute)))
		mobile, err := s.client(t, account.WeChatMiniProgram).PhoneNumber(t.Context(), loginCode)
		if err != nil || mobile != "13900001111" {
			t.Errorf("got %q, %v", mobile, err)
		}
		token, phone := s.got(tokenPath), s.got(phonePath)
		want := `{"grant_type":"client_credential","appid":"` + ownApp + `","secret":"` + appSecret + `","force_refresh":false}`
		if len(token) != 1 || token[0].method != http.MethodPost || token[0].body != want || len(token[0].query) != 0 {
			t.Errorf("asked for a token by %+v", token)
		}
		if len(phone) != 1 || phone[0].method != http.MethodPost || phone[0].body != `{"code":"`+loginCode+`"}` ||
			phone[0].query.Encode() != "access_token="+serverToken+"1" {
			t.Errorf("asked for a mobile by %+v", phone)
		}
	}
}

func TestWeChatMobileIsChecked(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer string
		want   apierr.Code
	}{
		"another app":      {phoneAnswer("13900001111", `"86"`, "wxfedcba9876543210", noon), apierr.WeChatUnavailable},
		"too old":          {phoneAnswer("13900001111", `"86"`, ownApp, noon.Add(-5*time.Minute-time.Second)), apierr.WeChatCodeInvalid},
		"of the future":    {phoneAnswer("13900001111", `"86"`, ownApp, noon.Add(5*time.Minute+time.Second)), apierr.WeChatCodeInvalid},
		"no moment":        {phoneAnswer("13900001111", `"86"`, ownApp, time.Unix(0, 0)), apierr.WeChatCodeInvalid},
		"another country":  {phoneAnswer("2025550123", `"1"`, ownApp, noon), apierr.InvalidField},
		"no mobile":        {phoneAnswer("", `"86"`, ownApp, noon), apierr.WeChatUnavailable},
		"nothing":          {`{"errcode":0}`, apierr.WeChatUnavailable},
		"HTML":             {`<html>`, apierr.WeChatUnavailable},
		"numeric mobile":   {strings.ReplaceAll(goodPhone, `"13900001111"`, `13900001111`), apierr.WeChatUnavailable},
		"invalid code":     {`{"errcode":40029,"errmsg":"` + loginCode + `"}`, apierr.WeChatCodeInvalid},
		"another app's":    {`{"errcode":40013}`, apierr.WeChatUnavailable},
		"too frequent":     {`{"errcode":45011}`, apierr.WeChatTooFrequent},
		"busy":             {`{"errcode":-1}`, apierr.WeChatUnavailable},
		"nested elsewhere": {`{"errcode":0,"phone_info":[]}`, apierr.WeChatUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStub(t)
			s.says(tokenPath, tokenAnswer(1))
			s.says(phonePath, test.answer)
			mobile, err := s.client(t, account.WeChatMiniProgram).PhoneNumber(t.Context(), loginCode)
			requireFailure(t, err, test.want)
			requireCalls(t, s, phonePath, 1)
			if mobile != "" {
				t.Errorf("got %q", mobile)
			}
		})
	}
}

func TestWeChatOfficialAccountHasNoMobiles(t *testing.T) {
	t.Parallel()
	s := newStub(t)
	_, err := s.client(t, account.WeChatOfficialAccount).PhoneNumber(t.Context(), loginCode)
	requireFailure(t, err, apierr.WeChatUnavailable)
	requireCalls(t, s, tokenPath, 0)
}

func TestWeChatTokenIsFetchedOnceForAll(t *testing.T) {
	t.Parallel()
	s := newStub(t)
	open := make(chan struct{})
	s.on(tokenPath, func(w http.ResponseWriter, _ *http.Request) { <-open; _, _ = fmt.Fprint(w, tokenAnswer(1)) })
	s.says(phonePath, goodPhone)
	var looking atomic.Int32 // who has looked at the clock, and so for a kept token
	client := s.clientAt(t, account.WeChatMiniProgram, func() time.Time { looking.Add(1); return noon })
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if _, err := client.PhoneNumber(t.Context(), loginCode); err != nil {
				t.Error(err)
			}
		})
	}
	for looking.Load() < 20 {
		runtime.Gosched()
	}
	close(open)
	all.Wait()
	requireCalls(t, s, tokenPath, 1)
	requireCalls(t, s, phonePath, 20)
}

func TestWeChatTokenIsKeptUntilShortlyBeforeItsEnd(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		seconds int
		good    time.Duration
	}{
		{7200, 115 * time.Minute}, {1200, 15 * time.Minute}, {60, 30 * time.Second}, {1 << 40, 115 * time.Minute},
	} {
		s := newStub(t)
		s.says(tokenPath, fmt.Sprintf(`{"access_token":"%s","expires_in":%d}`, serverToken, test.seconds))
		now := noon
		client := s.clientAt(t, account.WeChatMiniProgram, func() time.Time { return now })
		call := func(at time.Time) {
			now = at
			s.says(phonePath, phoneAnswer("13900001111", `86`, ownApp, at))
			if _, err := client.PhoneNumber(t.Context(), loginCode); err != nil {
				t.Error(err)
			}
		}
		call(noon)
		call(noon.Add(test.good - time.Second))
		requireCalls(t, s, tokenPath, 1)
		call(noon.Add(test.good))
		requireCalls(t, s, tokenPath, 2)
	}
}

// forced tells of each request for a token whether it forced a new one.
func forced(s *stub) (force []bool) {
	for _, r := range s.got(tokenPath) {
		force = append(force, strings.Contains(r.body, `"force_refresh":true`))
	}
	return force
}

func TestWeChatRefusesTheToken(t *testing.T) {
	t.Parallel()
	for _, number := range []int{40001, 40014, 42001} {
		s := newStub(t)
		s.says(tokenPath, tokenAnswer(1), tokenAnswer(1), tokenAnswer(2))
		// The second answer leaves errcode out.
		s.says(phonePath, fmt.Sprintf(`{"errcode":%d,"errmsg":"%s"}`, number, serverToken), strings.Replace(goodPhone, `"errcode":0,`, "", 1))
		client := s.client(t, account.WeChatMiniProgram)
		for range 2 {
			if mobile, err := client.PhoneNumber(t.Context(), loginCode); err != nil || mobile != "13900001111" {
				t.Errorf("%d: got %q, %v", number, mobile, err)
			}
		}
		if got := forced(s); !slices.Equal(got, []bool{false, false, true}) {
			t.Errorf("%d: forced %v", number, got)
		}
		var used []string
		for _, r := range s.got(phonePath) {
			used = append(used, strings.TrimPrefix(r.query.Get("access_token"), serverToken))
		}
		if !slices.Equal(used, []string{"1", "2", "2"}) {
			t.Errorf("%d: used %v", number, used)
		}
	}
}

func TestWeChatTokenOfAnotherServerIsNotTakenAway(t *testing.T) {
	t.Parallel()
	s := newStub(t)
	s.says(tokenPath, tokenAnswer(1), tokenAnswer(2))
	s.says(phonePath, `{"errcode":40001}`, goodPhone)
	if _, err := s.client(t, account.WeChatMiniProgram).PhoneNumber(t.Context(), loginCode); err != nil {
		t.Error(err)
	}
	if got := forced(s); !slices.Equal(got, []bool{false, false}) {
		t.Errorf("forced %v", got)
	}
}

func TestWeChatRefusesEveryToken(t *testing.T) {
	t.Parallel()
	s := newStub(t)
	s.says(tokenPath, tokenAnswer(1))
	s.says(phonePath, `{"errcode":42001,"errmsg":"`+serverToken+`"}`)
	_, err := s.client(t, account.WeChatMiniProgram).PhoneNumber(t.Context(), loginCode)
	requireFailure(t, err, apierr.WeChatUnavailable)
	requireCalls(t, s, phonePath, 2)
	if !strings.Contains(err.Error(), "errcode 42001") {
		t.Errorf("the log does not tell why: %v", err)
	}
}

func TestWeChatGivesNoToken(t *testing.T) {
	t.Parallel()
	for _, answer := range []string{
		`{"errcode":40125,"errmsg":"` + appSecret + `"}`, `{"errcode":40029}`, `{"errcode":45011}`, `{"expires_in":7200}`, `<html>`,
		`{"access_token":"` + serverToken + `"}`, `{"access_token":"` + serverToken + `","expires_in":-1}`,
	} {
		s := newStub(t)
		s.says(tokenPath, answer)
		client := s.client(t, account.WeChatMiniProgram)
		_, err := client.PhoneNumber(t.Context(), loginCode)
		requireFailure(t, err, apierr.WeChatUnavailable)
		if !strings.Contains(err.Error(), tokenPath) {
			t.Errorf("the log does not tell why: %v", err)
		}
		requireCalls(t, s, phonePath, 0)
		s.says(tokenPath, tokenAnswer(1)) // and mends
		s.says(phonePath, goodPhone)
		if _, err := client.PhoneNumber(t.Context(), loginCode); err != nil {
			t.Error(err)
		}
	}
}
