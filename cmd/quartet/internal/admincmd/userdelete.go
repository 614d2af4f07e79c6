package admincmd

import (
	"context"
	"fmt"
	"strconv"

	"quartet/cmd/quartet/internal/cli"
	"quartet/server/account"
	"quartet/server/dialect/yudao"
)

type userDelete struct {
	cli.Admin
	cli.Confirmation
	Who string `arg:"" help:"The user's id, user name, e-mail address or verified mobile number."`
}

// Run erases the user.
func (u *userDelete) Run(ctx context.Context, c *cli.Console) error {
	return u.WithAccounts(ctx, func(accounts account.Operator) error {
		user, err := accounts.FindUser(ctx, u.Who)
		if err != nil {
			return err
		}
		what := fmt.Sprintf("erases the user %s and everything that names them", called(user))
		return deleted(ctx, c, u.Confirmation, u.JSON, what, strconv.FormatInt(user.ID, 10), func() error {
			return accounts.EraseUser(ctx, user.ID)
		})
	})
}

type userExport struct {
	cli.DatabaseFlags
	Who string `arg:"" help:"The user's id, user name, e-mail address or verified mobile number."`
}

// Run writes the copy of the user's data, as the operation copyMyData answers it.
func (u *userExport) Run(ctx context.Context, c *cli.Console) error {
	return cli.Admin{DatabaseFlags: u.DatabaseFlags}.WithAccounts(ctx, func(accounts account.Operator) error {
		user, err := accounts.FindUser(ctx, u.Who)
		if err != nil {
			return err
		}
		data, err := accounts.CopyDataOf(ctx, user.ID)
		if err != nil {
			return err
		}
		return c.PrintJSON(yudao.ToPersonalData(data, 0))
	})
}
