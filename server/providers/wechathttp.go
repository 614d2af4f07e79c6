package providers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/go-json-experiment/json"

	"quartet/server/apierr"
)

// weChatHTTP keeps no connection: over a kept one, net/http sends a GET again
// whose answer did not come, and the code in it may be spent.
func weChatHTTP() *http.Client {
	transport := newTransport()
	transport.DisableKeepAlives = true
	return newClient(transport)
}

// get and post call one of WeChat's operations and fill answer, which embeds a
// verdict. Whatever is no such answer is WeChatUnavailable.
func (w *WeChat) get(ctx context.Context, path string, query url.Values, answer judged) error {
	return w.call(ctx, http.MethodGet, path, query, nil, answer)
}

func (w *WeChat) post(ctx context.Context, path string, query url.Values, body any, answer judged) error {
	text, err := json.Marshal(body)
	if err != nil {
		return apierr.Wrap(apierr.Internal, err)
	}
	return w.call(ctx, http.MethodPost, path, query, text, answer)
}

func (w *WeChat) call(ctx context.Context, method, path string, query url.Values, body []byte, answer judged) error {
	text, err := w.answerOf(ctx, method, path, query, body)
	if err != nil {
		return apierr.Wrap(apierr.WeChatUnavailable, err)
	}
	// This decoder refuses duplicate keys, other spellings, bad UTF-8 and
	// trailing data. Keys that are not asked for may come: WeChat adds some.
	// Its error is not told: it can quote the answer.
	if err := json.Unmarshal(text, answer); err != nil {
		return apierr.Wrap(apierr.WeChatUnavailable, &callError{path, errors.New("the answer is not the documented JSON")})
	}
	return answer.failed(path)
}

// answerOf gives the body of an answer with status 200. WeChat sends JSON
// as text/plain too, so the content type says nothing.
func (w *WeChat) answerOf(ctx context.Context, method, path string, query url.Values, body []byte) ([]byte, error) {
	target := w.base.JoinPath(path)
	target.RawQuery = query.Encode()
	request, err := http.NewRequestWithContext(ctx, method, target.String(), bytes.NewReader(body))
	if err != nil {
		return nil, &callError{path, errors.New("no request can be made")}
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	answer, err := exchange(w.client, request)
	switch {
	case err != nil:
		return nil, &callError{path, err}
	case answer.status != http.StatusOK:
		return nil, &callError{path, fmt.Errorf("status %d", answer.status)}
	case answer.broken != nil:
		return nil, &callError{path, answer.broken}
	}
	return answer.body, nil
}

// callError says for the log why an operation of WeChat gave no good answer. It
// quotes neither the query nor the answer: both can hold secrets.
type callError struct {
	path  string
	cause error
}

func (e *callError) Error() string { return "WeChat " + e.path + ": " + e.cause.Error() }

func (e *callError) Unwrap() error { return e.cause }
