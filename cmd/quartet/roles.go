package main

import (
	"context"

	"quartet/server/account"
)

type roleCommands struct {
	Add     roleAdd     `cmd:"" help:"Add a role."`
	List    roleList    `cmd:"" help:"List the roles."`
	Show    roleShow    `cmd:"" help:"Show a role."`
	Disable roleDisable `cmd:"" help:"Leave a role out of everybody's memberships."`
	Enable  roleEnable  `cmd:"" help:"Take that back."`
}

// roleCode names the role of a command.
type roleCode struct {
	administration
	Code string `arg:"" help:"The role's code."`
}

// change does something to the role and shows what it is then.
func (r roleCode) change(ctx context.Context, c *console, do func(*account.Service) error) error {
	return r.with(ctx, func(accounts *account.Service) error {
		if err := do(accounts); err != nil {
			return err
		}
		row, err := accounts.Role(ctx, r.Code)
		if err != nil {
			return err
		}
		return r.showListed(c, roleView(row))
	})
}

type roleAdd struct {
	roleCode
	Name string `arg:"" help:"Its name."`
}

// Run adds the role.
func (r *roleAdd) Run(ctx context.Context, c *console) error {
	return r.change(ctx, c, func(accounts *account.Service) error {
		_, err := accounts.AddRole(ctx, r.Code, r.Name)
		return err
	})
}

type roleList struct{ administration }

// Run lists the roles.
func (r *roleList) Run(ctx context.Context, c *console) error {
	return r.with(ctx, func(accounts *account.Service) error {
		rows, err := accounts.ListRoles(ctx)
		if err != nil {
			return err
		}
		return listListed(r.administration, c, rows, roleView)
	})
}

type roleShow struct{ roleCode }

// Run shows the role.
func (r *roleShow) Run(ctx context.Context, c *console) error {
	return r.change(ctx, c, func(*account.Service) error { return nil })
}

type roleDisable struct{ roleCode }

// Run disables the role.
func (r *roleDisable) Run(ctx context.Context, c *console) error {
	return r.change(ctx, c, func(accounts *account.Service) error { return accounts.DisableRole(ctx, r.Code) })
}

type roleEnable struct{ roleCode }

// Run enables the role.
func (r *roleEnable) Run(ctx context.Context, c *console) error {
	return r.change(ctx, c, func(accounts *account.Service) error { return accounts.EnableRole(ctx, r.Code) })
}
