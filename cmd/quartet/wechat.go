package main

import (
	"log/slog"

	"quartet/server/account"
	"quartet/server/providers"
)

const weChatSecretVariable = "QUARTET_WECHAT_SECRET"

// weChatFlags say which app to be at WeChat.
type weChatFlags struct {
	WeChatKind       string `name:"wechat-kind" placeholder:"KIND" default:"" enum:",mini-program,official-account" help:"Sign in by the codes of a WeChat mini-program or official-account; none unless named."`
	WeChatAppID      string `name:"wechat-app-id" placeholder:"ID" help:"Its app id."`
	WeChatSecretFile string `name:"wechat-secret-file" placeholder:"PATH" help:"File that holds its AppSecret and that only its owner can read; or set QUARTET_WECHAT_SECRET."`
	WeChatBaseURL    string `name:"wechat-base-url" placeholder:"URL" default:"https://api.weixin.qq.com" help:"Where WeChat's API is."`
}

// weChat makes the gateway that the flags describe, or the one that is always
// unavailable where they describe none.
func (f weChatFlags) weChat(log *slog.Logger) (account.WeChat, error) {
	if f.WeChatKind == "" && f.WeChatAppID == "" && f.WeChatSecretFile == "" {
		log.Warn("no WeChat app is configured: signing in by WeChat answers 503")
		return providers.UnconfiguredWeChat{}, nil
	}
	if f.WeChatKind == "" || f.WeChatAppID == "" {
		return nil, usageError{"a WeChat app needs --wechat-kind, --wechat-app-id and its secret"}
	}
	secret, err := readSecret(f.WeChatSecretFile, weChatSecretVariable)
	if err != nil {
		return nil, usageError{"--wechat-secret-file: " + err.Error()}
	}
	if secret == "" {
		return nil, usageError{"a WeChat app needs its secret: name a file by --wechat-secret-file, or set " + weChatSecretVariable}
	}
	client, err := providers.NewWeChat(providers.WeChatOptions{
		Kind: f.WeChatKind, AppID: f.WeChatAppID, Secret: secret, BaseURL: f.WeChatBaseURL, Log: log,
	})
	if err != nil {
		return nil, usageError{err.Error()}
	}
	log.Info("signing in by WeChat", "kind", f.WeChatKind, "app_id", f.WeChatAppID)
	return client, nil
}
