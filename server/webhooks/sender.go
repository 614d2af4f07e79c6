package webhooks

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"quartet/server/account"
	"quartet/server/tracing"
)

const (
	sendTimeout   = 10 * time.Second // of a whole attempt
	longestAnswer = 4 << 10          // bytes that are read
	keptAnswer    = 200              // bytes that are kept of an answer that is a failure
)

// sender makes the requests.
type sender struct {
	clients map[string]*http.Client // by scheme
	now     func() time.Time
}

// newSender makes the sender of an engine.
func newSender(o Options) sender {
	s := sender{clients: map[string]*http.Client{}, now: o.Now}
	for _, scheme := range []string{"http", "https"} {
		through := o.Transport
		if through == nil {
			through = o.Addresses.transport(scheme)
		}
		s.clients[scheme] = &http.Client{
			// What is allowed is the address of the webhook, not where it points to.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
			Transport:     tracing.Transport(through, o.Traces),
		}
	}
	return s
}

// send makes one attempt. Errors have neither the URL, which can hold a secret, nor the
// address it led to.
func (s sender) send(ctx context.Context, target account.WebhookTarget, d account.ClaimedDelivery) account.Attempt {
	whole, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	request, err := s.request(whole, target, d)
	if err != nil {
		return account.Attempt{Error: err.Error()}
	}
	response, err := s.clients[request.URL.Scheme].Do(request)
	if err != nil {
		return account.Attempt{Error: reason(err), Interrupted: ctx.Err() != nil}
	}
	defer response.Body.Close()
	answer, _ := io.ReadAll(io.LimitReader(response.Body, longestAnswer)) // so that the connection can be used again
	attempt := account.Attempt{Status: response.StatusCode}
	if response.StatusCode/100 == 2 {
		return attempt
	}
	attempt.Error = fmt.Sprintf("status %d", response.StatusCode)
	if response.StatusCode/100 == 3 {
		attempt.Error += ": redirects are not followed"
	}
	attempt.Answer = string(answer[:min(len(answer), keptAnswer)])
	attempt.RetryAfter = s.retryAfter(response.Header.Get("Retry-After"))
	return attempt
}

func (s sender) request(ctx context.Context, target account.WebhookTarget, d account.ClaimedDelivery) (*http.Request, error) {
	body, err := json.Marshal(Message(d.AuditEvent))
	if err != nil {
		return nil, errors.New("the event cannot be encoded")
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, target.URL, bytes.NewReader(body))
	if err != nil || s.clients[request.URL.Scheme] == nil {
		return nil, errors.New("the URL is not usable")
	}
	id, now := d.ID(), s.now()
	var signatures []string
	for _, secret := range target.Secrets {
		signer, err := standardwebhooks.NewWebhook(secret)
		if err != nil {
			return nil, errors.New("the secret is not usable")
		}
		signature, err := signer.Sign(id, now, body)
		if err != nil {
			return nil, errors.New("the event cannot be signed")
		}
		signatures = append(signatures, signature)
	}
	if len(signatures) == 0 {
		return nil, errors.New("there is no secret")
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "Quartet-Webhooks")
	request.Header.Set(standardwebhooks.HeaderWebhookID, id)
	request.Header.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(now.Unix(), 10))
	request.Header.Set(standardwebhooks.HeaderWebhookSignature, strings.Join(signatures, " "))
	return request, nil
}

// retryAfter reads the header Retry-After: seconds or a time.
func (s sender) retryAfter(text string) time.Duration {
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return at.Sub(s.now())
	}
	return 0
}

// reason says in a few words why there was no answer.
func reason(err error) string {
	_, unknown := errors.AsType[*net.DNSError](err)
	_, untrusted := errors.AsType[*tls.CertificateVerificationError](err)
	broken, isBroken := errors.AsType[*net.OpError](err)
	sent, isURL := errors.AsType[*url.Error](err)
	switch {
	case isRefused(err):
		return "the address is not allowed"
	case errors.Is(err, context.Canceled):
		return "the server stopped"
	case isURL && sent.Timeout():
		return "no answer in time"
	case unknown:
		return "the host is not found"
	case untrusted:
		return "the certificate is not trusted"
	case isBroken:
		return broken.Op + ": " + strings.TrimPrefix(broken.Err.Error(), broken.Op+": ")
	default:
		return "no HTTP answer"
	}
}
