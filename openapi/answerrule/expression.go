package answerrule

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// Now is the expression of the present time.
const Now = "$now"

// Exchange is a request and its answer, to which the expressions of a rule refer.
type Exchange struct {
	Path                          func(name string) string // a parameter of the path, "" for none
	Query                         url.Values
	RequestHeader, ResponseHeader http.Header
	RequestBody, ResponseBody     any // as JSON reads them, with numbers as json.Number
	Now                           time.Time
}

// expressionShape matches the runtime expressions of OpenAPI's links, and $now.
var expressionShape = regexp.MustCompile(`^\$(?:now|(request|response)\.(?:body#(/.*)|(header|query|path)\.(.+)))$`)

// checkExpression returns an error for a text that begins as an expression and is none.
func checkExpression(word any) error {
	text, _ := word.(string)
	if match := expressionShape.FindStringSubmatch(text); strings.HasPrefix(text, "$") && (match == nil || match[1] == "response" && match[3] != "" && match[3] != "header") {
		return fmt.Errorf("%q is no runtime expression and not %s", text, Now)
	}
	return nil
}

// IsExpression reports whether the word of a checked rule is no constant.
func IsExpression(word any) bool {
	text, _ := word.(string)
	return strings.HasPrefix(text, "$")
}

// AnswerPointer is the pointer into the answer's body that an expression has, "" for every
// other word.
func AnswerPointer(word any) string {
	text, _ := word.(string)
	if match := expressionShape.FindStringSubmatch(text); match != nil && match[1] == "response" {
		return match[2]
	}
	return ""
}

// Value is a constant, or what an expression finds in the exchange, a time.Time for Now. It
// is not known where the exchange lacks it.
func (x Exchange) Value(word any) (value any, isKnown bool) {
	text, isText := word.(string)
	match := expressionShape.FindStringSubmatch(text)
	switch {
	case !isText || match == nil:
		return word, true
	case text == Now:
		return x.Now, true
	case match[1] == "response" && match[2] != "":
		return single(x.ResponseBody, match[2])
	case match[1] == "response":
		return notEmpty(x.ResponseHeader.Get(match[4]))
	case match[2] != "":
		value, isThere := single(x.RequestBody, match[2])
		return value, isThere && value != nil // as if it had not been sent
	case match[3] == "header":
		return notEmpty(x.RequestHeader.Get(match[4]))
	case match[3] == "query":
		return notEmpty(x.Query.Get(match[4]))
	}
	return notEmpty(x.Path(match[4]))
}

func single(body any, pointer string) (value any, isKnown bool) {
	found, _ := ValuesAt(body, pointer)
	if len(found) != 1 {
		return nil, false
	}
	return found[0].Value, true
}

func notEmpty(text string) (value any, isKnown bool) { return text, text != "" }
