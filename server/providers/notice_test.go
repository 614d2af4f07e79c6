package providers_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"quartet/server/account"
	"quartet/server/providers"
)

var notice = account.CodeMessage{Mobile: smsMobile, Purpose: account.PurposeNotice}

func TestWebhookSaysThatANoticeHasNoCode(t *testing.T) {
	t.Parallel()
	s := newSMSStub(t, saying(200, ""))
	webhook := newWebhook(t, providers.SMSWebhookOptions{
		URL: s.URL, Secret: smsSecret, Template: "sign-in", NoticeTemplate: "replaced", CodeLife: 5 * time.Minute,
	})
	if err := webhook.Send(t.Context(), notice); err != nil {
		t.Fatal(err)
	}
	body, _, _ := strings.Cut(s.only(t).body, `"id"`)
	if body != `{"to":"13900001111","purpose":"notice","template":"replaced",` {
		t.Errorf("got %s", body)
	}
}

func TestAliyunSendsANoticeByItsOwnTemplate(t *testing.T) {
	t.Parallel()
	s := newSMSStub(t, saying(200, `{"Code":"OK"}`))
	options := aliyunOptions(s.URL)
	options.NoticeTemplate = "SMS_000000002"
	service, err := providers.NewAliyunSMS(options)
	if err != nil {
		t.Fatal(err)
	}
	if err := service.Send(t.Context(), notice); err != nil {
		t.Fatal(err)
	}
	form, err := url.ParseQuery(s.only(t).body)
	if err != nil || form.Get("TemplateCode") != "SMS_000000002" || form.Has("TemplateParam") {
		t.Errorf("got %v, %v", form, err)
	}
}

func TestNoNoticeIsSentWithoutATemplate(t *testing.T) {
	t.Parallel()
	s := newSMSStub(t, saying(200, ""))
	codes := providers.CodesOnly{SMS: webhookAt(t, s.URL)}
	for _, message := range []account.CodeMessage{notice, smsMessage} {
		if err := codes.Send(t.Context(), message); err != nil {
			t.Fatal(err)
		}
	}
	if got := s.only(t).body; !strings.Contains(got, smsCode) {
		t.Errorf("got %s", got)
	}
}
