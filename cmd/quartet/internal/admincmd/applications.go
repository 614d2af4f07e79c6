package admincmd

import (
	"context"
	"fmt"
	"strings"
	"time"

	"quartet/cmd/quartet/internal/cli"
	"quartet/server/account"
)

// AppCommands are the commands about applications.
type AppCommands struct {
	Add     appAdd     `cmd:"" help:"Register an application."`
	List    appList    `cmd:"" help:"List the applications."`
	Show    appShow    `cmd:"" help:"Show an application and the organisations whose members it sees."`
	Rename  appRename  `cmd:"" help:"Change an application's name; its id stays."`
	Delete  appDelete  `cmd:"" help:"Delete an application with its secrets. Its users stay signed in."`
	Disable appDisable `cmd:"" help:"Disable an application."`
	Enable  appEnable  `cmd:"" help:"Re-enable an application."`
	Rights  appRights  `cmd:"" help:"Replace an application's rights; without a right, remove them all."`
	Link    appLink    `cmd:"" help:"Let an application see an organisation's members."`
	Unlink  appUnlink  `cmd:"" help:"Stop an application from seeing an organisation's members."`
	WeChat  appWeChat  `cmd:"" name:"wechat" help:"Set, remove and list the WeChat apps of applications."`
	Secret  appSecret  `cmd:"" help:"Add, revoke and list the secrets by which an application proves itself."`
}

// Application is an application as the command line prints it.
type Application struct {
	ID            string    `json:"id"`
	Name          string    `json:"name"`
	Rights        []string  `json:"rights"`
	Organisations []string  `json:"organisations,omitempty"`
	Disabled      bool      `json:"disabled"`
	CreatedAt     time.Time `json:"createdAt"`
}

func applicationView(a account.Application) Application {
	return Application{
		ID: a.ID, Name: a.Name, Rights: strings.Fields(a.Rights),
		Disabled: a.DisabledAt != nil, CreatedAt: cli.LocalTime(a.CreatedAt),
	}
}

// appCommand is a command about one application.
type appCommand struct {
	cli.Admin
	ID string `arg:"" name:"id" help:"The id that the application sends as X-App-Id."`
}

// change does something to the application and shows the result.
func (a appCommand) change(ctx context.Context, c *cli.Console, do func(account.Operator) error) error {
	return a.WithAccounts(ctx, func(accounts account.Operator) error {
		if err := do(accounts); err != nil {
			return err
		}
		row, organisations, err := accounts.Application(ctx, a.ID)
		if err != nil {
			return err
		}
		v := applicationView(row)
		for _, organisation := range organisations {
			v.Organisations = append(v.Organisations, organisation.Code)
		}
		if a.JSON {
			return c.PrintJSON(v)
		}
		return c.PrintTable(nil, [][]any{
			{"id", v.ID}, {"name", v.Name}, {"rights", v.Rights}, {"sees members of", v.Organisations},
			{"disabled", v.Disabled}, {"created", v.CreatedAt},
		})
	})
}

// set changes the application and shows the result.
func (a appCommand) set(ctx context.Context, c *cli.Console, change account.ApplicationChange) error {
	return a.change(ctx, c, func(accounts account.Operator) error {
		_, err := accounts.ChangeApplication(ctx, a.ID, change)
		return err
	})
}

type appAdd struct {
	appCommand
	Name  string   `arg:"" help:"The application's name."`
	Right []string `placeholder:"RIGHT" enum:"${rights}" help:"A right of the application, which can be repeated: nickname (nicknames in full), contact (proven mobile and e-mail of other users, for an application with a secret: app secret add, then app rights), or one of the admin API. One of ${enum}."`
	Org   []string `placeholder:"CODE" help:"Organisations whose members the application sees."`
}

