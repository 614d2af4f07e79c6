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

// weChatHTTP does not keep connections: over a kept one, net/http repeats a GET whose
// response did not come, and its code may be used up.
func weChatHTTP() *http.Client {
	transport := newTransport()
	transport.DisableKeepAlives = true
	return newClient(transport)
}

// get and post call an operation of WeChat and decode its response, which embeds a
// verdict. An invalid response is WeChatUnavailable.
func (w *WeChat) get(ctx context.Context, path string, query url.Values, answer weChatAnswer) error {
	return w.call(ctx, http.MethodGet, path, query, nil, answer)
}

func (w *WeChat) post(ctx context.Context, path string, query url.Values, body any, answer weChatAnswer) error {
	text, err := json.Marshal(body)
	if err != nil {
		return apierr.Wrap(apierr.Internal, err)
	}
	return w.call(ctx, http.MethodPost, path, query, text, answer)
}

func (w *WeChat) call(ctx context.Context, method, path string, query url.Values, body []byte, answer weChatAnswer) error {
	text, err := w.answerOf(ctx, method, path, query, body)
	if err != nil {
		return apierr.Wrap(apierr.WeChatUnavailable, err)
	}
	// This decoder refuses duplicate keys, keys in another case, invalid UTF-8 and
	// trailing data. It ignores unknown keys, because WeChat adds some. Its error is
	// dropped: it can quote the response.
	if err := json.Unmarshal(text, answer); err != nil {
		return apierr.Wrap(apierr.WeChatUnavailable, &callError{path, errors.New("the answer is not the documented JSON")})
	}
	return answer.failed(path)
}

// answerOf returns the body of a response with status 200. WeChat sends JSON as
// text/plain too, so the content type is not checked.
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
	case answer.bodyErr != nil:
		return nil, &callError{path, answer.bodyErr}
	}
	return answer.body, nil
}

// callError is a failed call of WeChat. It contains neither the query nor the response,
// because both can contain secrets.
type callError struct {
	path  string
	cause error
}

func (e *callError) Error() string { return "WeChat " + e.path + ": " + e.cause.Error() }

func (e *callError) Unwrap() error { return e.cause }
