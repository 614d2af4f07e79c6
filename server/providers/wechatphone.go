package providers

import (
	"context"
	"errors"
	"net/url"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"quartet/server/account"
	"quartet/server/apierr"
)

const phonePath = "/wxa/business/getuserphonenumber"

// watermarkLife is the maximum age of a mobile from WeChat, and the maximum difference
// of its clock.
const watermarkLife = 5 * time.Minute

var errNoPhones = errors.New("only a mini-program can ask for mobiles")

// phoneInfo is the response of getuserphonenumber.
type phoneInfo struct {
	verdict
	Phone struct {
		Mobile string `json:"purePhoneNumber"` // without country code
		// Documented as text, but a number in the example.
		Country   jsontext.Value `json:"countryCode"`
		Watermark struct {
			AppID     string `json:"appid"`
			Timestamp int64  `json:"timestamp"` // seconds
		} `json:"watermark"`
	} `json:"phone_info"`
}

// PhoneNumber returns the mainland mobile of a mini-program's user, without country
// code, for a code of getPhoneNumber, which is not the code of a login. Failures are
// those of Exchange, WeChatCodeInvalid also for an outdated response, and InvalidField
// of mobile for a number of another country.
func (w *WeChat) PhoneNumber(ctx context.Context, code string) (mobile string, err error) {
	if w.kind != account.WeChatMiniProgram {
		return "", apierr.Wrap(apierr.WeChatUnavailable, errNoPhones)
	}
	var answer phoneInfo
	err = w.withToken(ctx, func(token url.Values) error {
		answer = phoneInfo{} // reset what an earlier try has decoded
		return w.post(ctx, phonePath, token, map[string]string{"code": code}, &answer)
	})
	if err != nil {
		return "", err
	}
	return w.checkedMobile(answer)
}

// checkedMobile makes sure that the response is for this app and recent.
func (w *WeChat) checkedMobile(answer phoneInfo) (string, error) {
	told := answer.Phone
	switch country := string(told.Country); {
	case told.Watermark.AppID != w.appID:
		return "", apierr.Wrap(apierr.WeChatUnavailable, &callError{phonePath, errors.New("watermark of another app")})
	case w.now().Sub(time.Unix(told.Watermark.Timestamp, 0)).Abs() > watermarkLife:
		return "", apierr.Wrap(apierr.WeChatCodeInvalid, &callError{phonePath, errors.New("watermark timestamp out of range")})
	case told.Mobile == "":
		return "", apierr.Wrap(apierr.WeChatUnavailable, &callError{phonePath, errors.New("the answer holds no mobile")})
	case country != `"86"` && country != "86":
		return "", apierr.Field("mobile", apierr.BadFormat)
	}
	return told.Mobile, nil
}
