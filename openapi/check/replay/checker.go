package replay

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"

	"quartet/openapi/check/contract"
)

// Verdict is what is to be said of an example.
type Verdict string

// The verdicts.
const (
	Pass        Verdict = "pass"
	Differs     Verdict = "differs"
	NotProvoked Verdict = "not provoked"
)

// Result is what came of one request of a case.
type Result struct {
	Operation   string                `json:"operation"`
	Example     string                `json:"example"`
	Documented  string                `json:"documented"` // status
	Status      int                   `json:"status,omitempty"`
	Verdict     Verdict               `json:"verdict"`
	Reason      string                `json:"reason,omitempty"` // why it was not provoked
	Differences []contract.Difference `json:"differences,omitempty"`
}

func notProvoked(c Case, reason string) Result {
	return Result{Operation: c.Operation.OperationID, Example: c.Example, Documented: c.Status, Verdict: NotProvoked, Reason: reason}
}

func resultOf(e Exchange, differences []contract.Difference) Result {
	r := Result{
		Operation: e.Operation, Example: e.name(), Documented: e.Status, Status: e.Answer.Status,
		Verdict: Pass, Differences: differences,
	}
	if len(differences) > 0 {
		r.Verdict = Differs
	}
	return r
}

// Source is whom answers are had from.
type Source interface {
	// Exchanges are those of a case; with none comes the reason.
	Exchanges(ctx context.Context, c Case) (all []Exchange, reason string, err error)
}

// Judge holds answers against their document.
type Checker struct {
	Fixtures Fixtures
	// LegacyStyles are those whose failures travel under HTTP 200.
	LegacyStyles []string
}

// Check replays cases and tells what differs, and what was exchanged. An error
// says that the source could not be asked.
func (j Checker) Check(ctx context.Context, source Source, cases []Case) (results []Result, sent []Exchange, err error) {
	for _, c := range cases {
		all, reason, err := source.Exchanges(ctx, c)
		switch refused, isRefused := errors.AsType[*credentialError](err); {
		case isRefused:
			results = append(results, withoutCredential(c, refused))
			continue
		case err != nil:
			return nil, nil, err
		case len(all) == 0:
			results = append(results, notProvoked(c, reason))
		}
		for _, e := range all {
			results = append(results, resultOf(e, j.differences(c, e)))
		}
		sent = append(sent, all...)
	}
	return results, sent, nil
}

func withoutCredential(c Case, err *credentialError) Result {
	return Result{
		Operation: c.Operation.OperationID, Example: c.Example, Documented: c.Status, Verdict: Differs,
		Differences: []contract.Difference{{Where: "credentials", Documented: err.wanted, Came: err.came}},
	}
}

// differences holds an answer against the case's documented one. Where a failure
// came instead of a success, or the reverse, its body is of another kind and only
// the status is told.
func (j Checker) differences(c Case, e Exchange) []contract.Difference {
	if e.Failed != "" {
		return []contract.Difference{{Where: "answer", Documented: "status " + c.Status, Came: e.Failed}}
	}
	var all []contract.Difference
	wanted, _ := strconv.Atoi(c.Status)
	legacy := !c.succeeds() && slices.ContainsFunc(c.Operation.Tags, func(tag string) bool { return slices.Contains(j.LegacyStyles, tag) })
	if legacy {
		wanted = http.StatusOK
	}
	if e.Answer.Status != wanted {
		all = append(all, contract.Difference{Where: "status", Documented: strconv.Itoa(wanted), Came: strconv.Itoa(e.Answer.Status)})
		if legacy || (e.Answer.Status < http.StatusBadRequest) != c.succeeds() {
			return all
		}
	}
	all = append(all, contract.Differences(c.Operation.Responses.Value(c.Status).Value, e.answer())...)
	return append(all, j.envelopeDifferences(c, e, all)...)
}

// envelopeDifferences are those of the words around the answer, which are the
// same every time. What the schema has told already is not told again.
func (j Checker) envelopeDifferences(c Case, e Exchange, told []contract.Difference) (all []contract.Difference) {
	example, _ := c.documented().(map[string]any)
	decoded, _ := contract.Decode(e.Answer.Body)
	answer, _ := decoded.(map[string]any)
	for _, key := range envelope(c.succeeds()) {
		where := contract.Pointer("", key)
		documented, isDocumented := example[key]
		came, isThere := answer[key]
		known := slices.ContainsFunc(told, func(d contract.Difference) bool { return d.Where == where })
		if known || !isDocumented || !isThere || isStructure(documented) || j.Fixtures.free(where, key) {
			continue
		}
		if contract.Text(documented) != contract.Text(came) {
			all = append(all, contract.Difference{Where: where, Documented: contract.Redact(key, documented), Came: contract.Redact(key, came)})
		}
	}
	return all
}

// envelope are the keys that say how a request went. The wording of a failure is
// free: it names fields, and comes in the caller's language.
func envelope(success bool) []string {
	if success {
		return []string{"code", "message", "msg", "state", "status", "success"}
	}
	return []string{"code", "state", "status", "success"}
}

func isStructure(value any) bool {
	switch value.(type) {
	case map[string]any, []any:
		return true
	}
	return false
}
