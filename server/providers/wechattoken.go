package providers

import (
	"context"
	"errors"
	"net/url"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"quartet/server/apierr"
)

const (
	tokenPath        = "/cgi-bin/stable_token"
	longestTokenLife = 2 * time.Hour
	// WeChat issues the next token five minutes before one expires, and accepts both
	// meanwhile.
	tokenOverlap = 5 * time.Minute
)

// tokenCache is the server's own access token, for calls that are not made for a user.
type tokenCache struct {
	fetching singleflight.Group
	mutex    sync.Mutex
	token    string
	renewAt  time.Time
}

func (c *tokenCache) get(now time.Time) string {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if now.Before(c.renewAt) {
		return c.token
	}
	return ""
}

func (c *tokenCache) put(token string, renewAt time.Time) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.token, c.renewAt = token, renewAt
}

// drop removes refused, unless another token has replaced it.
func (c *tokenCache) drop(refused string) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.token == refused {
		c.token, c.renewAt = "", time.Time{}
	}
}

// withToken makes a call with the server's token. If WeChat refuses the token, which it
// checks first, the call is made once more with another.
func (w *WeChat) withToken(ctx context.Context, call func(token url.Values) error) error {
	token, err := w.token(ctx)
	if err != nil {
		return err
	}
	err = call(url.Values{"access_token": {token}})
	refused, ok := errors.AsType[*weChatError](err)
	if !ok || !refused.refusesToken() {
		return err
	}
	if token, err = w.tokenInsteadOf(ctx, token); err != nil {
		return err
	}
	return call(url.Values{"access_token": {token}})
}

// token returns the server's token, cached until shortly before it expires.
func (w *WeChat) token(ctx context.Context) (string, error) {
	if kept := w.tokens.get(w.now()); kept != "" {
		return kept, nil
	}
	return w.fetchToken(ctx, "token", func(ctx context.Context) (string, error) {
		return w.askToken(ctx, false)
	})
}

// tokenInsteadOf returns another token than the refused one. It first requests one
// without force, because if another server has forced a new token, forcing again would
// invalidate that one.
func (w *WeChat) tokenInsteadOf(ctx context.Context, refused string) (string, error) {
	w.tokens.drop(refused)
	if kept := w.tokens.get(w.now()); kept != "" {
		return kept, nil
	}
	return w.fetchToken(ctx, "instead of "+refused, func(ctx context.Context) (string, error) {
		token, err := w.askToken(ctx, false)
		if err != nil || token != refused {
			return token, err
		}
		return w.askToken(ctx, true)
	})
}

// fetchToken lets concurrent callers share one request, which does not end with the
// first caller's context.
func (w *WeChat) fetchToken(ctx context.Context, what string, fetch func(context.Context) (string, error)) (string, error) {
	token, err, _ := w.tokens.fetching.Do(what, func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), defaultTimeout)
		defer cancel()
		return fetch(ctx)
	})
	if err != nil {
		failed := *apierr.As(err) // a copy: the other callers have the same one
		return "", &failed
	}
	return token.(string), nil
}

type tokenRequest struct {
	GrantType string `json:"grant_type"`
	AppID     string `json:"appid"`
	Secret    string `json:"secret"`
	Force     bool   `json:"force_refresh"`
}

func (w *WeChat) askToken(ctx context.Context, force bool) (string, error) {
	request := tokenRequest{GrantType: "client_credential", AppID: w.appID, Secret: w.secret, Force: force}
	var answer struct {
		verdict
		AccessToken string `json:"access_token"`
		ExpiresIn   int64  `json:"expires_in"` // seconds
	}
	asked := w.now()
	if err := w.post(ctx, tokenPath, nil, request, &answer); err != nil {
		return "", asUnavailable(err)
	}
	life := min(time.Duration(min(answer.ExpiresIn, 1e6))*time.Second, longestTokenLife)
	if answer.AccessToken == "" || life <= 0 {
		return "", apierr.Wrap(apierr.WeChatUnavailable, &callError{tokenPath, errors.New("the answer holds no token")})
	}
	w.tokens.put(answer.AccessToken, asked.Add(life-min(tokenOverlap, life/2)))
	return answer.AccessToken, nil
}

// asUnavailable replaces the failure of a token request, which is never the fault of the
// caller's code.
func asUnavailable(err error) error {
	failed := apierr.As(err)
	return &apierr.Error{Code: apierr.WeChatUnavailable, RetryAfter: failed.RetryAfter, Cause: failed.Cause}
}
