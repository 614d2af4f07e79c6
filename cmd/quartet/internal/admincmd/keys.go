package admincmd

import (
	"context"
	"errors"
	"time"

	"quartet/cmd/quartet/internal/cli"
	"quartet/server/account"
	"quartet/server/keys"
)

// KeysCommands are the commands about the keys that sign JWTs.
type KeysCommands struct {
	List   keysList   `cmd:"" help:"List the keys that verify JWTs and show which one signs."`
	Rotate keysRotate `cmd:"" help:"Create the next signing key. Running servers find it by themselves."`
	Retire keysRetire `cmd:"" help:"Remove a key. JWTs that it signed are no longer accepted."`
}

// keysFlags has the flags of the commands about keys.
type keysFlags struct {
	cli.Admin
	AccessLife cli.Duration `default:"1h" help:"Lifetime of a JWT; the same as the servers' --access-life."`
}

type keysList struct{ keysFlags }

// Run lists the keys.
func (k *keysList) Run(ctx context.Context, c *cli.Console) error {
	return k.WithKeys(ctx, func(_ account.Operator, ring *keys.Keyring) error { return k.print(c, ring) })
}

type keysRotate struct {
	keysFlags
	Algorithm keys.Algorithm `env:"-" default:"" enum:",RS256,ES256,EdDSA" placeholder:"ALGORITHM" help:"Signature algorithm of the new key: RS256, ES256 or EdDSA; by default that of the key that signs now. Upgrade every server before you change the algorithm: servers from before this option do not start with such a key."`
	Overlap   time.Duration  `default:"1m" env:"-" help:"How long the new key only verifies before it signs, so that all servers and all readers of /.well-known/jwks.json know it by then. Use 0s if the old key has leaked."`
}

// Run creates the next key and lists all keys.
func (k *keysRotate) Run(ctx context.Context, c *cli.Console) error {
	if k.Overlap < 0 {
		return cli.Usagef("--overlap cannot be negative")
	}
	return k.WithKeys(ctx, func(accounts account.Operator, ring *keys.Keyring) error {
		if _, err := accounts.RotateSigningKey(ctx, k.keys(ring), string(k.Algorithm), k.Overlap); err != nil {
			return remedy(err)
		}
		return k.print(c, ring)
	})
}

type keysRetire struct {
	keysFlags
	cli.Confirmation
	KID   string `arg:"" name:"kid" help:"The key's id."`
	Force bool   `env:"-" help:"Remove the key even if it signs, or if JWTs signed by it may still be in use; their holders must sign in again. The newest key is never removed."`
}

// Run removes a key and lists the others.
func (k *keysRetire) Run(ctx context.Context, c *cli.Console) error {
	return k.WithKeys(ctx, func(accounts account.Operator, ring *keys.Keyring) error {
		if k.Force { // else nobody holds a JWT of it any more
			if err := k.Confirm(ctx, c, "removes the key "+cli.Text(k.KID)+", so that whoever holds a JWT of it signs in again"); err != nil {
				return err
			}
		}
		if err := accounts.RetireSigningKey(ctx, k.keys(ring), k.KID, k.Force); err != nil {
			return remedy(err)
		}
		return k.print(c, ring)
	})
}

// Key is a signing key as the command line prints it.
type Key struct {
	KID         string     `json:"kid"`
	Algorithm   string     `json:"algorithm"`
	State       string     `json:"state"`
	CreatedAt   time.Time  `json:"createdAt"`
	SignsFrom   time.Time  `json:"signsFrom"`
	RetirableAt *time.Time `json:"retirableAt"` // null: there is no newer key
}

func keyView(status account.SigningKey) Key {
	local := func(at time.Time) time.Time { return at.Local().Truncate(time.Second) }
	view := Key{
		KID: status.KID, Algorithm: status.Algorithm, State: status.State,
		CreatedAt: local(status.CreatedAt), SignsFrom: local(status.SignsFrom),
	}
	if !status.RetirableAt.IsZero() {
		view.RetirableAt = new(local(status.RetirableAt))
	}
	return view
}

func (k keysFlags) keys(ring *keys.Keyring) cli.SigningKeys {
	return cli.SigningKeys{Ring: ring, Life: k.AccessLife.Duration}
}

// remedy is the error of the keys, which says more than the failure that is made of it.
func remedy(err error) error {
	if cause := errors.Unwrap(err); cause != nil {
		return cause
	}
	return err
}

func (k keysFlags) print(c *cli.Console, ring *keys.Keyring) error {
	views := mapped(k.keys(ring).List(), keyView)
	return cli.PrintPage(c, k.JSON, cli.Whole(views), []string{"kid", "algorithm", "state", "created", "signs from", "retire after"},
		func(v Key) []any { return []any{v.KID, v.Algorithm, v.State, v.CreatedAt, v.SignsFrom, v.RetirableAt} })
}
