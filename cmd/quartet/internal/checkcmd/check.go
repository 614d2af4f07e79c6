// Package checkcmd has the command `quartet check`.
package checkcmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"quartet/cmd/quartet/internal/cli"
	"quartet/openapi/check/contract"
	"quartet/openapi/check/replay"
)

// Command checks a server's responses against the contract, or compares the
// responses of two servers.
type Command struct {
	Servers         []string      `arg:"" optional:"" name:"server" help:"With --compare: the two servers A and B, each a URL or a file written by --record."`
	Target          string        `placeholder:"URL" help:"Base URL of the server to check. The requests change its data, and the last one resets a demonstration."`
	Compare         bool          `help:"Report where the responses of server B differ from those of server A."`
	Proxy           string        `placeholder:"ADDR" help:"Listen here, pass requests on to --target, and report what is not as documented in them and their responses, until interrupted."`
	Spec            string        `placeholder:"FILE|URL" help:"OpenAPI 3.0 or 3.1 document to check against. Default: the one built into this program."`
	Only            []string      `placeholder:"GLOB" help:"Check only matching operation ids, paths or OPERATION/EXAMPLE names."`
	Dialect         []string      `placeholder:"DIALECT" help:"Check only operations of these dialects (${dialects}) or, with --spec, of these tags."`
	LegacyStatus    []string      `placeholder:"DIALECT" help:"Dialects whose errors are expected with HTTP status 200."`
	Fixtures        []string      `placeholder:"FILE" sep:"none" help:"Tokens, ids and mobile numbers that the server knows, for the requests; with --compare a second file is for server B. Default: those of quartet serve --demo."`
	Header          []string      `placeholder:"K: V" sep:"none" help:"Header to send with every request; can be repeated."`
	Junit           string        `placeholder:"FILE" help:"Also write the results as JUnit XML."`
	OnlyDifferences bool          `help:"Print only examples that differ."`
	JSON            bool          `name:"json" help:"Print the results as JSON."`
	Record          string        `placeholder:"FILE" help:"Write all requests and responses to a new file of JSON Lines, mode 0600, with secrets removed; with --proxy the first that differ, without their values."`
	KeepSecrets     bool          `help:"With --record, keep secrets and values in the file."`
	Timeout         time.Duration `default:"10s" help:"Time limit for a response; a slower response is a difference."`
}

// Run checks or compares. It fails if there is a difference.
func (k *Command) Run(ctx context.Context, c *cli.Console) error {
	if err := k.checkFlags(); err != nil {
		return cli.UsageError{Err: err}
	}
	if k.Proxy != "" {
		return k.proxy(ctx, c)
	}
	results, err := k.results(ctx)
	if err != nil {
		return cli.UsageError{Err: err}
	}
	return k.report(c, results)
}

// checkFlags finds flags that do not fit together.
func (k *Command) checkFlags() error {
	switch {
	case k.Compare && (len(k.Servers) != 2 || k.Target != ""):
		return errors.New("--compare takes two servers and no --target: quartet check --compare A B")
	case k.Proxy != "" && (k.Compare || len(k.Only)+len(k.Dialect)+len(k.Fixtures)+len(k.Header) > 0 || k.Junit != ""):
		return errors.New("--proxy takes --target, --spec, --legacy-status, --record, --json and no other option of a check")
	case k.Compare && k.Record != "":
		return errors.New("--record needs --target: record each server separately")
	case !k.Compare && (k.Target == "" || len(k.Servers) > 0):
		return errors.New("name the server to check by --target URL")
	case !k.Compare && !isURL(k.Target):
		return fmt.Errorf("--target must begin with http:// or https://, not %q", k.Target)
	case len(k.Fixtures) > 2 || len(k.Fixtures) == 2 && !k.Compare:
		return errors.New("give at most one --fixtures file for each server")
	}
	if k.Record != "" {
		if err := cli.RequireNew(k.Record); err != nil {
			return err
		}
	}
	if _, err := k.header(); err != nil {
		return err
	}
	return replay.Selection{Only: k.Only}.Check()
}

func isURL(text string) bool {
	return strings.HasPrefix(text, "http://") || strings.HasPrefix(text, "https://")
}

func (k *Command) header() (http.Header, error) {
	header := http.Header{}
	for _, line := range k.Header {
		name, value, ok := strings.Cut(line, ":")
		if name = strings.TrimSpace(name); !ok || name == "" {
			return nil, errors.New("--header must be like 'X-Gateway-Key: value'")
		}
		header.Add(name, strings.TrimSpace(value))
	}
	return header, nil
}

