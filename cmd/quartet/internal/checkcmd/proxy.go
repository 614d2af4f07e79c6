package checkcmd

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"time"

	"quartet/cmd/quartet/internal/cli"
	"quartet/openapi/check/replay"
	"quartet/openapi/check/traffic"
)

// shutdownTime is how long open requests may take at the end.
const shutdownTime = 5 * time.Second

// proxy passes requests on to the target until ctx ends, and reports what was not as
// documented. It fails if something was not.
func (k *Command) proxy(ctx context.Context, c *cli.Console) error {
	spec, err := k.loadSpec(ctx)
	if err != nil {
		return cli.UsageError{Err: err}
	}
	target, err := url.Parse(k.Target)
	if err != nil {
		return cli.UsageError{Err: err}
	}
	record, closeFile, err := k.recorder()
	if err != nil {
		return cli.UsageError{Err: err}
	}
	proxy, err := traffic.New(spec, target, k.LegacyStatus, record)
	if err != nil {
		return cli.UsageError{Err: err}
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", k.Proxy)
	if err != nil {
		return cli.UsageError{Err: err}
	}
	if _, err := fmt.Fprintf(c.Errs, "http://%s passes requests on to %s; Ctrl-C ends it and prints the report\n", listener.Addr(), k.Target); err != nil {
		return err
	}
	server := &http.Server{Handler: proxy, ReadHeaderTimeout: k.Timeout}
	ended := make(chan error, 1)
	go func() {
		<-ctx.Done()
		limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTime)
		defer cancel()
		ended <- server.Shutdown(limited)
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return errors.Join(<-ended, closeFile(), k.printFindings(c, proxy))
}

// recorder appends exchanges to the file of --record, which is new; without one it does
// nothing.
func (k *Command) recorder() (record func(replay.Exchange) error, closeFile func() error, err error) {
	if k.Record == "" {
		return nil, func() error { return nil }, nil
	}
	file, err := os.OpenFile(k.Record, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, nil, err
	}
	record = func(e replay.Exchange) error { return replay.Record(file, []replay.Exchange{e}, k.KeepSecrets) }
	return record, file.Close, nil
}

func (k *Command) printFindings(c *cli.Console, proxy *traffic.Proxy) error {
	findings, exchanges := proxy.Findings()
	if k.JSON {
		err := c.PrintJSON(struct {
			Exchanges int               `json:"exchanges"`
			Findings  []traffic.Finding `json:"findings"`
		}{exchanges, findings})
		if err != nil {
			return err
		}
	} else if len(findings) > 0 {
		var rows [][]any
		for _, f := range findings {
			rows = append(rows, []any{f.Operation, f.Status, f.Times, f.Of, f.Where, f.Documented, f.Got})
		}
		if err := c.PrintTable([]string{"operation", "status", "times", "of", "where", "documented", "got"}, rows); err != nil {
			return err
		}
	}
	if len(findings) > 0 {
		return fmt.Errorf("%s in %s", plural(len(findings), "difference"), plural(exchanges, "request"))
	}
	_, err := fmt.Fprintf(c.Errs, "%s, all as documented\n", plural(exchanges, "request"))
	return err
}
