package providers

import (
	"context"
	"errors"
	"net/url"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"quartet/server/apierr"
)

const phonePath = "/wxa/business/getuserphonenumber"

// watermarkLife is how old a mobile that WeChat tells may be, and how far its
// clock from ours.
const watermarkLife = 5 * time.Minute

var errNoPhones = errors.New("only a mini-program can ask for mobiles")

// phoneInfo is the answer of getuserphonenumber.
type phoneInfo struct {
	verdict
	Phone struct {
		Mobile string `json:"purePhoneNumber"` // without country code
		// Documented as text, and shown as a number in the same place.
		Country   jsontext.Value `json:"countryCode"`
		Watermark struct {
			AppID     string `json:"appid"`
			Timestamp int64  `json:"timestamp"` // seconds
		} `json:"watermark"`
	} `json:"phone_info"`
}

// PhoneNumber gives the mainland mobile that a mini-program's user has agreed to
// tell, without country code and otherwise as WeChat has it, behind the code of
// getPhoneNumber, which is another than that of a login. Failures are those of
// Exchange, WeChatCodeInvalid also for a stale answer, and InvalidField of
// mobile for a number of another country.
func (w *WeChat) PhoneNumber(ctx context.Context, code string) (mobile string, err error) {
	if w.kind != WeChatMiniProgram {
		return "", apierr.Wrap(apierr.WeChatUnavailable, errNoPhones)
	}
	var answer phoneInfo
	err = w.withToken(ctx, func(token url.Values) error {
		answer = phoneInfo{} // nothing of an earlier try stays
		return w.post(ctx, phonePath, token, map[string]string{"code": code}, &answer)
	})
	if err != nil {
		return "", err
	}
	return w.checkedMobile(answer)
}

// checkedMobile makes sure that the answer is about this app and this moment.
func (w *WeChat) checkedMobile(answer phoneInfo) (string, error) {
	told := answer.Phone
	switch country := string(told.Country); {
	case told.Watermark.AppID != w.appID:
		return "", apierr.Wrap(apierr.WeChatUnavailable, &callError{phonePath, errors.New("the watermark is another app's")})
	case w.now().Sub(time.Unix(told.Watermark.Timestamp, 0)).Abs() > watermarkLife:
		return "", apierr.Wrap(apierr.WeChatCodeInvalid, &callError{phonePath, errors.New("the watermark is not of this moment")})
	case told.Mobile == "":
		return "", apierr.Wrap(apierr.WeChatUnavailable, &callError{phonePath, errors.New("the answer holds no mobile")})
	case country != `"86"` && country != "86":
		return "", apierr.Field("mobile", apierr.BadFormat)
	}
	return told.Mobile, nil
}
