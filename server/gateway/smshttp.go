package gateway

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"
)

// smsHTTP follows no redirect: a code goes where the operator said, or nowhere.
func smsHTTP() *http.Client {
	return &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		},
		Transport: &http.Transport{
			Proxy:                  http.ProxyFromEnvironment,
			DialContext:            (&net.Dialer{Timeout: connectPatience}).DialContext,
			TLSHandshakeTimeout:    connectPatience,
			TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
			MaxResponseHeaderBytes: 16 << 10,
			ForceAttemptHTTP2:      true,
			IdleConnTimeout:        time.Minute,
		},
	}
}

// smsURL refuses to send codes in the clear to another machine. The error names
// the option by what, without its value: a query can hold a secret.
func smsURL(what, text string) (*url.URL, error) {
	target, err := url.Parse(text)
	switch {
	case err != nil || target.Hostname() == "" || target.Fragment != "":
		return nil, errors.New(what + " must be like https://sms.example.com/send")
	case target.User != nil:
		return nil, errors.New(what + " must hold no user name or password: requests are signed")
	case target.Scheme != "https" && (target.Scheme != "http" || !isLoopback(target.Hostname())):
		return nil, errors.New(what + " must begin with https://; http:// is for this machine alone")
	}
	return target, nil
}

// smsAnswer is what an SMS service answered.
type smsAnswer struct {
	status int
	header http.Header
	body   []byte // 64 KiB at most
	broken error  // why body is not the whole body, or nil
}

var errLongAnswer = errors.New("the answer is longer than 64 KiB")

// exchange sends the request once. Its error quotes neither the URL nor the
// answer.
func exchange(client *http.Client, request *http.Request) (smsAnswer, error) {
	ctx, cancel := patient(request.Context())
	defer cancel()
	response, err := client.Do(request.WithContext(ctx))
	if err != nil {
		return smsAnswer{}, unanswered(err)
	}
	defer response.Body.Close()
	answer := smsAnswer{status: response.StatusCode, header: response.Header}
	answer.body, err = io.ReadAll(io.LimitReader(response.Body, longestAnswer+1))
	switch {
	case err != nil:
		answer.broken = unanswered(err)
	case len(answer.body) > longestAnswer:
		answer.body, answer.broken = nil, errLongAnswer
	}
	return answer, nil
}

// unanswered words a failure of net/http, whose own text begins with the URL and
// can quote what the server sent. What the system says of a connection is told.
func unanswered(err error) error {
	network, isNetwork := errors.AsType[*net.OpError](err)
	_, isCertificate := errors.AsType[*tls.CertificateVerificationError](err)
	timeout, isTimeout := errors.AsType[net.Error](err)
	switch {
	case errors.Is(err, context.Canceled):
		return context.Canceled
	case errors.Is(err, context.DeadlineExceeded), isTimeout && timeout.Timeout():
		return context.DeadlineExceeded
	case isNetwork:
		return network
	case isCertificate:
		return errors.New("its certificate is not trusted")
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return io.ErrUnexpectedEOF
	default:
		return errors.New("no HTTP answer")
	}
}
