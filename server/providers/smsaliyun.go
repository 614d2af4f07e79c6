package providers

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/google/uuid"

	"quartet/server/account"
	"quartet/server/apierr"
)

// AliyunSMSEndpoint is the endpoint of Alibaba Cloud's Short Message Service for
// mainland China.
const AliyunSMSEndpoint = "https://dysmsapi.aliyuncs.com"

// The operation, from the vendor's reference of version 2017-05-25.
const (
	aliyunAction  = "SendSms"
	aliyunVersion = "2017-05-25"
	aliyunOK      = "OK"
)

// The vendor's daily limit is per calendar day; retrying within the hour is useless.
const aliyunDayWait = time.Hour

var _ account.SMS = (*AliyunSMS)(nil)

var (
	accessKeyShape = shape(`^[0-9A-Za-z._-]{1,128}$`)
	// Only texts that look like the vendor's codes and request ids are logged.
	aliyunCodeShape    = shape(`^[0-9A-Za-z._-]{1,64}$`)
	aliyunRequestShape = shape(`^[0-9A-Za-z-]{1,64}$`)
)

// AliyunSMSOptions are the account and the message. All but NoticeTemplate and
// Now are required.
type AliyunSMSOptions struct {
	AccessKeyID     string
	AccessKeySecret string // at least 16 bytes; the vendor's have 30
	SignName        string // the approved signature, 短信签名
	Template        string // the approved template's code, SMS_…; its only variable is code
	NoticeTemplate  string // that of account.PurposeNotice, without variables; optional
	Endpoint        string // https, or http on this machine
	Now             func() time.Time
}

// AliyunSMS sends messages through Alibaba Cloud's Short Message Service. It is safe
// for concurrent use. Its errors contain no code, mobile or secret. The vendor's Go SDK
// for this service is not on the module proxy, and the older SDK contains all of their
// services.
type AliyunSMS struct {
	keyID, keySecret                   string
	signName, template, noticeTemplate string
	endpoint                           *url.URL
	client                             *http.Client
	now                                func() time.Time
}

// NewAliyunSMS creates a client without connecting. Its error names the invalid option,
// without its value.
func NewAliyunSMS(o AliyunSMSOptions) (*AliyunSMS, error) {
	endpoint, err := smsURL("the Aliyun endpoint", o.Endpoint)
	switch {
	case err != nil:
		return nil, err
	case strings.Trim(endpoint.Path, "/") != "" || endpoint.RawQuery != "":
		return nil, errors.New("the Aliyun endpoint must have no path: " + AliyunSMSEndpoint)
	case !accessKeyShape().MatchString(o.AccessKeyID):
		return nil, errors.New("the Aliyun access key id must be letters and digits")
	case len(o.AccessKeySecret) < shortestSecret:
		return nil, fmt.Errorf("the SMS secret must have at least %d characters", shortestSecret)
	case o.SignName == "" || o.Template == "":
		return nil, errors.New("SMS by Aliyun needs a sign name and a template")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	endpoint.Path = "/"
	return &AliyunSMS{
		keyID: o.AccessKeyID, keySecret: o.AccessKeySecret, signName: o.SignName, template: o.Template, noticeTemplate: o.NoticeTemplate,
		endpoint: endpoint, client: smsHTTP(), now: o.Now,
	}, nil
}

// Send sends the message. Failures are TooManyRequests with the time to wait,
// InvalidField for a mobile that the vendor refuses, and SMSUnavailable, whose cause
// contains the vendor's code. It does not retry, because the vendor does not detect
// repeated requests.
func (a *AliyunSMS) Send(ctx context.Context, m account.CodeMessage) error {
	request, err := a.request(ctx, m)
	if err != nil {
		return apierr.Wrap(apierr.Internal, err)
	}
	answer, err := exchange(a.client, request)
	if err == nil {
		err = answer.bodyErr
	}
	if err != nil {
		return apierr.Wrap(apierr.SMSUnavailable, fmt.Errorf("SMS by Aliyun: %w", err))
	}
	return aliyunVerdict(answer)
}

// request puts the parameters into the body, as the vendor's clients do, because
// mobiles and codes do not belong in a URL.
func (a *AliyunSMS) request(ctx context.Context, m account.CodeMessage) (*http.Request, error) {
	parameters := url.Values{"PhoneNumbers": {m.Mobile}, "SignName": {a.signName}, "TemplateCode": {a.noticeTemplate}}
	if m.Purpose != account.PurposeNotice {
		variables, err := json.Marshal(map[string]string{"code": m.Code})
		if err != nil {
			return nil, err
		}
		parameters["TemplateCode"], parameters["TemplateParam"] = []string{a.template}, []string{string(variables)}
	}
	body := parameters.Encode()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, a.endpoint.String(), strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", "application/json")
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("x-acs-action", aliyunAction)
	request.Header.Set("x-acs-version", aliyunVersion)
	request.Header.Set("x-acs-date", a.now().UTC().Format(time.RFC3339))
	request.Header.Set("x-acs-signature-nonce", uuid.NewString())
	signACS3(request, []byte(body), a.keyID, a.keySecret)
	return request, nil
}

// aliyunAnswer is the vendor's response, also for failures. Its Message is not read,
// because it can quote the request.
type aliyunAnswer struct {
	Code      string
	RequestID string `json:"RequestId"`
}

// aliyunVerdict reads the response whatever its HTTP status: the vendor's gateway
// reports failures with 4xx and 5xx, the service with 200.
func aliyunVerdict(answer httpAnswer) error {
	var said aliyunAnswer
	// The decoder's error is dropped: it can quote the response.
	if err := json.Unmarshal(answer.body, &said); err != nil || !aliyunCodeShape().MatchString(said.Code) {
		return apierr.Wrap(apierr.SMSUnavailable, fmt.Errorf("SMS by Aliyun: status %d, not the documented JSON", answer.status))
	}
	if said.Code == aliyunOK && answer.status == http.StatusOK {
		return nil
	}
	failed := apierr.New(apierr.SMSUnavailable)
	switch said.Code {
	case "isv.BUSINESS_LIMIT_CONTROL":
		failed.Code, failed.RetryAfter = apierr.TooManyRequests, smsUsualWait
	case "isv.DAY_LIMIT_CONTROL":
		failed.Code, failed.RetryAfter = apierr.TooManyRequests, aliyunDayWait
	case "isv.MOBILE_NUMBER_ILLEGAL", "isv.MOBILE_COUNT_OVER_LIMIT":
		failed = apierr.Field("mobile", apierr.BadFormat)
	}
	failed.Cause = said.cause(answer.status)
	return failed
}

// cause contains the vendor's request id, for their support.
func (s aliyunAnswer) cause(status int) error {
	if !aliyunRequestShape().MatchString(s.RequestID) {
		s.RequestID = "unknown"
	}
	return fmt.Errorf("SMS by Aliyun: status %d, code %s, request %s", status, s.Code, s.RequestID)
}
