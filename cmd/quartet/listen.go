package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"syscall"
	"time"
)

// listen takes the address, before anything else is touched: a second server
// started by mistake must not get as far as the database.
func listen(ctx context.Context, address string) (net.Listener, error) {
	// An empty address would be a free port on every interface.
	if _, _, err := net.SplitHostPort(address); err != nil {
		return nil, usageError{"--addr must be HOST:PORT: " + err.Error()}
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("the address %s is in use: end the other program, or choose another address with --addr", address)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s: %w", address, err)
	}
	return listener, nil
}

// serveHTTP serves until ctx ends, and then lets the requests under way finish
// for as long as drain.
func serveHTTP(ctx context.Context, listener net.Listener, server *http.Server, drain time.Duration, log *slog.Logger) error {
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return fmt.Errorf("the server ended: %w", err)
	case <-ctx.Done():
	}
	log.Info("ending", "patience", drain)
	patience, cancel := context.WithTimeout(context.WithoutCancel(ctx), drain)
	defer cancel()
	if err := server.Shutdown(patience); err != nil {
		return errors.Join(fmt.Errorf("requests were cut off: they took longer than %s to end", drain), server.Close())
	}
	return nil
}
