// Package envelope reads x-envelope of a tag: the keys that all answers of its operations have
// around their results (openapi/EXTENSIONS.md).
package envelope

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
)

const extension = "x-envelope"

// Envelope is x-envelope of a tag. A key is "" where its answers have none.
type Envelope struct {
	Success *Success // nil where the status alone tells
	Data    string   // the key of the result; "" where the result lies beside the other keys
	Message string
	Code    string
}

// Success is the key that tells a success from a failure, and its value for a success.
type Success struct {
	Key   string
	Value any
}

// Of reads the envelope of a tag, which may be nil. isThere is false where it has none, or one
// of another form.
func Of(tag *openapi3.Tag) (e Envelope, isThere bool) {
	if tag == nil || tag.Extensions[extension] == nil {
		return Envelope{}, false
	}
	text, err := json.Marshal(tag.Extensions[extension])
	if err != nil {
		return Envelope{}, false
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if decoder.Decode(&e) != nil {
		return Envelope{}, false
	}
	return e, true
}

// All are the envelopes of a document's tags, by the tags' names.
func All(document *openapi3.T) map[string]Envelope {
	all := map[string]Envelope{}
	for _, tag := range document.Tags {
		if e, isThere := Of(tag); isThere {
			all[tag.Name] = e
		}
	}
	return all
}

// Keys are the keys that hold no result, sorted. Of a failure they leave out the message.
func (e Envelope) Keys(success bool) (all []string) {
	all = []string{e.Code}
	if e.Success != nil {
		all = append(all, e.Success.Key)
	}
	if success {
		all = append(all, e.Message)
	}
	all = slices.DeleteFunc(all, func(key string) bool { return key == "" })
	slices.Sort(all)
	return slices.Compact(all)
}

// Says reports whether an answer has the key by which a success is told, and whether its
// value says so. Its numbers may be json.Number.
func (e Envelope) Says(answer map[string]any) (isThere, success bool) {
	if e.Success == nil {
		return false, false
	}
	value, isThere := answer[e.Success.Key]
	return isThere, isThere && fmt.Sprint(value) == fmt.Sprint(e.Success.Value)
}
