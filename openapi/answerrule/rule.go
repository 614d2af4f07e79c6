// Package answerrule reads x-answer-rules: what the successful answers of an operation promise
// beyond their schema (openapi/EXTENSIONS.md).
package answerrule

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

const extension = "x-answer-rules"

// Rule is one line of x-answer-rules: what a value of a successful answer must be. Exactly
// one of the words after At is given.
type Rule struct {
	At         string `json:"at"` // a JSON pointer in which * is every element of a list
	Equals     any    `json:"equals,omitempty"`
	After      any    `json:"after,omitempty"`
	Before     any    `json:"before,omitempty"`
	MaxItems   any    `json:"maxItems,omitempty"`
	ExactlyOne any    `json:"exactlyOne,omitempty"`
}

// Of reads the rules of an operation, and returns an error for one that could never be
// judged.
func Of(o *openapi3.Operation) ([]Rule, error) {
	written := o.Extensions[extension]
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
	var rules []Rule
	if err := decoder.Decode(&rules); err != nil {
		return nil, fmt.Errorf("%s of %s: %w", extension, o.OperationID, err)
	}
	for _, r := range rules {
		if err := r.check(); err != nil {
			return nil, fmt.Errorf("%s of %s: %w", extension, o.OperationID, err)
		}
	}
	return rules, nil
}

func (r Rule) check() error {
	if words := r.words(); !strings.HasPrefix(r.At, "/") || len(words) != 1 {
		return fmt.Errorf("the rule at %q needs a JSON pointer at, and one of equals, after, before, maxItems and exactlyOne", r.At)
	}
	return checkExpression(r.Word())
}

func (r Rule) words() []any {
	return slices.DeleteFunc([]any{r.Equals, r.After, r.Before, r.MaxItems, r.ExactlyOne}, func(word any) bool { return word == nil })
}

// Word is what the value must be like: a constant or an expression.
func (r Rule) Word() any { return r.words()[0] }

// Name is the key at the end of the pointer.
func (r Rule) Name() string { return r.At[strings.LastIndex(r.At, "/")+1:] }