// Run registers the application.
func (a *appAdd) Run(ctx context.Context, c *cli.Console) error {
	return a.change(ctx, c, func(accounts account.Operator) error {
		_, err := accounts.AddApplication(ctx, a.ID, a.Name, a.Right, a.Org...)
		return err
	})
}

type appList struct {
	cli.Admin
	cli.Paging
}

// Run lists the applications.
func (a *appList) Run(ctx context.Context, c *cli.Console) error {
	return a.WithAccounts(ctx, func(accounts account.Operator) error {
		applications, err := accounts.ListApplications(ctx)
		if err != nil {
			return err
		}
		page, err := cli.PageIn(mapped(applications, applicationView), a.Paging, func(v Application) string { return v.ID })
		if err != nil {
			return err
		}
		return cli.PrintPage(c, a.JSON, page, []string{"id", "name", "rights", "disabled", "created"},
			func(v Application) []any { return []any{v.ID, v.Name, v.Rights, v.Disabled, v.CreatedAt} })
	})
}

type appShow struct{ appCommand }

// Run shows the application.
func (a *appShow) Run(ctx context.Context, c *cli.Console) error {
	return a.change(ctx, c, func(account.Operator) error { return nil })
}

type appDisable struct{ appCommand }

// Run disables the application.
func (a *appDisable) Run(ctx context.Context, c *cli.Console) error {
	return a.set(ctx, c, account.ApplicationChange{EntryChange: account.EntryChange{Disabled: new(true)}})
}

type appEnable struct{ appCommand }

// Run enables the application.
func (a *appEnable) Run(ctx context.Context, c *cli.Console) error {
	return a.set(ctx, c, account.ApplicationChange{EntryChange: account.EntryChange{Disabled: new(false)}})
}

type appRights struct {
	appCommand
	Rights []string `arg:"" optional:"" name:"right" enum:"${rights}" help:"What it may do from now on: nickname (nicknames in full), contact (proven mobile and e-mail of other users, if the application sends its secret), or rights of the admin API. Any of ${enum}."`
}

// Run replaces the rights.
func (a *appRights) Run(ctx context.Context, c *cli.Console) error {
	return a.set(ctx, c, account.ApplicationChange{Rights: &a.Rights})
}

type appLink struct {
	appCommand
	Organisation string `arg:"" name:"org" help:"The organisation's code."`
}

// Run links the organisation.
func (a *appLink) Run(ctx context.Context, c *cli.Console) error {
	return a.change(ctx, c, func(accounts account.Operator) error {
		return accounts.AddApplicationOrganisation(ctx, a.ID, a.Organisation)
	})
}

type appUnlink struct {
	appCommand
	Organisation string `arg:"" name:"org" help:"The organisation's code."`
}

// Run unlinks the organisation.
func (a *appUnlink) Run(ctx context.Context, c *cli.Console) error {
	return a.change(ctx, c, func(accounts account.Operator) error {
		err := accounts.RemoveApplicationOrganisation(ctx, a.ID, a.Organisation)
		return wordMissing(ctx, accounts, a.Organisation, err, "The application does not see that organisation")
	})
}

type appRename struct {
	appCommand
	Name string `arg:"" help:"The application's new name."`
}

// Run renames the application.
func (a *appRename) Run(ctx context.Context, c *cli.Console) error {
	return a.set(ctx, c, account.ApplicationChange{EntryChange: account.EntryChange{Name: &a.Name}})
}

type appDelete struct {
	appCommand
	cli.Confirmation
}

// Run deletes the application.
func (a *appDelete) Run(ctx context.Context, c *cli.Console) error {
	return a.WithAccounts(ctx, func(accounts account.Operator) error {
		row, _, err := accounts.Application(ctx, a.ID)
		if err != nil {
			return err
		}
		what := fmt.Sprintf("deletes the application %s with its secrets", cli.Text(row.Name))
		return deleted(ctx, c, a.Confirmation, a.JSON, what, a.ID, func() error { return accounts.DeleteApplication(ctx, a.ID) })
	})
}
