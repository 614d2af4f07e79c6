package contract

import (
	"net/http"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"quartet/openapi/envelope"
)

// envelope is that of the first of the tags that has one, empty for none.
func (c Contract) envelope(tags []string) envelope.Envelope {
	for _, name := range tags {
		if e, isThere := c.envelopes[name]; isThere {
			return e
		}
	}
	return envelope.Envelope{}
}

// present counts the keys of a body that are there, and says whether they are all.
func present(keys []string, answer map[string]any) (n int, all bool) {
	for _, key := range keys {
		if _, isThere := answer[key]; isThere {
			n++
		}
	}
	return n, n == len(keys)
}

// outcome is a success or a failure of a tag's operations.
type outcome struct {
	tag     string
	success bool
}

// documentedKeys are the keys of each tag's envelope that all examples of its successes have, or
// all of its failures.
func (c Contract) documentedKeys() map[outcome][]string {
	all := map[outcome][]string{}
	add := func(tag string) {
		for _, success := range []bool{true, false} {
			e := c.envelope([]string{tag})
			all[outcome{tag, success}] = append(e.Keys(true), e.Data)
		}
	}
	for _, tag := range c.Tags {
		add(tag.Name)
	}
	for _, o := range c.Operations() {
		for _, tag := range o.Tags {
			if _, isKnown := all[outcome{tag, true}]; !isKnown {
				add(tag)
			}
			for status, response := range o.Responses.Map() {
				of := outcome{tag, status < "4"}
				all[of] = slices.DeleteFunc(all[of], func(key string) bool { return key == "" || !everyExampleHas(response.Value, key) })
			}
		}
	}
	return all
}

func everyExampleHas(response *openapi3.Response, key string) bool {
	for mediaType, media := range response.Content {
		for _, example := range media.Examples {
			object, isObject := example.Value.Value.(map[string]any)
			if _, isThere := object[key]; strings.HasSuffix(mediaType, "json") && (!isThere || !isObject) {
				return false
			}
		}
	}
	return true
}

// EnvelopeKeys are the keys that tell how a request to an operation went: those of
// its failure body that hold neither an object nor a list. Of a failure they leave
// out free text, which names fields and is translated. Where the document has no such body,
// x-envelope names the keys.
func (c Contract) EnvelopeKeys(o Operation, success bool) (keys []string) {
	failure := c.Failure(o.Tags...)
	if failure == nil {
		return c.envelope(o.Tags).Keys(success)
	}
	for _, media := range failure.Content {
		for key, property := range Strict(media.Schema.Value).Properties {
			kind, schema := property.Value.Type, property.Value
			freeText := kind.Includes(openapi3.TypeString) && len(schema.Enum) == 0 && schema.Pattern == ""
			if !kind.Includes(openapi3.TypeObject) && !kind.Includes(openapi3.TypeArray) && (success || !freeText) {
				keys = append(keys, key)
			}
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// Succeeded reports whether an answer is a success: by its envelope where it has one, as
// failures may have the status 200, and by its status.
func (c Contract) Succeeded(o Operation, a Answer) bool {
	if a.Status >= http.StatusBadRequest {
		return false
	}
	decoded, _ := Decode(a.Text)
	answer, _ := decoded.(map[string]any)
	isThere, success := c.envelope(o.Tags).Says(answer)
	return success || !isThere
}

// OtherEnvelope is the tag whose envelope (x-envelope) a body has instead of its operation's,
// "" for the own envelope, and for neither. Another envelope has more of its keys there than the
// own one, all of them, and says whether the answer is a success.
func (c Contract) OtherEnvelope(o Operation, success bool, body string) (other string) {
	decoded, _ := Decode(body)
	answer, isObject := decoded.(map[string]any)
	if !isObject || c.T == nil || len(o.Tags) == 0 {
		return ""
	}
	own := c.keysByOutcome[outcome{o.Tags[0], success}]
	most, isOwn := present(own, answer)
	isThere, succeeds := c.envelope(o.Tags).Says(answer)
	if isOwn && len(own) > 0 && (!isThere || succeeds == success) {
		return ""
	}
	for _, tag := range c.Tags {
		isThere, says := c.envelope([]string{tag.Name}).Says(answer)
		n, all := present(c.keysByOutcome[outcome{tag.Name, says}], answer)
		if says && !succeeds && !isOwn { // two envelopes may have one key for a success, with other values
			n++
		}
		if (isThere || !success) && all && n > most && !slices.Contains(o.Tags, tag.Name) {
			most, other = n, tag.Name
		}
	}
	if other != "" && c.Components != nil && c.Components.Schemas["Problem"] != nil && c.Components.Schemas[failureBody(other)] == nil {
		return "RFC 9457"
	}
	return other
}

// IsFailure reports whether an answer with the status of a success is one of the operation's
// failures by its envelope.
func (c Contract) IsFailure(o Operation, a Answer) bool {
	failure := c.Failure(o.Tags...)
	return failure != nil && !c.Succeeded(o, a) && len(Differences(failure, a)) == 0
}
