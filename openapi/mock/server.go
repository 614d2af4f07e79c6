package mock

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"quartet/openapi/envelope"
)

// Options are those of a Server.
type Options struct {
	Seed uint64       // another seed makes other values where the document has no example
	Log  *slog.Logger // nil for none
}

// Server answers the operations of a document. It is an http.Handler.
type Server struct {
	document  *openapi3.T
	routes    []*route
	bases     []string
	resources []*resource
	envelopes map[string]envelope.Envelope // by tag
	reset     string
	log       *slog.Logger

	lock        sync.Mutex // of what follows, and of maker
	maker       *maker
	values      map[*openapi3.Schema]any    // made once
	examples    map[*openapi3.MediaType]any // made to fit once
	collections map[string]*collection
	uploaded    []*file
}

// New makes a server of a document that Read or ReadFile has read.
func New(document *openapi3.T, options Options) *Server {
	s := &Server{
		document: document, routes: routesOf(document), bases: basePaths(document), log: options.Log,
		envelopes: envelope.All(document), maker: newMaker(document, options.Seed), values: map[*openapi3.Schema]any{}, examples: map[*openapi3.MediaType]any{}, reset: "/__mock/reset",
	}
	for slices.ContainsFunc(s.routes, func(r *route) bool { return strings.HasPrefix(r.path, s.reset) }) {
		s.reset = "/_" + s.reset[1:]
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	s.resources = s.resourcesOf(s.routes)
	s.forget()
	return s
}

// ResetPath is where a POST makes the server forget everything.
func (s *Server) ResetPath() string { return s.reset }

// Listed is an operation, and what it does to what is remembered.
type Listed struct{ Method, Path, Act, Resource string }

// Operations lists the operations by path.
func (s *Server) Operations() (all []Listed) {
	for _, r := range s.routes {
		for _, method := range r.allowed() {
			o := r.operations[method]
			if o == nil {
				continue
			}
			one := Listed{Method: method, Path: r.path}
			if o.plan.act != noAct && o.plan.resource != nil {
				one.Act, one.Resource = string(o.plan.act), o.plan.resource.name
			}
			all = append(all, one)
		}
	}
	slices.SortStableFunc(all, func(a, b Listed) int { return strings.Compare(a.Path, b.Path) })
	return all
}

// LogUnfit logs the operations of which no success can be made that fits its schema. In a
// large document it takes a minute, so it runs beside the answers.
func (s *Server) LogUnfit(ctx context.Context) {
	for _, r := range s.routes {
		for _, method := range r.allowed() {
			if o := r.operations[method]; o != nil && ctx.Err() == nil && s.unfit(o) {
				s.log.Warn(method + " " + r.path + ": no value was made that fits the schema of its answer; give the document an example")
			}
		}
	}
}

func (s *Server) unfit(o *operation) bool {
	s.lock.Lock()
	defer s.lock.Unlock()
	status, response := o.success(preferredStatus(o.plan.act)...)
	if response == nil {
		return false
	}
	key, mime, _ := offer(response.Content, "")
	at := shape{o, status, response, key, mime, response.Content[key]}
	return isJSON(mime) && !s.maker.valid(schemaOf(at.media), s.static(at, ""))
}

// ServeHTTP answers a request and logs it.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	began := time.Now()
	allowEveryOrigin(w.Header(), r)
	// The body is read before the lock is taken, as a client may be slow.
	text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	a := s.answer(r, text, err != nil)
	for name, values := range a.header {
		w.Header()[name] = values
	}
	w.WriteHeader(a.status)
	if r.Method != http.MethodHead && a.status != http.StatusNoContent && a.status != http.StatusNotModified {
		_, _ = w.Write(a.body)
	}
	s.log.Info(r.Method+" "+r.URL.EscapedPath(), "status", a.status, "did", a.note, "took", time.Since(began).Round(time.Microsecond))
}

// allowEveryOrigin lets pages of any origin call, with credentials: it is a server for
// development, and knows nothing.
func allowEveryOrigin(header http.Header, r *http.Request) {
	origin := r.Header.Get("Origin")
	if origin == "" {
		return
	}
	header.Set("Access-Control-Allow-Origin", origin)
	header.Set("Access-Control-Allow-Credentials", "true")
	header.Set("Access-Control-Expose-Headers", "*, Location, Link, X-Total-Count, "+reasonHeader)
	header.Set("Vary", "Origin")
	if asked := r.Header.Get("Access-Control-Request-Headers"); asked != "" {
		header.Set("Access-Control-Allow-Headers", asked)
	}
	if r.Header.Get("Access-Control-Request-Method") != "" {
		header.Set("Access-Control-Allow-Methods", r.Header.Get("Access-Control-Request-Method"))
	}
}

func (s *Server) answer(r *http.Request, text []byte, cutOff bool) answer {
	s.lock.Lock()
	defer s.lock.Unlock()
	if r.URL.Path == s.reset {
		if r.Method != http.MethodPost {
			return withAllow(problem(http.StatusMethodNotAllowed, "reset by POST"), []string{"POST"})
		}
		s.forget()
		return answer{status: http.StatusNoContent, note: "reset"}
	}
	known, values, method := s.route(r.Method, r.URL.EscapedPath())
	if known == nil {
		return problem(http.StatusNotFound, "the document has no path "+r.URL.Path)
	}
	o := known.operations[method]
	switch {
	case o == nil && r.Method == http.MethodOptions:
		return withAllow(answer{status: http.StatusNoContent}, known.allowed())
	case o == nil:
		return withAllow(problem(http.StatusMethodNotAllowed, known.path+" takes "+strings.Join(known.allowed(), ", ")), known.allowed())
	}
	c := &call{Request: r, operation: o, path: values, query: r.URL.Query(), text: text, cutOff: cutOff}
	return s.ruled(c, s.answerOperation(c))
}

func withAllow(a answer, methods []string) answer {
	if a.header == nil {
		a.header = http.Header{}
	}
	a.header.Set("Allow", strings.Join(methods, ", "))
	return a
}

// route finds a path of the document, also below the path of one of its servers: the first
// that has the method, else the first that matches.
func (s *Server) route(method, path string) (first *route, values map[string]string, as string) {
	for _, base := range append([]string{""}, s.bases...) {
		rest, below := strings.CutPrefix(path, base)
		if !below {
			continue
		}
		for _, r := range s.routes {
			found, matches := r.match(rest)
			switch {
			case !matches:
				continue
			case r.operations[method] != nil:
				return r, found, method
			case method == http.MethodHead && r.operations[http.MethodGet] != nil:
				return r, found, http.MethodGet
			case first == nil:
				first, values = r, found
			}
		}
	}
	return first, values, method
}

// answerOperation answers: what the client prefers, a refusal, the documented answer of a
// documented request, what is remembered, or an example.
func (s *Server) answerOperation(c *call) answer {
	if preferred, isPreferred := s.preferred(c); isPreferred {
		return preferred
	}
	if refused := s.check(c); refused != nil {
		return s.fail(c, refused)
	}
	name := s.requestExample(c)
	if failed, isFailure := s.pairedFailure(c, name); isFailure {
		return failed
	}
	if done, isDone := s.perform(c); isDone {
		return done
	}
	status, response := c.operation.success(preferredStatus(c.operation.plan.act)...)
	if response == nil {
		return answer{status: status, header: http.Header{}}
	}
	at, acceptable := shapeOf(c, status, response)
	if !acceptable {
		return notAcceptable(c, response)
	}
	if _, isPaired := example(at.media, name); !isPaired {
		name = ""
	}
	a := s.respond(at, s.static(at, name))
	a.note = "example " + name
	return a
}
