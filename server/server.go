package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/trace"

	"quartet/openapi"
	"quartet/server/account"
	"quartet/server/admin"
	"quartet/server/dialect"
	"quartet/server/dialect/all"
	"quartet/server/request"
)

// Options are the dependencies and settings of a server.
type Options struct {
	Accounts *account.Service
	// Ready returns nil if the database takes a write. Its error can be an apierr.Error.
	Ready   func(context.Context) error
	Log     *slog.Logger
	Metrics *prometheus.Registry // additional metrics of /metrics
	// Traces makes a span of each request, and of what it does; nil: none.
	Traces trace.TracerProvider
	// TrustTraceparent continues the traces that trusted proxies name.
	TrustTraceparent bool
	// PublicKeys returns the keys that verify JWTs now, the newest last; nil: none.
	PublicKeys func() []PublicKey
	// SigningKeys are the keys that sign and verify JWTs, for the admin API; nil: none.
	SigningKeys account.SigningKeys
	// SearchedUsers is how many users one page of a search by text looks at; 100,000 where 0.
	SearchedUsers int

	// Dialects of the server; all.Dialects if nil.
	Dialects dialect.List
	// Contract is the OpenAPI document in YAML; openapi.Document when nil.
	Contract []byte
	// Routes registers handlers of the contract that are not generated.
	Routes func(openapi.EchoRouter)

	// BasePaths are paths such as /prod-api under which the dialects' operations, the
	// documentation and the contract are served as well as at the root.
	BasePaths []string
	// BasePathApps are the applications that base paths stand for, by base path: a request
	// that names none is taken as theirs.
	BasePathApps map[string]string
	// LegacyStatus are the dialects whose failures have HTTP status 200: "yudao", or
	// "yudao@/admin-api" for requests under that base path only.
	LegacyStatus []string
	// StrictInput refuses requests that the contract does not describe, unknown names too.
	// Otherwise a dialect reads as its framework does.
	StrictInput bool
	// FormInQuery are the dialects whose form fields, credentials too, may be in the query.
	FormInQuery []string
	// TimeZone of dates without one; Asia/Shanghai if nil.
	TimeZone *time.Location
	// TrustedProxies are trusted to report the client's IP in X-Forwarded-For.
	TrustedProxies []*net.IPNet
	// AllowOrigins are the origins whose pages may call the server (CORS); "*" are all,
	// without credentials. None by default, in a demonstration those of this computer.
	AllowOrigins []string
	// Language of the dialects' messages: dialect.Chinese or dialect.English, or
	// LanguageAuto for what Accept-Language prefers; Chinese if "". Problem details follow
	// Accept-Language in any case, and are in this language without one.
	Language dialect.Language
	// Limits of a request; those of DefaultLimits where zero.
	Limits Limits
	// Demo is set only with --demo.
	Demo *Demo
	// NoDocs leaves out the documentation's pages; the contract stays.
	NoDocs bool
	// AdminListener makes Handlers.Admin, which alone serves the admin API, the console and
	// the metrics then.
	AdminListener bool
	// NoAdmin leaves out the admin API and the console, NoConsole the console.
	NoAdmin, NoConsole bool
	// Version of the program, which the documentation shows; "" for none.
	Version string
	// Now is the clock; time.Now when nil.
	Now func() time.Time
}

// Demo is what only a demonstration has: the simulated messages, and the credentials of
// the documentation page.
type Demo struct {
	Outbox func() []openapi.DemoMessage
	Reset  func(context.Context) error // resets the data
	// People are those whom the page can be tried as, the first by default.
	People []DemoPerson
	// AdministratorToken is what the console is signed in with.
	AdministratorToken string
	// Application and ApplicationSecret are an application's id and secret.
	Application, ApplicationSecret string
}

// DemoPerson is a user of the demonstration, with a name in each language.
type DemoPerson struct {
	ID, Chinese, English string
	AccessToken          string
}

// LanguageAuto is the language that the Accept-Language header prefers.
const LanguageAuto dialect.Language = "auto"

// Limits are the limits of one request.
type Limits = request.Limits

// DefaultLimits are the limits of a server without Options.Limits.
func DefaultLimits() Limits { return request.DefaultLimits() }

type server struct {
	all.API
	adminAPI
	accounts     *account.Service
	basePathApps map[string]string // by base path
	ready        func(context.Context) error
	log          *slog.Logger
	metrics      *metrics
	publicKeys   func() []PublicKey
	dialects     dialect.List
	operations   operations
	legacyStatus map[legacyScope]bool
	language     dialect.Language
	outbox       func() []openapi.DemoMessage
	resetDemo    func(context.Context) error
	docs         docs
	spec         *spec
	traced       bool
	now          func() time.Time
}

// adminAPI is embedded by an alias, because the dialects' handlers are called API too.
type adminAPI = admin.API

