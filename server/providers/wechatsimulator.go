package providers

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"quartet/server/account"
	"quartet/server/apierr"
)

const simulatorAppID = "wxsimulator00000001"

var (
	_ account.WeChat     = (*WeChatSimulator)(nil)
	_ account.WeChatApps = (*WeChatSimulator)(nil)
)

var (
	codeShape      = shape(`^[0-9A-Za-z_-]{32}$`)
	phoneCodeShape = shape(`^(1[3-9][0-9]{9})?[0-9A-Za-z_-]+$`)
)

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
// a-z, _ and -): the same code always gives the same invented user, who has another
// openid in each app and one unionid in all. It is safe for concurrent use.
type WeChatSimulator struct {
	appID string
	fail  *hook
}

// NewWeChatSimulator creates a simulator.
func NewWeChatSimulator() *WeChatSimulator { return &WeChatSimulator{simulatorAppID, &hook{}} }

// Client returns a simulator of another app, with the same users and the same Fail.
func (s *WeChatSimulator) Client(c account.WeChatCredentials) (account.WeChat, error) {
	return &WeChatSimulator{c.AppID, s.fail}, nil
}

// Exchange returns the user of code. A code of any length that starts with 40029,
// 40163, 45011 or -1 fails with that WeChat error: WeChatCodeInvalid, WeChatCodeUsed,
// WeChatTooFrequent, WeChatUnavailable. Any other text is WeChatCodeInvalid. Before
// that it fails as the function set by Fail does, with WeChatUnavailable if that
// returns another error than an *apierr.Error or if ctx ends.
func (s *WeChatSimulator) Exchange(ctx context.Context, code string) (account.WeChatIdentity, error) {
	if err := s.check(ctx, code); err != nil {
		return account.WeChatIdentity{}, err
	}
	if !codeShape().MatchString(code) {
		return account.WeChatIdentity{}, apierr.New(apierr.WeChatCodeInvalid)
	}
	return s.person(code), nil
}

// PhoneNumber returns the mobile with which a code of 32 to 64 characters begins, or
// else an invented one, the same for the same code. It fails as Exchange does.
func (s *WeChatSimulator) PhoneNumber(ctx context.Context, code string) (string, error) {
	if err := s.check(ctx, code); err != nil {
		return "", err
	}
	parts := phoneCodeShape().FindStringSubmatch(code)
	switch {
	case parts == nil || len(code) < 32 || len(code) > 64:
		return "", apierr.New(apierr.WeChatCodeInvalid)
	case parts[1] != "":
		return parts[1], nil
	}
	return fmt.Sprintf("199%08d", pick(digest("mobile", code)[:8], 100_000_000)), nil
}

// check fails as the hook or the code says.
func (s *WeChatSimulator) check(ctx context.Context, code string) error {
	if err := s.fail.run(ctx, code, apierr.WeChatUnavailable); err != nil {
		return err
	}
	for _, played := range wechatErrors {
		if strings.HasPrefix(code, played.prefix) {
			failed := played.failed // a copy, which the caller may modify
			return &failed
		}
	}
	return nil
}

// Fail sets the function that decides, from the code, the result of each later
// Exchange and PhoneNumber; it may block. nil lets all succeed again.
func (s *WeChatSimulator) Fail(call func(code string) error) { s.fail.set(call) }

// person derives an invented user from a code. Ids have the length of real ones.
func (s *WeChatSimulator) person(code string) account.WeChatIdentity {
	draw := digest("person", code)
	openID := code
	if s.appID != simulatorAppID {
		openID = s.appID + " " + code
	}
	place := places[pick(draw[0:8], len(places))]
	return account.WeChatIdentity{
		AppID:    s.appID,
		OpenID:   "oQ" + idText("openid", openID, 26),
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
