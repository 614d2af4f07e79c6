package contract

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
)

// extensionRules are an operation's rules of meaning; openapi/EXTENSIONS.md explains them.
const extensionRules = "x-answer-rules"

// rule is one line of x-answer-rules: what a value of a successful answer must be. Exactly
// one of the words after At is given.
type rule struct {
	At         string `json:"at"` // a JSON pointer in which * is every element of a list
	Equals     any    `json:"equals,omitempty"`
	After      any    `json:"after,omitempty"`
	Before     any    `json:"before,omitempty"`
	MaxItems   any    `json:"maxItems,omitempty"`
	ExactlyOne any    `json:"exactlyOne,omitempty"`
}

// rulesOf reads the rules of an operation, and returns an error for one that could never be
// judged.
func rulesOf(o *openapi3.Operation) ([]rule, error) {
	written := o.Extensions[extensionRules]
	if written == nil {
		return nil, nil
	}
	text, err := json.Marshal(written)
	if err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	decoder.UseNumber()
	var rules []rule
	if err := decoder.Decode(&rules); err != nil {
		return nil, fmt.Errorf("%s of %s: %w", extensionRules, o.OperationID, err)
	}
	for _, r := range rules {
		if err := r.check(); err != nil {
			return nil, fmt.Errorf("%s of %s: %w", extensionRules, o.OperationID, err)
		}
	}
	return rules, nil
}

func (r rule) check() error {
	if words := r.words(); !strings.HasPrefix(r.At, "/") || len(words) != 1 {
		return fmt.Errorf("the rule at %q needs a JSON pointer at, and one of equals, after, before, maxItems and exactlyOne", r.At)
	}
	return checkExpression(r.word())
}

// words are what the value must be like; check has found that it is one.
func (r rule) words() []any {
	return slices.DeleteFunc([]any{r.Equals, r.After, r.Before, r.MaxItems, r.ExactlyOne}, func(word any) bool { return word == nil })
}

func (r rule) word() any { return r.words()[0] }

// RuleDifferences are the values of a successful answer that break the operation's rules of
// meaning: the id of another than the one asked for, an expiry in the past. A value that is
// missing or null breaks none, as the schema says whether it may be. No rule is judged whose
// values are among the known differences, and a value breaks one rule at most.
func (o Operation) RuleDifferences(r Request, a Answer, now time.Time, known ...Difference) (all []Difference) {
	rules, err := rulesOf(o.Operation)
	body, notJSON := Decode(strings.TrimPrefix(a.Text, byteOrderMark))
	if err != nil || len(rules) == 0 || notJSON != nil || a.Status >= http.StatusMultipleChoices {
		return nil
	}
	both := exchange{path: o.Path, request: r, answer: a, body: body, now: now}
	for _, rule := range rules {
		if !rule.concerns(known) {
			found := rule.differences(both)
			all, known = append(all, found...), append(known, found...)
		}
	}
	return all
}

// concerns reports whether one of the differences lies at, above or below a place of the
// answer that the rule looks at.
func (r rule) concerns(known []Difference) bool {
	places := []string{anyElement(r.At)}
	if match := expressionShape.FindStringSubmatch(fmt.Sprint(r.word())); match != nil && match[1] == "response" && match[2] != "" {
		places = append(places, anyElement(match[2]))
	}
	return slices.ContainsFunc(known, func(d Difference) bool {
		where := anyElement(d.Where)
		return slices.ContainsFunc(places, func(place string) bool {
			return where == place || strings.HasPrefix(where, place+"/") || strings.HasPrefix(place, where+"/")
		})
	})
}

func (r rule) differences(x exchange) (all []Difference) {
	found, isThere := valuesAt(x.body, "", strings.Split(r.At, "/")[1:])
	if r.ExactlyOne != nil {
		return r.exactlyOne(x, found, isThere)
	}
	for _, one := range found {
		if one.value == nil || one.value == "" {
			continue
		}
		documented, got := "", Redact(r.name(), one.value)
		switch {
		case r.Equals != nil:
			documented = r.equals(x, one.value)
		case r.After != nil:
			documented = checkOrder(x, one.value, r.After, "after")
		case r.Before != nil:
			documented = checkOrder(x, one.value, r.Before, "before")
		case r.MaxItems != nil:
			documented, got = r.maxItems(x, one.value)
		}
		if documented != "" {
			all = append(all, Difference{one.where, documented, got})
		}
	}
	return all
}

// name is the key at the end of the pointer.
func (r rule) name() string { return r.At[strings.LastIndex(r.At, "/")+1:] }

// equals is what the value has to be, "" where it is that or nothing is known of it.
func (r rule) equals(x exchange, value any) string {
	wanted, isKnown := x.value(r.Equals)
	if _, isNow := wanted.(time.Time); isNow {
		if checkOrder(x, value, r.Equals, "after")+checkOrder(x, value, r.Equals, "before") == "" {
			return ""
		}
		return "the present time"
	}
	if !isKnown || sameValue(wanted, value) {
		return ""
	}
	return Redact(r.name(), wanted) + source(r.Equals)
}

// exactlyOne counts the elements that are as wanted.
func (r rule) exactlyOne(x exchange, found []located, isThere bool) []Difference {
	wanted, isKnown := x.value(r.ExactlyOne)
	if !isThere || !isKnown {
		return nil
	}
	times := 0
	for _, one := range found {
		if sameValue(wanted, one.value) {
			times++
		}
	}
	if times == 1 {
		return nil
	}
	return []Difference{{r.At, Redact(r.name(), wanted) + " exactly once" + source(r.ExactlyOne), fmt.Sprintf("%d times", times)}}
}

func (r rule) maxItems(x exchange, value any) (documented, got string) {
	list, isList := value.([]any)
	wanted, isKnown := x.value(r.MaxItems)
	most, err := strconv.Atoi(strings.TrimSpace(Text(wanted)))
	if !isList || !isKnown || err != nil || len(list) <= most {
		return "", ""
	}
	return fmt.Sprintf("at most %d elements", most) + source(r.MaxItems), fmt.Sprintf("%d elements", len(list))
}

// source says where a wanted value comes from, "" for a constant.
func source(word any) string {
	if expression, isExpression := word.(string); isExpression && strings.HasPrefix(expression, "$") {
		return " (" + expression + ")"
	}
	return ""
}

// sameValue compares scalars as people read them: an id may be text on one side and a
// number on the other.
func sameValue(a, b any) bool {
	first, second := Text(a), Text(b)
	whole, err := strconv.ParseInt(strings.TrimSpace(first), 10, 64)
	other, otherErr := strconv.ParseInt(strings.TrimSpace(second), 10, 64)
	return first == second || err == nil && otherErr == nil && whole == other
}

// located is a value and the pointer to it.
type located struct {
	where string
	value any
}

// valuesAt are the values below value that the rest of a pointer names; isThere reports
// whether everything but a last key is there.
func valuesAt(value any, where string, rest []string) (all []located, isThere bool) {
	if len(rest) == 0 {
		return []located{{where, value}}, true
	}
	key := strings.NewReplacer("~1", "/", "~0", "~").Replace(rest[0])
	switch v := value.(type) {
	case map[string]any:
		if member, has := v[key]; has {
			return valuesAt(member, Pointer(where, key), rest[1:])
		}
		return nil, len(rest) == 1
	case []any:
		for i, element := range v {
			if key == "*" || key == strconv.Itoa(i) {
				found, _ := valuesAt(element, Pointer(where, strconv.Itoa(i)), rest[1:])
				all = append(all, found...)
			}
		}
		return all, true
	}
	return nil, false
}
