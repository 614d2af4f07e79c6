package main

import (
	"context"
	"strings"
	"time"

	"quartet/server/account"
)

type appCommands struct {
	Add     appAdd     `cmd:"" help:"Register an application."`
	List    appList    `cmd:"" help:"List the applications."`
	Show    appShow    `cmd:"" help:"Show an application and the organisations it sees."`
	Disable appDisable `cmd:"" help:"Make the server not know an application."`
	Enable  appEnable  `cmd:"" help:"Take that back."`
	Rights  appRights  `cmd:"" help:"Replace an application's rights; with none named, it has none."`
	Link    appLink    `cmd:"" help:"Let an application see an organisation's members."`
	Unlink  appUnlink  `cmd:"" help:"Take that back."`
}

// appID names the application of a command.
type appID struct {
	administration
	ID string `arg:"" name:"id" help:"What it sends as X-App-Id."`
}

// change does something to the application and shows what it is then.
func (a appID) change(ctx context.Context, c *console, do func(*account.Service) error) error {
	return a.with(ctx, func(accounts *account.Service) error {
		if err := do(accounts); err != nil {
			return err
		}
		row, organisations, err := accounts.Application(ctx, a.ID)
		if err != nil {
			return err
		}
		return a.show(c, appViewOf(row, organisations))
	})
}

type appAdd struct {
	appID
	Name  string   `arg:"" help:"Its name."`
	Right []string `placeholder:"RIGHT" help:"Rights, any of nickname (nicknames in full) and contact (mobile and e-mail of others)."`
	Org   []string `placeholder:"CODE" help:"Organisations whose members it sees."`
}

// Run registers the application.
func (a *appAdd) Run(ctx context.Context, c *console) error {
	return a.change(ctx, c, func(accounts *account.Service) error {
		// A wrong code must be found out before there is an application.
		for _, code := range a.Org {
			if _, err := accounts.Organisation(ctx, code); err != nil {
				return err
			}
		}
		if _, err := accounts.AddApplication(ctx, a.ID, a.Name, a.Right); err != nil {
			return err
		}
		for _, code := range a.Org {
			if err := accounts.AddApplicationOrganisation(ctx, a.ID, code); err != nil {
				return err
			}
		}
		return nil
	})
}

type appList struct{ administration }

// Run lists the applications.
func (a *appList) Run(ctx context.Context, c *console) error {
	return a.with(ctx, func(accounts *account.Service) error {
		applications, err := accounts.ListApplications(ctx)
		if err != nil {
			return err
		}
		views := make([]appView, 0, len(applications))
		rows := make([][]any, 0, len(applications))
		for _, row := range applications {
			view := appViewOf(row, nil)
			views = append(views, view)
			rows = append(rows, []any{view.ID, view.Name, view.Rights, view.Disabled, view.CreatedAt})
		}
		if a.JSON {
			return c.printJSON(views)
		}
		return c.printList([]string{"id", "name", "rights", "disabled", "created"}, rows)
	})
}

type appShow struct{ appID }

// Run shows the application.
func (a *appShow) Run(ctx context.Context, c *console) error {
	return a.change(ctx, c, func(*account.Service) error { return nil })
}

type appDisable struct{ appID }

// Run disables the application.
func (a *appDisable) Run(ctx context.Context, c *console) error {
	return a.change(ctx, c, func(accounts *account.Service) error { return accounts.DisableApplication(ctx, a.ID) })
}

type appEnable struct{ appID }

// Run enables the application.
func (a *appEnable) Run(ctx context.Context, c *console) error {
	return a.change(ctx, c, func(accounts *account.Service) error { return accounts.EnableApplication(ctx, a.ID) })
}

type appRights struct {
	appID
	Rights []string `arg:"" optional:"" name:"right" help:"nickname, contact."`
}

// Run replaces the rights.
func (a *appRights) Run(ctx context.Context, c *console) error {
	return a.change(ctx, c, func(accounts *account.Service) error {
		return accounts.SetApplicationRights(ctx, a.ID, a.Rights)
	})
}

type appLink struct {
	appID
	Organisation string `arg:"" name:"org" help:"The organisation's code."`
}

// Run links the organisation.
func (a *appLink) Run(ctx context.Context, c *console) error {
	return a.change(ctx, c, func(accounts *account.Service) error {
		return accounts.AddApplicationOrganisation(ctx, a.ID, a.Organisation)
	})
}

type appUnlink struct {
	appID
	Organisation string `arg:"" name:"org" help:"The organisation's code."`
}

// Run unlinks the organisation.
func (a *appUnlink) Run(ctx context.Context, c *console) error {
	return a.change(ctx, c, func(accounts *account.Service) error {
		err := accounts.RemoveApplicationOrganisation(ctx, a.ID, a.Organisation)
		return unlessPresent(ctx, accounts, a.Organisation, err, "The application does not see that organisation")
	})
}

// appView is an application as the command line shows it.
type appView struct {
	ID            string    `json:"id"`
	Name          string    `json:"name"`
	Rights        []string  `json:"rights"`
	Organisations []string  `json:"organisations,omitempty"`
	Disabled      bool      `json:"disabled"`
	CreatedAt     time.Time `json:"createdAt"`
}

func appViewOf(row account.Application, organisations []account.Organisation) appView {
	view := appView{
		ID: row.ID, Name: row.Name, Rights: strings.Fields(row.Rights),
		Disabled: row.DisabledAt != nil, CreatedAt: local(row.CreatedAt),
	}
	for _, organisation := range organisations {
		view.Organisations = append(view.Organisations, organisation.Code)
	}
	return view
}

func (a administration) show(c *console, v appView) error {
	if a.JSON {
		return c.printJSON(v)
	}
	return c.printFacts([]fact{
		{"id", v.ID}, {"name", v.Name}, {"rights", v.Rights}, {"sees members of", v.Organisations},
		{"disabled", v.Disabled}, {"created", v.CreatedAt},
	})
}
