package providers_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"quartet/server/account"
	"quartet/server/apierr"
	"quartet/server/providers"
)

const aliyunKeyID = "LTAIexampleexample"

func aliyunOptions(endpoint string) providers.AliyunSMSOptions {
	return providers.AliyunSMSOptions{
		AccessKeyID: aliyunKeyID, AccessKeySecret: smsSecret, SignName: "四重奏", Template: "SMS_000000001",
		Endpoint: endpoint, Now: func() time.Time { return testNow.In(time.FixedZone("UTC+8", 8*60*60)) },
	}
}

func aliyunAt(t *testing.T, endpoint string) account.SMS {
	t.Helper()
	service, err := providers.NewAliyunSMS(aliyunOptions(endpoint))
	if err != nil {
		t.Fatal(err)
	}
	return service
}

// The example of the vendor's page "Request syntax and signature method V3", as
// it is printed there.
func TestACS3SignsTheVendorsExample(t *testing.T) {
	t.Parallel()
	got := signed(t, "https://ecs.cn-shanghai.aliyuncs.com/?ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai", "",
		"x-acs-action", "RunInstances", "x-acs-version", "2014-05-26",
		"x-acs-date", "2023-10-26T10:22:32Z", "x-acs-signature-nonce", "3156853299f313e23d1673dc12e1703d")
	const want = "ACS3-HMAC-SHA256 Credential=YourAccessKeyId," +
		"SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version," +
		"Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
	if got != want {
		t.Errorf("got %s", got)
	}
}

// A form such as SendSms takes, signed by the vendor's own Go library
// (openapi-util v0.1.1, GetAuthorization).
func TestACS3SignsAFormAsTheVendorsLibraryDoes(t *testing.T) {
	t.Parallel()
	got := signed(t, "https://dysmsapi.aliyuncs.com/",
		"PhoneNumbers=13900001111&SignName=%E5%9B%9B%E9%87%8D%E5%A5%8F&TemplateCode=SMS_000000001&TemplateParam=%7B%22code%22%3A%22246135%22%7D",
		"Accept", "application/json", "Content-Type", "application/x-www-form-urlencoded",
		"x-acs-action", "SendSms", "x-acs-version", "2017-05-25",
		"x-acs-date", "2026-03-05T10:00:00Z", "x-acs-signature-nonce", "d410180a5abf7fe235dd9b74aca91fc0")
	const want = "ACS3-HMAC-SHA256 Credential=YourAccessKeyId," +
		"SignedHeaders=content-type;host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version," +
		"Signature=78eabc71cf1f7ce96bf46b63cf492d474f5087dbd64c21ef5ef3740639a12a10"
	if got != want {
		t.Errorf("got %s", got)
	}
}

// signed is the Authorization that the vendor's example key makes.
func signed(t *testing.T, target, body string, header ...string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, target, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	providers.SignACS3(request, []byte(body), "YourAccessKeyId", "YourAccessKeySecret")
	return request.Header.Get("Authorization")
}

func TestAliyunSendsASignedForm(t *testing.T) {
	t.Parallel()
	s := newSMSStub(t, saying(200, `{"Code":"OK","Message":"OK","BizId":"1^0","RequestId":"F655A8D5-B967-440B-8683-DAD6FF8DE990"}`))
	service := aliyunAt(t, s.URL)
	for range 2 {
		if err := service.Send(t.Context(), smsMessage); err != nil {
			t.Fatal(err)
		}
	}
	requests := s.received()
	got := requests[0]
	if got.method != http.MethodPost || got.path != "/" || got.query != "" {
		t.Errorf("got %s %s?%s", got.method, got.path, got.query)
	}
	form, err := url.ParseQuery(got.body)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"PhoneNumbers": smsMobile, "SignName": "四重奏", "TemplateCode": "SMS_000000001", "TemplateParam": `{"code":"246135"}`,
	} {
		if form.Get(name) != want {
			t.Errorf("%s: got %q, want %q", name, form.Get(name), want)
		}
	}
	for name, want := range map[string]string{
		"x-acs-action": "SendSms", "x-acs-version": "2017-05-25", "x-acs-date": "2026-03-05T10:00:00Z", "Accept": "application/json",
	} {
		if got.header.Get(name) != want {
			t.Errorf("%s: got %q, want %q", name, got.header.Get(name), want)
		}
	}
	if want := authorization(got); got.header.Get("Authorization") != want {
		t.Errorf("got %s, want %s", got.header.Get("Authorization"), want)
	}
	if requests[1].header.Get("x-acs-signature-nonce") == got.header.Get("x-acs-signature-nonce") {
		t.Error("a nonce is used twice")
	}
}

// authorization is what the vendor expects of a request as it came in.
func authorization(r smsRequest) string {
	const names = "content-type;host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version"
	digest := func(text string) string { sum := sha256.Sum256([]byte(text)); return hex.EncodeToString(sum[:]) }
	canonical := r.method + "\n" + r.path + "\n" + r.query + "\n"
	for name := range strings.SplitSeq(names, ";") {
		value := r.header.Get(name)
		switch name {
		case "host":
			value = r.host
		case "x-acs-content-sha256":
			value = digest(r.body)
		}
		canonical += name + ":" + value + "\n"
	}
	canonical += "\n" + names + "\n" + digest(r.body)
	mac := hmac.New(sha256.New, []byte(smsSecret))
	mac.Write([]byte("ACS3-HMAC-SHA256\n" + digest(canonical)))
	return "ACS3-HMAC-SHA256 Credential=" + aliyunKeyID + ",SignedHeaders=" + names + ",Signature=" + hex.EncodeToString(mac.Sum(nil))
}

