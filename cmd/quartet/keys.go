package main

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"quartet/server"
	"quartet/server/account"
	"quartet/server/keys"
)

type keysCommands struct {
	List   keysList   `cmd:"" help:"List the keys that verify JWTs, and which of them signs."`
	Rotate keysRotate `cmd:"" help:"Make the next key. Running servers take it up by themselves."`
	Retire keysRetire `cmd:"" help:"Remove a key. What it signed is refused from then on."`
}

// keysFlags is what the commands about keys have in common.
type keysFlags struct {
	administration
	AccessLife time.Duration `type:"span" default:"${limits_AccessLife}" help:"The servers' own --access-life: how long a JWT lives."`
}

type keysList struct{ keysFlags }

// Run lists the keys.
func (k *keysList) Run(ctx context.Context, c *console) error {
	return k.withRing(ctx, func(_ *account.Service, ring *keys.Keyring) error { return k.printKeys(c, ring) })
}

type keysRotate struct {
	keysFlags
	Overlap time.Duration `default:"1m" env:"-" help:"How long the new key only verifies, so that every server and everybody who reads /.well-known/jwks.json has it before it signs; 0s when the old key has leaked."`
}

// Run makes the next key, and lists what there is then.
func (k *keysRotate) Run(ctx context.Context, c *console) error {
	if k.Overlap < 0 {
		return usageError{"--overlap cannot be negative"}
	}
	return k.withRing(ctx, func(accounts *account.Service, ring *keys.Keyring) error {
		made, err := ring.Rotate(k.Overlap)
		if err != nil {
			return err
		}
		accounts.KeyRotated(ctx, made.KID, k.Overlap)
		return k.printKeys(c, ring)
	})
}

type keysRetire struct {
	keysFlags
	KID   string `arg:"" name:"kid" help:"The key's id."`
	Force bool   `env:"-" help:"Even if it signs, or its JWTs may live: who holds one has to sign in again."`
}

// Run removes a key, and lists what is left.
func (k *keysRetire) Run(ctx context.Context, c *console) error {
	return k.withRing(ctx, func(accounts *account.Service, ring *keys.Keyring) error {
		if err := ring.Retire(k.KID, k.AccessLife, k.Force); err != nil {
			return err
		}
		accounts.KeyRetired(ctx, k.KID, k.Force)
		return k.printKeys(c, ring)
	})
}

// keyView is a key as the command line shows it.
type keyView struct {
	KID         string     `json:"kid"`
	State       string     `json:"state"`
	CreatedAt   time.Time  `json:"createdAt"`
	SignsFrom   time.Time  `json:"signsFrom"`
	RetirableAt *time.Time `json:"retirableAt"` // null: no newer key has been made
}

func newKeyView(status keys.KeyStatus) keyView {
	view := keyView{
		KID: status.KID, State: string(status.State),
		CreatedAt: localSecond(status.CreatedAt), SignsFrom: localSecond(status.SignsFrom),
	}
	if !status.RetirableAt.IsZero() {
		view.RetirableAt = new(localSecond(status.RetirableAt))
	}
	return view
}

func localSecond(at time.Time) time.Time { return at.Local().Truncate(time.Second) }

func (a keysFlags) printKeys(c *console, ring *keys.Keyring) error {
	views := []keyView{}
	var lines [][]any
	for _, status := range ring.Statuses(a.AccessLife) {
		v := newKeyView(status)
		views = append(views, v)
		lines = append(lines, []any{v.KID, v.State, v.CreatedAt, v.SignsFrom, v.RetirableAt})
	}
	if a.JSON {
		return c.printJSON(views)
	}
	return c.printList([]string{"kid", "state", "created", "signs from", "retire after"}, lines)
}

// publicKeys gives the keys that verify JWTs at the time.
func publicKeys(ring *keys.Keyring) func() []server.PublicKey {
	return func() []server.PublicKey {
		var public []server.PublicKey
		for _, key := range ring.JWT() {
			public = append(public, server.PublicKey{KID: key.KID, Public: key.Private.Public().(ed25519.PublicKey)})
		}
		return public
	}
}

// followKeys is the job that reads the folder of the keys again, and tells what
// has changed.
func followKeys(ring *keys.Keyring, log *slog.Logger) func(context.Context) error {
	var told []string
	return func(context.Context) error {
		err := ring.Reload()
		signing, _ := ring.Signing(time.Now())
		var kids []string
		for _, key := range ring.JWT() {
			kids = append(kids, key.KID)
		}
		if now := append([]string{signing}, kids...); !slices.Equal(now, told) {
			log.Info("keys of JWTs", "signing", signing, "verifying", fmt.Sprint(kids))
			told = now
		}
		return err
	}
}
