package admincmd

import (
	"context"
	"net/netip"

	"quartet/cmd/quartet/internal/cli"
	"quartet/server/account"
)

// Unlocked is what `quartet user unlock` prints. ID is 0 where no user is named.
type Unlocked struct {
	ID       int64  `json:"id,omitempty"`
	Username string `json:"username,omitempty"`
	ClientIP string `json:"clientIp,omitempty"`
	Counters int64  `json:"counters"` // that were deleted
}

type userUnlock struct {
	cli.Admin
	Who      string     `arg:"" optional:"" help:"The user's id, user name, e-mail address or verified mobile number."`
	ClientIP netip.Addr `env:"-" placeholder:"ADDRESS" help:"Lift what was counted against this client IP, for all accounts. Servers notice within seconds."`
}

// Validate requires something to unlock.
func (u *userUnlock) Validate() error {
	if u.Who == "" && !u.ClientIP.IsValid() {
		return cli.Usagef("name a user, --client-ip, or both")
	}
	return nil
}

// Run deletes the counters.
func (u *userUnlock) Run(ctx context.Context, c *cli.Console) error {
	return u.WithAccounts(ctx, func(accounts account.Operator) error {
		var unlocked Unlocked
		if u.Who != "" {
			user, err := accounts.FindUser(ctx, u.Who)
			if err != nil {
				return err
			}
			unlocked.ID, unlocked.Username = user.ID, textOf(user.Username)
			if unlocked.Counters, err = accounts.UnlockUser(ctx, user.ID); err != nil {
				return err
			}
		}
		if u.ClientIP.IsValid() {
			unlocked.ClientIP = u.ClientIP.String()
			deleted, err := accounts.UnlockClientIP(ctx, unlocked.ClientIP)
			if err != nil {
				return err
			}
			unlocked.Counters += deleted
		}
		return u.print(c, unlocked)
	})
}

func (u *userUnlock) print(c *cli.Console, unlocked Unlocked) error {
	if u.JSON {
		return c.PrintJSON(unlocked)
	}
	var rows [][]any
	if unlocked.ID != 0 {
		rows = append(rows, []any{"id", unlocked.ID}, []any{"user name", unlocked.Username})
	}
	if unlocked.ClientIP != "" {
		rows = append(rows, []any{"client ip", unlocked.ClientIP})
	}
	return c.PrintTable(nil, append(rows, []any{"counters deleted", unlocked.Counters}))
}
