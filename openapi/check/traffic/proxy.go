// Package traffic checks what clients and a server say to each other, as a proxy
// between them.
package traffic

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"

	"quartet/openapi/check/contract"
	"quartet/openapi/check/replay"
)

// Proxy passes requests on to a server and compares them and the answers with a document.
// It keeps no body for longer than its exchange lasts.
type Proxy struct {
	spec         contract.Contract
	router       routers.Router
	bases        []string // paths that requests may have before the document's
	legacyStatus []string
	record       func(replay.Exchange) error
	proxy        *httputil.ReverseProxy
	memory       memory

	mu    sync.Mutex
	found found
}

// New is a proxy to the server at target. Failures of the dialects in legacyStatus are
// expected under status 200. record is given the first exchanges of each difference; it may
// be nil. It returns an error for a document whose paths cannot be told apart.
func New(spec contract.Contract, target *url.URL, legacyStatus []string, record func(replay.Exchange) error) (*Proxy, error) {
	document := new(*spec.T)
	document.Servers = nil // requests come to the proxy's own address
	router, err := legacy.NewRouter(document)
	if err != nil {
		return nil, err
	}
	document.OpenAPI = "3.0.3" // so that requests are validated as answers are, with places and types
	p := &Proxy{spec: spec, router: router, bases: basesOf(spec), legacyStatus: legacyStatus, record: record, found: newFound()}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DisableCompression = true // what the client asks for is what it gets
	p.proxy = &httputil.ReverseProxy{
		Rewrite:        func(r *httputil.ProxyRequest) { rewrite(r, target) },
		Transport:      transport,
		FlushInterval:  -1, // what the server has sent reaches the client, whatever comes after it
		ModifyResponse: p.answered,
		ErrorHandler:   p.unanswered,
		ErrorLog:       log.New(io.Discard, "", 0), // the report says it
	}
	return p, nil
}

// basesOf are the paths of the document's servers, and none.
func basesOf(spec contract.Contract) (bases []string) {
	for _, server := range spec.Servers {
		if base, err := server.BasePath(); err == nil {
			bases = append(bases, strings.TrimSuffix(base, "/"))
		}
	}
	return slices.Compact(append(bases, ""))
}

// rewrite sends a request on as it came, except that of the encodings only gzip is asked for.
func rewrite(r *httputil.ProxyRequest, target *url.URL) {
	r.SetURL(target)
	r.Out.URL.RawQuery = r.In.URL.RawQuery
	r.Out.Header["X-Forwarded-For"] = r.In.Header["X-Forwarded-For"]
	r.SetXForwarded()
	for _, name := range []string{"X-Forwarded-Host", "X-Forwarded-Proto"} { // another proxy before this one knows them
		if known := r.In.Header[name]; known != nil {
			r.Out.Header[name] = known
		}
	}
	if asked := r.In.Header.Get("Accept-Encoding"); strings.Contains(asked, gzipped) {
		r.Out.Header.Set("Accept-Encoding", gzipped)
	} else {
		r.Out.Header.Del("Accept-Encoding")
	}
}

// received is a request as it came, for the check of its answer.
type received struct {
	method    string
	url       url.URL
	header    http.Header
	operation contract.Operation
	route     *routers.Route // nil where the document has no such operation
	path      map[string]string
	body      *captured // nil where there is none
}

type receivedKey struct{}

// ServeHTTP passes a request on.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	in := &received{method: r.Method, url: *r.URL, header: r.Header.Clone()}
	in.route, in.path = p.find(r)
	if in.route != nil {
		in.operation = contract.Operation{Method: in.route.Method, Path: in.route.Path, Operation: in.route.Operation}
		if r.Body != nil && r.Body != http.NoBody {
			in.body = p.memory.capture(r.Body, r.ContentLength, nil)
			r.Body = in.body
			defer in.body.release()
		}
	}
	p.proxy.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), receivedKey{}, in)))
}

// find is the documented operation of a request, nil for none.
func (p *Proxy) find(r *http.Request) (*routers.Route, map[string]string) {
	for _, base := range p.bases {
		rest, isBelow := strings.CutPrefix(r.URL.Path, base)
		if !isBelow || !strings.HasPrefix(rest, "/") {
			continue
		}
		below := &http.Request{Method: r.Method, URL: &url.URL{Path: rest}, Host: r.Host}
		if route, path, err := p.router.FindRoute(below); err == nil {
			return route, path
		}
	}
	return nil, nil
}

// answered looks at an answer while it is passed on.
func (p *Proxy) answered(r *http.Response) error {
	in, _ := r.Request.Context().Value(receivedKey{}).(*received)
	answer := contract.Answer{Status: r.StatusCode, Header: r.Header.Clone()}
	isEvents := strings.HasPrefix(r.Header.Get("Content-Type"), "text/event-stream")
	switch {
	case in.route == nil:
		p.unknown(in)
	case r.StatusCode == http.StatusSwitchingProtocols, isEvents:
		p.unjudged("streams")
	default:
		r.Body = p.memory.capture(r.Body, r.ContentLength, func(body *captured) { p.ended(in, answer, body) })
	}
	return nil
}

// ended judges an answer whose body has been passed on.
func (p *Proxy) ended(in *received, answer contract.Answer, body *captured) {
	complete, tooLarge, failed := body.outcome()
	switch {
	case failed != nil:
		p.judge(in, contract.Answer{}, "the connection ended within the body: "+failed.Error())
	case !complete:
		p.unjudged("ended by the client")
	case tooLarge:
		p.unjudged("too large")
	default:
		answer.Text, _ = body.text()
		p.judge(in, answer, "")
	}
}

// unanswered passes on that the server ended the connection, and answers 502 where it
// accepts none.
func (p *Proxy) unanswered(w http.ResponseWriter, r *http.Request, err error) {
	in, _ := r.Context().Value(receivedKey{}).(*received)
	failed := err.Error()
	if errors.Is(err, context.Canceled) {
		failed = "none before the client ended the request"
	}
	dialling, isDialling := errors.AsType[*net.OpError](err)
	if isDialling = isDialling && dialling.Op == "dial"; isDialling {
		failed = "the server cannot be reached"
	}
	p.judge(in, contract.Answer{}, failed)
	if isDialling {
		http.Error(w, fmt.Sprintf("quartet check --proxy: %s: %s", failed, err), http.StatusBadGateway)
		return
	}
	panic(http.ErrAbortHandler)
}
