package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
	"github.com/prometheus/client_golang/prometheus"

	"quartet/openapi"
	"quartet/server/account"
	"quartet/server/dialect"
)

// Options are what a server is made from.
type Options struct {
	Accounts *account.Service
	Ready    func(context.Context) error // nil error: the database reads and writes
	Log      *slog.Logger
	Metrics  *prometheus.Registry // what /metrics shows beside the server's own
	// PublicKeys gives the keys that verify JWTs now, the newest last; nil: none.
	PublicKeys func() []PublicKey

	// LegacyStatus names the dialects whose failures travel under HTTP 200.
	LegacyStatus []string
	// TimeZone of dates that carry none; Asia/Shanghai when nil.
	TimeZone *time.Location
	// TrustedProxies may say a client's address in X-Forwarded-For.
	TrustedProxies []*net.IPNet
	// AllowOrigins lists the origins whose pages may call (CORS); none by default.
	AllowOrigins []string
	// Bounds of a request; DefaultBounds where zero.
	Limits Limits
	// Demo is set with --demo only.
	Demo *Demo
	// Now is the clock; time.Now when nil.
	Now func() time.Time
}

// Demo is what only a demonstration shows: the simulated messages, and tokens
// that the documentation page signs in with.
type Demo struct {
	Outbox      func() []openapi.DemoMessage
	AccessToken string
	Application string
}

type server struct {
	accounts     *account.Service
	ready        func(context.Context) error
	log          *slog.Logger
	metrics      *metrics
	publicKeys   func() []PublicKey
	operations   operations
	legacyStatus map[string]bool
	zone         *time.Location
	outbox       func() []openapi.DemoMessage
	docs         *docs
	spec         *spec
	now          func() time.Time
}

// New builds the handler that serves the whole contract. It fails when the
// contract and the server do not fit together.
func New(o Options) (http.Handler, error) {
	o.Limits = o.Limits.withDefaults()
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
		deadline(o.Limits.Time),
		allowHead,
		cors(o.AllowOrigins),
		limitHeaders(o.Limits.Headers),
		s.checkContract,
	)
	openapi.RegisterHandlers(e, openapi.NewStrictHandler(s, []openapi.StrictMiddlewareFunc{refuseEmptyAnswer}))
	s.docs.register(e)
	return headAsGet(e), s.checkRoutes(e)
}

func newServer(o Options) (*server, error) {
	document, err := loadContract()
	if err != nil {
		return nil, err
	}
	table, err := newOperations(document, o.Limits)
	if err != nil {
		return nil, err
	}
	if err := checkOrigins(o.AllowOrigins); err != nil {
		return nil, err
	}
	legacy, err := legacyDialects(o.LegacyStatus)
	if err != nil {
		return nil, err
	}
	documents, err := newDocs(document, o.Demo)
	if err != nil {
		return nil, err
	}
	s := &server{
		accounts: o.Accounts, ready: o.Ready, log: o.Log, metrics: newMetrics(o.Metrics), publicKeys: o.PublicKeys,
		operations: table, legacyStatus: legacy, zone: o.TimeZone, docs: documents,
		spec: newSpec(), now: o.Now,
	}
	if o.Demo != nil {
		s.outbox = o.Demo.Outbox
	}
	if s.publicKeys == nil {
		s.publicKeys = func() []PublicKey { return nil }
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.zone == nil {
		s.zone = shanghai
	}
	return s, nil
}

// shanghai is the zone of dates without one. China has had no other offset
// since 1991, so the server needs no zone database for it.
var shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

func legacyDialects(names []string) (map[string]bool, error) {
	legacy := map[string]bool{}
	for _, name := range names {
		if _, known := dialect.ByName(name); !known || name == dialect.Problem.Name {
			return nil, fmt.Errorf("legacy status: %q is no dialect; there are jeecg, yudao, cas, ruoyi and jfinal", name)
		}
		legacy[name] = true
	}
	return legacy, nil
}

// checkRoutes makes sure that every operation of the contract has its route.
func (s *server) checkRoutes(e *echo.Echo) error {
	served := map[route]bool{}
	for _, known := range e.Routes() {
		served[route{known.Method, known.Path}] = true
	}
	var missing []error
	for wanted := range s.operations {
		if !served[wanted] {
			missing = append(missing, fmt.Errorf("no handler for %s %s", wanted.method, wanted.path))
		}
	}
	return errors.Join(missing...)
}

// checkOrigins refuses what no browser would ever send as Origin.
func checkOrigins(origins []string) error {
	for _, origin := range origins {
		parsed, err := url.Parse(origin)
		if origin != "*" && (err != nil || parsed.Scheme == "" || parsed.Scheme+"://"+parsed.Host != origin) {
			return fmt.Errorf("allowed origin %q must look like https://app.example.com", origin)
		}
	}
	return nil
}

func cors(origins []string) echo.MiddlewareFunc {
	if len(origins) == 0 {
		return func(next echo.HandlerFunc) echo.HandlerFunc { return next }
	}
	return middleware.CORSWithConfig(middleware.CORSConfig{
		AllowOrigins:  origins,
		AllowHeaders:  []string{"Content-Type", "Authorization", "Jwt", "token", "X-Access-Token", applicationHeader, "X-Device-Number"},
		ExposeHeaders: []string{"Jwt", "X-Access-Token", "Retry-After", "X-Request-Id"},
		MaxAge:        int(time.Hour / time.Second),
	})
}
