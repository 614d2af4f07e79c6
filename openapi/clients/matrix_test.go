package clients

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"quartet/openapi"
)

// step is one line of a program.
type step struct {
	Client, Mode, Operation, Case string
	Works                         bool
	Saw, Want                     string
	Needs                         []string
}

func readSteps(t *testing.T, written string) []step {
	t.Helper()
	var steps []step
	for line := range strings.Lines(written) {
		if !strings.HasPrefix(line, "{") {
			t.Logf("not a step: %s", line)
			continue
		}
		var s step
		must(t, json.Unmarshal([]byte(line), &s))
		if s.Client == "" || s.Case == "" || !slices.Contains([]string{"honest", "legacy", "both"}, s.Mode) {
			t.Errorf("a step needs client, mode, operation and case: %s", line)
		}
		steps = append(steps, s)
	}
	return steps
}

// cell is what one client got of one operation in one case, by mode.
type cell struct {
	step
	dialect        string
	worked, failed map[string]step
}

// verdict says what a client needs for a case to work.
type verdict string

const (
	works       verdict = "works"
	needsLegacy verdict = "needs legacy status"
	needsHonest verdict = "needs honest status"
	fails       verdict = "fails"
)

func (c cell) verdict() verdict {
	_, both := c.worked["both"]
	_, honest := c.worked["honest"]
	_, legacy := c.worked["legacy"]
	switch {
	case len(c.failed) == 0:
		return works
	case both || honest:
		return needsHonest
	case legacy:
		return needsLegacy
	default:
		return fails
	}
}

// matrix is what a family's clients got, in the order of their first steps.
type matrix []*cell

func newMatrix(t *testing.T, steps []step) matrix {
	t.Helper()
	dialects := dialects(t)
	var m matrix
	for _, s := range steps {
		if dialects[s.Operation] == "" {
			t.Errorf("%s: the contract has no operation %q", s.Client, s.Operation)
			continue
		}
		at := slices.IndexFunc(m, func(c *cell) bool {
			return c.Client == s.Client && c.Operation == s.Operation && c.Case == s.Case
		})
		if at < 0 {
			at, m = len(m), append(m, &cell{step: s, dialect: dialects[s.Operation], worked: map[string]step{}, failed: map[string]step{}})
		}
		c := m[at]
		// A case that is tried more than once works if it works each time.
		if _, failed := c.failed[s.Mode]; s.Works && !failed {
			c.worked[s.Mode] = s
		} else if !s.Works {
			delete(c.worked, s.Mode)
			c.failed[s.Mode] = s
		}
	}
	return m
}

// clients lists the clients in the order of their first steps.
func (m matrix) clients() []string {
	var names []string
	for _, c := range m {
		if !slices.Contains(names, c.Client) {
			names = append(names, c.Client)
		}
	}
	return names
}

// of gives the part of one client.
func (m matrix) of(client string) matrix {
	return slices.DeleteFunc(slices.Clone(m), func(c *cell) bool { return c.Client != client })
}

// cases lists the cases of an operation with a verdict.
func (m matrix) cases(operation string, v verdict) []string {
	var names []string
	for _, c := range m {
		if c.Operation == operation && c.verdict() == v {
			names = append(names, c.Case)
		}
	}
	return names
}

// dialectsOf lists the dialects of the cases with a verdict.
func (m matrix) dialectsOf(v verdict) []string {
	var names []string
	for _, c := range m {
		if c.verdict() == v && !slices.Contains(names, c.dialect) {
			names = append(names, c.dialect)
		}
	}
	return names
}

// needs lists the options that all cases need.
func (m matrix) needs() []string {
	return slices.DeleteFunc(slices.Clone(m[0].Needs), func(need string) bool {
		return slices.ContainsFunc(m, func(c *cell) bool { return !slices.Contains(c.Needs, need) })
	})
}

// check fails for each case in which no mode works.
func (m matrix) check(t *testing.T) {
	t.Helper()
	if len(m) == 0 {
		t.Error("the program wrote no step")
	}
	for _, c := range m {
		if c.verdict() != fails {
			continue
		}
		var saw []string
		for mode, s := range c.failed {
			saw = append(saw, fmt.Sprintf("%s: saw %s, want %s", mode, s.Saw, s.Want))
		}
		slices.Sort(saw)
		t.Errorf("%s · %s · %s\n%s", c.Client, c.Operation, c.Case, strings.Join(saw, "\n"))
	}
}

// dialects gives the dialect of each operation of the contract.
func dialects(t *testing.T) map[string]string {
	t.Helper()
	document, err := openapi3.NewLoader().LoadFromData(openapi.Requests)
	must(t, err)
	found := map[string]string{}
	for _, item := range document.Paths.Map() {
		for _, operation := range item.Operations() {
			found[operation.OperationID] = operation.Tags[0]
		}
	}
	return found
}
