package replay

import (
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Counts are how many results have which verdict.
type Counts struct {
	Examples    int `json:"examples"`
	Passed      int `json:"passed"`
	Differ      int `json:"differ"`
	NotProvoked int `json:"notProvoked"`
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
		case NotProvoked:
			n.NotProvoked++
		}
		n.Differences += len(r.Differences)
	}
	return n
}

// The elements of a JUnit report, as CI systems read them.
type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Skipped  int          `xml:"skipped,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Errors   int         `xml:"errors,attr"`
		Skipped  int         `xml:"skipped,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Class   string        `xml:"classname,attr"`
		Name    string        `xml:"name,attr"`
		Failure *junitMessage `xml:"failure,omitempty"`
		Skipped *junitMessage `xml:"skipped,omitempty"`
	}
	junitMessage struct {
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
)

// WriteJUnit writes results as JUnit XML: a suite for each operation, a test for
// each request. What was not provoked counts as skipped.
func WriteJUnit(out io.Writer, results []Result) error {
	total := Count(results)
	report := junitSuites{Tests: total.Examples, Failures: total.Differ, Skipped: total.NotProvoked}
	for _, operation := range operationsOf(results) {
		own := slices.DeleteFunc(slices.Clone(results), func(r Result) bool { return r.Operation != operation })
		n := Count(own)
		suite := junitSuite{Name: operation, Tests: n.Examples, Failures: n.Differ, Skipped: n.NotProvoked}
		for _, r := range own {
			suite.Cases = append(suite.Cases, junitOf(r))
		}
		report.Suites = append(report.Suites, suite)
	}
	if _, err := io.WriteString(out, xml.Header); err != nil {
		return err
	}
	encoder := xml.NewEncoder(out)
	encoder.Indent("", "  ")
	if err := encoder.Encode(report); err != nil {
		return err
	}
	_, err := io.WriteString(out, "\n")
	return err
}

func operationsOf(results []Result) (names []string) {
	for _, r := range results {
		if !slices.Contains(names, r.Operation) {
			names = append(names, r.Operation)
		}
	}
	return names
}

func junitOf(r Result) junitCase {
	one := junitCase{Class: r.Operation, Name: r.Documented + " " + r.Example}
	switch r.Verdict {
	case NotProvoked:
		one.Skipped = &junitMessage{Message: string(NotProvoked) + ": " + r.Reason}
	case Differs:
		lines := make([]string, 0, len(r.Differences))
		for _, d := range r.Differences {
			lines = append(lines, d.String())
		}
		one.Failure = &junitMessage{Message: fmt.Sprintf("%d differences", len(lines)), Text: strings.Join(lines, "\n")}
	}
	return one
}
