package providers_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"log/slog"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"quartet/server/account"
	"quartet/server/apierr"
	"quartet/server/providers"
)

func newWebhook(t *testing.T, o providers.SMSWebhookOptions) *providers.SMSWebhook {
	t.Helper()
	webhook, err := providers.NewSMSWebhook(o)
	if err != nil {
		t.Fatal(err)
	}
	return webhook
}

// webhookAt calls url, whose query holds something that must not be told.
func webhookAt(t *testing.T, url string) account.SMS {
	return newWebhook(t, providers.SMSWebhookOptions{
		URL: url + "/send?key=canary", Secret: smsSecret, CodeLife: 5 * time.Minute,
		Now: func() time.Time { return testNow },
	})
}

// genuine is the check that SMS.md recommends.
func genuine(secret, body []byte, header http.Header) bool {
	timestamp := header.Get("X-Quartet-Timestamp")
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil || time.Since(time.Unix(seconds, 0)).Abs() > 5*time.Minute {
		return false
	}
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(timestamp + "."))
	mac.Write(body)
	wanted := "v1=" + hex.EncodeToString(mac.Sum(nil))
	return hmac.Equal([]byte(wanted), []byte(header.Get("X-Quartet-Signature")))
}

func TestWebhookHandsTheMessageOver(t *testing.T) {
	t.Parallel()
	s := newSMSStub(t, saying(202, ""))
	webhook := newWebhook(t, providers.SMSWebhookOptions{
		URL: s.URL + "/send", Secret: smsSecret, Template: "sign-in", CodeLife: 5 * time.Minute,
	})
	if err := webhook.Send(t.Context(), smsMessage); err != nil {
		t.Fatal(err)
	}
	got := s.only(t)
	if got.method != http.MethodPost || got.path != "/send" || got.header.Get("Content-Type") != "application/json" {
		t.Errorf("got %+v", got)
	}
	if !genuine([]byte(smsSecret), []byte(got.body), got.header) {
		t.Error("the signature is not genuine")
	}
	if genuine([]byte(smsSecret), []byte(got.body+" "), got.header) || genuine([]byte("another"), []byte(got.body), got.header) {
		t.Error("the signature proves nothing")
	}
	id := got.header.Get("Idempotency-Key")
	want := `{"to":"13900001111","code":"246135","purpose":"verify_mobile","expires_in":300,"template":"sign-in","id":"` + id + `"}`
	if len(id) != 36 || got.body != want {
		t.Errorf("got %s, want %s", got.body, want)
	}
}

func TestWebhookMessagesHaveIDsOfTheirOwn(t *testing.T) {
	t.Parallel()
	s := newSMSStub(t, saying(200, ""))
	webhook := webhookAt(t, s.URL)
	ids := map[string]bool{}
	for range 3 {
		if err := webhook.Send(t.Context(), smsMessage); err != nil {
			t.Fatal(err)
		}
	}
	for _, request := range s.received() {
		var message map[string]any
		if err := json.Unmarshal([]byte(request.body), &message); err != nil {
			t.Fatal(err)
		}
		if _, named := message["template"]; named {
			t.Errorf("a template that nobody named: %s", request.body)
		}
		ids[message["id"].(string)] = true
	}
	if len(ids) != 3 {
		t.Errorf("%d ids of 3 messages", len(ids))
	}
}

