package main

import (
	"context"

	"quartet/server/account"
)

type orgCommands struct {
	Add     orgAdd     `cmd:"" help:"Add an organisation."`
	List    orgList    `cmd:"" help:"List the organisations."`
	Show    orgShow    `cmd:"" help:"Show an organisation."`
	Disable orgDisable `cmd:"" help:"Leave an organisation out of everybody's memberships."`
	Enable  orgEnable  `cmd:"" help:"Take that back."`
}

// orgCode names the organisation of a command.
type orgCode struct {
	administration
	Code string `arg:"" help:"The organisation's code."`
}

// change does something to the organisation and shows what it is then.
func (o orgCode) change(ctx context.Context, c *console, do func(*account.Service) error) error {
	return o.with(ctx, func(accounts *account.Service) error {
		if err := do(accounts); err != nil {
			return err
		}
		row, err := accounts.Organisation(ctx, o.Code)
		if err != nil {
			return err
		}
		return o.showListed(c, organisationView(row))
	})
}

type orgAdd struct {
	orgCode
	Name string `arg:"" help:"Its name."`
}

// Run adds the organisation.
func (o *orgAdd) Run(ctx context.Context, c *console) error {
	return o.change(ctx, c, func(accounts *account.Service) error {
		_, err := accounts.AddOrganisation(ctx, o.Code, o.Name)
		return err
	})
}

type orgList struct{ administration }

// Run lists the organisations.
func (o *orgList) Run(ctx context.Context, c *console) error {
	return o.with(ctx, func(accounts *account.Service) error {
		rows, err := accounts.ListOrganisations(ctx)
		if err != nil {
			return err
		}
		return listListed(o.administration, c, rows, organisationView)
	})
}

type orgShow struct{ orgCode }

// Run shows the organisation.
func (o *orgShow) Run(ctx context.Context, c *console) error {
	return o.change(ctx, c, func(*account.Service) error { return nil })
}

type orgDisable struct{ orgCode }

// Run disables the organisation.
func (o *orgDisable) Run(ctx context.Context, c *console) error {
	return o.change(ctx, c, func(accounts *account.Service) error { return accounts.DisableOrganisation(ctx, o.Code) })
}

type orgEnable struct{ orgCode }

// Run enables the organisation.
func (o *orgEnable) Run(ctx context.Context, c *console) error {
	return o.change(ctx, c, func(accounts *account.Service) error { return accounts.EnableOrganisation(ctx, o.Code) })
}
