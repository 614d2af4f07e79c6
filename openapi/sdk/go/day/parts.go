package main

import (
	"context"
	"strconv"
	"strings"

	client "quartet/openapi/sdk/go"
)

// byMobile signs in by code, takes the next access token, checks the device and
// reads the user through an application: the yudao and the cas dialect.
func (w *worker) byMobile(ctx context.Context) error {
	code, err := w.code(ctx)
	if err != nil {
		return err
	}
	login := client.MobileLoginRequest{Mobile: w.mobile, ProductType: new(int32(2)), Source: new("day"), ValidateNo: "000000"}
	if code == login.ValidateNo {
		login.ValidateNo = "000001"
	}
	wrong, err := w.api.SignInByMobileWithResponse(ctx, nil, login)
	if err != nil {
		return err
	}
	if err := expect(wrong.JSON401 != nil && wrong.JSON401.Code == 1002014000, "a wrong code", wrong.Status()); err != nil {
		return err
	}
	login.ValidateNo = code
	signedIn, err := w.api.SignInByMobileWithResponse(ctx, nil, login)
	if err != nil || signedIn.JSON200 == nil {
		return unexpected(err, "sign in by mobile", signedIn)
	}
	pair := signedIn.JSON200.Data
	next, err := w.api.RefreshAccessTokenWithResponse(ctx, client.RefreshAccessTokenRequest{
		AccessToken: pair.AccessToken.Value, RefreshToken: pair.RefreshToken.Value,
	})
	if err != nil || next.JSON200 == nil {
		return unexpected(err, "refresh the pair", next)
	}
	w.access = next.JSON200.Data.Value
	device, err := w.api.CheckLoginStatusWithResponse(ctx, &client.CheckLoginStatusParams{DeviceNumber: "day-3"}, header("Authorization", w.access))
	if err != nil || device.JSON200 == nil {
		return unexpected(err, "check the device", device)
	}
	if err := expect(device.JSON200.Data.IsLogin, "the device is signed in", device.JSON200); err != nil {
		return err
	}
	return w.throughApplication(ctx, pair.UserInfo.Id)
}

// code asks for a one-time code and finds it in the demonstration's outbox.
func (w *worker) code(ctx context.Context) (string, error) {
	asked, err := w.api.SendMobileCodeWithResponse(ctx, client.MobileCodeRequest{Mobile: w.mobile})
	if err != nil || asked.JSON200 == nil {
		return "", unexpected(err, "ask for a code", asked)
	}
	outbox, err := w.api.GetDemoOutboxWithResponse(ctx)
	if err != nil || outbox.JSON200 == nil {
		return "", unexpected(err, "read the outbox", outbox)
	}
	for _, message := range *outbox.JSON200 {
		if message.To == w.mobile {
			return message.Code, nil
		}
	}
	return "", expect(false, "a code in the outbox", *outbox.JSON200)
}

func (w *worker) throughApplication(ctx context.Context, id int64) error {
	editors := []client.RequestEditorFn{header("X-App-Id", "1"), query("accessToken", w.access)}
	info, err := w.api.GetUserInfoWithResponse(ctx, &client.GetUserInfoParams{UserId: strconv.FormatInt(id, 10)}, editors...)
	if err != nil || info.JSON200 == nil {
		return unexpected(err, "read through an application", info)
	}
	if err := expect(info.JSON200.Data.Phone == w.mobile, "one's own mobile", info.JSON200.Data.Phone); err != nil {
		return err
	}
	nobody, err := w.api.GetUserInfoWithResponse(ctx, &client.GetUserInfoParams{UserId: "9007199254740993"}, editors...)
	if err != nil || nobody.JSON404 == nil {
		return unexpected(err, "a user whom nobody knows", nobody)
	}
	return expect(nobody.JSON404.Code == 404 && nobody.JSON404.Status == client.CasFail, "the cas envelope", nobody.JSON404)
}

// byWeChat signs in by WeChat: the ruoyi dialect.
func (w *worker) byWeChat(ctx context.Context) error {
	signedIn, err := w.api.GetWeChatUserInfoWithResponse(ctx, client.WeChatUserRequest{Code: w.weChatCode})
	if err != nil || signedIn.JSON200 == nil {
		return unexpected(err, "sign in by WeChat", signedIn)
	}
	token := signedIn.HTTPResponse.Header.Get("X-Access-Token")
	if err := expect(strings.HasPrefix(token, "AT-"), "a token in the header", len(token)); err != nil {
		return err
	}
	invalid, err := w.api.GetWeChatUserInfoWithResponse(ctx, client.WeChatUserRequest{Code: "40029" + strings.Repeat("0", 27)})
	if err != nil || invalid.JSON400 == nil {
		return unexpected(err, "an invalid WeChat code", invalid)
	}
	return expect(invalid.JSON400.Code == 40029 && invalid.JSON400.Msg != "", "the ruoyi envelope", invalid.JSON400)
}

// extendAndSignOut lets a token slide and ends its session: the jeecg dialect.
func (w *worker) extendAndSignOut(ctx context.Context) error {
	asked := client.RefreshUserRequest{Token: new(w.access), FrontType: new(client.FrontPC)}
	extended, err := w.api.RefreshUserWithResponse(ctx, asked)
	if err != nil || extended.JSON200 == nil {
		return unexpected(err, "slide", extended)
	}
	mobile := extended.JSON200.Result.PhoneNumber
	if err := expect(extended.JSON200.Success && mobile != nil && *mobile == w.mobile, "one's own mobile", mobile); err != nil {
		return err
	}
	out, err := w.api.SignOutWithResponse(ctx, header("Authorization", w.access))
	if err != nil || out.JSON200 == nil {
		return unexpected(err, "sign out", out)
	}
	ended, err := w.api.RefreshUserWithResponse(ctx, asked)
	if err != nil || ended.JSON401 == nil {
		return unexpected(err, "a token whose session has ended", ended)
	}
	refused := ended.JSON401
	return expect(!refused.Success && refused.Code == 401 && refused.Result == nil && refused.Timestamp > 0, "the jeecg envelope", refused)
}
