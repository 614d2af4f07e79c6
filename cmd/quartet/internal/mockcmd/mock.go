// Package mockcmd has the command `quartet mock`.
package mockcmd

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"quartet/cmd/quartet/internal/cli"
	"quartet/openapi"
	"quartet/openapi/mock"
)

// Command answers an OpenAPI document from its examples.
type Command struct {
	File string `arg:"" optional:"" name:"file" help:"OpenAPI document, 3.0 or 3.1, in YAML or JSON. Default: the one built into this program."`
	Addr string `default:"127.0.0.1:8082" help:"Address to listen on, HOST:PORT."`
	Seed uint64 `help:"Another number makes other values where the document has no example."`
}

// Time limits of connections.
const (
	headerTimeout = 5 * time.Second
	requestTime   = time.Minute
	drainTimeout  = 2 * time.Second
)

// Run answers until ctx ends.
func (k *Command) Run(ctx context.Context, c *cli.Console) error {
	document, err := k.read()
	if err != nil {
		return cli.Usagef("%s cannot be answered: %w", k.name(), err)
	}
	if err := mock.Validate(document); err != nil {
		fmt.Fprintf(c.Errs, "quartet: %s is not as OpenAPI says, and is answered all the same: %.300s\n", k.name(), err)
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", k.Addr)
	if err != nil {
		return cli.Usagef("cannot listen on %s: %w", k.Addr, err)
	}
	log := slog.New(slog.NewTextHandler(c.Errs, nil))
	handler := mock.New(document, mock.Options{Seed: k.Seed, Log: log})
	if err := k.print(c, handler, listener.Addr().String()); err != nil {
		return errors.Join(err, listener.Close())
	}
	go handler.LogUnfit(ctx)
	return serve(ctx, listener, handler)
}

func (k *Command) name() string {
	if k.File == "" {
		return "the built-in document"
	}
	return k.File
}

func (k *Command) read() (*openapi3.T, error) {
	if k.File == "" {
		return mock.Read(openapi.Document)
	}
	if _, err := os.Stat(k.File); err != nil {
		return nil, err
	}
	return mock.ReadFile(k.File)
}

// print lists the operations, and says where they are answered.
func (k *Command) print(c *cli.Console, handler *mock.Server, address string) error {
	var rows [][]any
	for _, o := range handler.Operations() {
		does := "example"
		if o.Act != "" {
			does = o.Act + " " + o.Resource
		}
		rows = append(rows, []any{o.Method, o.Path, does})
	}
	if err := c.PrintTable([]string{"method", "path", "answers with"}, rows); err != nil {
		return err
	}
	_, err := fmt.Fprintf(c.Out, "%s is answered on http://%s/ (POST %s forgets what was created)\n", k.name(), address, handler.ResetPath())
	return err
}

func serve(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: headerTimeout, ReadTimeout: requestTime, WriteTimeout: requestTime}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return fmt.Errorf("the mock stopped: %w", err)
	case <-ctx.Done():
	}
	waiting, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTimeout)
	defer cancel()
	if server.Shutdown(waiting) != nil {
		return server.Close()
	}
	return nil
}
