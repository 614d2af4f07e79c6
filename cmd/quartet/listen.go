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

// drainTime is how long requests under way may still take once the program was
// told to end.
const drainTime = 10 * time.Second

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

// serveHTTP serves until ctx ends, and then lets the requests under way finish.
func serveHTTP(ctx context.Context, listener net.Listener, handler http.Handler, log *slog.Logger) error {
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 2 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      15 * time.Second,
		IdleTimeout:       60 * time.Second,
		// The handler itself refuses more than 16 KiB, in the caller's envelope.
		MaxHeaderBytes: 256 << 10,
		ErrorLog:       slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return fmt.Errorf("the server ended: %w", err)
	case <-ctx.Done():
	}
	log.Info("ending", "patience", drainTime)
	patience, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer cancel()
	if err := server.Shutdown(patience); err != nil {
		return errors.Join(fmt.Errorf("requests were cut off: they took longer than %s to end", drainTime), server.Close())
	}
	return nil
}