// New returns the handlers of the whole contract. It fails if the contract and the
// server do not match.
func New(o Options) (Handlers, error) {
	o = o.withDefaults()
	s, err := newServer(o)
	if err != nil {
		return Handlers{}, err
	}
	served := newListeners(o)
	e := echo.New()
	e.HTTPErrorHandler = s.handleError
	e.IPExtractor = clientIP(o.TrustedProxies, o.Log)
	e.Pre(setHeaders, newBasePaths(o.BasePaths, o.Dialects).rewrite)
	if s.traced {
		e.Use(s.traceRequests(o))
	}
	e.Use(
		s.logRequest,
		served.atItsListener,
		s.announceSunset,
		s.recoverPanic,
		request.Deadline(o.Limits.Time),
		s.cors(&origins{listed: o.AllowOrigins, local: o.Demo != nil}),
		request.LimitHeaders(o.Limits.Headers),
		s.checkContract,
	)
	router := headRouter{e}
	openapi.RegisterHandlers(router, openapi.NewStrictHandler(s, []openapi.StrictMiddlewareFunc{refuseEmptyAnswer}))
	if !o.NoDocs {
		s.docs.register(router)
	}
	if o.Routes != nil {
		o.Routes(router)
	}
	return served.handlers(e), errors.Join(registerConsole(router, o), s.operations.checkRoutes(e))
}

func (o Options) withDefaults() Options {
	o.Limits = o.Limits.WithDefaults()
	if o.Dialects == nil {
		o.Dialects = all.Dialects
	}
	if o.PublicKeys == nil {
		o.PublicKeys = func() []PublicKey { return nil }
	}
	if o.SigningKeys == nil {
		o.SigningKeys = account.NoSigningKeys{}
	}
	if o.Language == "" {
		o.Language = dialect.Chinese
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

// Check returns an error for settings that are wrong whatever the database and the
// contract hold.
func (o Options) Check() error {
	o = o.withDefaults()
	_, err := legacyScopes(o.LegacyStatus, o.Dialects, o.BasePaths)
	return errors.Join(o.Dialects.Check(), checkBasePaths(o.BasePaths, o.Dialects), checkBasePathApps(o.BasePathApps, o.BasePaths), err, checkOrigins(o.AllowOrigins),
		checkLanguage(o.Language), checkDialects("form in query", o.FormInQuery, o.Dialects))
}

func newServer(o Options) (*server, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	document, err := readContract(o.Contract)
	if err != nil {
		return nil, err
	}
	table, err := newOperations(document, o)
	if err != nil {
		return nil, err
	}
	legacy, err := legacyScopes(o.LegacyStatus, o.Dialects, o.BasePaths)
	if err != nil {
		return nil, err
	}
	whole := openapi.Document
	if o.Contract != nil {
		whole = o.Contract
	}
	pages, err := newDocs(whole, document, o)
	if err != nil {
		return nil, err
	}
	services := dialect.Services{Accounts: o.Accounts, Zone: o.TimeZone, Now: o.Now}
	dialects := all.NewAPI(services)
	s := &server{
		API: dialects, adminAPI: adminAPI{Services: services, Previewers: dialects.Previewers(), Keys: o.SigningKeys, SearchedUsers: cmp.Or(o.SearchedUsers, 100_000)},
		accounts: o.Accounts, basePathApps: o.BasePathApps, ready: o.Ready, log: o.Log, metrics: newMetrics(o.Metrics), publicKeys: o.PublicKeys,
		traced: o.Traces != nil, dialects: o.Dialects, operations: table, legacyStatus: legacy, language: o.Language, docs: pages, now: o.Now,
		spec: &spec{document: whole, written: map[string]specification{}},
	}
	if o.Demo != nil {
		s.outbox, s.resetDemo = o.Demo.Outbox, o.Demo.Reset
	}
	return s, nil
}

func checkDialects(option string, names []string, dialects dialect.List) error {
	for _, name := range names {
		if dialects.ByName(name) == nil {
			return fmt.Errorf("%s: there is no dialect %q, only %s", option, name, strings.Join(dialects.Names(), ", "))
		}
	}
	return nil
}

// legacyScope is a dialect whose failures have HTTP status 200, at every path or under
// one base path.
type legacyScope struct{ dialect, base string }

func legacyScopes(texts []string, dialects dialect.List, bases []string) (map[legacyScope]bool, error) {
	scopes := map[legacyScope]bool{}
	for _, text := range texts {
		name, base, scoped := strings.Cut(text, "@")
		switch {
		case dialects.ByName(name) == nil:
			return nil, fmt.Errorf("legacy status %q: there is no dialect %q, only %s", text, name, strings.Join(dialects.Names(), ", "))
		case scoped && !slices.Contains(bases, base):
			return nil, fmt.Errorf("legacy status %q: there is no base path %q", text, base)
		}
		scopes[legacyScope{name, base}] = true
	}
	return scopes, nil
}

// hasLegacyStatus reports whether a failure of the dialect is sent with HTTP status 200.
func (s *server) hasLegacyStatus(owner *dialect.Dialect, base string) bool {
	return s.legacyStatus[legacyScope{dialect: owner.Name}] || s.legacyStatus[legacyScope{owner.Name, base}]
}

// headRouter registers HEAD beside GET, with the same handler; net/http omits the body.
type headRouter struct{ *echo.Echo }

// GET registers a handler of GET and HEAD.
func (r headRouter) GET(path string, h echo.HandlerFunc, m ...echo.MiddlewareFunc) *echo.Route {
	r.HEAD(path, h, m...)
	return r.Echo.GET(path, h, m...)
}

func checkLanguage(wanted dialect.Language) error {
	if known := []dialect.Language{LanguageAuto, dialect.Chinese, dialect.English}; !slices.Contains(known, wanted) {
		return fmt.Errorf("language %q must be one of %v", wanted, known)
	}
	return nil
}
