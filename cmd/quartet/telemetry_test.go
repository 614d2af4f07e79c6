package main

import (
	"bytes"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	metricspb "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	tracespb "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"quartet/cmd/quartet/internal/cli"
	"quartet/store/storetest"
)

// collector receives traces and metrics by OTLP over HTTP.
type collector struct {
	*httptest.Server
	mutex   sync.Mutex
	raw     []byte // everything that was received
	spans   []*tracepb.Span
	metrics []string // names
	failed  []string
}

func newCollector(t *testing.T) *collector {
	t.Helper()
	c := &collector{}
	c.Server = httptest.NewServer(c)
	t.Cleanup(c.Close)
	return c
}

func (c *collector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.raw = append(c.raw, body...)
	var traces tracespb.ExportTraceServiceRequest
	var metrics metricspb.ExportMetricsServiceRequest
	switch {
	case r.URL.Path == "/v1/traces" && proto.Unmarshal(body, &traces) == nil:
		for _, resource := range traces.ResourceSpans {
			for _, scope := range resource.ScopeSpans {
				c.spans = append(c.spans, scope.Spans...)
			}
		}
	case r.URL.Path == "/v1/metrics" && proto.Unmarshal(body, &metrics) == nil:
		for _, resource := range metrics.ResourceMetrics {
			for _, scope := range resource.ScopeMetrics {
				for _, metric := range scope.Metrics {
					c.metrics = append(c.metrics, metric.Name)
				}
			}
		}
	default:
		c.failed = append(c.failed, r.URL.Path)
		w.WriteHeader(http.StatusBadRequest)
	}
}

// named are the spans of a name.
func (c *collector) named(name string) (found []*tracepb.Span) {
	for _, span := range c.spans {
		if span.Name == name {
			found = append(found, span)
		}
	}
	return found
}

// below are the spans under one, at any depth.
func (c *collector) below(parent *tracepb.Span) (found []*tracepb.Span) {
	for _, span := range c.spans {
		if bytes.Equal(span.ParentSpanId, parent.SpanId) && bytes.Equal(span.TraceId, parent.TraceId) {
			found = append(append(found, span), c.below(span)...)
		}
	}
	return found
}

func attributeOf(span *tracepb.Span, key string) string {
	for _, attribute := range span.Attributes {
		if attribute.Key == key {
			return attribute.Value.GetStringValue()
		}
	}
	return ""
}

func statusOf(span *tracepb.Span) int64 {
	for _, attribute := range span.Attributes {
		if attribute.Key == "http.response.status_code" {
			return attribute.Value.GetIntValue()
		}
	}
	return 0
}

// TestTracesOfEachEngine: the spans of sign-ins and of what they do arrive, and nothing
// secret or of a person with them.
func TestTracesOfEachEngine(t *testing.T) {
	t.Parallel()
	for system, database := range map[string]func(*testing.T) string{
		"sqlite":     newDatabase,
		"postgresql": func(t *testing.T) string { return storetest.PostgresURL(t) },
		"mysql":      func(t *testing.T) string { return storetest.MySQLURL(t) },
	} {
		t.Run(system, func(t *testing.T) {
			t.Parallel()
			tracedSignIns(t, system, []string{"--database", database(t), "--keys", filepath.Join(t.TempDir(), "keys")})
		})
	}
}

const (
	outsidersTrace  = "4bf92f3577b34da6a3ce929d0e0e4736"
	outsidersParent = "00-" + outsidersTrace + "-00f067aa0ba902b7-01"
)

func tracedSignIns(t *testing.T, system string, db []string) {
	const mobile, password = "13900004321", "violet-otter-lantern"
	done(t, "migrate", "--database", db[1])
	done(t, at(db, "user", "add", "canary.name", "--password", password)...)
	done(t, at(db, "user", "set", "canary.name", "--mobile", mobile, "--mobile-verified")...)
	c, gateway := newCollector(t), newSMSGateway(t)
	var outward http.Header
	gateway.answers(func(w http.ResponseWriter, r *http.Request) {
		outward = r.Header
		io.WriteString(w, `{"Code":"OK"}`)
	})
	s := serve(t, slices.Concat(db, gateway.asWebhook(t), []string{"--otlp-endpoint", c.URL, "--trusted-proxies", "127.0.0.1"})...)
	signIn := form("/api/user/login", url.Values{"loginAccount": {"canary.name"}, "password": {password}})
	jwt, _ := s.ok(t, signIn.with("traceparent", outsidersParent).with("tracestate", "canary=state").with("X-Request-Id", "canary-request")).body["Jwt"].(string)
	equal(t, "a wrong password", s.do(t, form("/api/user/login", url.Values{"loginAccount": {mobile}, "password": {"canary-wrong-word"}})).status, 401)
	s.ok(t, askCode(mobile))
	code := gateway.code(mobile)
	token := firstGroup(t, `"value":"(AT-[^"]+)"`, s.ok(t, byCode(mobile, code)).text)
	s.do(t, get("/user/info?userId=1&accessToken="+token))
	s.do(t, get("/canary-path?q=canary-query"))
	s.ok(t, get("/readyz"))
	s.end(t)
	c.Close() // which waits for what it is still receiving
	gateway.Close()

	equal(t, "refused by the collector", strings.Join(c.failed, " "), "")
	requireNothingOf(t, c, mobile, password, "canary", code, gatewaySecret, jwt, token)
	for name, values := range outward {
		if strings.Contains(strings.ToLower(name), "trace") {
			t.Errorf("the SMS service is sent %s: %s", name, values)
		}
	}
	requireSignIn(t, c, system, s.errs.String())
	client := c.named(http.MethodPost)
	if len(client) != 1 || attributeOf(client[0], "server.address") != "127.0.0.1" || statusOf(client[0]) != 200 {
		t.Errorf("calls of the SMS service: %v", client)
	}
	equal(t, "spans of what watches the server", len(c.named("readyz")), 0)
	for _, name := range []string{"quartet_http_requests_total", "quartet_http_request_duration_seconds", "quartet_database_connections_open"} {
		if !slices.Contains(c.metrics, name) {
			t.Errorf("the metric %s is missing in %v", name, c.metrics)
		}
	}
}