func TestWebhookTakesAnySuccess(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]http.HandlerFunc{
		"200":       saying(200, `{"queued":true}`),
		"204":       saying(204, ""),
		"HTML":      saying(200, "<html>", "Content-Type", "text/html"),
		"truncated": cutOff(`{"queued":`),
		"huge":      saying(200, strings.Repeat("x", 1<<20)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := webhookAt(t, newSMSStub(t, answer).URL).Send(t.Context(), smsMessage); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestWebhookTooManyRequests(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]time.Duration{
		"":                               time.Minute,
		"90":                             90 * time.Second,
		"0":                              time.Second,
		"-5":                             time.Minute,
		"soon":                           time.Minute,
		"99999999":                       24 * time.Hour,
		"99999999999999999999":           time.Minute,
		"Thu, 05 Mar 2026 10:02:00 GMT":  2 * time.Minute,
		"Thu, 05 Mar 2026 09:00:00 GMT":  time.Second,
		"Fri, 05 Mar 2027 10:00:00 GMT":  24 * time.Hour,
		"Thu, 05 Mar 2026 10:02:00 CEST": time.Minute,
	} {
		s := newSMSStub(t, saying(429, "canary", "Retry-After", header))
		err := webhookAt(t, s.URL).Send(t.Context(), smsMessage)
		if failed := wantSMSFailure(t, err, apierr.TooManyRequests); failed.RetryAfter != want {
			t.Errorf("Retry-After %q: got %s, want %s", header, failed.RetryAfter, want)
		}
	}
}

func TestWebhookRefused(t *testing.T) {
	t.Parallel()
	for _, status := range []int{304, 400, 401, 403, 404, 500, 502, 503} {
		s := newSMSStub(t, saying(status, ""))
		err := webhookAt(t, s.URL).Send(t.Context(), smsMessage)
		wantSMSFailure(t, err, apierr.SMSUnavailable)
		wantWords(t, err, "SMS webhook: status "+strconv.Itoa(status))
		s.only(t)
	}
}

func TestWebhookRefusesTheMobile(t *testing.T) {
	t.Parallel()
	err := webhookAt(t, newSMSStub(t, saying(422, "canary")).URL).Send(t.Context(), smsMessage)
	failed := wantSMSFailure(t, err, apierr.InvalidField)
	if failed.Field != "mobile" || failed.Reason != apierr.BadFormat {
		t.Errorf("got %v", failed)
	}
}

// A message that the gateway does not take must not keep others from it; a
// gateway that is ill must.
func TestWebhookRefusalsLeaveTheCircuitClosed(t *testing.T) {
	t.Parallel()
	for status, opens := range map[int]bool{400: false, 404: false, 413: false, 422: false, 429: false, 302: true, 500: true, 503: true} {
		breaker := providers.NewSMSBreaker(webhookAt(t, newSMSStub(t, saying(status, "")).URL), slog.New(slog.DiscardHandler))
		for range 6 {
			if breaker.Send(t.Context(), smsMessage) == nil {
				t.Errorf("%d: sent", status)
			}
		}
		if breaker.Open() != opens {
			t.Errorf("%d: open is %v", status, breaker.Open())
		}
	}
}

func TestWebhookFaults(t *testing.T) {
	t.Parallel()
	wantFaultsUnavailable(t, webhookAt)
}

func TestWebhookOptionsAreChecked(t *testing.T) {
	t.Parallel()
	const good = "https://sms.example.com/send"
	for _, test := range []struct{ url, secret, want string }{
		{"", smsSecret, "must be like"},
		{"sms.example.com", smsSecret, "must be like"},
		{"https://", smsSecret, "must be like"},
		{"https://:443/", smsSecret, "must be like"},
		{good + "#canary", smsSecret, "must be like"},
		{"https://user:canary@sms.example.com", smsSecret, "no user name or password"},
		{"http://sms.example.com/canary", smsSecret, "must begin with https"},
		{"http://127.0.0.1.example.com/", smsSecret, "must begin with https"},
		{"ftp://127.0.0.1/canary", smsSecret, "must begin with https"},
		{good, "", "at least 16"},
		{good, "canary123456789", "at least 16"},
	} {
		_, err := providers.NewSMSWebhook(providers.SMSWebhookOptions{URL: test.url, Secret: test.secret})
		if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: got %v, want %q", test.url, err, test.want)
		}
	}
	for _, url := range []string{good, "http://127.0.0.1:9000/", "http://localhost/", "http://[::1]:1/?a=b"} {
		newWebhook(t, providers.SMSWebhookOptions{URL: url, Secret: smsSecret})
	}
}

// The page that gateways are written from is held to what is sent: its example
// has the signature that it claims, and its check is the one used above.
func TestWebhookIsAsDocumented(t *testing.T) {
	t.Parallel()
	page := readText(t, "SMS.md")
	row := func(name string) string {
		t.Helper()
		match := regexp.MustCompile("(?m)^\\| " + name + " \\| `(.*)` \\|$").FindStringSubmatch(page)
		if match == nil {
			t.Fatalf("no row %s", name)
		}
		return match[1]
	}
	got := providers.WebhookSignature([]byte(row("secret")), row("timestamp"), []byte(row("body")))
	if got != row("signature") {
		t.Errorf("the example's signature is %s", got)
	}
	_, source, _ := strings.Cut(readText(t, "smswebhook_test.go"), "func genuine")
	source, _, _ = strings.Cut(source, "\n}\n")
	if !strings.Contains(page, "func genuine"+source+"\n}\n") {
		t.Error("the page's check is another one")
	}
}

func readText(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
