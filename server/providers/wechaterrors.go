package providers

import (
	"fmt"
	"slices"
	"time"

	"quartet/server/apierr"
)

// verdict is the part that all responses of WeChat share: 0, or nothing, is success.
// Failures have HTTP status 200 too. Its errmsg is not read, because it quotes the
// request.
type verdict struct {
	ErrCode int `json:"errcode"`
}

// weChatAnswer is a response that embeds a verdict.
type weChatAnswer interface{ failed(path string) error }

// WeChat's global return codes.
const (
	errSecretWrong    = 40001 // or the token is wrong
	errTokenInvalid   = 40014
	errCodeInvalid    = 40029
	errCodeUsed       = 40163
	errUserBlocked    = 40226
	errCodeMissing    = 41008
	errTokenExpired   = 42001
	errTooFrequent    = 45011
	tooFrequentWindow = time.Minute // WeChat counts per minute
)

// failed returns the failure of a response. Codes that are not listed are not the
// caller's fault: WeChat is busy (-1), or it refuses this server's app id (40013),
// secret (40125) or IP address (40164); the code is logged.
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

// weChatError is a failure with WeChat's number.
type weChatError struct {
	path   string
	number int
}

func (e *weChatError) Error() string { return fmt.Sprintf("WeChat %s: errcode %d", e.path, e.number) }

// refusesToken reports whether WeChat no longer accepts the server's token.
func (e *weChatError) refusesToken() bool {
	return slices.Contains([]int{errSecretWrong, errTokenInvalid, errTokenExpired}, e.number)
}
