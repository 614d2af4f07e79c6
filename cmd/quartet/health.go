package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"quartet/cmd/quartet/internal/cli"
	"quartet/openapi"
)

// healthTimeout is a little more than a server needs to answer that its
// database does not respond.
const healthTimeout = 5 * time.Second

// healthCommand is for containers, whose image has no other HTTP client.
type healthCommand struct {
	Addr string `default:"127.0.0.1:8080" help:"The server's --addr. If that is every interface, 127.0.0.1 is asked."`
	URL  string `name:"url" env:"-" placeholder:"URL" help:"URL to ask instead of --addr, such as https://account.example.com/readyz."`
}

// Run succeeds when the server, and with it its database, is ready.
func (h *healthCommand) Run(ctx context.Context, c *cli.Console) error {
	target := h.URL
	if target == "" {
		host, port, err := net.SplitHostPort(h.Addr)
		if err != nil {
			return cli.Usagef("--addr must be HOST:PORT: %w", err)
		}
		if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
			host = "127.0.0.1"
		}
		target = (&url.URL{Scheme: "http", Host: net.JoinHostPort(host, port), Path: "/readyz"}).String()
	}
	if err := checkReady(ctx, target); err != nil {
		return err
	}
	_, err := fmt.Fprintln(c.Out, "ready")
	return err
}

// problemDetail returns why a server is not ready, if it says so.
func problemDetail(body io.Reader) string {
	var problem openapi.Problem
	err := json.NewDecoder(io.LimitReader(body, 1<<16)).Decode(&problem)
	if err != nil || problem.Detail == nil {
		return ""
	}
	return ": " + cli.Text(*problem.Detail)
}

func checkReady(ctx context.Context, target string) error {
	ctx, cancel := context.WithTimeout(ctx, healthTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
	if err != nil {
		return cli.UsageError{Err: err}
	}
	request.Header.Set("Accept-Language", "en")
	// Without a proxy from the environment: this very server is asked.
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	if err != nil {
		return fmt.Errorf("not ready: %w", err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("not ready: %s answers %s%s", target, response.Status, problemDetail(response.Body))
	}
	return nil
}
