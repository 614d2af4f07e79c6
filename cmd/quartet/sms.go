package main

import (
	"cmp"
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"quartet/server/account"
	"quartet/server/providers"
)

const (
	smsAliyun         = "aliyun" // the other service is a webhook
	smsSecretVariable = "QUARTET_SMS_SECRET"
)

// smsFlags say who delivers one-time codes.
type smsFlags struct {
	SMS                  string `name:"sms" default:"" enum:",webhook,aliyun" placeholder:"SERVICE" help:"Who delivers one-time codes: webhook or aliyun. Without it nobody does; --demo simulates it."`
	SMSWebhookURL        string `name:"sms-webhook-url" placeholder:"URL" help:"Where the webhook is called."`
	SMSWebhookTemplate   string `name:"sms-webhook-template" placeholder:"NAME" help:"Handed to the webhook as it is."`
	SMSSecretFile        string `name:"sms-secret-file" placeholder:"PATH" help:"File of the webhook's or access key's secret, mode 0600; or set QUARTET_SMS_SECRET."`
	SMSAliyunAccessKeyID string `name:"sms-aliyun-access-key-id" placeholder:"ID" help:"Access key of a RAM user that may dysms:SendSms and nothing else."`
	SMSAliyunSignName    string `name:"sms-aliyun-sign-name" placeholder:"NAME" help:"Approved signature (签名)."`
	SMSAliyunTemplate    string `name:"sms-aliyun-template" placeholder:"CODE" help:"Approved template (模板) with the variable code."`
	SMSAliyunEndpoint    string `name:"sms-aliyun-endpoint" placeholder:"URL" help:"Where Aliyun is called, if not at its public address."`
}

// sms is the configured SMS service behind its circuit breaker, or one that
// refuses everything. codeLife is what the messages say; metrics shows whether the circuit is open.
func (f smsFlags) sms(log *slog.Logger, metrics *prometheus.Registry, codeLife time.Duration) (account.SMS, error) {
	if f.SMS == "" && f != (smsFlags{}) {
		return nil, usageError{"there are settings for an SMS service, but none is named: add --sms webhook or --sms aliyun"}
	}
	if f.SMS == "" {
		log.Warn("no SMS service is configured: signing in by mobile answers 503")
		return providers.UnconfiguredSMS{}, nil
	}
	secret, err := readSecret(f.SMSSecretFile, smsSecretVariable)
	if err != nil {
		return nil, usageError{"--sms-secret-file: " + err.Error()}
	}
	if secret == "" {
		return nil, usageError{"an SMS service needs its secret: name a file by --sms-secret-file, or set " + smsSecretVariable}
	}
	driver, err := f.driver(secret, codeLife)
	if err != nil {
		return nil, usageError{fmt.Sprintf("--sms %s: %s", f.SMS, err)}
	}
	breaker := providers.NewSMSBreaker(driver, log)
	metrics.MustRegister(circuitGauge(breaker))
	log.Info("signing in by mobile", "sms", f.SMS)
	return breaker, nil
}

func (f smsFlags) driver(secret string, codeLife time.Duration) (account.SMS, error) {
	if f.SMS == smsAliyun {
		return providers.NewAliyunSMS(providers.AliyunSMSOptions{
			AccessKeyID: f.SMSAliyunAccessKeyID, AccessKeySecret: secret,
			SignName: f.SMSAliyunSignName, Template: f.SMSAliyunTemplate,
			Endpoint: cmp.Or(f.SMSAliyunEndpoint, providers.AliyunSMSEndpoint),
		})
	}
	return providers.NewSMSWebhook(providers.SMSWebhookOptions{
		URL: f.SMSWebhookURL, Secret: secret, Template: f.SMSWebhookTemplate,
		CodeLife: codeLife,
	})
}

func circuitGauge(breaker *providers.SMSBreaker) prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "quartet_sms_circuit_open", Help: "1 while messages are refused without asking the SMS service, which has failed too often.",
	}, func() float64 {
		if breaker.Open() {
			return 1
		}
		return 0
	})
}
