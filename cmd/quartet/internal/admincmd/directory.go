package admincmd

import (
	"context"
	"time"

	"quartet/cmd/quartet/internal/cli"
	"quartet/server/account"
)

// OrgCommands are the commands about organisations.
type OrgCommands struct {
	Add     entryAdd[organisations]     `cmd:"" help:"Add an organisation."`
	List    entryList[organisations]    `cmd:"" help:"List the organisations."`
	Show    entryShow[organisations]    `cmd:"" help:"Show an organisation."`
	Disable entryDisable[organisations] `cmd:"" help:"Disable an organisation: it is no longer shown in its members' profiles."`
	Enable  entryEnable[organisations]  `cmd:"" help:"Re-enable an organisation."`
}

// RoleCommands are the commands about the roles that users have in organisations.
type RoleCommands struct {
	Add     entryAdd[roles]     `cmd:"" help:"Add a role."`
	List    entryList[roles]    `cmd:"" help:"List the roles."`
	Show    entryShow[roles]    `cmd:"" help:"Show a role."`
	Disable entryDisable[roles] `cmd:"" help:"Disable a role: it is no longer shown in profiles."`
	Enable  entryEnable[roles]  `cmd:"" help:"Re-enable a role."`
}

// Entry is an organisation or a role as the command line prints it.
type Entry struct {
	ID        int64     `json:"id"`
	Code      string    `json:"code"`
	Name      string    `json:"name"`
	Disabled  bool      `json:"disabled"`
	CreatedAt time.Time `json:"createdAt"`
}

// directory is what can be done with organisations or with roles.
type directory interface {
	add(ctx context.Context, a *account.Service, code, name string) error
	get(ctx context.Context, a *account.Service, code string) (Entry, error)
	list(ctx context.Context, a *account.Service) ([]Entry, error)
	setEnabled(ctx context.Context, a *account.Service, code string, enabled bool) error
}

type organisations struct{}

func (organisations) add(ctx context.Context, a *account.Service, code, name string) error {
	_, err := a.AddOrganisation(ctx, code, name)
	return err
}

func (organisations) get(ctx context.Context, a *account.Service, code string) (Entry, error) {
	o, err := a.Organisation(ctx, code)
	return organisationEntry(o), err
}

func (organisations) list(ctx context.Context, a *account.Service) ([]Entry, error) {
	rows, err := a.ListOrganisations(ctx)
	return mapped(rows, organisationEntry), err
}

func (organisations) setEnabled(ctx context.Context, a *account.Service, code string, enabled bool) error {
	if enabled {
		return a.EnableOrganisation(ctx, code)
	}
	return a.DisableOrganisation(ctx, code)
}

func organisationEntry(o account.Organisation) Entry {
	return Entry{o.ID, o.Code, o.Name, o.DisabledAt != nil, cli.LocalTime(o.CreatedAt)}
}

type roles struct{}

func (roles) add(ctx context.Context, a *account.Service, code, name string) error {
	_, err := a.AddRole(ctx, code, name)
	return err
}

func (roles) get(ctx context.Context, a *account.Service, code string) (Entry, error) {
	r, err := a.Role(ctx, code)
	return roleEntry(r), err
}

func (roles) list(ctx context.Context, a *account.Service) ([]Entry, error) {
	rows, err := a.ListRoles(ctx)
	return mapped(rows, roleEntry), err
}

func (roles) setEnabled(ctx context.Context, a *account.Service, code string, enabled bool) error {
	if enabled {
		return a.EnableRole(ctx, code)
	}
	return a.DisableRole(ctx, code)
}

func roleEntry(r account.Role) Entry {
	return Entry{r.ID, r.Code, r.Name, r.DisabledAt != nil, cli.LocalTime(r.CreatedAt)}
}

func mapped[T, V any](rows []T, view func(T) V) []V {
	views := make([]V, 0, len(rows))
	for _, row := range rows {
		views = append(views, view(row))
	}
	return views
}

// entryCommand is a command about one organisation or role.
type entryCommand[D directory] struct {
	cli.Admin
	Code string `arg:"" help:"Code, 1 to 64 characters."`
}

// change does something to the entry and shows the result.
func (e entryCommand[D]) change(ctx context.Context, c *cli.Console, do func(D, *account.Service) error) error {
	return e.WithAccounts(ctx, func(accounts *account.Service) error {
		var d D
		if err := do(d, accounts); err != nil {
			return err
		}
		v, err := d.get(ctx, accounts, e.Code)
		if err != nil {
			return err
		}
		if e.JSON {
			return c.PrintJSON(v)
		}
		return c.PrintTable(nil, [][]any{
			{"id", v.ID}, {"code", v.Code}, {"name", v.Name}, {"disabled", v.Disabled}, {"created", v.CreatedAt},
		})
	})
}

type entryAdd[D directory] struct {
	entryCommand[D]
	Name string `arg:"" help:"Name, 1 to 128 characters."`
}

// Run adds the entry.
func (e *entryAdd[D]) Run(ctx context.Context, c *cli.Console) error {
	return e.change(ctx, c, func(d D, a *account.Service) error { return d.add(ctx, a, e.Code, e.Name) })
}

type entryList[D directory] struct{ cli.Admin }

// Run lists the entries.
func (e *entryList[D]) Run(ctx context.Context, c *cli.Console) error {
	return e.WithAccounts(ctx, func(accounts *account.Service) error {
		var d D
		entries, err := d.list(ctx, accounts)
		if err != nil {
			return err
		}
		return cli.PrintList(c, e.JSON, entries, []string{"id", "code", "name", "disabled", "created"},
			func(v Entry) []any { return []any{v.ID, v.Code, v.Name, v.Disabled, v.CreatedAt} })
	})
}

type entryShow[D directory] struct{ entryCommand[D] }

// Run shows the entry.
func (e *entryShow[D]) Run(ctx context.Context, c *cli.Console) error {
	return e.change(ctx, c, func(D, *account.Service) error { return nil })
}

type entryDisable[D directory] struct{ entryCommand[D] }

// Run disables the entry.
func (e *entryDisable[D]) Run(ctx context.Context, c *cli.Console) error {
	return e.change(ctx, c, func(d D, a *account.Service) error { return d.setEnabled(ctx, a, e.Code, false) })
}

type entryEnable[D directory] struct{ entryCommand[D] }

// Run enables the entry.
func (e *entryEnable[D]) Run(ctx context.Context, c *cli.Console) error {
	return e.change(ctx, c, func(d D, a *account.Service) error { return d.setEnabled(ctx, a, e.Code, true) })
}
