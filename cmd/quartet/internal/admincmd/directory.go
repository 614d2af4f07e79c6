package admincmd

import (
	"context"
	"fmt"
	"time"

	"quartet/cmd/quartet/internal/cli"
	"quartet/server/account"
)

// OrgCommands are the commands about organisations.
type OrgCommands struct {
	Add     entryAdd[organisations]     `cmd:"" help:"Add an organisation."`
	List    entryList[organisations]    `cmd:"" help:"List the organisations."`
	Show    entryShow[organisations]    `cmd:"" help:"Show an organisation."`
	Rename  entryRename[organisations]  `cmd:"" help:"Change an organisation's name; its code stays."`
	Delete  entryDelete[organisations]  `cmd:"" help:"Delete an organisation with its memberships."`
	Disable entryDisable[organisations] `cmd:"" help:"Disable an organisation: it is no longer shown in its members' profiles."`
	Enable  entryEnable[organisations]  `cmd:"" help:"Re-enable an organisation."`
}

// RoleCommands are the commands about the roles that users have in organisations.
type RoleCommands struct {
	Add     entryAdd[roles]     `cmd:"" help:"Add a role."`
	List    entryList[roles]    `cmd:"" help:"List the roles."`
	Show    entryShow[roles]    `cmd:"" help:"Show a role."`
	Rename  entryRename[roles]  `cmd:"" help:"Change a role's name; its code stays."`
	Set     roleSet             `cmd:"" help:"Say whether members who have a role administer their organisation."`
	Delete  entryDelete[roles]  `cmd:"" help:"Delete a role, and take it from all members."`
	Disable entryDisable[roles] `cmd:"" help:"Disable a role: it is no longer shown in profiles."`
	Enable  entryEnable[roles]  `cmd:"" help:"Re-enable a role."`
}

// Entry is an organisation or a role as the command line prints it.
type Entry struct {
	ID          int64     `json:"id"`
	Code        string    `json:"code"`
	Name        string    `json:"name"`
	Disabled    bool      `json:"disabled"`
	CreatedAt   time.Time `json:"createdAt"`
	Administers bool      `json:"administers,omitempty"` // a role whose holders administer the organisation
}

// directory is what can be done with organisations or with roles.
type directory interface {
	add(ctx context.Context, a account.Operator, code, name string) error
	get(ctx context.Context, a account.Operator, code string) (Entry, error)
	list(ctx context.Context, a account.Operator) ([]Entry, error)
	setEnabled(ctx context.Context, a account.Operator, code string, enabled bool) error
	rename(ctx context.Context, a account.Operator, code, name string) error
	// deletion says what deleting the entry does.
	deletion(ctx context.Context, a account.Operator, code string) (string, error)
	delete(ctx context.Context, a account.Operator, code string) error
}

type organisations struct{}

func (organisations) add(ctx context.Context, a account.Operator, code, name string) error {
	_, err := a.AddOrganisation(ctx, code, name)
	return err
}

func (organisations) get(ctx context.Context, a account.Operator, code string) (Entry, error) {
	o, err := a.Organisation(ctx, code)
	return organisationEntry(o), err
}

func (organisations) list(ctx context.Context, a account.Operator) ([]Entry, error) {
	rows, err := a.ListOrganisations(ctx)
	return mapped(rows, organisationEntry), err
}

func (organisations) setEnabled(ctx context.Context, a account.Operator, code string, enabled bool) error {
	_, err := a.ChangeOrganisation(ctx, code, account.EntryChange{Disabled: new(!enabled)})
	return err
}

func (organisations) rename(ctx context.Context, a account.Operator, code, name string) error {
	_, err := a.ChangeOrganisation(ctx, code, account.EntryChange{Name: &name})
	return err
}

func (organisations) deletion(ctx context.Context, a account.Operator, code string) (string, error) {
	organisation, err := a.Organisation(ctx, code)
	if err != nil {
		return "", err
	}
	members, err := a.CountMembers(ctx, organisation)
	return fmt.Sprintf("deletes the organisation %s with its %d memberships", cli.Text(organisation.Name), members), err
}

func (organisations) delete(ctx context.Context, a account.Operator, code string) error {
	return a.DeleteOrganisation(ctx, code)
}

func organisationEntry(o account.Organisation) Entry {
	return Entry{o.ID, o.Code, o.Name, o.DisabledAt != nil, cli.LocalTime(o.CreatedAt), false}
}

type roles struct{}

func (roles) add(ctx context.Context, a account.Operator, code, name string) error {
	_, err := a.AddRole(ctx, code, name, false)
	return err
}

func (roles) get(ctx context.Context, a account.Operator, code string) (Entry, error) {
	r, err := a.Role(ctx, code)
	return roleEntry(r), err
}

func (roles) list(ctx context.Context, a account.Operator) ([]Entry, error) {
	rows, err := a.ListRoles(ctx)
	return mapped(rows, roleEntry), err
}

func (roles) setEnabled(ctx context.Context, a account.Operator, code string, enabled bool) error {
	_, err := a.ChangeRole(ctx, code, account.RoleChange{EntryChange: account.EntryChange{Disabled: new(!enabled)}})
	return err
}

