package admincmd

import (
	"context"
	"fmt"
	"time"

	"quartet/cmd/quartet/internal/cli"
	"quartet/server/account"
	"quartet/store"
)

// appSecret has the commands about an application's secrets.
type appSecret struct {
	Add    secretAdd    `cmd:"" help:"Create a secret and print it: it is never shown again. Two secrets work at the same time, so that the next one can be put into use before the old one is revoked."`
	Revoke secretRevoke `cmd:"" help:"Revoke a secret. Every server refuses it from the next request on."`
	List   secretList   `cmd:"" help:"List the secrets of an application, without their texts."`
}

// secretCommand is a command about the secrets of one application.
type secretCommand struct {
	cli.Admin
	Application string `arg:"" name:"app" help:"The application's id."`
}

// Secret is an application's secret as the command line prints it.
type Secret struct {
	ID         int64      `json:"id"`
	Secret     string     `json:"secret,omitempty"` // only of a new one
	CreatedAt  time.Time  `json:"createdAt"`
	LastUsedAt *time.Time `json:"lastUsedAt"`
	RevokedAt  *time.Time `json:"revokedAt"`
}

func secretView(s account.ApplicationSecret) Secret {
	return Secret{ID: s.ID, CreatedAt: cli.LocalTime(s.CreatedAt), LastUsedAt: localTimeOf(s.LastUsedAt), RevokedAt: localTimeOf(s.RevokedAt)}
}

func localTimeOf(at *store.Time) *time.Time {
	if at == nil {
		return nil
	}
	return new(cli.LocalTime(*at))
}

type secretAdd struct{ secretCommand }

// Run creates a secret and prints it.
func (s *secretAdd) Run(ctx context.Context, c *cli.Console) error {
	return s.WithAccounts(ctx, func(accounts account.Operator) error {
		added, err := accounts.AddApplicationSecret(ctx, s.Application)
		if err != nil {
			return err
		}
		v := secretView(added.ApplicationSecret)
		v.Secret = added.Text
		if s.JSON {
			return c.PrintJSON(v)
		}
		return c.PrintTable(nil, [][]any{{"id", v.ID}, {"secret", v.Secret}, {"created", v.CreatedAt}})
	})
}

type secretRevoke struct {
	secretCommand
	cli.Confirmation
	ID int64 `arg:"" name:"id" help:"The secret's id, as quartet app secret list shows it."`
}

// Run revokes a secret and lists all of them.
func (s *secretRevoke) Run(ctx context.Context, c *cli.Console) error {
	return s.WithAccounts(ctx, func(accounts account.Operator) error {
		if err := s.Confirm(ctx, c, fmt.Sprintf("revokes the secret %d of the application %s", s.ID, cli.Text(s.Application))); err != nil {
			return err
		}
		if err := accounts.RevokeApplicationSecret(ctx, s.Application, s.ID); err != nil {
			return err
		}
		return s.print(ctx, c, accounts)
	})
}

type secretList struct{ secretCommand }

// Run lists the secrets.
func (s *secretList) Run(ctx context.Context, c *cli.Console) error {
	return s.WithAccounts(ctx, func(accounts account.Operator) error { return s.print(ctx, c, accounts) })
}

func (s secretCommand) print(ctx context.Context, c *cli.Console, accounts account.Operator) error {
	secrets, err := accounts.ApplicationSecrets(ctx, s.Application)
	if err != nil {
		return err
	}
	return cli.PrintPage(c, s.JSON, cli.Whole(mapped(secrets, secretView)), []string{"id", "created", "last used", "revoked"},
		func(v Secret) []any { return []any{v.ID, v.CreatedAt, v.LastUsedAt, v.RevokedAt} })
}
