// Package replay sends the examples of an OpenAPI document to a server, and
// requests that its documented failures answer, and reports in what the answers
// differ from the document or from another server's.
package replay

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"quartet/openapi/check/contract"
)

// Verdict is the outcome of an example.
type Verdict string

// The verdicts.
const (
	Pass    Verdict = "pass"
	Differs Verdict = "differs"
	Skipped Verdict = "skipped"
)

// Result is the outcome of one request of a case.
type Result struct {
	Operation   string                `json:"operation"`
	Example     string                `json:"example"`
	Documented  string                `json:"documented"` // status
	Status      int                   `json:"status,omitempty"`
	Verdict     Verdict               `json:"verdict"`
	Reason      string                `json:"reason,omitempty"` // why it was skipped
	Differences []contract.Difference `json:"differences,omitempty"`
	// UndocumentedHeaders are those of the answer that the document does not have. They are
	// no differences, as clients ignore them.
	UndocumentedHeaders []string `json:"undocumentedHeaders,omitempty"`
	// LegacyStatus is the dialect of a failure that came with status 200 and is as documented
	// otherwise.
	LegacyStatus string `json:"-"`
}

// resultWithoutAnswer is the outcome of a case that was not sent: skipped, or one
// difference where a credential was missing.
func resultWithoutAnswer(c Case, reason string, missing *credentialError) Result {
	r := Result{Operation: c.Operation.OperationID, Example: c.Example, Documented: c.Status, Verdict: Skipped, Reason: reason}
	if missing != nil {
		r.Verdict, r.Reason = Differs, ""
		r.Differences = []contract.Difference{{Where: "credentials", Documented: missing.expected, Got: missing.got}}
	}
	return r
}

// HasNoCredential reports whether the example was not sent as its credential was refused.
func (r Result) HasNoCredential() bool {
	return r.Status == 0 && slices.ContainsFunc(r.Differences, func(d contract.Difference) bool { return d.Where == "credentials" })
}

// hasOtherAnswer reports whether the answer is not the documented one at all.
func (r Result) hasOtherAnswer() bool {
	return slices.ContainsFunc(r.Differences, func(d contract.Difference) bool { return d.Where == "status" || d.Where == "answer" })
}

func resultOf(e Exchange, documented string, differences []contract.Difference) Result {
	r := Result{
		Operation: e.Operation, Example: e.name(), Documented: documented, Status: e.Answer.Status,
		Verdict: Pass, Differences: differences,
	}
	if len(differences) > 0 {
		r.Verdict = Differs
	}
	return r
}

// Source gives a server's answers.
type Source interface {
	// Exchanges are the requests of a case with their answers, or the reason why
	// there are none.
	Exchanges(ctx context.Context, c Case) (all []Exchange, reason string, err error)
}

// Checker compares answers with their document, or with other answers.
type Checker struct {
	Fixtures Fixtures
	// LegacyStatus are the dialects (tags) whose failures have HTTP status 200.
	LegacyStatus []string
}

// Check replays cases and returns the results and what was exchanged. An error
// means that the source could not be reached at all. Where it is lost later, that case
// differs and the others are skipped.
func (k Checker) Check(ctx context.Context, source Source, cases []Case) (results []Result, sent []Exchange, err error) {
	lost := ""
	for _, c := range cases {
		if lost != "" {
			results = append(results, resultWithoutAnswer(c, lost, nil))
			continue
		}
		all, reason, err := source.Exchanges(ctx, c)
		missing, isMissing := errors.AsType[*credentialError](err)
		unreachable, isUnreachable := errors.AsType[*UnreachableError](err)
		switch {
		case isUnreachable && len(sent) > 0:
			lost = unreachable.Error()
			results = append(results, resultOf(Exchange{Operation: c.Operation.OperationID, Example: c.Example}, c.Status,
				[]contract.Difference{{Where: "answer", Documented: "status " + c.Status, Got: unreachable.Cause.Error()}}))
		case err != nil && !isMissing:
			return nil, nil, err
		case len(all) == 0:
			results = append(results, resultWithoutAnswer(c, reason, missing))
		}
		for _, e := range all {
			if before := e.Answer.before(); before != "" && c.isOfTransport() {
				results = append(results, resultWithoutAnswer(c, "answered by "+before, nil))
				continue
			}
			result := resultOf(e, e.Status, k.differences(c, e))
			if result.LegacyStatus = k.legacyStatus(c, e); !result.hasOtherAnswer() {
				result.UndocumentedHeaders = contract.UndocumentedHeaders(c.Operation.Responses.Value(c.Status).Value, e.Answer.Header)
			}
			results = append(results, result)
		}
		sent = append(sent, all...)
	}
	return results, sent, nil
}

