package providers

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/google/uuid"

	"quartet/server/account"
	"quartet/server/apierr"
)

// The headers of a webhook request, besides the standard Idempotency-Key.
const (
	timestampHeader = "X-Quartet-Timestamp" // Unix time in seconds
	signatureHeader = "X-Quartet-Signature"
)

// How long callers must wait when the gateway is busy.
const (
	smsShortestWait = time.Second
	smsUsualWait    = time.Minute // without a Retry-After
	smsLongestWait  = 24 * time.Hour
)

var _ account.SMS = (*SMSWebhook)(nil)

// SMSWebhookOptions describe the SMS gateway. Templates and Now are optional.
type SMSWebhookOptions struct {
	URL            string        // https, or http on this machine
	Secret         string        // signs the requests, at least 16 bytes
	Template       string        // sent unchanged
	NoticeTemplate string        // sent instead with account.PurposeNotice
	CodeLife       time.Duration // how long a code is valid, sent to the gateway
	Now            func() time.Time
}

// SMSWebhook sends messages to a gateway of the operator by signed HTTP requests, which
// SMS.md describes. It is safe for concurrent use. Its errors contain no code, mobile
// or secret.
type SMSWebhook struct {
	url                      *url.URL
	secret                   []byte
	template, noticeTemplate string
	life                     time.Duration
	client                   *http.Client
	now                      func() time.Time
}

// NewSMSWebhook creates a webhook without connecting. Its error names the invalid
// option, without its value.
func NewSMSWebhook(o SMSWebhookOptions) (*SMSWebhook, error) {
	target, err := smsURL("the SMS webhook's URL", o.URL)
	if err != nil {
		return nil, err
	}
	if len(o.Secret) < shortestSecret {
		return nil, fmt.Errorf("the SMS secret must have at least %d characters", shortestSecret)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &SMSWebhook{
		url: target, secret: []byte(o.Secret), template: o.Template, noticeTemplate: o.NoticeTemplate, life: o.CodeLife,
		client: smsHTTP(), now: o.Now,
	}, nil
}

// webhookMessage is the body of a request.
type webhookMessage struct {
	To        string `json:"to"`
	Code      string `json:"code,omitzero"` // none in a notice
	Purpose   string `json:"purpose"`
	ExpiresIn int64  `json:"expires_in,omitzero"` // seconds, of the code
	Template  string `json:"template,omitempty"`
	ID        string `json:"id"`
}

// Send sends the message. Failures are TooManyRequests, with the gateway's Retry-After,
// InvalidField for a mobile that it refuses (422), and SMSUnavailable for any other
// status but success. The response's body is ignored.
func (w *SMSWebhook) Send(ctx context.Context, m account.CodeMessage) error {
	message := webhookMessage{To: m.Mobile, Purpose: m.Purpose, Template: w.noticeTemplate, ID: uuid.NewString()}
	if m.Purpose != account.PurposeNotice {
		message.Code, message.ExpiresIn, message.Template = m.Code, int64(w.life/time.Second), w.template
	}
	request, err := w.request(ctx, message)
	if err != nil {
		return apierr.Wrap(apierr.Internal, err)
	}
	answer, err := exchange(w.client, request)
	if err != nil {
		return apierr.Wrap(apierr.SMSUnavailable, fmt.Errorf("SMS webhook: %w", err))
	}
	return w.verdict(answer)
}

func (w *SMSWebhook) request(ctx context.Context, message webhookMessage) (*http.Request, error) {
	body, err := json.Marshal(message)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, w.url.String(), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	timestamp := strconv.FormatInt(w.now().Unix(), 10)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set(timestampHeader, timestamp)
	request.Header.Set(signatureHeader, webhookSignature(w.secret, timestamp, body))
	// This header also lets net/http send the request once more if a kept connection
	// has been closed; the gateway detects it by its id.
	request.Header.Set("Idempotency-Key", message.ID)
	return request, nil
}

// webhookSignature covers the timestamp, so that a recorded request cannot be sent
// again later.
func webhookSignature(secret []byte, timestamp string, body []byte) string {
	mac := hmac.New(sha256.New, secret)
	io.WriteString(mac, timestamp+".")
	mac.Write(body)
	return "v1=" + hex.EncodeToString(mac.Sum(nil))
}

func (w *SMSWebhook) verdict(answer httpAnswer) error {
	if answer.status >= 200 && answer.status <= 299 {
		return nil
	}
	failed := apierr.Wrap(apierr.SMSUnavailable, fmt.Errorf("SMS webhook: status %d", answer.status))
	switch {
	case answer.status == http.StatusTooManyRequests:
		failed.Code, failed.RetryAfter = apierr.TooManyRequests, retryAfter(answer.header.Get("Retry-After"), w.now())
	case answer.status == http.StatusUnprocessableEntity:
		failed.Code, failed.Field, failed.Reason = apierr.InvalidField, "mobile", apierr.BadFormat
	case answer.status >= 400 && answer.status <= 499:
		failed.Cause = refusedMessage{failed.Cause}
	}
	return failed
}

// retryAfter reads the Retry-After header, seconds or a date (RFC 9110 section 10.2.3),
// within bounds, because it is passed on to our own callers.
func retryAfter(header string, now time.Time) time.Duration {
	wait := smsUsualWait
	if seconds, err := strconv.ParseUint(header, 10, 31); err == nil {
		wait = time.Duration(seconds) * time.Second
	} else if moment, err := http.ParseTime(header); err == nil {
		wait = moment.Sub(now)
	}
	return min(max(wait, smsShortestWait), smsLongestWait)
}
