package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"quartet/cmd/quartet/internal/cli"
)

const gatewaySecret = "canary0smssecret0123456789abcd"

// smsGateway is an SMS service for the program; it keeps the codes that it receives,
// and answers as the test sets it.
type smsGateway struct {
	*httptest.Server
	mutex  sync.Mutex
	codes  map[string]string // the last, by mobile
	calls  int
	answer http.HandlerFunc
}

func newSMSGateway(t *testing.T) *smsGateway {
	t.Helper()
	g := &smsGateway{codes: map[string]string{}}
	g.Server = httptest.NewServer(g)
	t.Cleanup(g.Close)
	g.answers(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, `{"Code":"OK"}`) })
	return g
}

func (g *smsGateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	to, code := messageIn(r, string(body))
	g.mutex.Lock()
	g.codes[to] = code
	g.calls++
	answer := g.answer
	g.mutex.Unlock()
	answer(w, r)
}

// messageIn reads either service's request.
func messageIn(r *http.Request, body string) (to, code string) {
	var message struct{ To, Code string }
	if r.Header.Get("Content-Type") == asForm {
		form, _ := url.ParseQuery(body)
		_ = json.Unmarshal([]byte(form.Get("TemplateParam")), &message)
		return form.Get("PhoneNumbers"), message.Code
	}
	_ = json.Unmarshal([]byte(body), &message)
	return message.To, message.Code
}

func (g *smsGateway) answers(answer http.HandlerFunc) {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	g.answer = answer
}

func (g *smsGateway) code(mobile string) string {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	return g.codes[mobile]
}

func (g *smsGateway) called() int {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	return g.calls
}

func (g *smsGateway) asWebhook(t *testing.T) []string {
	return []string{"--sms", "webhook", "--sms-url", g.URL + "/send", "--sms-secret-file", secretFile(t, gatewaySecret+"\n", 0o600)}
}

func (g *smsGateway) asAliyun(t *testing.T) []string {
	return []string{
		"--sms", "aliyun", "--sms-url", g.URL, "--sms-access-key-id", "LTAIexampleexample",
		"--sms-sign-name", "四重奏", "--sms-template", "SMS_000000001",
		"--sms-secret-file", secretFile(t, gatewaySecret, 0o600),
	}
}

func askCode(mobile string) call {
	return raw("/auth/mobile/code", `{"mobile":"`+mobile+`","companyType":0,"productType":0}`)
}

func byCode(mobile, code string) call {
	return raw("/auth/mobile/login", fmt.Sprintf(
		`{"companyType":0,"mobile":%q,"productType":0,"source":"web","validateNo":%q}`, mobile, code))
}

func TestSignInByTheCodeThatTheGatewayReceived(t *testing.T) {
	t.Parallel()
	const mobile = "13900001111"
	for name, flags := range map[string]func(*smsGateway, *testing.T) []string{
		"webhook": (*smsGateway).asWebhook,
		"aliyun":  (*smsGateway).asAliyun,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newSMSGateway(t)
			s := serve(t, append(flags(g, t), "--database", newDatabase(t))...)
			sent := s.ok(t, askCode(mobile))
			equal(t, "code", sent.body["code"], any(float64(0)))
			equal(t, "msg", sent.body["msg"], any(""))
			code := g.code(mobile)
			signedIn := s.ok(t, byCode(mobile, code))
			contains(t, signedIn.text, `"accessToken"`, `"refreshToken"`)
			equal(t, "the code again", s.do(t, byCode(mobile, code)).status, 401)
			contains(t, s.errs.String(), "signing in by mobile", "sms="+name)
			for _, secret := range []string{gatewaySecret, mobile, code} {
				if strings.Contains(s.errs.String(), secret) {
					t.Errorf("logged %s:\n%s", secret, s.errs)
				}
			}
		})
	}
}

