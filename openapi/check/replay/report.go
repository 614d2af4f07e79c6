package replay

import (
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/jstemmer/go-junit-report/v2/junit"
)

// Counts are the numbers of results by verdict.
type Counts struct {
	Examples    int `json:"examples"`
	Passed      int `json:"passed"`
	Differ      int `json:"differ"`
	Skipped     int `json:"skipped"`
	Differences int `json:"differences"`
}

// Count counts results.
func Count(results []Result) Counts {
	n := Counts{Examples: len(results)}
	for _, r := range results {
		switch r.Verdict {
		case Pass:
			n.Passed++
		case Differs:
			n.Differ++
		case Skipped:
			n.Skipped++
		}
		n.Differences += len(r.Differences)
	}
	return n
}

// UndocumentedHeaders counts the answers that have each header which the document does not.
func UndocumentedHeaders(results []Result) map[string]int {
	answers := map[string]int{}
	for _, r := range results {
		for _, name := range r.UndocumentedHeaders {
			answers[name]++
		}
	}
	return answers
}

// LegacyStatus are the dialects whose failures came with status 200 and are as documented
// otherwise.
func LegacyStatus(results []Result) (dialects []string) {
	for _, r := range results {
		if r.LegacyStatus != "" {
			dialects = append(dialects, r.LegacyStatus)
		}
	}
	slices.Sort(dialects)
	return slices.Compact(dialects)
}

// WriteJUnit writes results as JUnit XML: a suite for each operation, a test for
// each request.
func WriteJUnit(out io.Writer, results []Result) error {
	var order []string
	byOperation := map[string][]Result{}
	for _, r := range results {
		if byOperation[r.Operation] == nil {
			order = append(order, r.Operation)
		}
		byOperation[r.Operation] = append(byOperation[r.Operation], r)
	}
	var report junit.Testsuites
	for _, operation := range order {
		n := Count(byOperation[operation])
		suite := junit.Testsuite{Name: operation, Time: "0", Tests: n.Examples, Failures: n.Differ, Skipped: n.Skipped}
		for _, r := range byOperation[operation] {
			suite.Testcases = append(suite.Testcases, testcaseOf(r))
		}
		report.AddSuite(suite)
	}
	if _, err := io.WriteString(out, xml.Header); err != nil {
		return err
	}
	return report.WriteXML(out)
}

func testcaseOf(r Result) junit.Testcase {
	testcase := junit.Testcase{Classname: r.Operation, Name: r.Documented + " " + r.Example}
	switch r.Verdict {
	case Skipped:
		testcase.Skipped = &junit.Result{Message: r.Reason}
	case Differs:
		var lines []string
		for _, d := range r.Differences {
			lines = append(lines, d.String())
		}
		testcase.Failure = &junit.Result{Message: fmt.Sprintf("%d differences", len(lines)), Data: strings.Join(lines, "\n")}
	}
	return testcase
}
