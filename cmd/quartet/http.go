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

	"quartet/cmd/quartet/internal/cli"
)

// Time limits of connections. The server works on a request for 4.5 s at most and
// takes 4 s more to record what an SMS service answered; writeTimeout is longer.
const (
	headerTimeout = 2 * time.Second
	readTimeout   = 10 * time.Second // of a whole request
	writeTimeout  = 15 * time.Second // from the end of the headers to the end of the response
	idleTimeout   = time.Minute
	// maxHeaderBytes is above the limit that the server itself answers in the caller's
	// dialect; beyond it net/http answers in plain text. It is what a connection can hold
	// in memory without sending a whole request.
	maxHeaderBytes = 24 << 10
)

// windowsAddressInUse is WSAEADDRINUSE; syscall.EADDRINUSE is a made-up number on Windows.
const windowsAddressInUse = syscall.Errno(10048)

// listen opens a port. An empty address would be a random port on every interface.
func listen(ctx context.Context, flag, address string) (net.Listener, error) {
	if _, _, err := net.SplitHostPort(address); err != nil {
		return nil, cli.Usagef("%s must be HOST:PORT: %w", flag, err)
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if errors.Is(err, syscall.EADDRINUSE) || errors.Is(err, windowsAddressInUse) {
		advice := "such as --admin-addr 127.0.0.1:8089"
		if flag == "--addr" {
			advice = "such as --addr 127.0.0.1:8088 (make run ADDR=127.0.0.1:8088)"
		}
		return nil, fmt.Errorf("the address %s is in use: stop the other program, or choose another address, %s", address, advice)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s: %w", address, err)
	}
	return listener, nil
}

// serveHTTP serves until ctx ends, and then waits for running requests for at
// most drainTimeout.
func serveHTTP(ctx context.Context, listener net.Listener, handler http.Handler, drainTimeout time.Duration, log *slog.Logger) error {
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return fmt.Errorf("the server stopped: %w", err)
	case <-ctx.Done():
	}
	log.Info("shutting down", "address", listener.Addr().String(), "timeout", drainTimeout)
	waiting, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTimeout)
	defer cancel()
	if err := server.Shutdown(waiting); err != nil {
		return errors.Join(fmt.Errorf("requests were cut off: they took longer than %s", drainTimeout), server.Close())
	}
	return nil
}