func TestAliyunCodes(t *testing.T) {
	t.Parallel()
	const request = "F655A8D5-B967-440B-8683-DAD6FF8DE990"
	for code, test := range map[string]struct {
		status int
		want   apierr.Code
		wait   time.Duration
	}{
		"isv.BUSINESS_LIMIT_CONTROL":  {200, apierr.TooManyRequests, time.Minute},
		"isv.DAY_LIMIT_CONTROL":       {200, apierr.TooManyRequests, time.Hour},
		"isv.MOBILE_NUMBER_ILLEGAL":   {200, apierr.InvalidField, 0},
		"isv.MOBILE_COUNT_OVER_LIMIT": {200, apierr.InvalidField, 0},
		"isv.AMOUNT_NOT_ENOUGH":       {200, apierr.SMSUnavailable, 0},
		"isv.SMS_SIGNATURE_ILLEGAL":   {200, apierr.SMSUnavailable, 0},
		"isv.SMS_TEMPLATE_ILLEGAL":    {200, apierr.SMSUnavailable, 0},
		"isp.RAM_PERMISSION_DENY":     {200, apierr.SMSUnavailable, 0},
		"isp.SYSTEM_ERROR":            {200, apierr.SMSUnavailable, 0},
		"SignatureDoesNotMatch":       {400, apierr.SMSUnavailable, 0},
		"InvalidAccessKeyId.NotFound": {404, apierr.SMSUnavailable, 0},
		"Throttling.User":             {400, apierr.SMSUnavailable, 0},
		"ServiceUnavailable":          {503, apierr.SMSUnavailable, 0},
		"OK":                          {500, apierr.SMSUnavailable, 0},
	} {
		s := newSMSStub(t, saying(test.status, `{"Message":"canary `+smsMobile+`","RequestId":"`+request+`","Code":"`+code+`"}`))
		err := aliyunAt(t, s.URL).Send(t.Context(), smsMessage)
		failed := wantSMSFailure(t, err, test.want)
		wantWords(t, err, code, request)
		if failed.RetryAfter != test.wait {
			t.Errorf("%s: wait %s, want %s", code, failed.RetryAfter, test.wait)
		}
		if failed.Code == apierr.InvalidField && (failed.Field != "mobile" || failed.Reason != apierr.BadFormat) {
			t.Errorf("%s: got %v", code, failed)
		}
		s.only(t)
	}
}

func TestAliyunAnswersThatAreNone(t *testing.T) {
	t.Parallel()
	long := `{"Code":"OK","Message":"` + strings.Repeat("x", 64<<10) + `"}`
	for name, answer := range map[string]http.HandlerFunc{
		"HTML":              saying(200, "<html>canary</html>", "Content-Type", "text/html"),
		"XML":               saying(200, "<SendSmsResponse><Code>OK</Code></SendSmsResponse>"),
		"empty":             saying(200, ""),
		"no object":         saying(200, `"OK"`),
		"no code":           saying(200, `{"Message":"OK"}`),
		"code in lower":     saying(200, `{"code":"OK"}`),
		"wrong type":        saying(200, `{"Code":["OK"]}`),
		"twice":             saying(200, `{"Code":"isp.SYSTEM_ERROR","Code":"OK"}`),
		"trailing":          saying(200, `{"Code":"OK"}{}`),
		"truncated JSON":    saying(200, `{"Code":"OK"`),
		"cut off":           cutOff(`{"Code":"OK"}`),
		"huge":              saying(200, long),
		"code of no shape":  saying(200, `{"Code":"canary `+smsMobile+`"}`),
		"request no shape":  saying(200, `{"Code":"isp.SYSTEM_ERROR","RequestId":"canary `+smsMobile+`"}`),
		"no content at all": saying(204, ""),
		"proxy's page":      saying(502, "<html>canary</html>"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSMSStub(t, answer)
			wantSMSFailure(t, aliyunAt(t, s.URL).Send(t.Context(), smsMessage), apierr.SMSUnavailable)
			s.only(t)
		})
	}
}

func TestAliyunFaults(t *testing.T) {
	t.Parallel()
	wantFaultsUnavailable(t, aliyunAt)
}

func TestAliyunOptionsAreChecked(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(*providers.AliyunSMSOptions){
		"must be like":          func(o *providers.AliyunSMSOptions) { o.Endpoint = "dysmsapi.aliyuncs.com" },
		"must begin with https": func(o *providers.AliyunSMSOptions) { o.Endpoint = "http://dysmsapi.aliyuncs.com" },
		"must have no path":     func(o *providers.AliyunSMSOptions) { o.Endpoint += "/send" },
		"access key id must be": func(o *providers.AliyunSMSOptions) { o.AccessKeyID = "LTAI canary" },
		"at least 16":           func(o *providers.AliyunSMSOptions) { o.AccessKeySecret = "canary" },
		"needs a sign name":     func(o *providers.AliyunSMSOptions) { o.SignName = "" },
		"sign name and a template": func(o *providers.AliyunSMSOptions) {
			o.Template = ""
		},
	} {
		o := aliyunOptions(providers.AliyunSMSEndpoint)
		change(&o)
		_, err := providers.NewAliyunSMS(o)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "canary") {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	if _, err := providers.NewAliyunSMS(aliyunOptions(providers.AliyunSMSEndpoint)); err != nil {
		t.Error(err)
	}
}
