package contract

import (
	"encoding/json"
	"net/http"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
)

// envelope is x-envelope of a tag: the keys of its answers.
type envelope struct {
	Success *struct {
		Key   string
		Value any
	}
	Data, Message, Code string
}

// envelope is that of the first of the tags that has one, empty for none.
func (c Contract) envelope(tags []string) (e envelope) {
	if c.T == nil {
		return e
	}
	for _, name := range tags {
		tag := c.Tags.Get(name)
		if tag == nil || tag.Extensions["x-envelope"] == nil {
			continue
		}
		text, err := json.Marshal(tag.Extensions["x-envelope"])
		if err == nil && json.Unmarshal(text, &e) == nil {
			return e
		}
	}
	return envelope{}
}

// keys are those that hold no result. Of a failure they leave out the message.
func (e envelope) keys(success bool) (all []string) {
	if e.Success != nil {
		all = append(all, e.Success.Key)
	}
	all = append(all, e.Code)
	if success {
		all = append(all, e.Message)
	}
	all = slices.DeleteFunc(all, func(key string) bool { return key == "" })
	slices.Sort(all)
	return slices.Compact(all)
}

// says reports whether the answer has the key by which a success is told, and whether its
// value says so.
func (e envelope) says(answer map[string]any) (isThere, success bool) {
	if e.Success == nil {
		return false, false
	}
	value, isThere := answer[e.Success.Key]
	return isThere, isThere && Text(value) == Text(e.Success.Value)
}

// share is how many of the envelope's keys the answer has, from 0 to 1.
func (e envelope) share(answer map[string]any) float64 {
	keys := e.keys(true)
	if e.Data != "" {
		keys = append(keys, e.Data)
	}
	there := slices.DeleteFunc(slices.Clone(keys), func(key string) bool { _, is := answer[key]; return !is })
	return float64(len(there)) / float64(max(1, len(keys)))
}

// EnvelopeKeys are the keys that tell how a request to an operation went: those of
// its failure body that hold neither an object nor a list. Of a failure they leave
// out free text, which names fields and is translated. Where the document has no such body,
// x-envelope names the keys.
func (c Contract) EnvelopeKeys(o Operation, success bool) (keys []string) {
	failure := c.Failure(o.Tags...)
	if failure == nil {
		return c.envelope(o.Tags).keys(success)
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
	isThere, success := c.envelope(o.Tags).says(answer)
	return success || !isThere
}

// OtherEnvelope is the tag whose envelope (x-envelope) a body has instead of its operation's.
// "" for the own envelope, and for neither.
func (c Contract) OtherEnvelope(o Operation, body string) (other string) {
	decoded, _ := Decode(body)
	answer, isObject := decoded.(map[string]any)
	own := c.envelope(o.Tags)
	if !isObject || own.Success == nil {
		return ""
	}
	isThere, succeeds := own.says(answer)
	best := 0.0
	for _, tag := range c.Tags {
		e := c.envelope([]string{tag.Name})
		hasKey, says := e.says(answer)
		// Two envelopes may have one key for a success, with other values.
		isOther := hasKey && (!isThere || !succeeds && says && own.share(answer) < 1 && e.share(answer) == 1)
		if share := e.share(answer); isOther && share > best && !slices.Contains(o.Tags, tag.Name) {
			best, other = share, tag.Name
		}
	}
	return other
}
