package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"
)

// healthPatience is a little more than a server takes to answer that its
// database does not.
const healthPatience = 5 * time.Second

// healthCommand is for containers: their image holds nothing else that could
// ask.
type healthCommand struct {
	Addr string `default:"127.0.0.1:8080" help:"Where the server listens, as it was told; every interface is asked on this machine."`
	URL  string `name:"url" env:"-" placeholder:"URL" help:"Ask there instead, such as https://account.example.com/readyz."`
}

// Run succeeds when the server, and with it its database, is ready.
func (h *healthCommand) Run(ctx context.Context, c *console) error {
	target := h.URL
	if target == "" {
		host, port, err := net.SplitHostPort(h.Addr)
		if err != nil {
			return usageError{"--addr must be HOST:PORT: " + err.Error()}
		}
		if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
			host = "127.0.0.1"
		}
		target = (&url.URL{Scheme: "http", Host: net.JoinHostPort(host, port), Path: "/readyz"}).String()
	}
	if err := askReady(ctx, target); err != nil {
		return err
	}
	_, err := fmt.Fprintln(c.out, "ready")
	return err
}

func askReady(ctx context.Context, target string) error {
	ctx, cancel := context.WithTimeout(ctx, healthPatience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
	if err != nil {
		return usageError{err.Error()}
	}
	// No proxy that the environment names: it is this server that is asked.
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	if err != nil {
		return fmt.Errorf("not ready: %w", err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("not ready: %s answers %s", target, response.Status)
	}
	return nil
}
