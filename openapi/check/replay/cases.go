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
	Status    string // as documented: "200", "default"
	Example   string
}

// name is what results of the case are called by.
func (c Case) name() string { return c.Operation.OperationID + "/" + c.Example }

// succeeds says whether the case is about a success.
func (c Case) succeeds() bool {
	status, err := strconv.Atoi(c.Status)
	return err == nil && status < http.StatusBadRequest
}

// Selection narrows what is replayed. An empty one takes everything.
type Selection struct {
	// Only are globs (as of path.Match) of an operation's id, of its path, or of
	// OPERATION/EXAMPLE.
	Only   []string
	Dialects []string // tags
}

// Check tells what is wrong with the globs.
func (s Selection) Check() error {
	for _, glob := range s.Only {
		if _, err := path.Match(glob, ""); err != nil {
			return fmt.Errorf("%q is no glob: %w", glob, err)
		}
	}
	return nil
}

func (s Selection) takes(c Case) bool {
	if len(s.Dialects) > 0 && !slices.ContainsFunc(c.Operation.Tags, func(tag string) bool { return slices.Contains(s.Dialects, tag) }) {
		return false
	}
	return len(s.Only) == 0 || slices.ContainsFunc(s.Only, func(glob string) bool {
		return matches(glob, c.Operation.OperationID) || matches(glob, c.Operation.Path) || matches(glob, c.name())
	})
}

func matches(glob, name string) bool {
	fits, _ := path.Match(glob, name)
	return fits
}

// Cases are the examples of all operations, in an order in which they can follow
// one another: successes before failures, and the operations in last at the end.
func Cases(spec contract.Contract, selection Selection, last []string) []Case {
	operations := spec.Operations()
	slices.SortStableFunc(operations, func(a, b contract.Operation) int {
		return cmp.Compare(slices.Index(last, a.OperationID), slices.Index(last, b.OperationID))
	})
	var all []Case
	for _, o := range operations {
		for _, c := range casesOf(o) {
			if selection.takes(c) {
				all = append(all, c)
			}
		}
	}
	return all
}

// casesOf are the documented answers of an operation, and its requests that no
// answer is named like: they succeed.
func casesOf(o contract.Operation) (all []Case) {
	requests := map[string]bool{}
	for _, name := range o.Examples() {
		requests[name] = true
	}
	success := ""
	for _, status := range slices.Sorted(maps.Keys(o.Responses.Map())) {
		names := map[string]bool{}
		content := o.Responses.Value(status).Value.Content
		if len(content) == 0 {
			names[nameOfEmpty(status)] = true
			delete(requests, nameOfEmpty(status))
		}
		for _, media := range content {
			for name := range media.Examples {
				names[name] = true
				delete(requests, name)
			}
		}
		one := Case{Operation: o, Status: status}
		if success == "" && one.succeeds() {
			success = status
		}
		for _, one.Example = range slices.Sorted(maps.Keys(names)) {
			all = append(all, one)
		}
	}
	for _, name := range slices.Backward(slices.Sorted(maps.Keys(requests))) {
		if success != "" {
			all = slices.Insert(all, 0, Case{Operation: o, Status: success, Example: name})
		}
	}
	return all
}

const notModified = "not_modified"

// nameOfEmpty is what the example of an answer without a body is called: there
// is none to name.
func nameOfEmpty(status string) string {
	switch {
	case status == strconv.Itoa(http.StatusNotModified):
		return notModified
	case strings.HasPrefix(status, "2"):
		return "ok"
	}
	return status
}

// documented is the answer that the case's example shows, nil where there is
// none.
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
