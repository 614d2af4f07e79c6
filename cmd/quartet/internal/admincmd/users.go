// Package admincmd has the commands that look after users, organisations, roles,
// applications, keys and the audit log of a database.
package admincmd

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"quartet/cmd/quartet/internal/cli"
	"quartet/server/account"
	"quartet/server/apierr"
	"quartet/store"
)

// UserCommands are the commands about users.
type UserCommands struct {
	Add           userAdd           `cmd:"" help:"Add a user."`
	List          userList          `cmd:"" help:"List users by id."`
	Find          userFind          `cmd:"" help:"Find users by a part of their name, or by anything that is theirs."`
	Show          userShow          `cmd:"" help:"Show a user."`
	Disable       userDisable       `cmd:"" help:"Disable a user and end their sessions."`
	Enable        userEnable        `cmd:"" help:"Re-enable a user."`
	Set           userSet           `cmd:"" help:"Change a user, and vouch for the mobile or the e-mail address."`
	Export        userExport        `cmd:"" help:"Write a copy of everything that is stored of a user, but secrets, as JSON."`
	Delete        userDelete        `cmd:"" help:"Erase a user at once, with everything that names them; the audit keeps their id."`
	Merge         userMerge         `cmd:"" help:"Make one user of two."`
	Unlock        userUnlock        `cmd:"" help:"Lift the locks of a user, or of a client IP: delete what was counted against sign-ins."`
	ResetPassword userResetPassword `cmd:"" help:"Set a new password and end the user's sessions. Without --password-stdin a random password is set and printed once."`
	Role          userRole          `cmd:"" help:"Set a user's role on the whole server."`
	Join          userJoin          `cmd:"" help:"Add a user to an organisation, or give a member a role in it."`
	Leave         userLeave         `cmd:"" help:"Remove a user from an organisation, or take away a role in it."`
}

// userFlags has the flags of the commands that show users.
type userFlags struct {
	cli.Admin
	Full bool `help:"Print mobile numbers in full instead of 138****8000."`
}

// userCommand is a command about one user.
type userCommand struct {
	userFlags
	Who string `arg:"" help:"The user's id, user name, e-mail address or verified mobile number."`
}

// change does something to the user and shows the result.
func (u userCommand) change(ctx context.Context, c *cli.Console, do func(account.Operator, account.User) error) error {
	return u.WithAccounts(ctx, func(accounts account.Operator) error {
		user, err := accounts.FindUser(ctx, u.Who)
		if err != nil {
			return err
		}
		if err := do(accounts, user); err != nil {
			return err
		}
		return u.show(ctx, c, accounts, user.ID)
	})
}

type userAdd struct {
	userFlags
	Username      string  `arg:"" help:"User name, 2 to 64 characters."`
	Password      *string `xor:"password" help:"Password. Other users of this machine can see it in the process list; prefer --password-stdin."`
	PasswordStdin bool    `xor:"password" help:"Read the password from the first line of standard input. A user without a password signs in by mobile or WeChat."`
	Role          string  `env:"QUARTET_USER_ROLE" default:"member" enum:"member,administrator,super_administrator" help:"Role on the whole server: ${enum}."`
	Mobile        *string `help:"Mobile number; it counts as verified."`
	Email         *string `help:"E-mail address; it counts as verified."`
	Nickname      *string `help:"Nickname."`
	RealName      *string `help:"Real name."`
}

// Run adds the user.
func (u *userAdd) Run(ctx context.Context, c *cli.Console) error {
	password := u.Password
	if u.PasswordStdin {
		read, err := readSecret(ctx, c, "password")
		if err != nil {
			return err
		}
		password = &read
	}
	return u.WithAccounts(ctx, func(accounts account.Operator) error {
		id, err := accounts.AddUser(ctx, account.AddedUser{
			NewUser: account.NewUser{Username: u.Username, Password: password, Profile: account.Profile{
				Mobile: u.Mobile, Email: u.Email, Nickname: u.Nickname, RealName: u.RealName,
			}},
			Role: u.Role, MobileVerified: u.Mobile != nil, EmailVerified: u.Email != nil,
		})
		if err != nil {
			return err
		}
		return u.show(ctx, c, accounts, id)
	})
}

// readSecret reads a line, which is not shown where somebody types it.
func readSecret(ctx context.Context, c *cli.Console, what string) (string, error) {
	line, err := c.ReadLine(ctx, "The "+what+": ", true)
	if err != nil {
		return "", fmt.Errorf("cannot read the %s: %w", what, err)
	}
	if line == "" {
		return "", fmt.Errorf("there is no %s on standard input", what)
	}
	return line, nil
}

type userList struct {
	userFlags
	cli.Paging
	Role     string `env:"-" enum:",member,administrator,super_administrator" default:"" placeholder:"ROLE" help:"Only users with this role on the whole server: member, administrator or super_administrator."`
	Disabled bool   `env:"-" help:"Only disabled users."`
}

// Run lists the users.
func (u *userList) Run(ctx context.Context, c *cli.Console) error { return u.list(ctx, c, "") }

type userFind struct {
	userList
	Text string `arg:"" help:"A part of the user name, e-mail address, nickname or real name; or a whole mobile number, verified or not, an id, a GUID, an id in another system, or an openid or unionid of WeChat."`
}

// Run lists the users who are found.
func (u *userFind) Run(ctx context.Context, c *cli.Console) error { return u.list(ctx, c, u.Text) }

