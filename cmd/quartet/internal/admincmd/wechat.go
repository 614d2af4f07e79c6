package admincmd

import (
	"context"
	"time"

	"quartet/cmd/quartet/internal/cli"
	"quartet/server/account"
)

// appWeChat has the commands about the WeChat apps of applications.
type appWeChat struct {
	Set    weChatSet    `cmd:"" help:"Give an application a WeChat app, or replace the one it has. Codes of sign-ins that name the application are exchanged there from the next request on, on every server."`
	Remove weChatRemove `cmd:"" help:"Take the WeChat app from an application. Its sign-ins use the app of quartet serve --wechat-app-id again."`
	List   weChatList   `cmd:"" help:"List the WeChat apps of applications, without their secrets."`
}

// WeChatApp is the WeChat app of an application as the command line prints it.
type WeChatApp struct {
	Application string    `json:"application"`
	Kind        string    `json:"kind"`
	AppID       string    `json:"appId"`
	CreatedAt   time.Time `json:"createdAt"`
	UpdatedAt   time.Time `json:"updatedAt"`
}

func weChatAppView(w account.WeChatApp) WeChatApp {
	return WeChatApp{Application: w.Application, Kind: w.Kind, AppID: w.AppID, CreatedAt: cli.LocalTime(w.CreatedAt), UpdatedAt: cli.LocalTime(w.UpdatedAt)}
}

type weChatSet struct {
	cli.Admin
	ID          string `arg:"" name:"id" help:"The application's id, which clients send as X-App-Id."`
	Kind        string `required:"" placeholder:"KIND" enum:"mini-program,official-account,website,mobile-app" help:"Kind of the WeChat app: mini-program, official-account, or of the open platform website (QR code) or mobile-app."`
	AppID       string `required:"" name:"app-id" placeholder:"ID" help:"WeChat's id of the app (AppID)."`
	SecretFile  string `xor:"secret" required:"" placeholder:"PATH" help:"File with the AppSecret, mode 0600."`
	SecretStdin bool   `xor:"secret" required:"" help:"Read the AppSecret from the first line of standard input."`
}

// Run sets the app and lists all of them.
func (w *weChatSet) Run(ctx context.Context, c *cli.Console) error {
	read := func() (string, error) { return cli.ReadPrivateFile(w.SecretFile) }
	if w.SecretStdin {
		read = func() (string, error) { return readSecret(ctx, c, "AppSecret") }
	}
	secret, err := read()
	if err != nil {
		return err
	}
	return w.WithAccounts(ctx, func(accounts account.Operator) error {
		if err := accounts.SetWeChatApp(ctx, w.ID, account.WeChatCredentials{Kind: w.Kind, AppID: w.AppID, Secret: secret}); err != nil {
			return err
		}
		return printWeChatApps(ctx, c, accounts, w.JSON)
	})
}

type weChatRemove struct {
	cli.Admin
	cli.Confirmation
	ID string `arg:"" name:"id" help:"The application's id."`
}

// Run removes the app and lists those that are left.
func (w *weChatRemove) Run(ctx context.Context, c *cli.Console) error {
	return w.WithAccounts(ctx, func(accounts account.Operator) error {
		if err := w.Confirm(ctx, c, "removes the WeChat app of the application "+cli.Text(w.ID)+" with its secret"); err != nil {
			return err
		}
		if err := accounts.RemoveWeChatApp(ctx, w.ID); err != nil {
			return err
		}
		return printWeChatApps(ctx, c, accounts, w.JSON)
	})
}

type weChatList struct{ cli.Admin }

// Run lists the apps.
func (w *weChatList) Run(ctx context.Context, c *cli.Console) error {
	return w.WithAccounts(ctx, func(accounts account.Operator) error { return printWeChatApps(ctx, c, accounts, w.JSON) })
}

func printWeChatApps(ctx context.Context, c *cli.Console, accounts account.Operator, json bool) error {
	apps, err := accounts.ListWeChatApps(ctx)
	if err != nil {
		return err
	}
	return cli.PrintPage(c, json, cli.Whole(mapped(apps, weChatAppView)), []string{"application", "kind", "app id", "created", "changed"},
		func(v WeChatApp) []any { return []any{v.Application, v.Kind, v.AppID, v.CreatedAt, v.UpdatedAt} })
}
