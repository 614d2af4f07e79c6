// Package democmd makes a server a demonstration: known users and tokens,
// simulated SMS and WeChat, and a reset that puts them back.
package democmd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"text/template"
	"time"

	"quartet/openapi"
	"quartet/server"
	"quartet/server/account"
	"quartet/server/providers"
	"quartet/store"
)

// ResetInterval is how often a demonstration is put back by itself.
const ResetInterval = time.Hour

// CheckDatabase makes sure that the demonstration's public passwords get into no other
// database, that its reset deletes nothing else, and that a demonstration's database is
// served with --demo. It works before the tables are migrated.
func CheckDatabase(ctx context.Context, database *store.Store, demo bool) error {
	_, err := database.Metadata(ctx, account.DemoMetadata)
	marked := err == nil
	switch {
	case err != nil && !errors.Is(err, store.ErrNotFound):
		return err
	case marked && !demo:
		return errors.New("this database belongs to a demonstration, whose passwords everybody knows: serve it with --demo, or name another with --database")
	case marked == demo:
		return nil
	}
	table, rows, err := database.UsedTable(ctx, false)
	if err == nil && table != "" {
		err = fmt.Errorf("this database is in use (the table %s has %d rows), and --demo would replace everything by users whose passwords everybody knows: name another with --database", table, rows)
	}
	return err
}

// MarkDatabase marks a database that CheckDatabase has accepted as a demonstration's.
func MarkDatabase(ctx context.Context, database *store.Store) error {
	return database.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.PutMetadataIfAbsent(ctx, account.DemoMetadata, "yes")
		return err
	})
}

// Configure makes options those of a demonstration, with the account service that
// config describes, and fills the database. It gives the function that does so
// again.
func Configure(ctx context.Context, config account.Config, options *server.Options) (reset func(context.Context) error, err error) {
	sms := providers.NewSMSSimulator(options.Log, time.Now)
	weChat := providers.NewWeChatSimulator()
	config.SMS, config.WeChat, config.WeChatApps = sms, weChat, weChat
	// The sessions of the public tokens are as old as the last reset.
	config.Limits.FreshSignIn = 2 * ResetInterval
	// Everybody shares the users, whose public tokens must go on working.
	config.Limits.Sessions = store.SessionCaps{Live: 10_000, Past: 10_000, Opened: 10_000, WindowMillis: ResetInterval.Milliseconds()}
	config.Limits.ChangesPerUser.Times = 1_000_000
	config.OldBackEnd, config.OldSource = providers.FallbackSimulator{}, "demo"
	config.Limits.FallbackRefusal = 0             // its old back end answers at once
	config.Limits.ExchangeToken.Times = 1_000_000 // so that the examples can be sent again
	config.OpenRegistration = true
	config.NewCode = newCode
	accounts := account.New(config)
	reset = func(ctx context.Context) error {
		sms.Clear() // the codes in the outbox are no longer valid
		return accounts.ResetDemo(ctx, seed())
	}
	options.Accounts = accounts
	options.Demo = &server.Demo{
		Outbox: outbox(sms, options.TimeZone),
		Reset:  reset,
		People: []server.DemoPerson{
			{ID: "demo", Chinese: "普通用户 demo", English: "the user demo", AccessToken: AccessToken},
			{ID: "administrator", Chinese: "超级管理员 admin", English: "the super administrator admin", AccessToken: AdministratorToken},
		},
		AdministratorToken: AdministratorToken,
		Application:        Application, ApplicationSecret: ApplicationSecret,
	}
	return reset, reset(ctx)
}

// outbox gives the simulated messages, newest first.
func outbox(sms *providers.SMSSimulator, zone *time.Location) func() []openapi.DemoMessage {
	return func() []openapi.DemoMessage {
		sent := []openapi.DemoMessage{}
		for _, message := range sms.Messages() {
			sent = append(sent, openapi.DemoMessage{
				To: message.To, Code: message.Code, At: message.At.In(zone).Truncate(time.Second),
			})
		}
		return sent
	}
}

// PrintWelcome tells the operator where to begin.
// address is that of the server as a browser on this machine can open it, and console that of
// the console, "" for none.
func PrintWelcome(out io.Writer, address, console string) error {
	var text bytes.Buffer
	err := banner.Execute(&text, map[string]string{
		"URL": "http://" + address, "Console": console, "Mobile": Mobile, "Code": Code,
		"Application": Application, "Secret": ApplicationSecret, "Organisation": organisation, "Role": role,
	})
	if err != nil {
		return err
	}
	_, err = text.WriteTo(out) // in one write, so that log lines do not interrupt it
	return err
}

var banner = template.Must(template.New("banner").Parse(`
Quartet 演示已启动 · the demonstration is running

  点开试用 try it here   {{.URL}}/docs/
{{- if .Console}}
  控制台 console         http://{{.Console}}/console/
{{- end}}
  短信箱 SMS outbox      {{.URL}}/demo/outbox
  还原演示 reset         curl -X POST {{.URL}}/demo/reset

  普通用户 user          demo / quartet-demo
  超级管理员 admin       admin / quartet-admin
  手机 mobile            {{.Mobile}}, 验证码 code {{.Code}}
  其他手机 other mobiles 验证码见短信箱 find the code in the outbox
  微信 WeChat            任意 32 位字母数字 any 32 letters and digits
  应用 application       X-App-Id: {{.Application}}, X-App-Secret: {{.Secret}}
  组织 organisation      {{.Organisation}} ({{.Role}})

  试一条 try
  curl -d loginAccount=demo -d password=quartet-demo {{.URL}}/api/user/login

`))
