package traffic

import (
	"cmp"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"quartet/openapi/check/contract"
	"quartet/openapi/check/replay"
)

// Finding is one way in which requests to an operation, or answers of it, are not as
// documented. It has no value of the traffic, only its shape.
type Finding struct {
	Operation string `json:"operation"`
	Status    int    `json:"status"` // of the answer, 0 for none
	Of        string `json:"of"`     // request or answer
	Times     int    `json:"times"`
	contract.Difference
}

// Operation counts the exchanges of a documented operation.
type Operation struct {
	Operation string `json:"operation"`
	Exchanges int    `json:"exchanges"`
	Differ    int    `json:"differ"`
}

// Unknown counts the requests to a path that the document does not have.
type Unknown struct {
	Path  string `json:"path"` // method and path, with {…} for what may be an id
	Times int    `json:"times"`
}

// Report is what a proxy has seen so far.
type Report struct {
	Exchanges  int            `json:"exchanges"` // of documented operations
	Operations []Operation    `json:"operations"`
	Findings   []Finding      `json:"findings"`
	Unknown    []Unknown      `json:"unknown"`
	NotJudged  map[string]int `json:"notJudged"` // by reason
	// Dropped counts what was seen after the list it belongs to was full.
	Dropped int `json:"dropped,omitempty"`
}

// The limits of what a report holds, and of what is recorded of one finding.
const (
	mostFindings = 1000
	mostUnknown  = 1000
	mostRecorded = 3
)

// found is a report in the making.
type found struct {
	operations map[string]*Operation
	findings   []Finding
	unknown    map[string]int
	notJudged  map[string]int
	dropped    int
}

func newFound() found {
	return found{operations: map[string]*Operation{}, unknown: map[string]int{}, notJudged: map[string]int{}}
}

// count adds an exchange of a documented operation, and records it where one of its findings
// is new.
func (p *Proxy) count(in *received, findings []Finding, exchange func() replay.Exchange) {
	p.mu.Lock()
	defer p.mu.Unlock()
	id := in.operation.OperationID
	if p.found.operations[id] == nil {
		p.found.operations[id] = &Operation{Operation: id}
	}
	p.found.operations[id].Exchanges++
	if len(findings) == 0 {
		return
	}
	p.found.operations[id].Differ++
	isNew := false
	for _, f := range findings {
		isNew = p.found.add(f) || isNew
	}
	if isNew && p.record != nil {
		_ = p.record(exchange()) // traffic passes on when the disk is full
	}
}

// add counts a finding, and reports whether it is worth recording.
func (f *found) add(one Finding) bool {
	at := slices.IndexFunc(f.findings, func(known Finding) bool {
		return known.Operation == one.Operation && known.Status == one.Status && known.Of == one.Of && known.Where == one.Where && known.Documented == one.Documented
	})
	if at < 0 && len(f.findings) == mostFindings {
		f.dropped++
		return false
	}
	if at < 0 {
		at, f.findings = len(f.findings), append(f.findings, one)
	}
	f.findings[at].Times++
	return f.findings[at].Times <= mostRecorded
}

// unknown counts a request to a path that the document does not have. Browsers ask OPTIONS,
// and HEAD is GET without a body; documents list neither.
func (p *Proxy) unknown(in *received) {
	if in.method == http.MethodOptions || in.method == http.MethodHead {
		p.unjudged(in.method)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	path := in.method + " " + contract.ShapePath(in.url.Path)
	if p.found.unknown[path] == 0 && len(p.found.unknown) == mostUnknown {
		p.found.dropped++
		return
	}
	p.found.unknown[path]++
}

// unjudged counts an exchange that was passed on and not judged.
func (p *Proxy) unjudged(reason string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.found.notJudged[reason]++
}

// Report is what was seen so far, by operation.
func (p *Proxy) Report() Report {
	p.mu.Lock()
	defer p.mu.Unlock()
	r := Report{
		Operations: []Operation{}, Findings: slices.Clone(p.found.findings), Unknown: []Unknown{},
		NotJudged: maps.Clone(p.found.notJudged), Dropped: p.found.dropped,
	}
	for _, id := range slices.Sorted(maps.Keys(p.found.operations)) {
		r.Operations = append(r.Operations, *p.found.operations[id])
		r.Exchanges += p.found.operations[id].Exchanges
	}
	for path, times := range p.found.unknown {
		r.Unknown = append(r.Unknown, Unknown{path, times})
	}
	slices.SortFunc(r.Unknown, func(a, b Unknown) int { return cmp.Or(b.Times-a.Times, strings.Compare(a.Path, b.Path)) })
	slices.SortStableFunc(r.Findings, func(a, b Finding) int {
		return cmp.Or(strings.Compare(a.Operation, b.Operation), cmp.Compare(a.Status, b.Status))
	})
	if r.Findings == nil {
		r.Findings = []Finding{}
	}
	return r
}

// Shaped is an exchange with the shapes of its values: keys, words that the document lists,
// lengths and separators stay, what people and applications sent does not.
func (p *Proxy) Shaped(e replay.Exchange) replay.Exchange {
	o, _ := p.spec.Operation(e.Operation)
	_, query, hasQuery := strings.Cut(e.Request.Target, "?")
	e.Request.Target = o.Path
	if hasQuery {
		e.Request.Target += "?" + contract.ShapeForm(query)
	}
	var asked, answered openapi3.Content
	if o.Operation != nil && o.RequestBody != nil {
		asked = o.RequestBody.Value.Content
	}
	if o.Operation != nil {
		if response := o.Responses.Value(strconv.Itoa(e.Answer.Status)); response != nil {
			answered = response.Value.Content
		}
	}
	e.Request, e.Answer = shaped(e.Request, asked), shaped(e.Answer, answered)
	return e
}

func shaped(m replay.Message, content openapi3.Content) replay.Message {
	mediaType, _, _ := mime.ParseMediaType(m.Header.Get("Content-Type"))
	var schema *openapi3.Schema
	if media := content[mediaType]; media != nil && media.Schema != nil {
		schema = media.Schema.Value
	}
	m.Header = contract.ShapeHeader(m.Header)
	if m.Body != "" {
		m.Body = contract.ShapeBody(mediaType, m.Body, schema)
	}
	return m
}