func (u *userList) list(ctx context.Context, c *cli.Console, text string) error {
	after, err := u.AfterID()
	if err != nil {
		return err
	}
	filter := account.UserFilter{Text: text, Role: u.Role}
	if u.Disabled {
		filter.Disabled = new(true)
	}
	return u.WithAccounts(ctx, func(accounts account.Operator) error {
		users, err := accounts.FindUsers(ctx, filter, after, int(u.Limit)+1)
		if err != nil {
			return err
		}
		total, err := accounts.CountUsers(ctx, filter)
		if err != nil {
			return err
		}
		page := cli.PageOf(mapped(users, u.view), total, u.Paging, func(v User) string { return strconv.FormatInt(v.ID, 10) })
		return cli.PrintPage(c, u.JSON, page, []string{"id", "user name", "nickname", "role", "disabled", "mobile", "e-mail", "created"},
			func(v User) []any {
				return []any{v.ID, v.Username, v.Nickname, v.Role, v.Disabled,
					markUnverified(v.Mobile, v.MobileVerified), markUnverified(v.Email, v.EmailVerified), v.CreatedAt}
			})
	})
}

type userShow struct{ userCommand }

// Run shows the user.
func (u *userShow) Run(ctx context.Context, c *cli.Console) error {
	return u.change(ctx, c, func(account.Operator, account.User) error { return nil })
}

type userDisable struct{ userCommand }

// Run disables the user.
func (u *userDisable) Run(ctx context.Context, c *cli.Console) error {
	return u.change(ctx, c, func(accounts account.Operator, user account.User) error {
		return accounts.DisableUser(ctx, user.ID)
	})
}

type userEnable struct{ userCommand }

// Run enables the user.
func (u *userEnable) Run(ctx context.Context, c *cli.Console) error {
	return u.change(ctx, c, func(accounts account.Operator, user account.User) error {
		return accounts.EnableUser(ctx, user.ID)
	})
}

type userResetPassword struct {
	cli.Admin
	Who           string `arg:"" help:"The user's id, user name, e-mail address or verified mobile number."`
	PasswordStdin bool   `help:"Read the new password from the first line of standard input."`
}

// Run sets the password.
func (u *userResetPassword) Run(ctx context.Context, c *cli.Console) error {
	chosen := ""
	if u.PasswordStdin {
		var err error
		if chosen, err = readSecret(ctx, c, "password"); err != nil {
			return err
		}
	}
	return u.WithAccounts(ctx, func(accounts account.Operator) error {
		user, err := accounts.FindUser(ctx, u.Who)
		if err != nil {
			return err
		}
		password, err := accounts.ResetPassword(ctx, user.ID, chosen)
		if err != nil {
			return err
		}
		if u.PasswordStdin {
			password = "" // a chosen password is not printed
		}
		return u.print(c, PasswordReset{ID: user.ID, Username: textOf(user.Username), Password: password})
	})
}

func (u *userResetPassword) print(c *cli.Console, reset PasswordReset) error {
	if u.JSON {
		return c.PrintJSON(reset)
	}
	rows := [][]any{{"id", reset.ID}, {"user name", reset.Username}}
	if reset.Password != "" {
		rows = append(rows, []any{"new password", reset.Password})
	}
	return c.PrintTable(nil, append(rows, []any{"sessions", "all ended"}))
}

type userRole struct {
	userCommand
	Role string `arg:"" enum:"member,administrator,super_administrator" help:"One of ${enum}."`
}

// Run sets the role.
func (u *userRole) Run(ctx context.Context, c *cli.Console) error {
	return u.change(ctx, c, func(accounts account.Operator, user account.User) error {
		return accounts.SetRole(ctx, user.ID, u.Role)
	})
}

type userJoin struct {
	userCommand
	Organisation string `arg:"" name:"org" help:"The organisation's code."`
	Role         string `env:"QUARTET_MEMBER_ROLE" placeholder:"CODE" help:"Code of the role to give the member in the organisation."`
}

// Run adds the membership.
func (u *userJoin) Run(ctx context.Context, c *cli.Console) error {
	return u.change(ctx, c, func(accounts account.Operator, user account.User) error {
		return accounts.AddMembership(ctx, user.ID, u.Organisation, u.Role)
	})
}

type userLeave struct {
	userCommand
	Organisation string `arg:"" name:"org" help:"The organisation's code."`
	Role         string `env:"QUARTET_MEMBER_ROLE" placeholder:"CODE" help:"Code of a role to take away; the user stays in the organisation."`
}

// Run removes the membership.
func (u *userLeave) Run(ctx context.Context, c *cli.Console) error {
	return u.change(ctx, c, func(accounts account.Operator, user account.User) error {
		err := accounts.RemoveMembership(ctx, user.ID, u.Organisation, u.Role)
		return wordMissing(ctx, accounts, u.Organisation, err, "The user has no such membership")
	})
}

// wordMissing words the error of removing a link to an organisation that exists:
// it is the link that is missing.
func wordMissing(ctx context.Context, accounts account.Operator, organisation string, err error, text string) error {
	failed, ok := errors.AsType[*apierr.Error](err)
	if !ok || failed.Field != "organisation" || !errors.Is(failed.Cause, store.ErrNotFound) {
		return err
	}
	if _, unknown := accounts.Organisation(ctx, organisation); unknown != nil {
		return unknown
	}
	return errors.New(text)
}
