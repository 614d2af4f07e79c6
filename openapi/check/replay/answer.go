package replay

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"quartet/openapi/check/contract"
)

// AnswerDifferences are those of an answer to a request that is no example: its envelope
// has the values of one of the documented answers with its status. Failures of the dialects
// in legacyStatus have status 200.
func AnswerDifferences(spec contract.Contract, o contract.Operation, sent Message, a contract.Answer, legacyStatus []string) []contract.Difference {
	e := Exchange{Request: sent, Answer: Message{Status: a.Status, Header: a.Header, Body: a.Text}}
	if proxy := e.Answer.proxy(); proxy != "" {
		return []contract.Difference{{Where: "answer", Documented: "an answer of the server", Got: fmt.Sprintf("status %d of %s", a.Status, proxy)}}
	}
	c := Case{Operation: o, Status: strconv.Itoa(a.Status), spec: spec}
	fewest := fewestDifferences(c, e)
	if fewest != nil && len(fewest) == 0 {
		return nil
	}
	for _, c.Status = range statuses(o) {
		if found := fewestDifferences(c, e); found != nil && len(found) == 0 {
			if a.Status == http.StatusOK && !c.succeeds() && c.hasTag(legacyStatus) {
				return nil
			}
			return []contract.Difference{{Where: "status", Documented: c.Status, Got: strconv.Itoa(a.Status)}}
		}
	}
	if fewest == nil {
		return []contract.Difference{{Where: "status", Documented: strings.Join(statuses(o), ", "), Got: strconv.Itoa(a.Status)}}
	}
	return fewest
}

// fewestDifferences are those from the example of the case's status that is most like the
// answer, nil where the status is not documented.
func fewestDifferences(c Case, e Exchange) (fewest []contract.Difference) {
	response := c.Operation.Responses.Value(c.Status)
	if response == nil {
		return nil
	}
	names := contract.ExampleNames(response.Value.Content)
	if len(names) == 0 {
		names = []string{""} // the schema alone
	}
	for i, name := range names {
		c.Example = name
		if found := (Checker{}).documentDifferences(c, e); i == 0 || len(found) < len(fewest) {
			fewest = append([]contract.Difference{}, found...)
		}
	}
	return fewest
}

// statuses are the documented ones.
func statuses(o contract.Operation) []string { return slices.Sorted(maps.Keys(o.Responses.Map())) }
