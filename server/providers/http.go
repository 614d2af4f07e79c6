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
)

const (
	usualPatience   = 4 * time.Second // for a whole answer, unless the caller says how long
	connectPatience = 2 * time.Second // for a connection, and for its TLS
	longestAnswer   = 64 << 10        // bytes; real ones have a few hundred
)

// newClient follows no redirect: secrets and codes go where the operator said,
// or nowhere.
func newClient(transport *http.Transport) *http.Client {
	return &http.Client{
		Transport: transport,
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		},
	}
}

func newTransport() *http.Transport {
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: connectPatience}).DialContext,
		TLSHandshakeTimeout:    connectPatience,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		MaxResponseHeaderBytes: 16 << 10,
	}
}

// patient ends ctx after a while, unless the caller has said when.
func patient(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, ends := ctx.Deadline(); ends {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, usualPatience)
}

// answered is what a service outside answered.
type answered struct {
	status int
	header http.Header
	body   []byte // longestAnswer at most
	broken error  // why body is not the whole body, or nil
}

// exchange sends the request once. Its errors quote neither the URL nor the
// answer: both can hold secrets.
func exchange(client *http.Client, request *http.Request) (answered, error) {
	ctx, cancel := patient(request.Context())
	defer cancel()
	response, err := client.Do(request.WithContext(ctx))
	if err != nil {
		return answered{}, unanswered(err)
	}
	defer response.Body.Close()
	answer := answered{status: response.StatusCode, header: response.Header}
	answer.body, err = io.ReadAll(io.LimitReader(response.Body, longestAnswer+1))
	switch {
	case err != nil:
		answer.broken = unanswered(err)
	case len(answer.body) > longestAnswer:
		answer.body, answer.broken = nil, fmt.Errorf("the answer is longer than %d bytes", longestAnswer)
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
