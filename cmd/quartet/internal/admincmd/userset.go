package admincmd

import (
	"context"

	"quartet/cmd/quartet/internal/cli"
	"quartet/server/account"
)

type userSet struct {
	userCommand
	Username       *string `env:"-" help:"User name, 2 to 64 characters."`
	Nickname       *string `env:"-" help:"Nickname; an empty text removes it, and each of the others."`
	RealName       *string `env:"-" help:"Real name."`
	Remark         *string `env:"-" help:"Remark."`
	Mobile         *string `env:"-" help:"Mobile number. A new one is not verified, unless --mobile-verified vouches for it."`
	MobileVerified *bool   `env:"-" negatable:"" help:"Vouch for the mobile number that the user has or gets: it signs them in. --no-mobile-verified takes that back."`
	Email          *string `env:"-" help:"E-mail address. A new one is not verified, unless --email-verified vouches for it."`
	EmailVerified  *bool   `env:"-" negatable:"" help:"Vouch for the e-mail address that the user has or gets. --no-email-verified takes that back."`
}

// Run changes the user.
func (u *userSet) Run(ctx context.Context, c *cli.Console) error {
	change := account.SetUser{
		Username: u.Username, Remark: u.Remark,
		Profile:        account.Profile{Nickname: u.Nickname, RealName: u.RealName, Mobile: u.Mobile, Email: u.Email},
		MobileVerified: u.MobileVerified, EmailVerified: u.EmailVerified,
	}
	if change == (account.SetUser{}) {
		return cli.Usagef("name something to change, for example --mobile")
	}
	return u.change(ctx, c, func(accounts account.Operator, user account.User) error {
		return accounts.SetUser(ctx, user.ID, change)
	})
}
