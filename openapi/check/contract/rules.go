package contract

import (
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"quartet/openapi/answerrule"
)

// RuleDifferences are the values of a successful answer that break the operation's rules of
// meaning: the id of another than the one asked for, an expiry in the past. A value that is
// missing or null breaks none, as the schema says whether it may be. No rule is judged whose
// values are among the known differences, and a value breaks one rule at most.
func (c Contract) RuleDifferences(o Operation, r Request, a Answer, now time.Time, known ...Difference) (all []Difference) {
	rules := c.rules[o.Operation]
	if len(rules) == 0 || a.Status >= http.StatusMultipleChoices {
		return nil
	}
	body, notJSON := Decode(strings.TrimPrefix(a.Text, byteOrderMark))
	if notJSON != nil {
		return nil
	}
	both := answerrule.Exchange{
		Path: func(name string) string { return pathParameter(o, r, name) }, Query: r.Query,
		RequestHeader: r.Header, ResponseHeader: a.Header, RequestBody: requestBody(r), ResponseBody: body, Now: now,
	}
	for _, rule := range rules {
		if !concerns(rule, known) {
			found := ruleCheck{rule, both}.differences()
			all, known = append(all, found...), append(known, found...)
		}
	}
	return all
}

// requestBody is the body that was sent: JSON, or the fields of a form.
func requestBody(r Request) any {
	mediaType, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if mediaType != MediaForm {
		value, _ := Decode(r.Body)
		return value
	}
	form, err := url.ParseQuery(r.Body)
	if err != nil {
		return nil
	}
	fields := map[string]any{}
	for name := range form {
		fields[name] = form.Get(name)
	}
	return fields
}

// pathParameter is what stands in the place of {name} at the end of the path that was sent,
// which may begin with a base path.
func pathParameter(o Operation, r Request, name string) string {
	documented, sent := strings.Split(o.Path, "/"), strings.Split(r.Path, "/")
	before := len(sent) - len(documented)
	for i, segment := range documented {
		if segment == "{"+name+"}" && before >= 0 {
			if value, err := url.PathUnescape(sent[before+i]); err == nil {
				return value
			}
		}
	}
	return ""
}

// concerns reports whether one of the differences lies at, above or below a place of the
// answer that the rule looks at.
func concerns(r answerrule.Rule, known []Difference) bool {
	places := []string{anyElement(r.At)}
	if pointer := answerrule.AnswerPointer(r.Word()); pointer != "" {
		places = append(places, anyElement(pointer))
	}
	return slices.ContainsFunc(known, func(d Difference) bool {
		where := anyElement(d.Where)
		return slices.ContainsFunc(places, func(place string) bool {
			return where == place || strings.HasPrefix(where, place+"/") || strings.HasPrefix(place, where+"/")
		})
	})
}

// ruleCheck compares an answer with one rule.
type ruleCheck struct {
	answerrule.Rule
	answerrule.Exchange
}

func (c ruleCheck) differences() (all []Difference) {
	found, isThere := answerrule.ValuesAt(c.ResponseBody, c.At)
	if c.ExactlyOne != nil {
		return c.exactlyOne(found, isThere)
	}
	for _, one := range found {
		if one.Value == nil || one.Value == "" {
			continue
		}
		documented, got := "", Redact(c.Name(), one.Value)
		switch {
		case c.Equals != nil:
			documented = c.equals(one.Value)
		case c.After != nil:
			documented = c.order(one.Value, c.After, "after")
		case c.Before != nil:
			documented = c.order(one.Value, c.Before, "before")
		case c.MaxItems != nil:
			documented, got = c.maxItems(one.Value)
		}
		if documented != "" {
			all = append(all, Difference{one.Where, documented, got})
		}
	}
	return all
}

// equals is what the value has to be, "" where it is that or nothing is known of it.
func (c ruleCheck) equals(value any) string {
	wanted, isKnown := c.Value(c.Equals)
	if _, isNow := wanted.(time.Time); isNow {
		if c.order(value, c.Equals, "after")+c.order(value, c.Equals, "before") == "" {
			return ""
		}
		return "the present time"
	}
	if !isKnown || sameValue(wanted, value) {
		return ""
	}
	return Redact(c.Name(), wanted) + source(c.Equals)
}

// exactlyOne counts the elements that are as wanted.
func (c ruleCheck) exactlyOne(found []answerrule.Located, isThere bool) []Difference {
	wanted, isKnown := c.Value(c.ExactlyOne)
	if !isThere || !isKnown {
		return nil
	}
	times := 0
	for _, one := range found {
		if sameValue(wanted, one.Value) {
			times++
		}
	}
	if times == 1 {
		return nil
	}
	return []Difference{{c.At, Redact(c.Name(), wanted) + " exactly once" + source(c.ExactlyOne), fmt.Sprintf("%d times", times)}}
}

func (c ruleCheck) maxItems(value any) (documented, got string) {
	list, isList := value.([]any)
	wanted, isKnown := c.Value(c.MaxItems)
	most, err := strconv.Atoi(strings.TrimSpace(Text(wanted)))
	if !isList || !isKnown || err != nil || len(list) <= most {
		return "", ""
	}
	return fmt.Sprintf("at most %d elements", most) + source(c.MaxItems), fmt.Sprintf("%d elements", len(list))
}

// clockDifference is how far the clocks of two machines may be apart.
const clockDifference = time.Minute

// order is what a time has to be, "" where it is that or nothing is known of it.
func (c ruleCheck) order(value, word any, order string) string {
	wanted, isKnown := c.Value(word)
	if !isKnown {
		return ""
	}
	limit, isNow := wanted.(time.Time)
	off, isTime := clockDifference, true
	if !isNow {
		var form answerrule.TimeForm
		limit, form, isTime = answerrule.ReadTime(wanted)
		off = form.Off
	}
	at, form, isOwnTime := answerrule.ReadTime(value)
	off += form.Off
	switch {
	case !isTime:
		return ""
	case isOwnTime && order == "after" && !at.Add(off).Before(limit):
		return ""
	case isOwnTime && order == "before" && !at.Add(-off).After(limit):
		return ""
	}
	return "a time " + order + " " + strings.TrimPrefix(fmt.Sprint(word), "$")
}

// source says where a wanted value comes from, "" for a constant.
func source(word any) string {
	if answerrule.IsExpression(word) {
		return fmt.Sprintf(" (%s)", word)
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
