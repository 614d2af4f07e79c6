package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"quartet/openapi/check/contract"
	"quartet/openapi/check/replay"
)

// checkCommand is a gate for any server that is to answer as the contract says.
type checkCommand struct {
	Servers      []string      `arg:"" optional:"" name:"server" help:"With --compare two: A and B, each a URL or a file that --record made."`
	Target       string        `placeholder:"URL" help:"Server to check; its paths begin there."`
	Compare      bool          `help:"Tell where the answers of B are not those of A."`
	Spec         string        `placeholder:"FILE|URL" help:"OpenAPI 3.0 document to check against; the program's own unless named."`
	Only         []string      `placeholder:"GLOB" help:"Only operations, paths or OPERATION/EXAMPLE like these."`
	Dialect      []string      `placeholder:"DIALECT" help:"Only the operations of these dialects (${dialects}), or of these tags of --spec."`
	LegacyStatus []string      `placeholder:"DIALECT" help:"Dialects whose failures travel under HTTP 200."`
	Fixtures     []string      `placeholder:"FILE" sep:"none" help:"What the server knows: tokens, ids, mobiles for the examples; a second one is B's. Those of serve --demo unless named."`
	Header       []string      `placeholder:"K: V" sep:"none" help:"Header of every request, as often as needed."`
	Junit        string        `placeholder:"FILE" help:"Write the results as JUnit XML too."`
	JSON         bool          `name:"json" help:"Print the results as JSON."`
	Record       string        `placeholder:"FILE" help:"Make a file of all requests and answers, JSON Lines, mode 0600, without secrets."`
	KeepSecrets  bool          `help:"Record the secrets too."`
	Timeout      time.Duration `default:"10s" help:"For an answer; a server that takes longer counts as out of reach."`
}

// notRunError says that nothing could be checked, which is not the same as a
// difference.
type notRunError struct{ cause error }

func (e notRunError) Error() string { return e.cause.Error() }

// Run checks or compares. A difference is an error.
func (k *checkCommand) Run(ctx context.Context, c *console) error {
	if err := k.usable(); err != nil {
		return usageError{err.Error()}
	}
	spec, err := k.loadSpec(ctx)
	if err != nil {
		return notRunError{err}
	}
	fixtures, err := k.fixtures()
	if err != nil {
		return notRunError{err}
	}
	cases := replay.Cases(spec, replay.Selection{Only: k.Only, Dialects: k.Dialect}, fixtures[0].Last)
	if len(cases) == 0 {
		return usageError{"no example of the document is selected by --only and --dialect"}
	}
	checker := replay.Checker{Fixtures: fixtures[0], LegacyStatus: k.LegacyStatus}
	var results []replay.Result
	if k.Compare {
		results, err = k.compare(ctx, spec, fixtures, checker, cases)
	} else {
		results, err = k.check(ctx, spec, fixtures[0], checker, cases)
	}
	if err != nil {
		return notRunError{err}
	}
	return k.tell(c, results)
}

