package providers

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"strings"
	"time"

	"quartet/server/account"
	"quartet/server/apierr"
)

const simulatorAppID = "wxsimulator00000001"

var _ account.WeChat = (*WeChatSimulator)(nil)

var codeShape = shape(`^[0-9A-Za-z_-]{32}$`)

// wechatErrors are the errors of codes that begin with WeChat's error number.
var wechatErrors = []struct {
	prefix string
	failed apierr.Error
}{
	{"40029", apierr.Error{Code: apierr.WeChatCodeInvalid}},
	{"40163", apierr.Error{Code: apierr.WeChatCodeUsed}},
	{"45011", apierr.Error{Code: apierr.WeChatTooFrequent, RetryAfter: time.Minute}}, // counted per minute
	{"-1", apierr.Error{Code: apierr.WeChatUnavailable}},
}

// The invented users of the codes.
var (
	nicknames = []string{"青石小径", "云边来信", "山间晚风", "半夏微凉", "橘子汽水", "南窗听雨", "星河入梦", "松间明月", "麦田守望", "雪落无声"}
	places    = []struct{ province, city string }{
		{"浙江", "杭州"}, {"江苏", "苏州"}, {"四川", "成都"}, {"湖北", "武汉"}, {"福建", "厦门"}, {"陕西", "西安"},
	}
)

// WeChatSimulator simulates WeChat. It accepts any code of 32 characters (0-9, A-Z,
// a-z, _ and -): the same code always gives the same invented user. It is safe for
// concurrent use.
type WeChatSimulator struct {
	fail hook
}

// NewWeChatSimulator creates a simulator.
func NewWeChatSimulator() *WeChatSimulator { return &WeChatSimulator{} }

// Exchange returns the user of code. A code of any length that starts with 40029,
// 40163, 45011 or -1 fails with that WeChat error: WeChatCodeInvalid, WeChatCodeUsed,
// WeChatTooFrequent, WeChatUnavailable. Any other text is WeChatCodeInvalid. Before
// that it fails as the function set by Fail does, with WeChatUnavailable if that
// returns another error than an *apierr.Error or if ctx ends.
func (s *WeChatSimulator) Exchange(ctx context.Context, code string) (account.WeChatIdentity, error) {
	if err := s.fail.run(ctx, code, apierr.WeChatUnavailable); err != nil {
		return account.WeChatIdentity{}, err
	}
	for _, played := range wechatErrors {
		if strings.HasPrefix(code, played.prefix) {
			failed := played.failed // a copy, which the caller may modify
			return account.WeChatIdentity{}, &failed
		}
	}
	if !codeShape().MatchString(code) {
		return account.WeChatIdentity{}, apierr.New(apierr.WeChatCodeInvalid)
	}
	return person(code), nil
}

// Fail sets the function that decides, from the code, the result of each later
// Exchange; it may block. nil lets all succeed again.
func (s *WeChatSimulator) Fail(call func(code string) error) { s.fail.set(call) }

// person derives an invented user from a code. Ids have the length of real ones.
func person(code string) account.WeChatIdentity {
	draw := digest("person", code)
	place := places[pick(draw[0:8], len(places))]
	return account.WeChatIdentity{
		AppID:    simulatorAppID,
		OpenID:   "oQ" + idText("openid", code, 26),
		UnionID:  "oU" + idText("unionid", code, 26),
		Nickname: nicknames[pick(draw[8:16], len(nicknames))],
		Avatar:   "https://avatar.example.com/" + hex.EncodeToString(draw[24:32]) + ".png",
		Country:  "中国",
		Province: place.province,
		City:     place.city,
		Gender:   1 + pick(draw[16:24], 2),
		Follows:  true,
	}
}

func idText(purpose, code string, length int) string {
	return base64.RawURLEncoding.EncodeToString(digest(purpose, code))[:length]
}

func digest(purpose, code string) []byte {
	sum := sha256.Sum256([]byte("wechat simulator " + purpose + " " + code))
	return sum[:]
}

func pick(draw []byte, n int) int {
	return int(binary.BigEndian.Uint64(draw) % uint64(n))
}
