package admincmd

import (
	"context"
	"errors"
	"fmt"

	"quartet/cmd/quartet/internal/cli"
	"quartet/server/account"
	"quartet/server/apierr"
)

type userMerge struct {
	userFlags
	cli.Confirmation
	From string `arg:"" help:"The user who goes: id, user name, e-mail address or verified mobile number."`
	Into string `arg:"" help:"The user who stays, and gets what is the other's: ids in other systems, WeChat identities, memberships, and what they lack."`
}

// Run merges the two, and shows who stays.
func (u *userMerge) Run(ctx context.Context, c *cli.Console) error {
	return u.WithAccounts(ctx, func(accounts account.Operator) error {
		from, err := accounts.FindUser(ctx, u.From)
		if err != nil {
			return err
		}
		into, err := accounts.FindUser(ctx, u.Into)
		if err != nil {
			return err
		}
		if from.ID == into.ID {
			return cli.Usagef("both are the user %s", called(into))
		}
		what := fmt.Sprintf("merges the user %s into the user %s and ends their sessions", called(from), called(into))
		if err := u.Confirm(ctx, c, what); err != nil {
			return err
		}
		err = accounts.MergeUsers(ctx, from.ID, into.ID)
		if apierr.Is(err, apierr.Forbidden) {
			return errors.New("neither may be disabled, and the user who goes may have no role on the whole server: see quartet user enable and quartet user role")
		}
		if err != nil {
			return err
		}
		return u.show(ctx, c, accounts, into.ID)
	})
}

// called is how a question names a user.
func called(u account.User) string {
	if u.Username == nil {
		return fmt.Sprint(u.ID)
	}
	return fmt.Sprintf("%d (%s)", u.ID, cli.Text(*u.Username))
}
