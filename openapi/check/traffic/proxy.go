// Package traffic checks what clients and a server say to each other, as a proxy
// between them.
package traffic

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"

	"quartet/openapi/check/contract"
	"quartet/openapi/check/replay"
)

// Finding is one way in which requests to an operation, or answers of it, are not as
// documented.
type Finding struct {
	Operation string `json:"operation"` // method and path where no operation is documented
	Status    int    `json:"status"`    // of the answer
	Of        string `json:"of"`        // request or answer
	Times     int    `json:"times"`
	contract.Difference
}

// Proxy passes requests on to a server, unchanged, and compares them and the answers
// with a document.
type Proxy struct {
	spec         contract.Contract
	router       routers.Router
	legacyStatus []string
	proxy        *httputil.ReverseProxy

	mu        sync.Mutex
	exchanges int
	findings  []Finding
	record    func(replay.Exchange) error
}

// New is a proxy to the server at target. Failures of the dialects in legacyStatus are
// expected under status 200. record is given each exchange that is not as documented; it
// may be nil. It returns an error for a document whose paths cannot be told apart.
func New(spec contract.Contract, target *url.URL, legacyStatus []string, record func(replay.Exchange) error) (*Proxy, error) {
	document := new(*spec.T)
	document.Servers = nil // requests come to the proxy's own address
	router, err := legacy.NewRouter(document)
	if err != nil {
		return nil, err
	}
	p := &Proxy{spec: spec, router: router, legacyStatus: legacyStatus, record: record}
	p.proxy = &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.SetXForwarded()
			r.Out.Header.Del("Accept-Encoding") // the transport inflates what it asked for itself
		},
		ModifyResponse: p.answered,
		ErrorHandler:   p.unanswered,
	}
	return p, nil
}

// received is a request as it came, for the check of its answer.
type received struct {
	operation contract.Operation
	known     bool
	body      []byte
	refused   error // why it is not as documented
}

type receivedKey struct{}

const longestBody = 8 << 20 // bytes

// ServeHTTP passes a request on.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, longestBody))
	if err != nil {
		http.Error(w, err.Error(), http.StatusRequestEntityTooLarge)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	in := &received{body: body}
	if route, parameters, err := p.router.FindRoute(r); err == nil {
		in.known, in.operation = true, contract.Operation{Method: route.Method, Path: route.Path, Operation: route.Operation}
		in.refused = openapi3filter.ValidateRequest(r.Context(), &openapi3filter.RequestValidationInput{
			Request: r, PathParams: parameters, Route: route,
			Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, SkipSettingDefaults: true},
		})
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	r.ContentLength = int64(len(body))
	p.proxy.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), receivedKey{}, in)))
}

// answered checks an answer before it is passed on.
func (p *Proxy) answered(r *http.Response) error {
	body, err := io.ReadAll(io.LimitReader(r.Body, longestBody))
	if err != nil {
		return err
	}
	_ = r.Body.Close()
	r.Body = io.NopCloser(bytes.NewReader(body))
	p.judge(r.Request, contract.Answer{Status: r.StatusCode, Header: r.Header, Text: string(body)}, "")
	return nil
}

// unanswered passes on that the server ended the connection, and answers 502 where it
// accepts none.
func (p *Proxy) unanswered(w http.ResponseWriter, r *http.Request, err error) {
	failed := err.Error()
	if errors.Is(err, context.Canceled) {
		failed = "none before the client ended the request"
	}
	p.judge(r, contract.Answer{}, failed)
	if dialling, ok := errors.AsType[*net.OpError](err); ok && dialling.Op == "dial" {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	panic(http.ErrAbortHandler)
}

func (p *Proxy) judge(r *http.Request, a contract.Answer, failed string) {
	in, _ := r.Context().Value(receivedKey{}).(*received)
	var findings []Finding
	add := func(of string, differences ...contract.Difference) {
		for _, d := range differences {
			findings = append(findings, Finding{Operation: in.name(r), Status: a.Status, Of: of, Difference: d})
		}
	}
	if in.refused != nil && a.Status < http.StatusBadRequest {
		add("request", contract.Difference{Where: placeOf(in.refused), Documented: "a valid request", Got: contract.MaskText(reasonOf(in.refused))})
	}
	switch {
	case failed != "":
		add("answer", contract.Difference{Where: "answer", Documented: "an answer", Got: failed})
	case !in.known:
		add("request", contract.Difference{Where: "path", Documented: "no such operation", Got: in.name(r)})
	default:
		add("answer", replay.AnswerDifferences(p.spec, in.operation, message(r, in.body), a, p.legacyStatus)...)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.exchanges++
	for _, f := range findings {
		p.add(f)
	}
	if len(findings) > 0 && p.record != nil {
		_ = p.record(replay.Exchange{
			Operation: in.name(r), Status: strconv.Itoa(a.Status), Example: "traffic", Failed: failed,
			Request: message(r, in.body),
			Answer:  replay.Message{Status: a.Status, Header: a.Header, Body: a.Text},
		})
	}
}

func message(r *http.Request, body []byte) replay.Message {
	return replay.Message{Method: r.Method, Target: r.URL.RequestURI(), Header: r.Header, Body: string(body)}
}

// add counts a finding once more, or as a new one.
func (p *Proxy) add(f Finding) {
	at := slices.IndexFunc(p.findings, func(known Finding) bool {
		return known.Operation == f.Operation && known.Status == f.Status && known.Of == f.Of && known.Where == f.Where && known.Documented == f.Documented
	})
	if at < 0 {
		at, p.findings = len(p.findings), append(p.findings, f)
	}
	p.findings[at].Times++
}

// Findings are what was found so far, by operation, and how many exchanges there were.
func (p *Proxy) Findings() (findings []Finding, exchanges int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	findings = slices.Clone(p.findings)
	slices.SortStableFunc(findings, func(a, b Finding) int {
		return cmp.Or(strings.Compare(a.Operation, b.Operation), cmp.Compare(a.Status, b.Status))
	})
	return findings, p.exchanges
}

func (in *received) name(r *http.Request) string {
	if in.known {
		return in.operation.OperationID
	}
	return r.Method + " " + r.URL.Path
}

// placeOf is where a request is not as documented: a parameter, or a pointer into its body.
func placeOf(err error) string {
	if of, ok := errors.AsType[*openapi3filter.RequestError](err); ok && of.Parameter != nil {
		return of.Parameter.In + " " + of.Parameter.Name
	}
	if of, ok := errors.AsType[*openapi3.SchemaError](err); ok {
		return "/" + strings.Join(of.JSONPointer(), "/")
	}
	return "body"
}

// reasonOf is why, without the value.
func reasonOf(err error) string {
	if of, ok := errors.AsType[*openapi3.SchemaError](err); ok {
		return of.Reason
	}
	if of, ok := errors.AsType[*openapi3filter.RequestError](err); ok {
		return cmp.Or(of.Reason, fmt.Sprint(of.Err))
	}
	return err.Error()
}
