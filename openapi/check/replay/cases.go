package replay

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"

	"quartet/openapi/check/contract"
)

// Case is one documented example: how an operation answers it, and with which
// status. Several requests may be one case, one for each form of the body.
type Case struct {
	Operation contract.Operation
	Status    string // as documented: "200"
	Example   string
	spec      contract.Contract
}

// name is OPERATION/EXAMPLE.
func (c Case) name() string { return c.Operation.OperationID + "/" + c.Example }

// succeeds reports whether the documented answer is a success.
func (c Case) succeeds() bool {
	status, err := strconv.Atoi(c.Status)
	return err == nil && status < http.StatusBadRequest
}

// isOfTransport reports whether the failure is one that a proxy before the server
// answers itself: a request that is too large, or too slow.
func (c Case) isOfTransport() bool {
	return slices.Contains([]string{"408", "413", "414", "431"}, c.Status)
}

// Selection narrows what is replayed. An empty one selects everything.
type Selection struct {
	// Only are globs (as of path.Match) of an operation's id, of its path, or of
	// OPERATION/EXAMPLE.
	Only     []string
	Dialects []string // tags
}

// Check returns an error for a malformed glob.
func (s Selection) Check() error {
	for _, glob := range s.Only {
		if _, err := path.Match(glob, ""); err != nil {
			return fmt.Errorf("%q is not a valid glob: %w", glob, err)
		}
	}
	return nil
}

func (s Selection) selects(c Case) bool {
	return (len(s.Dialects) == 0 || c.hasTag(s.Dialects)) &&
		(len(s.Only) == 0 || slices.ContainsFunc(s.Only, func(glob string) bool { return c.matches(glob) || matches(glob, c.Operation.Path) }))
}

func (c Case) hasTag(tags []string) bool {
	return slices.ContainsFunc(c.Operation.Tags, func(tag string) bool { return slices.Contains(tags, tag) })
}

// matches reports whether a glob is of the operation's id or of OPERATION/EXAMPLE.
func (c Case) matches(glob string) bool {
	return matches(glob, c.Operation.OperationID) || matches(glob, c.name())
}

func matches(glob, name string) bool {
	fits, _ := path.Match(glob, name)
	return fits
}

// Cases are the examples of all operations, in an order in which they can follow
// one another: successes before failures, and the operations in last at the end.
func Cases(spec contract.Contract, selection Selection, last []string) (all []Case) {
	operations := spec.Operations()
	slices.SortStableFunc(operations, func(a, b contract.Operation) int {
		return cmp.Compare(slices.Index(last, a.OperationID), slices.Index(last, b.OperationID))
	})
	for _, o := range operations {
		for _, c := range casesOf(o) {
			if c.spec = spec; selection.selects(c) {
				all = append(all, c)
			}
		}
	}
	return all
}

// casesOf are the documented answers of an operation, after the requests that
// share their name with no answer: these succeed.
func casesOf(o contract.Operation) (all []Case) {
	var answers []Case
	success := ""
	for _, status := range slices.Sorted(maps.Keys(o.Responses.Map())) {
		c := Case{Operation: o, Status: status}
		if success == "" && c.succeeds() {
			success = status
		}
		content := o.Responses.Value(status).Value.Content
		names := contract.ExampleNames(content)
		if len(content) == 0 {
			names = []string{nameOfEmpty(status)}
		}
		for _, c.Example = range names {
			answers = append(answers, c)
		}
	}
	for _, name := range o.Examples() {
		answered := slices.ContainsFunc(answers, func(c Case) bool { return c.Example == name })
		if success != "" && !answered {
			all = append(all, Case{Operation: o, Status: success, Example: name})
		}
	}
	return append(all, answers...)
}

const notModified = "not_modified"

// nameOfEmpty is the example's name for an answer without a body, which has no
// example.
func nameOfEmpty(status string) string {
	switch {
	case status == strconv.Itoa(http.StatusNotModified):
		return notModified
	case strings.HasPrefix(status, "2"):
		return "ok"
	}
	return status
}

// documented is the body in the case's example, nil where there is none.
func (c Case) documented() any {
	for _, media := range c.Operation.Responses.Value(c.Status).Value.Content {
		for _, name := range []string{c.Example, "ok"} {
			if example := media.Examples[name]; example != nil && example.Value != nil {
				return example.Value.Value
			}
		}
	}
	return nil
}
