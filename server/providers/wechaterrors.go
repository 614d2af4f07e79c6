package providers

import (
	"fmt"
	"slices"
	"time"

	"quartet/server/apierr"
)

// verdict is what every answer of WeChat begins with: 0, or nothing, is success.
// Failures come under HTTP status 200 too. Its errmsg is not read: it quotes
// what was sent.
type verdict struct {
	ErrCode int `json:"errcode"`
}

// judged is an answer that embeds a verdict.
type judged interface{ failed(path string) error }

// WeChat's numbers, from its list of global return codes.
const (
	errSecretWrong    = 40001 // or the token is
	errTokenInvalid   = 40014
	errCodeInvalid    = 40029
	errCodeUsed       = 40163
	errUserBlocked    = 40226
	errCodeMissing    = 41008
	errTokenExpired   = 42001
	errTooFrequent    = 45011
	tooFrequentWindow = time.Minute // WeChat counts by the minute
)

// failed turns the verdict into a failure. What is not listed is not the
// caller's fault: WeChat is busy (-1), or this server's app id (40013), secret
// (40125) or address (40164) is refused; the log tells the number.
func (v verdict) failed(path string) error {
	if v.ErrCode == 0 {
		return nil
	}
	failed := apierr.Wrap(apierr.WeChatUnavailable, &weChatError{path: path, number: v.ErrCode})
	switch v.ErrCode {
	case errCodeInvalid, errCodeMissing:
		failed.Code = apierr.WeChatCodeInvalid
	case errCodeUsed:
		failed.Code = apierr.WeChatCodeUsed
	case errTooFrequent:
		failed.Code, failed.RetryAfter = apierr.WeChatTooFrequent, tooFrequentWindow
	case errUserBlocked:
		failed.Code = apierr.Forbidden
	}
	return failed
}

// weChatError is a failure that WeChat has a number for.
type weChatError struct {
	path   string
	number int
}

func (e *weChatError) Error() string { return fmt.Sprintf("WeChat %s: errcode %d", e.path, e.number) }

// refusesToken tells whether WeChat does not take the server's token any more.
func (e *weChatError) refusesToken() bool {
	return slices.Contains([]int{errSecretWrong, errTokenInvalid, errTokenExpired}, e.number)
}