func TestAFailedSendLeavesNoValidCode(t *testing.T) {
	t.Parallel()
	g := newSMSGateway(t)
	s := serve(t, append(g.asWebhook(t), "--database", newDatabase(t))...)
	for i, test := range []struct {
		answer http.HandlerFunc
		want   int
	}{
		{func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }, 503},
		{func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		}, 503},
		{func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, 503},
		{func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Retry-After", "77"); w.WriteHeader(429) }, 429},
	} {
		mobile := fmt.Sprintf("1390000200%d", i)
		g.answers(test.answer)
		failed := s.do(t, askCode(mobile))
		equal(t, "status", failed.status, test.want)
		contains(t, failed.text, `"data":null`, `"msg":"`)
		if test.want == 429 {
			equal(t, "Retry-After", failed.header.Get("Retry-After"), "77")
		}
		equal(t, "the code's length", len(g.code(mobile)), 6)
		equal(t, "sign-in by the code", s.do(t, byCode(mobile, g.code(mobile))).status, 401)
	}
}

func TestAMobileThatTheVendorRefusesIsNamed(t *testing.T) {
	t.Parallel()
	g := newSMSGateway(t)
	g.answers(func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, `{"Code":"isv.MOBILE_NUMBER_ILLEGAL","RequestId":"F655A8D5"}`)
	})
	s := serve(t, append(g.asAliyun(t), "--database", newDatabase(t))...)
	refused := s.do(t, askCode("13900002222"))
	equal(t, "status", refused.status, 400)
	contains(t, refused.text, "mobile")
	equal(t, "sign-in by the code", s.do(t, byCode("13900002222", g.code("13900002222"))).status, 401)
}

func TestAGatewayThatIsDownIsLeftInPeace(t *testing.T) {
	t.Parallel()
	g := newSMSGateway(t)
	g.answers(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(502) })
	s := serve(t, append(g.asWebhook(t), "--database", newDatabase(t))...)
	contains(t, s.admin.ok(t, get("/metrics")).text, "quartet_sms_circuit_open 0")
	for i := range 8 {
		equal(t, "status", s.do(t, askCode(fmt.Sprintf("1390000300%d", i))).status, 503)
	}
	equal(t, "calls", g.called(), 5)
	contains(t, s.admin.ok(t, get("/metrics")).text, "quartet_sms_circuit_open 1")
	contains(t, s.errs.String(), "SMS circuit", "from=closed to=open", "SMS webhook: status 502")
}

func TestSMSSecretComesFromTheEnvironmentToo(t *testing.T) {
	t.Setenv("QUARTET_SMS_SECRET", gatewaySecret)
	g := newSMSGateway(t)
	s := serve(t, "--sms", "webhook", "--sms-url", g.URL, "--database", newDatabase(t))
	s.ok(t, askCode("13900004444"))
	equal(t, "calls", g.called(), 1)
}

func TestSMSSettingsAreChecked(t *testing.T) {
	t.Parallel()
	good := secretFile(t, gatewaySecret, 0o600)
	const url = "https://sms.example.com/send"
	for want, flags := range map[string][]string{
		"must be one of":                {"--sms", "pigeon"},
		"no SMS service":                {"--sms-url", url},
		"a secret is missing":           {"--sms", "webhook", "--sms-url", url},
		"no such file":                  {"--sms", "webhook", "--sms-url", url, "--sms-secret-file", good + ".other"},
		"can be read by others":         {"--sms", "webhook", "--sms-url", url, "--sms-secret-file", secretFile(t, gatewaySecret, 0o644)},
		"at least 16":                   {"--sms", "webhook", "--sms-url", url, "--sms-secret-file", secretFile(t, "canary", 0o600)},
		"URL must be like":              {"--sms", "webhook", "--sms-secret-file", good},
		"must begin with https":         {"--sms", "webhook", "--sms-url", "http://sms.example.com", "--sms-secret-file", good},
		"access key id must be letters": {"--sms", "aliyun", "--sms-secret-file", good},
		"sign name and a template":      {"--sms", "aliyun", "--sms-access-key-id", "LTAI", "--sms-secret-file", good},
	} {
		result := command(t, append([]string{"serve", "--addr", "127.0.0.1:0", "--database", newDatabase(t)}, flags...)...)
		if result.code != cli.ExitUsage || !strings.Contains(result.errs, want) || strings.Contains(result.errs, "canary") {
			t.Errorf("%v: exit code %d, want %q: %s", flags, result.code, want, result.errs)
		}
	}
}
