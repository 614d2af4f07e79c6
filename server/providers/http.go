package providers

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"quartet/server/tracing"
)

const (
	defaultTimeout = 4 * time.Second // for a whole response, unless the context has a deadline
	connectTimeout = 2 * time.Second // for a connection, and for its TLS handshake
	longestAnswer  = 64 << 10        // bytes; real responses have a few hundred
)

// newClient does not follow redirects, because secrets and codes must go to the
// configured address only.
func newClient(transport *http.Transport) *http.Client {
	return &http.Client{
		Transport: tracing.Transport(transport, nil),
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		},
	}
}

func newTransport() *http.Transport {
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: connectTimeout}).DialContext,
		TLSHandshakeTimeout:    connectTimeout,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		MaxResponseHeaderBytes: 16 << 10,
	}
}

// withDefaultTimeout adds a timeout to a context without a deadline.
func withDefaultTimeout(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, ends := ctx.Deadline(); ends {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, defaultTimeout)
}

// httpAnswer is an external service's response.
type httpAnswer struct {
	status  int
	header  http.Header
	body    []byte // longestAnswer at most
	bodyErr error  // why body is incomplete, or nil
}

// exchange sends the request once. Its errors contain neither the URL nor the response,
// because both can contain secrets.
func exchange(client *http.Client, request *http.Request) (httpAnswer, error) {
	ctx, cancel := withDefaultTimeout(request.Context())
	defer cancel()
	response, err := client.Do(request.WithContext(ctx))
	if err != nil {
		return httpAnswer{}, transportErr(err)
	}
	defer response.Body.Close()
	answer := httpAnswer{status: response.StatusCode, header: response.Header}
	answer.body, err = io.ReadAll(io.LimitReader(response.Body, longestAnswer+1))
	switch {
	case err != nil:
		answer.bodyErr = transportErr(err)
	case len(answer.body) > longestAnswer:
		answer.body, answer.bodyErr = nil, fmt.Errorf("the answer is longer than %d bytes", longestAnswer)
	}
	return answer, nil
}

// transportErr replaces an error of net/http, whose text contains the URL and can quote
// the response. Network errors of the system are kept.
func transportErr(err error) error {
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
