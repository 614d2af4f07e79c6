package checkcmd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"quartet/cmd/quartet/internal/cli"
	"quartet/openapi/check/replay"
	"quartet/openapi/check/traffic"
)

const (
	// shutdownTime is how long open requests may take at the end.
	shutdownTime = 5 * time.Second
	// reportPath is where the proxy answers its report to programs on its own machine.
	reportPath = "/.quartet-check"
)

// proxy passes requests on to the target until ctx ends, and reports what was not as
// documented. It fails if something was not.
func (k *Command) proxy(ctx context.Context, c *cli.Console) error {
	proxy, closeFile, err := k.newProxy(ctx)
	if err != nil {
		return cli.UsageError{Err: err}
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", k.Proxy)
	if err != nil {
		return cli.UsageError{Err: err}
	}
	if _, err := fmt.Fprintf(c.Errs, "http://%[1]s passes requests on to %[2]s; the report so far: curl http://%[1]s%[3]s; Ctrl-C ends it and prints the report\n",
		listener.Addr(), k.Target, reportPath); err != nil {
		return err
	}
	server := &http.Server{Handler: withReport(proxy), ReadHeaderTimeout: k.Timeout}
	ended := make(chan error, 1)
	go func() {
		<-ctx.Done()
		limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTime)
		defer cancel()
		err := server.Shutdown(limited)
		if errors.Is(err, context.DeadlineExceeded) { // a stream that does not end
			err = server.Close()
		}
		ended <- err
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	if err := errors.Join(<-ended, closeFile()); err != nil {
		return err
	}
	report := proxy.Report()
	if k.JSON {
		err = c.PrintJSON(report)
	} else {
		err = printReport(c, report)
	}
	if err == nil && len(report.Findings) > 0 {
		err = fmt.Errorf("%s in %s", plural(len(report.Findings), "difference"), plural(report.Exchanges, "request"))
	}
	return err
}

// newProxy is the proxy to the target, which writes to the new file of --record.
func (k *Command) newProxy(ctx context.Context) (proxy *traffic.Proxy, closeFile func() error, err error) {
	spec, err := k.loadSpec(ctx)
	if err != nil {
		return nil, nil, err
	}
	target, err := url.Parse(k.Target)
	if err != nil {
		return nil, nil, err
	}
	closeFile = func() error { return nil }
	var record func(replay.Exchange) error
	if k.Record != "" {
		file, err := os.OpenFile(k.Record, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return nil, nil, err
		}
		record = func(e replay.Exchange) error {
			if !k.KeepSecrets {
				e = proxy.Shaped(e)
			}
			return replay.Record(file, []replay.Exchange{e}, k.KeepSecrets)
		}
		closeFile = file.Close
	}
	proxy, err = traffic.New(spec, target, k.LegacyStatus, record)
	return proxy, closeFile, err
}

// withReport answers the report on the proxy's own machine, and passes everything else on.
// What another proxy passes on does not come from there.
func withReport(proxy *traffic.Proxy) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, _ := net.SplitHostPort(r.RemoteAddr)
		isHere := net.ParseIP(host).IsLoopback() && r.Header.Get("X-Forwarded-For") == "" && r.Header.Get("Forwarded") == ""
		if r.URL.Path != reportPath || !isHere {
			proxy.ServeHTTP(w, r)
			return
		}
		var text bytes.Buffer
		console := &cli.Console{Out: &text, Errs: io.Discard}
		if strings.Contains(r.Header.Get("Accept"), "json") {
			w.Header().Set("Content-Type", "application/json")
			_ = console.PrintJSON(proxy.Report())
		} else {
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			_ = printReport(console, proxy.Report())
		}
		_, _ = text.WriteTo(w)
	})
}

// printReport writes a line for each difference, for each operation and for each path that
// is not documented, and the counts.
func printReport(c *cli.Console, r traffic.Report) error {
	var findings, operations, unknown [][]any
	for _, f := range r.Findings {
		findings = append(findings, []any{f.Operation, f.Status, f.Times, f.Of, f.Where, f.Documented, f.Got})
	}
	for _, o := range r.Operations {
		operations = append(operations, []any{o.Operation, o.Exchanges, o.Differ})
	}
	for _, u := range r.Unknown {
		unknown = append(unknown, []any{u.Path, u.Times})
	}
	for _, table := range []struct {
		header []string
		rows   [][]any
	}{
		{[]string{"operation", "requests", "differ"}, operations},
		{[]string{"operation", "status", "times", "of", "where", "documented", "got"}, findings},
		{[]string{"path that the document does not have", "requests"}, unknown},
	} {
		if len(table.rows) > 0 {
			if err := c.PrintTable(table.header, table.rows); err != nil {
				return err
			}
		}
	}
	for _, reason := range slices.Sorted(maps.Keys(r.NotJudged)) {
		if _, err := fmt.Fprintf(c.Out, "%s not judged: %s\n", plural(r.NotJudged[reason], "request"), reason); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(c.Out, "%s to documented operations: %s\n", plural(r.Exchanges, "request"), plural(len(r.Findings), "difference"))
	return err
}
