package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"quartet/server/account"
)

type userCommands struct {
	Add           userAdd           `cmd:"" help:"Add a user."`
	List          userList          `cmd:"" help:"List users by id."`
	Show          userShow          `cmd:"" help:"Show a user."`
	Disable       userDisable       `cmd:"" help:"Lock a user out and end their sessions."`
	Enable        userEnable        `cmd:"" help:"Let a user in again."`
	ResetPassword userResetPassword `cmd:"" help:"Set a new password, and end the user's sessions. Without --password-stdin it is made up and printed, this once."`
	Role          userRole          `cmd:"" help:"Give a user a role over the whole server."`
	Join          userJoin          `cmd:"" help:"Make a user a member of an organisation, or give a member a role there."`
	Leave         userLeave         `cmd:"" help:"End a user's membership, or take a role in an organisation away."`
}

// userFlags is what the commands about users have in common.
type userFlags struct {
	administration
	Full bool `help:"Print mobiles in full, not as 138****8000."`
}

// who names the user of a command.
type who struct {
	Who string `arg:"" help:"Id, user name, e-mail or proven mobile."`
}

// change does something to a user and shows what they are then.
func (f userFlags) change(ctx context.Context, c *console, who string, do func(*account.Service, account.User) error) error {
	return f.with(ctx, func(accounts *account.Service) error {
		user, err := accounts.FindUser(ctx, who)
		if err != nil {
			return err
		}
		if err := do(accounts, user); err != nil {
			return err
		}
		return f.show(ctx, c, accounts, user.ID)
	})
}

type userAdd struct {
	userFlags
	Username      string  `arg:"" help:"2 to 64 characters."`
	Password      *string `xor:"password" help:"Password. Others on this machine can see it: prefer --password-stdin."`
	PasswordStdin bool    `xor:"password" help:"Read the password from standard input, one line. Without a password the user has the other ways in."`
	Role          string  `env:"QUARTET_USER_ROLE" default:"member" enum:"member,administrator,super_administrator" help:"Role over the whole server: ${enum}."`
	Mobile        *string `help:"Mobile, taken as proven: you vouch for it."`
	Email         *string `help:"E-mail, taken as proven: you vouch for it."`
	Nickname      *string `help:"Nickname."`
	RealName      *string `help:"Real name."`
}

// Run adds the user.
func (u *userAdd) Run(ctx context.Context, c *console) error {
	password := u.Password
	if u.PasswordStdin {
		read, err := readPassword(c.in)
		if err != nil {
			return err
		}
		password = &read
	}
	return u.with(ctx, func(accounts *account.Service) error {
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

// readPassword reads one line, which need not end.
func readPassword(in io.Reader) (string, error) {
	const longest = 4096 // bytes; the rules allow far less, and say so
	line, err := bufio.NewReader(io.LimitReader(in, longest)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("cannot read the password: %w", err)
	}
	line = strings.TrimRight(line, "\r\n")
	if line == "" {
		return "", errors.New("there is no password on standard input")
	}
	return line, nil
}

type userList struct {
	userFlags
	After int64 `default:"0" help:"List the users whose ids are above this one."`
	Limit int   `default:"50" help:"List at most so many."`
}

// Run lists the users.
func (u *userList) Run(ctx context.Context, c *console) error {
	return u.with(ctx, func(accounts *account.Service) error {
		users, err := accounts.ListUsers(ctx, u.After, u.Limit)
		if err != nil {
			return err
		}
		return u.list(c, users)
	})
}

type userShow struct {
	userFlags
	who
}

// Run shows the user.
func (u *userShow) Run(ctx context.Context, c *console) error {
	return u.change(ctx, c, u.Who, func(*account.Service, account.User) error { return nil })
}

type userDisable struct {
	userFlags
	who
}

// Run locks the user out.
func (u *userDisable) Run(ctx context.Context, c *console) error {
	return u.change(ctx, c, u.Who, func(accounts *account.Service, user account.User) error {
		return accounts.DisableUser(ctx, user.ID)
	})
}

type userEnable struct {
	userFlags
	who
}

// Run lets the user in again.
func (u *userEnable) Run(ctx context.Context, c *console) error {
	return u.change(ctx, c, u.Who, func(accounts *account.Service, user account.User) error {
		return accounts.EnableUser(ctx, user.ID)
	})
}

type userResetPassword struct {
	administration
	who
	PasswordStdin bool `help:"Read the new password from standard input, one line."`
}

// Run sets the password.
func (u *userResetPassword) Run(ctx context.Context, c *console) error {
	chosen := ""
	if u.PasswordStdin {
		var err error
		if chosen, err = readPassword(c.in); err != nil {
			return err
		}
	}
	return u.with(ctx, func(accounts *account.Service) error {
		user, err := accounts.FindUser(ctx, u.Who)
		if err != nil {
			return err
		}
		password, err := accounts.ResetPassword(ctx, user.ID, chosen)
		if err != nil {
			return err
		}
		if u.PasswordStdin {
			password = "" // whoever chose it knows it
		}
		return u.told(c, user, password)
	})
}

func (u *userResetPassword) told(c *console, user account.User, password string) error {
	if u.JSON {
		return c.printJSON(resetView{ID: user.ID, Username: textOf(user.Username), Password: password})
	}
	facts := []fact{{"id", user.ID}, {"user name", textOf(user.Username)}}
	if password != "" {
		facts = append(facts, fact{"new password", password})
	}
	return c.printFacts(append(facts, fact{"sessions", "all ended"}))
}

type userRole struct {
	userFlags
	who
	Role string `arg:"" enum:"member,administrator,super_administrator" help:"One of ${enum}."`
}

// Run sets the role.
func (u *userRole) Run(ctx context.Context, c *console) error {
	return u.change(ctx, c, u.Who, func(accounts *account.Service, user account.User) error {
		return accounts.SetRole(ctx, user.ID, u.Role)
	})
}

type userJoin struct {
	userFlags
	who
	Organisation string `arg:"" name:"org" help:"The organisation's code."`
	Role         string `env:"QUARTET_MEMBER_ROLE" placeholder:"CODE" help:"Code of a role to have there."`
}

// Run adds the membership.
func (u *userJoin) Run(ctx context.Context, c *console) error {
	return u.change(ctx, c, u.Who, func(accounts *account.Service, user account.User) error {
		return accounts.AddMembership(ctx, user.ID, u.Organisation, u.Role)
	})
}

type userLeave struct {
	userFlags
	who
	Organisation string `arg:"" name:"org" help:"The organisation's code."`
	Role         string `env:"QUARTET_MEMBER_ROLE" placeholder:"CODE" help:"Code of the role to take away; the membership then stays."`
}

// Run removes the membership.
func (u *userLeave) Run(ctx context.Context, c *console) error {
	return u.change(ctx, c, u.Who, func(accounts *account.Service, user account.User) error {
		err := accounts.RemoveMembership(ctx, user.ID, u.Organisation, u.Role)
		return unlessPresent(ctx, accounts, u.Organisation, err, "The user has no such membership")
	})
}
