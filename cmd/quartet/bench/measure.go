package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"sync/atomic"
	"time"
)

// bench is two programs on one world.
type bench struct {
	world
	secrets
	targets  [2]*target
	duration time.Duration // of one measurement
}

// open makes the world and starts both programs on it.
func open(ctx context.Context, o options, w world) (*bench, error) {
	// Each measurement of first uses, and the one that warms up, takes its own.
	w.unseen = 2 * writeLimit * (3*o.rounds + 3)
	path, err := w.create(ctx, o)
	if err != nil {
		return nil, err
	}
	s, err := openSecrets(path)
	if err != nil {
		return nil, err
	}
	b := &bench{world: w, secrets: s, duration: o.duration}
	copied := path + ".copy.db"
	if err := copyDatabase(path, copied); err != nil { // which reads it through
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	server, err := start(ctx, o.program, serveArguments(path)...)
	if err != nil {
		return nil, err
	}
	b.targets[0] = &target{process: server, file: path}
	bare, err := start(ctx, self, referenceCommand, "--reads", path, "--writes", copied)
	if err != nil {
		return nil, errors.Join(err, server.stop())
	}
	b.targets[1] = &target{process: bare, index: 1, file: copied}
	return b, nil
}

// serveArguments loosen the limits that are there to stop what this program
// does. What a request costs stays as it is.
func serveArguments(path string) []string {
	args := []string{
		"serve", "--database", "sqlite:" + path, "--log-level", "warn",
		"--open-registration", "--last-seen-interval", seenEvery.String(), "--access-life", (4 * seenEvery).String(),
		"--request-time", "14s", "--write-timeout", "20s",
	}
	for _, limit := range []string{"register-address", "register-all", "guess-pair", "guess-account", "guess-address"} {
		args = append(args, "--"+limit, "1000000000/1h")
	}
	return args
}

// copyDatabase copies a file that nobody has open, byte for byte: one that
// SQLite wrote anew would be packed better than the one it is compared with.
func copyDatabase(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

func (b *bench) close() error {
	return errors.Join(b.targets[0].stop(), b.targets[1].stop())
}

// one measures a case on a target.
func (b *bench) one(ctx context.Context, c benchCase, t *target, clients int, duration time.Duration) (sample, error) {
	if c.arm {
		if err := b.armCodes(ctx, t.file); err != nil {
			return sample{}, err
		}
	}
	kept, _ := t.turns.LoadOrStore(c.name, new(atomic.Int64))
	turns := kept.(*atomic.Int64)
	l := load{
		address: t.address, clients: clients, duration: duration, limit: c.limit, status: c.status, busy: c.busy,
		request: func(client int) []byte {
			return c.request(call{target: t, world: b.world, client: client, turn: int(turns.Add(1)) - 1})
		},
	}
	if c.learn != nil {
		l.learn = func(client int, body []byte) { c.learn(call{target: t, world: b.world, client: client}, body) }
	}
	before := t.cpu()
	found, err := l.run(ctx)
	if err != nil {
		return found, fmt.Errorf("%s with %d clients on %s: %w", c.name, clients, t.label(), err)
	}
	found.CPU = (t.cpu() - before) / time.Duration(max(found.Requests, 1))
	return found, nil
}

func (t *target) label() string { return [...]string{"the server", "the reference"}[t.index] }

// armCodes makes the first users' one-time codes good again. Nothing but the
// database itself knows of codes, so this can be done beside the program.
func (b *bench) armCodes(ctx context.Context, file string) (err error) {
	db, err := sql.Open("sqlite", "file:"+file+"?_busy_timeout=5000&_txlock=immediate")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // nothing to roll back after a commit
	now := time.Now()
	for i := range min(b.users, writeLimit) {
		text := mobile(firstUser + int64(i))
		_, err := tx.ExecContext(ctx, `INSERT OR REPLACE INTO one_time_codes
			(purpose, mobile_index, code_mac, active, attempts, created_at, expires_at) VALUES (?, ?, ?, TRUE, 0, ?, ?)`,
			signIn, b.sealer.Index(text), b.codeMAC(text), now.UnixMilli(), now.Add(time.Hour).UnixMilli())
		if err != nil {
			return err
		}
	}
	return tx.Commit()
}

// warmUp runs every case shortly on both, and compares the answers that must be
// the same.
func (b *bench) warmUp(ctx context.Context, all []benchCase) error {
	for _, c := range all {
		var answers [2][]byte
		for _, t := range b.targets {
			seen := c
			seen.learn = func(call call, body []byte) {
				if c.learn != nil {
					c.learn(call, body)
				}
				if call.client == 0 {
					answers[t.index] = body
				}
			}
			if _, err := b.one(ctx, seen, t, c.clients[0], b.duration/4); err != nil {
				return err
			}
		}
		if c.same && !sameAnswer(answers[0], answers[1]) {
			return fmt.Errorf("%s: the answers differ:\n%s\n%s", c.name, answers[0], answers[1])
		}
	}
	return nil
}

// compare measures all cases in rounds. Within a round the two programs take
// turns at each case, and the one that begins changes with the round: whatever
// else the machine does hits both.
func (r *results) compare(ctx context.Context, o options, w world, all []benchCase) (err error) {
	b, err := open(ctx, o, w)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.close()) }()
	if err := b.warmUp(ctx, all); err != nil {
		return err
	}
	found := newCollection(w.users)
	for round := range o.rounds {
		fmt.Fprintf(os.Stderr, "bench: round %d of %d\n", round+1, o.rounds)
		for _, c := range all {
			for _, clients := range c.clients {
				var pair [2]sample
				for i := range b.targets {
					t := b.targets[(i+round)%2]
					if pair[t.index], err = b.one(ctx, c, t, clients, o.duration); err != nil {
						return err
					}
				}
				found.add(c, clients, pair)
			}
		}
		if err := b.flood(ctx, all, round, found); err != nil {
			return err
		}
	}
	r.Comparisons = append(r.Comparisons, found.summary()...)
	r.Floods = append(r.Floods, found.floods()...)
	return nil
}

const (
	floodReaders = 8
	floodClients = mostClients
)

// flood measures reads alone, and again while others sign in by password as fast
// as they can. What becomes of the sign-ins is not asked: some are refused.
func (b *bench) flood(ctx context.Context, all []benchCase, round int, found *collection) error {
	reads, signIns := caseNamed(all, "user-info-warm"), caseNamed(all, "password-sign-in")
	if reads == nil || signIns == nil {
		return nil
	}
	signIns.status = 0
	for i := range b.targets {
		t := b.targets[(i+round)%2]
		alone, err := b.one(ctx, *reads, t, floodReaders, 2*b.duration)
		if err != nil {
			return err
		}
		flooding := make(chan error, 1)
		go func() {
			_, err := b.one(ctx, *signIns, t, floodClients, 4*b.duration)
			flooding <- err
		}()
		time.Sleep(b.duration) // the flood must have risen
		flooded, err := b.one(ctx, *reads, t, floodReaders, 2*b.duration)
		if err := errors.Join(err, <-flooding); err != nil {
			return err
		}
		found.addFlood(t.index, alone, flooded)
	}
	return nil
}

func caseNamed(all []benchCase, name string) *benchCase {
	for _, c := range all {
		if c.name == name {
			return &c
		}
	}
	return nil
}