func (roles) rename(ctx context.Context, a account.Operator, code, name string) error {
	_, err := a.ChangeRole(ctx, code, account.RoleChange{EntryChange: account.EntryChange{Name: &name}})
	return err
}

func (roles) deletion(ctx context.Context, a account.Operator, code string) (string, error) {
	role, err := a.Role(ctx, code)
	if err != nil {
		return "", err
	}
	holders, err := a.CountRoleHolders(ctx, role)
	return fmt.Sprintf("deletes the role %s, and takes it from %d members", cli.Text(role.Name), holders), err
}

func (roles) delete(ctx context.Context, a account.Operator, code string) error {
	return a.DeleteRole(ctx, code)
}

func roleEntry(r account.Role) Entry {
	return Entry{r.ID, r.Code, r.Name, r.DisabledAt != nil, cli.LocalTime(r.CreatedAt), r.Administers}
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
func (e entryCommand[D]) change(ctx context.Context, c *cli.Console, do func(D, account.Operator) error) error {
	return e.WithAccounts(ctx, func(accounts account.Operator) error {
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
		rows := [][]any{{"id", v.ID}, {"code", v.Code}, {"name", v.Name}, {"disabled", v.Disabled}, {"created", v.CreatedAt}}
		if v.Administers {
			rows = append(rows, []any{"administers", true})
		}
		return c.PrintTable(nil, rows)
	})
}

type entryAdd[D directory] struct {
	entryCommand[D]
	Name string `arg:"" help:"Name, 1 to 128 characters."`
}

// Run adds the entry.
func (e *entryAdd[D]) Run(ctx context.Context, c *cli.Console) error {
	return e.change(ctx, c, func(d D, a account.Operator) error { return d.add(ctx, a, e.Code, e.Name) })
}

type entryList[D directory] struct {
	cli.Admin
	cli.Paging
}

// Run lists the entries.
func (e *entryList[D]) Run(ctx context.Context, c *cli.Console) error {
	return e.WithAccounts(ctx, func(accounts account.Operator) error {
		var d D
		entries, err := d.list(ctx, accounts)
		if err != nil {
			return err
		}
		page, err := cli.PageIn(entries, e.Paging, func(v Entry) string { return v.Code })
		if err != nil {
			return err
		}
		return cli.PrintPage(c, e.JSON, page, []string{"id", "code", "name", "disabled", "created"},
			func(v Entry) []any { return []any{v.ID, v.Code, v.Name, v.Disabled, v.CreatedAt} })
	})
}

type entryShow[D directory] struct{ entryCommand[D] }

// Run shows the entry.
func (e *entryShow[D]) Run(ctx context.Context, c *cli.Console) error {
	return e.change(ctx, c, func(D, account.Operator) error { return nil })
}

type entryDisable[D directory] struct{ entryCommand[D] }

// Run disables the entry.
func (e *entryDisable[D]) Run(ctx context.Context, c *cli.Console) error {
	return e.change(ctx, c, func(d D, a account.Operator) error { return d.setEnabled(ctx, a, e.Code, false) })
}

type entryEnable[D directory] struct{ entryCommand[D] }

// Run enables the entry.
func (e *entryEnable[D]) Run(ctx context.Context, c *cli.Console) error {
	return e.change(ctx, c, func(d D, a account.Operator) error { return d.setEnabled(ctx, a, e.Code, true) })
}

type entryRename[D directory] struct {
	entryCommand[D]
	Name string `arg:"" help:"The new name, 1 to 128 characters."`
}

// Run renames the entry.
func (e *entryRename[D]) Run(ctx context.Context, c *cli.Console) error {
	return e.change(ctx, c, func(d D, a account.Operator) error { return d.rename(ctx, a, e.Code, e.Name) })
}

type roleSet struct {
	entryCommand[roles]
	Administers *bool `negatable:"" env:"-" required:"" help:"Members who have the role administer their organisation: they see its members and change their roles."`
}

// Run sets it.
func (r *roleSet) Run(ctx context.Context, c *cli.Console) error {
	return r.change(ctx, c, func(_ roles, a account.Operator) error {
		_, err := a.ChangeRole(ctx, r.Code, account.RoleChange{Administers: r.Administers})
		return err
	})
}

type entryDelete[D directory] struct {
	entryCommand[D]
	cli.Confirmation
}

// Run deletes the entry.
func (e *entryDelete[D]) Run(ctx context.Context, c *cli.Console) error {
	return e.WithAccounts(ctx, func(accounts account.Operator) error {
		var d D
		what, err := d.deletion(ctx, accounts, e.Code)
		if err != nil {
			return err
		}
		return deleted(ctx, c, e.Confirmation, e.JSON, what, e.Code, func() error { return d.delete(ctx, accounts, e.Code) })
	})
}

// Deleted is what the commands that delete print.
type Deleted struct {
	Deleted string `json:"deleted"` // the code or id
}

// deleted asks, deletes and says so.
func deleted(ctx context.Context, c *cli.Console, ask cli.Confirmation, asJSON bool, what, key string, do func() error) error {
	if err := ask.Confirm(ctx, c, what); err != nil {
		return err
	}
	if err := do(); err != nil {
		return err
	}
	if asJSON {
		return c.PrintJSON(Deleted{key})
	}
	_, err := fmt.Fprintf(c.Out, "Deleted: %s\n", cli.Text(key))
	return err
}
