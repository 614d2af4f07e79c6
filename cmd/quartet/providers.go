package main

import (
	"cmp"
	"fmt"
	"log/slog"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"quartet/cmd/quartet/internal/cli"
	"quartet/server/account"
	"quartet/server/providers"
)

// The environment variables that hold secrets. There are no flags for them, as all
// users of a machine can see a program's arguments.
const (
	weChatSecretVariable = "QUARTET_WECHAT_SECRET"
	smsSecretVariable    = "QUARTET_SMS_SECRET"

	fallbackSecretVariable = "QUARTET_FALLBACK_SECRET"
)

// weChatFlags describe the WeChat app whose users can sign in.
type weChatFlags struct {
	WeChatKind       string `name:"wechat-kind" placeholder:"KIND" default:"" enum:",mini-program,official-account,website,mobile-app" help:"Kind of the WeChat app of sign-ins that name no application with an app of its own (quartet app wechat set): mini-program, official-account, or of the open platform website (QR code) or mobile-app."`
	WeChatAppID      string `name:"wechat-app-id" placeholder:"ID" help:"App id (AppID) of the WeChat app."`
	WeChatSecretFile string `name:"wechat-secret-file" placeholder:"PATH" help:"File with the AppSecret of the WeChat app, mode 0600; or set QUARTET_WECHAT_SECRET."`
	WeChatBaseURL    string `name:"wechat-base-url" placeholder:"URL" default:"https://api.weixin.qq.com" help:"Base URL of WeChat's API, such as https://hk.api.weixin.qq.com."`
}

// weChatApps makes the clients of the applications' WeChat apps.
func (f weChatFlags) weChatApps(log *slog.Logger) (account.WeChatApps, error) {
	clients, err := providers.NewWeChatClients(f.WeChatBaseURL, log)
	if err != nil {
		return nil, cli.UsageError{Err: err}
	}
	return clients, nil
}

// weChat makes the client of the server's own WeChat app, or one that answers 503 if none
// is set.
func (f weChatFlags) weChat(log *slog.Logger) (account.WeChat, error) {
	if f.WeChatKind == "" && f.WeChatAppID == "" && f.WeChatSecretFile == "" {
		log.Warn("no WeChat app is configured: signing in by WeChat answers 503, except for applications with an app of their own (quartet app wechat set)")
		return providers.UnconfiguredWeChat{}, nil
	}
	if f.WeChatKind == "" || f.WeChatAppID == "" {
		return nil, cli.Usagef("a WeChat app needs --wechat-kind, --wechat-app-id and its secret")
	}
	secret, err := readSecret("wechat-secret-file", f.WeChatSecretFile, weChatSecretVariable)
	if err != nil {
		return nil, err
	}
	client, err := providers.NewWeChat(providers.WeChatOptions{
		Kind: f.WeChatKind, AppID: f.WeChatAppID, Secret: secret, BaseURL: f.WeChatBaseURL, Log: log,
	})
	if err != nil {
		return nil, cli.UsageError{Err: err}
	}
	log.Info("signing in by WeChat", "kind", f.WeChatKind, "app_id", f.WeChatAppID)
	return client, nil
}

// smsFlags describe the service that delivers one-time codes.
type smsFlags struct {
	SMS               string `name:"sms" default:"" enum:",webhook,aliyun" placeholder:"SERVICE" help:"Service that delivers one-time codes: webhook or aliyun. Without it nobody signs in by mobile; --demo simulates a service."`
	SMSURL            string `name:"sms-url" placeholder:"URL" help:"URL of the webhook, or of Aliyun's API if not the public one."`
	SMSTemplate       string `name:"sms-template" placeholder:"TEMPLATE" help:"Aliyun: code of the approved template (模板), whose variable is code. Webhook: passed on unchanged."`
	SMSNoticeTemplate string `name:"sms-notice-template" placeholder:"TEMPLATE" help:"Template of the message that tells the verified mobile that a way of signing in to its account has changed, or that the account was closed. Aliyun: code of an approved template without variables. Webhook: passed on unchanged. Without it no such message is sent."`
	SMSSecretFile     string `name:"sms-secret-file" placeholder:"PATH" help:"File with the webhook's secret or Aliyun's access key secret, mode 0600; or set QUARTET_SMS_SECRET."`
	SMSAccessKeyID    string `name:"sms-access-key-id" placeholder:"ID" help:"Aliyun: access key id of a RAM user whose only right is dysms:SendSms."`
	SMSSignName       string `name:"sms-sign-name" placeholder:"NAME" help:"Aliyun: approved signature (签名)."`
}

