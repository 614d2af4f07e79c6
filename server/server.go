package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
	"github.com/prometheus/client_golang/prometheus"

	"quartet/openapi"
	"quartet/server/account"
	"quartet/server/dialect"
	"quartet/server/dialect/all"
	"quartet/server/request"
)

// Options are the dependencies and settings of a server.
type Options struct {
	Accounts *account.Service
	Ready    func(context.Context) error // returns nil if the database can be read and written
	Log      *slog.Logger
	Metrics  *prometheus.Registry // additional metrics of /metrics
	// PublicKeys returns the keys that verify JWTs now, the newest last; nil: none.
	PublicKeys func() []PublicKey

	// Dialects of the server; all.Dialects if nil.
	Dialects dialect.List
	// Contract is the OpenAPI document in YAML; openapi.Document when nil.
	Contract []byte
	// Routes registers handlers of the contract that are not generated.
	Routes func(openapi.EchoRouter)

	// LegacyStatus are the dialects whose failures have HTTP status 200.
	LegacyStatus []string
	// TimeZone of dates without one; Asia/Shanghai if nil.
	TimeZone *time.Location
	// TrustedProxies are trusted to report the client's IP in X-Forwarded-For.
	TrustedProxies []*net.IPNet
	// AllowOrigins are the origins whose pages may call the server (CORS); none by
	// default.
	AllowOrigins []string
	// Limits of a request; those of DefaultLimits where zero.
	Limits Limits
	// Demo is set only with --demo.
	Demo *Demo
	// Now is the clock; time.Now when nil.
	Now func() time.Time
}

// Demo is what only a demonstration has: the simulated messages, and the credentials of
// the documentation page.
type Demo struct {
	Outbox      func() []openapi.DemoMessage
	Reset       func(context.Context) error // resets the data
	AccessToken string
	// Application and ApplicationSecret are an application's id and secret.
	Application, ApplicationSecret string
}

// Limits are the limits of one request.
type Limits = request.Limits

// DefaultLimits are the limits of a server without Options.Limits.
func DefaultLimits() Limits { return request.DefaultLimits() }

type server struct {
	all.API
	accounts     *account.Service
	ready        func(context.Context) error
	log          *slog.Logger
	metrics      *metrics
	publicKeys   func() []PublicKey
	dialects     dialect.List
	operations   operations
	legacyStatus map[string]bool
	outbox       func() []openapi.DemoMessage
	resetDemo    func(context.Context) error
	docs         *docs
	spec         *spec
	now          func() time.Time
}

// New returns the handler of the whole contract. It fails if the contract and the
// server do not match.
func New(o Options) (http.Handler, error) {
	o = o.withDefaults()
	s, err := newServer(o)
	if err != nil {
		return nil, err
	}
	e := echo.New()
	e.HTTPErrorHandler = s.handleError
	e.IPExtractor = clientIP(o.TrustedProxies)
	e.Pre(setHeaders)
	e.Use(
		s.logRequest,
		s.recoverPanic,
		request.Deadline(o.Limits.Time),
		cors(o.AllowOrigins, o.Dialects),
		request.LimitHeaders(o.Limits.Headers),
		s.checkContract,
	)
	router := headRouter{e}
	openapi.RegisterHandlers(router, openapi.NewStrictHandler(s, []openapi.StrictMiddlewareFunc{refuseEmptyAnswer}))
	s.docs.register(router)
	if o.Routes != nil {
		o.Routes(router)
	}
	return e, s.operations.checkRoutes(e)
}

func (o Options) withDefaults() Options {
	o.Limits = o.Limits.WithDefaults()
	if o.Dialects == nil {
		o.Dialects = all.Dialects
	}
	if o.PublicKeys == nil {
		o.PublicKeys = func() []PublicKey { return nil }
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.TimeZone == nil {
		// China has had no other offset since 1991, so the server needs no time zone
		// database for it.
		o.TimeZone = time.FixedZone("Asia/Shanghai", 8*60*60)
	}
	return o
}

func newServer(o Options) (*server, error) {
	if err := errors.Join(o.Dialects.Check(), checkOrigins(o.AllowOrigins)); err != nil {
		return nil, err
	}
	document, err := readContract(o.Contract)
	if err != nil {
		return nil, err
	}
	table, err := newOperations(document, o.Dialects, o.Limits)
	if err != nil {
		return nil, err
	}
	legacy, err := legacyDialects(o.LegacyStatus, o.Dialects)
	if err != nil {
		return nil, err
	}
	pages, err := newDocs(document, o.Dialects, o.Demo)
	if err != nil {
		return nil, err
	}
	s := &server{
		API:      all.NewAPI(dialect.Services{Accounts: o.Accounts, Zone: o.TimeZone, Now: o.Now}),
		accounts: o.Accounts, ready: o.Ready, log: o.Log, metrics: newMetrics(o.Metrics), publicKeys: o.PublicKeys,
		dialects: o.Dialects, operations: table, legacyStatus: legacy, docs: pages, now: o.Now,
		spec: &spec{document: openapi.Document, written: map[string]specification{}},
	}
	if o.Contract != nil {
		s.spec.document = o.Contract
	}
	if o.Demo != nil {
		s.outbox, s.resetDemo = o.Demo.Outbox, o.Demo.Reset
	}
	return s, nil
}

func legacyDialects(names []string, dialects dialect.List) (map[string]bool, error) {
	legacy := map[string]bool{}
	for _, name := range names {
		if dialects.ByName(name) == nil {
			return nil, fmt.Errorf("legacy status: there is no dialect %q, only %s", name, strings.Join(dialects.Names(), ", "))
		}
		legacy[name] = true
	}
	return legacy, nil
}

// headRouter registers HEAD beside GET, with the same handler; net/http omits the body.
type headRouter struct{ *echo.Echo }

// GET registers a handler of GET and HEAD.
func (r headRouter) GET(path string, h echo.HandlerFunc, m ...echo.MiddlewareFunc) *echo.Route {
	r.HEAD(path, h, m...)
	return r.Echo.GET(path, h, m...)
}

// checkOrigins returns an error for a text that no browser sends as Origin.
func checkOrigins(origins []string) error {
	for _, origin := range origins {
		parsed, err := url.Parse(origin)
		if origin != "*" && (err != nil || parsed.Scheme == "" || parsed.Scheme+"://"+parsed.Host != origin) {
			return fmt.Errorf("allowed origin %q must look like https://app.example.com", origin)
		}
	}
	return nil
}

func cors(origins []string, dialects dialect.List) echo.MiddlewareFunc {
	if len(origins) == 0 {
		return func(next echo.HandlerFunc) echo.HandlerFunc { return next }
	}
	headers := []string{"Content-Type", applicationHeader, "X-Device-Number"}
	for _, d := range dialects {
		for _, place := range d.Credentials {
			if place.In == openapi3.ParameterInHeader && !slices.Contains(headers, place.Name) {
				headers = append(headers, place.Name)
			}
		}
	}
	return middleware.CORSWithConfig(middleware.CORSConfig{
		AllowOrigins:  origins,
		AllowHeaders:  headers,
		ExposeHeaders: []string{renewedHeader, "X-Access-Token", "Retry-After", "X-Request-Id"},
		MaxAge:        int(time.Hour / time.Second),
	})
}