// usable tells what is wrong with the flags taken together.
func (k *checkCommand) usable() error {
	switch {
	case k.Compare && (len(k.Servers) != 2 || k.Target != ""):
		return errors.New("--compare takes two servers and no --target: quartet check --compare A B")
	case k.Compare && k.Record != "":
		return errors.New("--record goes with --target: record each server by itself")
	case !k.Compare && (k.Target == "" || len(k.Servers) > 0):
		return errors.New("name the server to check by --target URL")
	case !k.Compare && !isURL(k.Target):
		return fmt.Errorf("--target must begin with http:// or https://, not %q", k.Target)
	case len(k.Fixtures) > 2 || len(k.Fixtures) == 2 && !k.Compare:
		return errors.New("one --fixtures for each server")
	}
	if k.Record != "" {
		if err := absent(k.Record); err != nil {
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

func (k *checkCommand) header() (http.Header, error) {
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

func (k *checkCommand) live(spec contract.Contract, fixtures replay.Fixtures, target string) *replay.LiveServer {
	header, _ := k.header() // usable has looked at it
	return &replay.LiveServer{Contract: spec, Fixtures: fixtures, Target: target, Header: header, Timeout: k.Timeout}
}

func (k *checkCommand) check(ctx context.Context, spec contract.Contract, fixtures replay.Fixtures, checker replay.Checker, cases []replay.Case) ([]replay.Result, error) {
	results, sent, err := checker.Check(ctx, k.live(spec, fixtures, k.Target), cases)
	if err != nil || k.Record == "" {
		return results, err
	}
	return results, newFile(k.Record, func(partial string) error {
		file, err := os.OpenFile(partial, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return err
		}
		return errors.Join(replay.Record(file, sent, k.KeepSecrets), file.Sync(), file.Close())
	})
}

func (k *checkCommand) compare(ctx context.Context, spec contract.Contract, fixtures []replay.Fixtures, checker replay.Checker, cases []replay.Case) ([]replay.Result, error) {
	sources := make([]replay.Source, 0, len(k.Servers))
	for i, server := range k.Servers {
		if isURL(server) {
			sources = append(sources, k.live(spec, fixtures[i], server))
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
		return nil, fmt.Errorf("%s is not what --record makes: %w", path, err)
	}
	return recording, nil
}

// contract is the document to check against.
func (k *checkCommand) loadSpec(ctx context.Context) (contract.Contract, error) {
	if k.Spec == "" {
		return contract.Load()
	}
	text, err := k.specText(ctx)
	if err != nil {
		return contract.Contract{}, fmt.Errorf("cannot read the document: %w", err)
	}
	spec, err := contract.Read(text)
	if err != nil {
		return contract.Contract{}, fmt.Errorf("%s is no OpenAPI document that can be checked against: %w", k.Spec, err)
	}
	return spec, nil
}

// fixtures are those of A and B, or of the target twice.
func (k *checkCommand) fixtures() ([]replay.Fixtures, error) {
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

// tell shows the results, and fails for differences and for a check of nothing.
func (k *checkCommand) tell(c *console, results []replay.Result) error {
	counts := replay.Count(results)
	if err := errors.Join(k.writeJUnit(results), k.print(c, results, counts)); err != nil {
		return notRunError{err}
	}
	switch {
	case counts.Differ > 0:
		return fmt.Errorf("%s in %s", plural(counts.Differences, "difference"), plural(counts.Differ, "example"))
	case counts.Passed == 0:
		return notRunError{errors.New("no checks ran")}
	}
	return nil
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func (k *checkCommand) print(c *console, results []replay.Result, counts replay.Counts) error {
	if k.JSON {
		return c.printJSON(struct {
			Counts  replay.Counts   `json:"counts"`
			Results []replay.Result `json:"results"`
		}{counts, results})
	}
	was, got := "documented", "got"
	if k.Compare {
		was, got = "A", "B"
	}
	return printResults(c, results, counts, was, got)
}

func (k *checkCommand) writeJUnit(results []replay.Result) error {
	if k.Junit == "" {
		return nil
	}
	file, err := os.Create(k.Junit)
	if err != nil {
		return err
	}
	return errors.Join(replay.WriteJUnit(file, results), file.Close())
}

// printResults writes a line for each example, one for each difference, and the
// counts.
func printResults(c *console, results []replay.Result, counts replay.Counts, was, got string) error {
	var rows, differences [][]any
	for _, r := range results {
		verdict := string(r.Verdict)
		if r.Reason != "" {
			verdict += ": " + r.Reason
		}
		rows = append(rows, []any{r.Operation, r.Example, statusOf(r), verdict})
		for _, d := range r.Differences {
			differences = append(differences, []any{r.Operation, r.Example, d.Where, d.Documented, d.Got})
		}
	}
	if err := c.printList([]string{"operation", "example", "status", "verdict"}, rows); err != nil {
		return err
	}
	if len(differences) > 0 {
		if err := c.printList([]string{"operation", "example", "where", was, got}, differences); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(c.out, "%s: %d passed, %d differ, %d skipped\n",
		plural(counts.Examples, "example"), counts.Passed, counts.Differ, counts.Skipped)
	return err
}

// statusOf is the status of the answer, with the documented one where that differs.
func statusOf(r replay.Result) string {
	got := fmt.Sprint(r.Status)
	statusDiffers := func(d contract.Difference) bool { return d.Where == "status" }
	switch {
	case r.Status == 0:
		return r.Documented
	case slices.ContainsFunc(r.Differences, statusDiffers):
		return got + ", not " + r.Documented
	}
	return got
}
