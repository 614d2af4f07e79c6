package oasdiff

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/oasdiff/oasdiff/checker"
	"github.com/oasdiff/oasdiff/diff"
	"github.com/oasdiff/oasdiff/load"
)

// finding is one break in the places where it occurs.
type finding struct {
	where []string // operations, or a part of the document
	what  string
	why   string // whom it breaks
}

// String is the finding as it is printed: a long list of places is cut.
func (f finding) String() string {
	where := strings.Join(f.where, ", ")
	if most := 4; len(f.where) > most {
		where = fmt.Sprintf("%s and %d more", strings.Join(f.where[:most], ", "), len(f.where)-most)
	}
	return where + "\n    " + f.what + "\n    breaks: " + f.why
}

// findings collects breaks; the same one in several places is one finding.
type findings map[[2]string][]string

func (f findings) add(where, what, why string) {
	key := [2]string{what, why}
	if !slices.Contains(f[key], where) {
		f[key] = append(f[key], where)
	}
}

func (f findings) sorted() []finding {
	var all []finding
	for key, where := range f {
		all = append(all, finding{slices.Sorted(slices.Values(where)), key[0], key[1]})
	}
	slices.SortFunc(all, func(a, b finding) int {
		return cmp.Or(slices.Compare(a.where, b.where), cmp.Compare(a.what, b.what))
	})
	return all
}

// breaks compares two versions of the contract: by oasdiff, then by this package's own
// comparison of what oasdiff does not look at. What was deprecated and has reached its
// sunset may go, and is taken out of before.
func breaks(before, after node, today time.Time) ([]finding, error) {
	found := findings{}
	retire(before, after, today)
	if err := compareByTool(found, before, after); err != nil {
		return nil, err
	}
	compareByHand(found, before, after)
	checkDeprecations(found, after)
	return found.sorted(), nil
}

func compareByTool(found findings, before, after node) error {
	changes, err := changesByTool(before, after, checker.ERR)
	for _, c := range changes {
		found.add(c.where, c.what, whom(c.id))
	}
	return err
}

// change is a difference that oasdiff finds, by the name of the check that found it.
type change struct{ where, what, id string }

// changesByTool are the differences from a level on.
func changesByTool(before, after node, from checker.Level) (changes []change, err error) {
	old, err := loaded(before)
	if err != nil {
		return nil, err
	}
	present, err := loaded(after)
	if err != nil {
		return nil, err
	}
	differences, sources, err := diff.GetWithOperationsSourcesMap(diff.NewConfig(), old, present)
	if err != nil {
		return nil, fmt.Errorf("compare: %w", err)
	}
	config := checker.NewConfig(checker.GetAllChecks(),
		checker.WithSeverityLevels(raised()), checker.WithDeprecation(0, noticeDays))
	words := checker.NewDefaultLocalizer()
	for _, c := range checker.CheckBackwardCompatibilityUntilLevel(config, differences, sources, from) {
		where := "components"
		if path := c.GetPath(); path != "" {
			where = operationName(c.GetOperationId(), c.GetOperation(), path)
		}
		changes = append(changes, change{where, fmt.Sprintf("%s [%s]", c.GetUncolorizedText(words), c.GetId()), c.GetId()})
	}
	return changes, nil
}

func loaded(document node) (*load.SpecInfo, error) {
	text, err := json.Marshal(document)
	if err != nil {
		return nil, fmt.Errorf("write the contract: %w", err)
	}
	spec, err := load.NewSpecInfoFromData(openapi3.NewLoader(), text, "openapi.json", load.WithFlattenAllOf())
	if err != nil {
		return nil, fmt.Errorf("read the contract: %w", err)
	}
	return spec, nil
}

func operationName(id, method, path string) string {
	return strings.TrimSpace(fmt.Sprintf("%s (%s %s)", id, strings.ToUpper(method), path))
}

// breaking are oasdiff's checks that are errors here and something less by default.
var breaking = []string{
	"api-operation-id-removed", // the method's name
	"api-tag-removed",          // the class's name
	"api-schema-removed",       // the type's name
	"api-security-component-removed",
	"response-non-success-status-removed",
	"response-optional-property-removed",
	"response-property-pattern-changed",
	"response-media-type-name-changed",
	"optional-response-header-removed",
	"request-parameter-removed",
	"request-parameter-pattern-changed",
	"request-parameter-default-value-changed",
	"request-parameter-default-value-removed",
	"request-property-removed",
	"request-property-pattern-changed",
	"request-property-default-value-changed",
	"request-property-default-value-removed",
	"request-optional-property-became-read-only",
	"request-required-property-became-read-only",
	// Without a date, nobody knows when it goes.
	"api-path-removed-with-deprecation",
	"api-removed-with-deprecation",
	"request-parameter-removed-with-deprecation",
	"request-property-removed-with-deprecation",
	"response-required-property-removed-with-deprecation",
}

func raised() map[string]checker.Level {
	levels := map[string]checker.Level{}
	for _, id := range breaking {
		levels[id] = checker.ERR
	}
	return levels
}

// affected says by the beginning of a check's name whom a change breaks.
var affected = map[string]string{
	"api-operation-id": "generated clients: the method's name is made of it",
	"api-tag":          "generated clients: the class's name is made of it",
	"api-schema":       "generated clients: the type's name is made of it",
	"api-security":     "clients that send their credential as before",
	"api-":             "everybody who calls it",
	"request-":         "clients that send what was right before",
	"new-required":     "clients that do not send it",
	"response-":        "clients that rely on the answer as it was",
	"optional-":        "clients that read it",
	"sunset":           "clients that plan by the date",
	"":                 "clients generated before",
}

// whom takes the longest beginning that fits.
func whom(id string) string {
	fits := slices.DeleteFunc(slices.Collect(maps.Keys(affected)), func(start string) bool { return !strings.HasPrefix(id, start) })
	return affected[slices.MaxFunc(fits, func(a, b string) int { return cmp.Compare(len(a), len(b)) })]
}
