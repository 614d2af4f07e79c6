// Command samples calls every operation once with the generated Go client. The parts between
// "sample" and "end" are the samples of the contract.
package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"time"

	client "quartet/openapi/sdk/go"
)

// The values of the demonstration.
var (
	accessToken    = "AT-4-Q8z-8PhSfm4RYp10WUcpuWSXbjpUIRtW"
	oldAccessToken = "AT-1-ZGVtby1yZWZyZXNoLWFjY2Vzcy0x_A01"
	refreshToken   = "RT-ZGVtby1yZWZyZXNoLXRva2VuLW9mLXF1YXJ0ZXQtMDE"
	appID          = "1"
	appSecret      = "qas_ZGVtb25zdHJhdGlvbi1zZWNyZXQtb2YtYXBwLTEtMDE"
	code           = "246135"
	weChatCode     = "0a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P"
	phoneCode      = "13900000009a1B2c3D4e5F6g7H8i9J0k"
	linkCode       = "1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q"
	oldToken       = "old-4d1c7be09a2f4e6c8b53"
	otherToken     = "AT-1-ZGVtby1vdGhlci1hY2NvdW50LXRva2Vu"
	password       = "quartet-demo"
	newPassword    = "violet-evening"
)

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := all(ctx, cmp.Or(os.Getenv("BASE_URL"), "http://127.0.0.1:8080")); err != nil {
		fmt.Fprintln(os.Stderr, "go, samples:", err)
		os.Exit(1)
	}
}

func all(ctx context.Context, baseURL string) error {
	api, err := client.NewClientWithResponses(baseURL)
	if err != nil {
		return err
	}
	run := func(samples ...sample) error {
		for _, sample := range samples {
			if err := sample(ctx, api); err != nil {
				return err
			}
		}
		return nil
	}
	if err := run(adminSamples()...); err != nil {
		return err
	}
	if err := run(refreshUser, sendMobileCode, signInByMobile, verifyMobile, refreshAccessToken,
		checkLoginStatus, checkLoginStatusByPath, listSessions, endSession, getUserInfo, getWeChatUserInfo,
		signInByWeChat, signInByWeChatMobile, linkWeChat, exchangeToken, mergeUsers, createUser,
		introspectToken, getHealth, getReadiness, getMetrics, getSpecAsYaml, getSpecAsJson, getJsonWebKeys, getDemoOutbox,
		signOut); err != nil {
		return err
	}
	jwt, err := signInByPassword(ctx, api)
	if err != nil {
		return err
	}
	for _, sample := range []needing{
		getUserDetail, postUserDetail, updateUser, updatePassword, listSignIns, copyMyData, closeAccount,
	} {
		if err := sample(ctx, api, jwt); err != nil {
			return err
		}
	}
	return run(resetForgottenPassword, resetDemo)
}