// firstGroup is what the first group of a pattern finds.
func firstGroup(t *testing.T, pattern, text string) string {
	t.Helper()
	found := regexp.MustCompile(pattern).FindStringSubmatch(text)
	if found == nil {
		t.Fatalf("%s is not in %s", pattern, text)
	}
	return found[1]
}

func requireNothingOf(t *testing.T, c *collector, private ...string) {
	t.Helper()
	for _, text := range private {
		if at := bytes.Index(c.raw, []byte(text)); text == "" || at >= 0 {
			t.Errorf("%q was sent: %q", text, c.raw[max(0, at-80):min(len(c.raw), max(0, at)+80)])
		}
	}
}

// requireSignIn looks at the span of the sign-in by password and those below it.
func requireSignIn(t *testing.T, c *collector, system, log string) {
	t.Helper()
	roots := c.named("signInByPassword")
	if len(roots) != 2 {
		t.Fatalf("sign-ins by password: %v", c.spans)
	}
	slices.SortFunc(roots, func(a, b *tracepb.Span) int { return int(statusOf(a) - statusOf(b)) })
	root := roots[0]
	equal(t, "status", statusOf(root), 200)
	equal(t, "failure", attributeOf(roots[1], "quartet.failure"), "wrong_credentials")
	equal(t, "route", attributeOf(root, "http.route"), "/api/user/login")
	equal(t, "dialect", attributeOf(root, "quartet.dialect"), "jfinal")
	equal(t, "kind", root.Kind, tracepb.Span_SPAN_KIND_SERVER)
	equal(t, "parent", len(root.ParentSpanId), 0)
	trace := hex.EncodeToString(root.TraceId)
	if trace == outsidersTrace || len(root.Links) != 1 || hex.EncodeToString(root.Links[0].TraceId) != outsidersTrace || root.Links[0].TraceState != "" {
		t.Errorf("the caller's trace is not linked, or continued: %v", root)
	}
	contains(t, log, "trace_id="+trace)
	var statements, inTransactions int
	hashes := 0
	for _, span := range c.below(root) {
		switch text := attributeOf(span, "db.query.text"); {
		case span.Name == "hash password":
			hashes++
		case span.Name == "transaction":
			equal(t, "system", attributeOf(span, "db.system.name"), system)
			inTransactions += len(c.below(span))
		default:
			statements++
			equal(t, "system of "+text, attributeOf(span, "db.system.name"), system)
			if !strings.Contains(text, "?") || !strings.HasPrefix(text, attributeOf(span, "db.operation.name")) || span.Kind != tracepb.Span_SPAN_KIND_CLIENT {
				t.Errorf("statement %v", span)
			}
		}
	}
	if hashes != 1 || statements < 3 || inTransactions < 2 || inTransactions >= statements {
		t.Errorf("%d hashes, %d statements, %d of them in transactions", hashes, statements, inTransactions)
	}
	for _, span := range c.spans {
		if len(span.ParentSpanId) > 0 && !slices.ContainsFunc(c.spans, func(other *tracepb.Span) bool { return bytes.Equal(other.SpanId, span.ParentSpanId) }) {
			t.Errorf("the span above %s did not arrive", span.Name)
		}
	}
}

// TestACollectorThatDoesNotAnswer: requests are answered meanwhile, and the server ends.
func TestACollectorThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	asked, ended := make(chan struct{}, 100), make(chan struct{})
	silent := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		asked <- struct{}{}
		<-ended
	}))
	t.Cleanup(func() {
		close(ended)
		silent.Close()
	})
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	for name, endpoint := range map[string]string{"silent": silent.URL, "closed": closed.URL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, "--database", newDatabase(t), "--otlp-endpoint", endpoint)
			read := func(n int) {
				for range n {
					s.ok(t, get("/.well-known/jwks.json"))
				}
			}
			read(600) // more than the SDK sends at once
			if name == "silent" {
				<-asked
			}
			read(100)
			s.end(t)
			contains(t, s.errs.String(), "the last traces or metrics could not be sent")
		})
	}
}

func TestTelemetryOptions(t *testing.T) {
	t.Parallel()
	for _, endpoint := range []string{"127.0.0.1:4318", "grpc://127.0.0.1:4317", "http://", "http://canary:word@127.0.0.1:4318", "http://127.0.0.1:4318?key=canary"} {
		result := command(t, "serve", "--addr", "127.0.0.1:0", "--database", newDatabase(t), "--otlp-endpoint", endpoint)
		equal(t, endpoint, result.code, cli.ExitUsage)
		contains(t, result.errs, "--otlp-endpoint must")
		if strings.Contains(result.errs, "canary") {
			t.Errorf("the secret is repeated: %s", result.errs)
		}
	}
	refused(t, cli.ExitUsage, "needs --otlp-endpoint", "serve", "--trust-traceparent", "--database", newDatabase(t))
}
