package contract

import (
	"encoding/json"
	"fmt"
	"mime"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// exchange is a request and its answer, which the expressions of a rule refer to.
type exchange struct {
	path    string // of the operation, with its parameters in braces
	request Request
	answer  Answer
	body    any // of the answer
	now     time.Time
}

// expressionShape matches the runtime expressions of OpenAPI's links, and $now.
var expressionShape = regexp.MustCompile(`^\$(?:now|(request|response)\.(?:body#(/.*)|(header|query|path)\.(.+)))$`)

// checkExpression returns an error for a text that begins as an expression and is none.
func checkExpression(word any) error {
	text, _ := word.(string)
	if match := expressionShape.FindStringSubmatch(text); strings.HasPrefix(text, "$") && (match == nil || match[1] == "response" && match[3] != "" && match[3] != "header") {
		return fmt.Errorf("%q is no runtime expression and not $now", text)
	}
	return nil
}

// value is a constant, or what an expression finds in the exchange, a time for $now. It is
// not known where the exchange lacks it.
func (x exchange) value(word any) (value any, isKnown bool) {
	text, isText := word.(string)
	match := expressionShape.FindStringSubmatch(text)
	switch {
	case !isText || match == nil:
		return word, true
	case text == "$now":
		return x.now, true
	case match[1] == "response" && match[2] != "":
		return single(x.body, match[2])
	case match[1] == "response":
		return notEmpty(x.answer.Header.Get(match[4]))
	case match[2] != "":
		value, isThere := single(x.requestBody(), match[2])
		return value, isThere && value != nil // as if it had not been sent
	case match[3] == "header":
		return notEmpty(x.request.Header.Get(match[4]))
	case match[3] == "query":
		return notEmpty(x.request.Query.Get(match[4]))
	}
	return notEmpty(x.pathParameter(match[4]))
}

func single(body any, pointer string) (value any, isKnown bool) {
	found, _ := valuesAt(body, "", strings.Split(pointer, "/")[1:])
	if len(found) != 1 {
		return nil, false
	}
	return found[0].value, true
}

func notEmpty(text string) (value any, isKnown bool) { return text, text != "" }

// requestBody is the body that was sent: JSON, or the fields of a form.
func (x exchange) requestBody() any {
	mediaType, _, _ := mime.ParseMediaType(x.request.Header.Get("Content-Type"))
	if mediaType != MediaForm {
		value, _ := Decode(x.request.Body)
		return value
	}
	form, err := url.ParseQuery(x.request.Body)
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
func (x exchange) pathParameter(name string) string {
	documented, sent := strings.Split(x.path, "/"), strings.Split(x.request.Path, "/")
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

// How far times may be off: clocks of two machines, a time whose zone is not known, and a day
// whose hour is not known.
const (
	clockDifference = time.Minute
	anyZone         = 14 * time.Hour
	anyHour         = 24 * time.Hour
)

// timesWithoutZone are the ways of writing a time without its zone, with how far it may
// lie from the one in UTC.
var timesWithoutZone = map[string]time.Duration{
	time.DateTime:         anyZone,
	"2006-01-02T15:04:05": anyZone,
	"2006/01/02 15:04:05": anyZone,
	time.DateOnly:         anyZone + anyHour,
}

// shortestInMilliseconds is the least number since 1970 that counts milliseconds and not
// seconds.
const shortestInMilliseconds = 100_000_000_000

// timeOf reads a time as JSON has it, and says how far it may be off.
func timeOf(value any) (at time.Time, off time.Duration, isTime bool) {
	switch v := value.(type) {
	case time.Time:
		return v, clockDifference, true
	case json.Number:
		n, err := v.Int64()
		if err != nil {
			return at, 0, false
		}
		if n < shortestInMilliseconds {
			n *= 1000
		}
		return time.UnixMilli(n), 0, true
	case string:
		if at, err := time.Parse(time.RFC3339, v); err == nil {
			return at, 0, true
		}
		for layout, off := range timesWithoutZone {
			if at, err := time.Parse(layout, v); err == nil {
				return at, off, true
			}
		}
	}
	return at, 0, false
}

// checkOrder is what a time has to be, "" where it is that or nothing is known of it.
func checkOrder(x exchange, value, word any, order string) string {
	wanted, isKnown := x.value(word)
	if !isKnown {
		return ""
	}
	documented := "a time " + order + " " + strings.TrimPrefix(fmt.Sprint(word), "$")
	limit, off, isTime := timeOf(wanted)
	at, ownOff, isOwnTime := timeOf(value)
	switch {
	case !isTime:
		return ""
	case isOwnTime && order == "after" && !at.Add(off+ownOff).Before(limit):
		return ""
	case isOwnTime && order == "before" && !at.Add(-off-ownOff).After(limit):
		return ""
	}
	return documented
}
