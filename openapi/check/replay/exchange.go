package replay

import (
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

// Exchange is a request that was sent for a case, and what came back.
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

// Message is one way of an exchange. Of a request it has method and target, of
// an answer the status.
type Message struct {
	Method string      `json:"method,omitempty"`
	Target string      `json:"target,omitempty"`
	Status int         `json:"status,omitempty"`
	Header http.Header `json:"header,omitempty"`
	Body   string      `json:"body,omitempty"`
}

func (e Exchange) answer() contract.Answer {
	return contract.Answer{Status: e.Answer.Status, Header: e.Answer.Header, Text: e.Answer.Body}
}

// name tells apart the exchanges of one case.
func (e Exchange) name() string {
	if e.Variant == "" {
		return e.Example
	}
	return e.Example + " (" + e.Variant + ")"
}

// exchanges puts requests into the form that they are sent and recorded in.
func exchanges(c Case, requests []contract.Request) []Exchange {
	all := make([]Exchange, 0, len(requests))
	for _, r := range requests {
		e := Exchange{
			Operation: c.Operation.OperationID, Status: c.Status, Example: c.Example,
			Request: Message{Method: r.Method, Target: r.Target(), Header: r.Header, Body: r.Body},
		}
		if len(requests) > 1 {
			e.Variant = variant(r.Header.Get("Content-Type"))
		}
		all = append(all, e)
	}
	return all
}

func variant(mediaType string) string {
	if mediaType == contract.MediaForm {
		return "form"
	}
	_, kind, _ := strings.Cut(mediaType, "/")
	return kind
}

// Record writes exchanges as JSON Lines, without their secrets unless those are
// to be kept.
func Record(out io.Writer, all []Exchange, keepSecrets bool) error {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for _, e := range all {
		if !keepSecrets {
			e = e.masked()
		}
		if err := encoder.Encode(e); err != nil {
			return err
		}
	}
	return nil
}

func (e Exchange) masked() Exchange {
	e.Request, e.Answer = e.Request.masked(), e.Answer.masked()
	return e
}

func (m Message) masked() Message {
	if path, query, ok := strings.Cut(m.Target, "?"); ok {
		m.Target = path + "?" + maskForm(query)
	}
	m.Target = contract.MaskText(m.Target)
	kind := m.Header.Get("Content-Type")
	header := http.Header{}
	for name, values := range m.Header {
		for _, value := range values {
			header.Add(name, fmt.Sprint(contract.Mask(name, value)))
		}
	}
	m.Header, m.Body = header, maskBody(kind, m.Body)
	if isRequest := m.Method != ""; isRequest && len(m.Body) > mostRecorded {
		m.Body = fmt.Sprintf("%s… (%d bytes)", m.Body[:mostRecorded], len(m.Body))
	}
	return m
}

const mostRecorded = 4096 // bytes of a request's body: some are just too much

func maskBody(kind, body string) string {
	if strings.HasPrefix(kind, contract.MediaForm) {
		body = maskForm(body)
	} else if value, err := contract.Decode(body); err == nil {
		if text, err := json.Marshal(contract.Mask("", value)); err == nil {
			return string(text)
		}
	}
	return contract.MaskText(body)
}

func maskForm(text string) string {
	fields, err := url.ParseQuery(text)
	if err != nil {
		return contract.MaskText(text)
	}
	for name, values := range fields {
		for i, value := range values {
			if inner, err := contract.Decode(value); err == nil && strings.HasPrefix(value, "{") {
				if masked, err := json.Marshal(contract.Mask(name, inner)); err == nil {
					values[i] = string(masked)
					continue
				}
			}
			values[i] = fmt.Sprint(contract.Mask(name, value))
		}
	}
	return fields.Encode()
}

// Recording is a server that is not asked again: what Record wrote of it.
type Recording map[string][]Exchange

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
		key := e.Operation + "/" + e.Status + "/" + e.Example
		recording[key] = append(recording[key], e)
	}
	if len(recording) == 0 {
		return nil, errors.New("nothing is recorded in it")
	}
	return recording, nil
}

// Exchanges are the recorded ones of a case.
func (r Recording) Exchanges(_ context.Context, c Case) (all []Exchange, reason string, err error) {
	all = r[c.Operation.OperationID+"/"+c.Status+"/"+c.Example]
	if len(all) == 0 {
		return nil, "not in the recording", nil
	}
	return all, "", nil
}
