package gateway

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/go-json-experiment/json"

	"quartet/server/failure"
)

const (
	usualPatience   = 4 * time.Second // for a whole answer, unless the caller says how long
	connectPatience = 2 * time.Second // for a connection, and for its TLS
	longestAnswer   = 64 << 10        // bytes; real ones have a few hundred
)

// weChatHTTP follows no redirect, because the query holds the secret, and keeps
// no connection: over a kept one, net/http sends a GET again whose answer did
// not come, and the code in it may be spent.
func weChatHTTP() *http.Client {
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
			DisableKeepAlives:      true,
		},
	}
}

// patient ends ctx after a while, unless the caller has said when.
func patient(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, ends := ctx.Deadline(); ends {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, usualPatience)
}

// get and post call one of WeChat's operations and fill answer, which embeds a
// verdict. Whatever is no such answer is WeChatUnavailable.
func (w *WeChat) get(ctx context.Context, path string, query url.Values, answer judged) error {
	return w.call(ctx, http.MethodGet, path, query, nil, answer)
}

func (w *WeChat) post(ctx context.Context, path string, query url.Values, body any, answer judged) error {
	text, err := json.Marshal(body)
	if err != nil {
		return failure.Wrap(failure.Internal, err)
	}
	return w.call(ctx, http.MethodPost, path, query, text, answer)
}

func (w *WeChat) call(ctx context.Context, method, path string, query url.Values, body []byte, answer judged) error {
	text, err := w.answerOf(ctx, method, path, query, body)
	if err != nil {
		return failure.Wrap(failure.WeChatUnavailable, err)
	}
	// This decoder refuses duplicate keys, other spellings, bad UTF-8 and
	// trailing data. Keys that are not asked for may come: WeChat adds some.
	// Its error is not told: it can quote the answer.
	if err := json.Unmarshal(text, answer); err != nil {
		return failure.Wrap(failure.WeChatUnavailable, &callError{path: path, what: "the answer is not the documented JSON"})
	}
	return answer.failed(path)
}

// answerOf gives the body of an answer with status 200. WeChat sends JSON
// as text/plain too, so the content type says nothing.
func (w *WeChat) answerOf(ctx context.Context, method, path string, query url.Values, body []byte) ([]byte, error) {
	ctx, cancel := patient(ctx)
	defer cancel()
	target := w.base.JoinPath(path)
	target.RawQuery = query.Encode()
	request, err := http.NewRequestWithContext(ctx, method, target.String(), bytes.NewReader(body))
	if err != nil {
		return nil, &callError{path: path, what: "no request can be made"}
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := w.client.Do(request)
	if err != nil {
		return nil, noAnswer(path, err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, &callError{path: path, what: fmt.Sprintf("status %d", response.StatusCode)}
	}
	text, err := io.ReadAll(io.LimitReader(response.Body, longestAnswer+1))
	if err != nil {
		return nil, noAnswer(path, err)
	}
	if len(text) > longestAnswer {
		return nil, &callError{path: path, what: fmt.Sprintf("the answer is longer than %d bytes", longestAnswer)}
	}
	return text, nil
}

// callError says for the log why an operation of WeChat gave no good answer. It
// quotes neither the query nor the answer: both can hold secrets.
type callError struct {
	path, what string
	cause      error // why the caller's context ended, or nil
}

func (e *callError) Error() string { return "WeChat " + e.path + ": " + e.what }

func (e *callError) Unwrap() error { return e.cause }

// noAnswer words a failure of net/http, whose own text begins with the URL and
// can quote what the server sent. What the system says of a connection is told.
func noAnswer(path string, err error) error {
	failed := &callError{path: path, what: "no HTTP answer"}
	network, isNetwork := errors.AsType[*net.OpError](err)
	_, isCertificate := errors.AsType[*tls.CertificateVerificationError](err)
	timeout, isTimeout := errors.AsType[net.Error](err)
	switch {
	case errors.Is(err, context.Canceled):
		failed.what, failed.cause = "the caller has left", context.Canceled
	case errors.Is(err, context.DeadlineExceeded), isTimeout && timeout.Timeout():
		failed.what, failed.cause = "no answer in time", context.DeadlineExceeded
	case isNetwork:
		failed.what = network.Error()
	case isCertificate:
		failed.what = "its certificate is not trusted"
	}
	return failed
}