// sms makes the client of the SMS service behind a circuit breaker, or one that
// answers 503 if no service is set. Messages say codeLife; metrics get a gauge of
// the circuit breaker.
func (f smsFlags) sms(log *slog.Logger, metrics *prometheus.Registry, codeLife time.Duration) (account.SMS, error) {
	if f.SMS == "" && f != (smsFlags{}) {
		return nil, cli.Usagef("there are --sms-… options, but no SMS service: add --sms webhook or --sms aliyun")
	}
	if f.SMS == "" {
		log.Warn("no SMS service is configured: signing in by mobile answers 503")
		return providers.UnconfiguredSMS{}, nil
	}
	secret, err := readSecret("sms-secret-file", f.SMSSecretFile, smsSecretVariable)
	if err != nil {
		return nil, err
	}
	driver, err := f.driver(secret, codeLife)
	if err != nil {
		return nil, cli.Usagef("--sms %s: %w", f.SMS, err)
	}
	breaker := providers.NewSMSBreaker(driver, log)
	metrics.MustRegister(flagGauge("quartet_sms_circuit_open",
		"1 while messages are refused without asking the SMS service, which has failed too often.", breaker.Open))
	log.Info("signing in by mobile", "sms", f.SMS)
	if f.SMSNoticeTemplate == "" {
		log.Info("no mobile is told of another way of signing in: --sms-notice-template is not set")
		return providers.CodesOnly{SMS: breaker}, nil
	}
	return breaker, nil
}

func (f smsFlags) driver(secret string, codeLife time.Duration) (account.SMS, error) {
	if f.SMS == "aliyun" {
		return providers.NewAliyunSMS(providers.AliyunSMSOptions{
			AccessKeyID: f.SMSAccessKeyID, AccessKeySecret: secret,
			SignName: f.SMSSignName, Template: f.SMSTemplate, NoticeTemplate: f.SMSNoticeTemplate,
			Endpoint: cmp.Or(f.SMSURL, providers.AliyunSMSEndpoint),
		})
	}
	if f.SMSAccessKeyID != "" || f.SMSSignName != "" {
		return nil, fmt.Errorf("--sms-access-key-id and --sms-sign-name are for aliyun")
	}
	return providers.NewSMSWebhook(providers.SMSWebhookOptions{
		URL: f.SMSURL, Secret: secret, Template: f.SMSTemplate, NoticeTemplate: f.SMSNoticeTemplate, CodeLife: codeLife,
	})
}

// fallbackFlags describe the back end that people come from.
type fallbackFlags struct {
	FallbackLogin      string `name:"fallback-login" placeholder:"URL" help:"URL of the back end that people come from: a sign-in by password of an unknown account, or of one without a password here, is asked for there once, by a signed request (server/FALLBACK.md). Every refused sign-in then takes 3 s."`
	FallbackOrigin     string `name:"fallback-origin" placeholder:"NAME" help:"Name of that back end, the one of quartet import --from if its users were imported: ruoyi, jeecg and the like."`
	FallbackSecretFile string `name:"fallback-secret-file" placeholder:"PATH" help:"File with the secret that signs the requests, mode 0600; or set QUARTET_FALLBACK_SECRET."`
}

// originShape is that of the names of other systems.
var originShape = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,31}$`)

// configure adds the back end that people come from, if one is set. Metrics get a gauge
// of its circuit breaker.
func (f fallbackFlags) configure(config *account.Config, log *slog.Logger, metrics *prometheus.Registry) error {
	if f == (fallbackFlags{}) {
		return nil
	}
	if f.FallbackLogin == "" || f.FallbackOrigin == "" {
		return cli.Usagef("asking another back end needs --fallback-login, --fallback-origin and its secret")
	}
	if !originShape.MatchString(f.FallbackOrigin) {
		return cli.Usagef("--fallback-origin must be a short name like ruoyi: lower-case letters, digits, _ and -")
	}
	secret, err := readSecret("fallback-secret-file", f.FallbackSecretFile, fallbackSecretVariable)
	if err != nil {
		return err
	}
	client, err := providers.NewFallback(providers.FallbackOptions{URL: f.FallbackLogin, Secret: secret, Log: log})
	if err != nil {
		return cli.UsageError{Err: err}
	}
	metrics.MustRegister(flagGauge("quartet_fallback_circuit_open",
		"1 while sign-ins are refused without asking the old back end, which has failed too often.", client.Open))
	config.OldBackEnd, config.OldSource = client, f.FallbackOrigin
	log.Info("asking another back end for unknown sign-ins", "origin", f.FallbackOrigin)
	return nil
}

// readSecret reads a secret from the file that a flag names, or else from an
// environment variable.
func readSecret(flag, path, variable string) (string, error) {
	secret := os.Getenv(variable)
	if path != "" {
		content, err := cli.ReadPrivateFile(path)
		if err != nil {
			return "", cli.Usagef("--%s: %w", flag, err)
		}
		secret = content
	}
	if secret = strings.TrimSpace(secret); secret == "" {
		return "", cli.Usagef("a secret is missing: name a file that holds it by --%s, or set %s", flag, variable)
	}
	return secret, nil
}