// results sends the requests and judges the responses.
func (k *Command) results(ctx context.Context) ([]replay.Result, error) {
	spec, err := k.loadSpec(ctx)
	if err != nil {
		return nil, err
	}
	fixtures, err := k.fixtures()
	if err != nil {
		return nil, err
	}
	if len(k.Fixtures) == 0 && !fixtures[0].Fit(spec) { // the demonstration's say nothing of another document
		fixtures = make([]replay.Fixtures, len(fixtures))
	}
	cases := replay.Cases(spec, replay.Selection{Only: k.Only, Dialects: k.Dialect}, fixtures[0].Last)
	if len(cases) == 0 {
		return nil, errors.New("no example of the document is selected by --only and --dialect")
	}
	checker := replay.Checker{Fixtures: fixtures[0], LegacyStatus: k.LegacyStatus}
	if k.Compare {
		return k.compare(ctx, spec, fixtures, checker, cases)
	}
	server := k.server(spec, fixtures[0], k.Target)
	results, sent, err := checker.Check(ctx, server, cases)
	server.Reset(context.WithoutCancel(ctx)) // also where the check was interrupted
	if err != nil || k.Record == "" {
		return results, err
	}
	return results, cli.CreateFile(k.Record, func(partial string) error {
		file, err := os.OpenFile(partial, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return err
		}
		return errors.Join(replay.Record(file, sent, k.KeepSecrets), file.Sync(), file.Close())
	})
}

func (k *Command) server(spec contract.Contract, fixtures replay.Fixtures, target string) *replay.LiveServer {
	header, _ := k.header() // checkFlags has checked it
	return &replay.LiveServer{Contract: spec, Fixtures: fixtures, Target: target, Header: header, Timeout: k.Timeout}
}

func (k *Command) compare(ctx context.Context, spec contract.Contract, fixtures []replay.Fixtures, checker replay.Checker, cases []replay.Case) ([]replay.Result, error) {
	sources := make([]replay.Source, 0, len(k.Servers))
	for i, server := range k.Servers {
		if isURL(server) {
			live := k.server(spec, fixtures[i], server)
			defer live.Reset(context.WithoutCancel(ctx))
			sources = append(sources, live)
			continue
		}
		recording, err := readRecording(server)
		if err != nil {
			return nil, err
		}
		sources = append(sources, recording)
	}
	return checker.Compare(ctx, sources[0], sources[1], cases)
}

func readRecording(path string) (replay.Recording, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	recording, err := replay.ReadRecording(file)
	if err != nil {
		return nil, fmt.Errorf("%s was not written by --record: %w", path, err)
	}
	return recording, nil
}

func (k *Command) loadSpec(ctx context.Context) (contract.Contract, error) {
	if k.Spec == "" {
		return contract.Load()
	}
	text, err := k.readSpec(ctx)
	if err != nil {
		return contract.Contract{}, fmt.Errorf("cannot read the OpenAPI document: %w", err)
	}
	spec, err := contract.Read(text)
	if err != nil {
		return contract.Contract{}, fmt.Errorf("%s is not an OpenAPI 3.0 or 3.1 document that can be checked against: %w", k.Spec, err)
	}
	return spec, nil
}

func (k *Command) readSpec(ctx context.Context) ([]byte, error) {
	const maxBytes = 16 << 20
	if !isURL(k.Spec) {
		return os.ReadFile(k.Spec)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, k.Spec, nil)
	if err != nil {
		return nil, err
	}
	client := http.Client{Timeout: k.Timeout}
	response, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answers %s", k.Spec, response.Status)
	}
	return io.ReadAll(io.LimitReader(response.Body, maxBytes))
}

// fixtures are those of servers A and B; one file serves both.
func (k *Command) fixtures() ([]replay.Fixtures, error) {
	names := k.Fixtures
	if len(names) == 0 {
		names = []string{""}
	}
	run := fmt.Sprintf("%x", time.Now().Unix())
	variable := func(name string) (string, bool) {
		if name == "run" {
			return run, true
		}
		return os.LookupEnv(name)
	}
	var all []replay.Fixtures
	for _, name := range []string{names[0], names[len(names)-1]} {
		read, err := readFixtures(name, variable)
		if err != nil {
			return nil, err
		}
		all = append(all, read)
	}
	return all, nil
}

func readFixtures(path string, variable func(string) (string, bool)) (replay.Fixtures, error) {
	if path == "" {
		return replay.Demo(variable)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return replay.Fixtures{}, err
	}
	read, err := replay.ReadFixtures(text, variable)
	if err != nil {
		return replay.Fixtures{}, fmt.Errorf("%s: %w", path, err)
	}
	return read, nil
}