// Compare replays cases against two sources and returns where the answers of b
// are not those of a, which take the place of the documented ones.
func (k Checker) Compare(ctx context.Context, a, b Source, cases []Case) (results []Result, err error) {
	for _, c := range cases {
		first, reason, err := a.Exchanges(ctx, c)
		second, otherReason, otherErr := b.Exchanges(ctx, c)
		err = errors.Join(err, otherErr)
		missing, isMissing := errors.AsType[*credentialError](err)
		if err != nil && !isMissing {
			return nil, err
		}
		if len(first) == 0 || len(second) == 0 {
			results = append(results, resultWithoutAnswer(c, cmp.Or(reason, otherReason), missing))
			continue
		}
		for _, e := range first {
			at := slices.IndexFunc(second, func(other Exchange) bool { return other.Variant == e.Variant })
			if at < 0 {
				results = append(results, resultWithoutAnswer(c, "no "+e.Variant+" on the other side", nil))
				continue
			}
			results = append(results, resultOf(second[at], strconv.Itoa(e.Answer.Status), k.compare(c, e, second[at])))
		}
	}
	return results, nil
}

// differences compares an answer with the case's documented one. An answer of another status
// has another body, and only the status is reported.
func (k Checker) differences(c Case, e Exchange) []contract.Difference {
	if e.Failed != "" {
		return []contract.Difference{{Where: "answer", Documented: "status " + c.Status, Got: e.Failed}}
	}
	if proxy := e.Answer.proxy(); proxy != "" {
		return []contract.Difference{{Where: "answer", Documented: "status " + c.Status, Got: fmt.Sprintf("status %d of %s", e.Answer.Status, proxy)}}
	}
	expected, _ := strconv.Atoi(c.Status)
	legacy := !c.succeeds() && c.hasTag(k.LegacyStatus)
	if legacy {
		expected = http.StatusOK
	}
	if e.Answer.Status != expected {
		return []contract.Difference{{Where: "status", Documented: strconv.Itoa(expected), Got: strconv.Itoa(e.Answer.Status)}}
	}
	return k.documentDifferences(c, e)
}

// legacyStatus is the dialect for which the answer would be right under Checker.LegacyStatus,
// "" for none.
func (k Checker) legacyStatus(c Case, e Exchange) string {
	if c.succeeds() || len(c.Operation.Tags) == 0 || e.Answer.Status != http.StatusOK || c.hasTag(k.LegacyStatus) {
		return ""
	}
	k.LegacyStatus = c.Operation.Tags[:1]
	if len(k.differences(c, e)) > 0 {
		return ""
	}
	return c.Operation.Tags[0]
}

// documentDifferences compares an answer with the case's documented one, whatever its status.
func (k Checker) documentDifferences(c Case, e Exchange) (all []contract.Difference) {
	answer := contract.Answer{Status: e.Answer.Status, Header: e.Answer.Header, Text: e.Answer.Body}
	if other := c.spec.OtherEnvelope(c.Operation, c.succeeds(), answer.Text); other != "" {
		return append(all, contract.Difference{Where: "body", Documented: "the envelope of " + c.Operation.Tags[0], Got: "that of " + other})
	}
	if c.succeeds() && c.spec.IsFailure(c.Operation, answer) {
		return append(all, contract.Difference{Where: "status", Documented: c.Status, Got: c.Status + " with a failure"})
	}
	for _, d := range contract.Differences(c.Operation.Responses.Value(c.Status).Value, answer) {
		if d.Where != contract.WhereCharset || !k.Fixtures.free(d.Where, d.Where) {
			all = append(all, d)
		}
	}
	return contract.OncePerList(slices.Concat(all, k.envelopeDifferences(c, e, all), k.ruleDifferences(c, e, all), leaks(c, e), expiredTokens(c, e)))
}

// ruleDifferences are the values of a success that break the operation's rules of meaning,
// unless the schema's differences are about them already.
func (k Checker) ruleDifferences(c Case, e Exchange, known []contract.Difference) (all []contract.Difference) {
	if !c.succeeds() {
		return nil
	}
	answer := contract.Answer{Status: http.StatusOK, Header: e.Answer.Header, Text: e.Answer.Body}
	for _, d := range c.spec.RuleDifferences(c.Operation, e.Request.request(), answer, time.Now(), known...) {
		if !k.Fixtures.free(d.Where, d.Where[strings.LastIndex(d.Where, "/")+1:]) {
			all = append(all, d)
		}
	}
	return all
}

// envelopeDifferences compares the keys of the envelope with the example, unless
// the schema's differences are about them already.
func (k Checker) envelopeDifferences(c Case, e Exchange, known []contract.Difference) (all []contract.Difference) {
	example, _ := c.documented().(map[string]any)
	decoded, _, _ := contract.DecodeMarked(e.Answer.Body)
	answer, _ := decoded.(map[string]any)
	for _, key := range c.spec.EnvelopeKeys(c.Operation, c.succeeds()) {
		documented, isDocumented := example[key]
		got, isThere := answer[key]
		d := contract.Difference{Where: contract.Pointer("", key), Documented: contract.Redact(key, documented), Got: contract.Redact(key, got)}
		isKnown := slices.ContainsFunc(known, func(other contract.Difference) bool { return other.Where == d.Where })
		if isDocumented && isThere && !isKnown && contract.Text(documented) != contract.Text(got) &&
			!k.Fixtures.free(d.Where, key) && !volatile(key, got, documented) {
			all = append(all, d)
		}
	}
	return all
}
