package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"time"

	"golang.org/x/sync/errgroup"

	"quartet/server"
)

// defaultAdminAddr is the address of the listener for administration outside of
// demonstrations.
const defaultAdminAddr = "127.0.0.1:8081"

type adminFlags struct {
	AdminAddr string `placeholder:"HOST:PORT" help:"Address of a listener of its own for administration: /admin, /console/ and /metrics are there, with /healthz and /readyz, and --addr answers 404 for them. Outside of --demo it is 127.0.0.1:8081 unless set, or a free port where --addr asks for one by port 0. The same as --addr: there is no such listener, and --addr serves everything, as with --demo."`
	NoAdmin   bool   `help:"Serve no admin API and no console: /admin and /console/ answer 404."`
	NoConsole bool   `help:"Serve no console: /console/ answers 404."`
}

// adminAddress is the address of the listener for administration, "" where there is none.
func (s *serveCommand) adminAddress() string {
	switch _, port, _ := net.SplitHostPort(s.Addr); {
	case s.AdminAddr == s.Addr && port != "0":
		return ""
	case s.AdminAddr != "":
		return s.AdminAddr
	case s.Demo:
		return ""
	case port == "0":
		return "127.0.0.1:0"
	default:
		return defaultAdminAddr
	}
}

// ports are the server's listeners.
type ports struct{ main, admin net.Listener } // admin is nil where there is none

// listen opens the ports before the database is touched, so that a second server that is
// started by mistake changes nothing.
func (s *serveCommand) listen(ctx context.Context) (p ports, err error) {
	if p.main, err = listen(ctx, "--addr", s.Addr); err != nil {
		return ports{}, err
	}
	if address := s.adminAddress(); address != "" {
		if p.admin, err = listen(ctx, "--admin-addr", address); err != nil {
			p.close()
			return ports{}, err
		}
	}
	return p, nil
}

// administration is the address of the console.
func (p ports) administration() net.Addr {
	if p.admin == nil {
		return p.main.Addr()
	}
	return p.admin.Addr()
}

func (p ports) close() {
	_ = p.main.Close()
	if p.admin != nil {
		_ = p.admin.Close()
	}
}

// serve serves on all ports until ctx ends or one of them fails.
func (p ports) serve(ctx context.Context, handlers server.Handlers, drainTimeout time.Duration, log *slog.Logger) error {
	all, ctx := errgroup.WithContext(ctx)
	errs := make([]error, 2)
	all.Go(func() error {
		errs[0] = serveHTTP(ctx, p.main, handlers, drainTimeout, log)
		return errs[0]
	})
	if p.admin != nil {
		all.Go(func() error {
			errs[1] = serveHTTP(ctx, p.admin, handlers.Admin, drainTimeout, log)
			return errs[1]
		})
	}
	_ = all.Wait() // it knows the first error only
	return errors.Join(errs...)
}
