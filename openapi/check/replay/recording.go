package replay

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"quartet/openapi/check/contract"
)

// Exchange is a request that was sent for a case, and its answer.
type Exchange struct {
	Operation string `json:"operation"`
	Status    string `json:"documented"`
	Example   string `json:"example"`
	// Variant is the form of the body, where the case has several.
	Variant string  `json:"variant,omitempty"`
	Request Message `json:"request"`
	Answer  Message `json:"answer"`
	// Failed says why there is no answer, "" where there is one.
	Failed string `json:"failed,omitempty"`
}

// Message is a request, with method and target, or an answer, with a status.
type Message struct {
	Method string      `json:"method,omitempty"`
	Target string      `json:"target,omitempty"`
	Status int         `json:"status,omitempty"`
	Header http.Header `json:"header,omitempty"`
	Body   string      `json:"body,omitempty"`
}

// name tells apart the exchanges of one case.
func (e Exchange) name() string {
	if e.Variant == "" {
		return e.Example
	}
	return e.Example + " (" + e.Variant + ")"
}

// request is the message as it was sent.
func (m Message) request() contract.Request {
	path, query, _ := strings.Cut(m.Target, "?")
	fields, _ := url.ParseQuery(query) // what can be read of it
	return contract.Request{Method: m.Method, Path: path, Query: fields, Header: m.Header, Body: m.Body}
}

// proxy names what answered in the application's place: an error page of a proxy or
// gateway, which says who it is and has no id of the application's. "" for the application.
func (m Message) proxy() string {
	name := cmp.Or(m.Header.Get("Via"), m.Header.Get("Server"))
	isPage := m.mediaType() == "text/html" || m.mediaType() == "text/plain"
	if m.Status < http.StatusBadRequest || !isPage || name == "" || m.Header.Get("X-Request-Id") != "" {
		return ""
	}
	return "a proxy (" + name + ")"
}

// before names what may have answered a request that is too large, or too slow, before the
// application saw it: a proxy, or an HTTP library with an answer of no content type. "" for
// the application.
func (m Message) before() string {
	if m.Status >= http.StatusBadRequest && m.Status < http.StatusInternalServerError && m.mediaType() == "" && m.Header.Get("X-Request-Id") == "" {
		return "a proxy or the HTTP library, before the application"
	}
	return m.proxy()
}

// exchanges are the requests in the form that they are sent and recorded in.
func exchanges(c Case, requests []contract.Request) []Exchange {
	all := make([]Exchange, 0, len(requests))
	for _, r := range requests {
		e := Exchange{
			Operation: c.Operation.OperationID, Status: c.Status, Example: c.Example,
			Request: Message{Method: r.Method, Target: r.Target(), Header: r.Header, Body: r.Body},
		}
		if mediaType := r.Header.Get("Content-Type"); len(requests) > 1 && mediaType == contract.MediaForm {
			e.Variant = "form"
		} else if len(requests) > 1 {
			_, e.Variant, _ = strings.Cut(mediaType, "/")
		}
		all = append(all, e)
	}
	return all
}

// Record writes exchanges as JSON Lines, with their secrets masked unless
// keepSecrets is set.
func Record(out io.Writer, all []Exchange, keepSecrets bool) error {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for _, e := range all {
		if !keepSecrets {
			e.Request, e.Answer = e.Request.masked(), e.Answer.masked()
		}
		if err := encoder.Encode(e); err != nil {
			return err
		}
	}
	return nil
}

const longestRecorded = 4096 // bytes of a request's body: some are large on purpose

func (m Message) masked() Message {
	if path, query, ok := strings.Cut(m.Target, "?"); ok {
		m.Target = path + "?" + maskForm(query)
	}
	m.Target = contract.MaskText(m.Target)
	if m.mediaType() == contract.MediaForm {
		m.Body = contract.MaskText(maskForm(m.Body))
	} else {
		m.Body = maskJSON("", m.Body)
	}
	header := http.Header{}
	for name, values := range m.Header {
		for _, value := range values {
			header.Add(name, fmt.Sprint(contract.Mask(name, value)))
		}
	}
	m.Header = header
	if isRequest := m.Method != ""; isRequest && len(m.Body) > longestRecorded {
		m.Body = fmt.Sprintf("%s… (%d bytes)", m.Body[:longestRecorded], len(m.Body))
	}
	return m
}

// maskJSON masks the secrets in a JSON text, or what looks like a token in any
// other text.
func maskJSON(name, text string) string {
	value, err := contract.Decode(text)
	if err != nil {
		return contract.MaskText(text)
	}
	masked, err := json.Marshal(contract.Mask(name, value))
	if err != nil {
		return contract.MaskText(text)
	}
	return string(masked)
}

func maskForm(text string) string {
	fields, err := url.ParseQuery(text)
	if err != nil {
		return contract.MaskText(text)
	}
	for name, values := range fields {
		for i, value := range values {
			if strings.HasPrefix(value, "{") {
				value = maskJSON(name, value)
			}
			values[i] = fmt.Sprint(contract.Mask(name, value))
		}
	}
	return fields.Encode()
}

// Recording gives the answers that Record wrote.
type Recording map[string][]Exchange

func recordingKey(operation, status, example string) string {
	return operation + "/" + status + "/" + example
}

// ReadRecording reads what Record wrote.
func ReadRecording(in io.Reader) (Recording, error) {
	recording := Recording{}
	for decoder, line := json.NewDecoder(in), 1; ; line++ {
		var e Exchange
		err := decoder.Decode(&e)
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil && (e.Operation == "" || e.Example == "") {
			err = errors.New("no operation and example")
		}
		if err != nil {
			return nil, fmt.Errorf("exchange %d: %w", line, err)
		}
		key := recordingKey(e.Operation, e.Status, e.Example)
		recording[key] = append(recording[key], e)
	}
	if len(recording) == 0 {
		return nil, errors.New("the recording is empty")
	}
	return recording, nil
}

// Exchanges are the recorded ones of a case.
func (r Recording) Exchanges(_ context.Context, c Case) (all []Exchange, reason string, err error) {
	all = r[recordingKey(c.Operation.OperationID, c.Status, c.Example)]
	if len(all) == 0 {
		reason = "not in the recording"
	}
	return all, reason, nil
}
