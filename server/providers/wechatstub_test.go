package providers_test

import (
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"quartet/server/apierr"
	"quartet/server/providers"
)

// What must never be seen in an error.
const (
	appSecret   = "canary0appsecret0123456789abcdef"
	sessionKey  = "canary0sessionkey"
	personToken = "canary0persontoken"
	serverToken = "canary0servertoken"
	loginCode   = "canary0code0a1B2c3D4e5F6g7H8i9J0"
)

const (
	ownApp     = "wx0123456789abcdef"
	loginPath  = "/sns/jscode2session"
	oauthPath  = "/sns/oauth2/access_token"
	personPath = "/sns/userinfo"
	tokenPath  = "/cgi-bin/stable_token"
	phonePath  = "/wxa/business/getuserphonenumber"
)

var noon = time.Date(2026, time.March, 2, 12, 0, 0, 0, time.UTC)

// asked is a request that the stub got.
type asked struct {
	method, path string
	query        url.Values
	body         string
}

// stub simulates WeChat's API. It answers as text/plain, as WeChat does.
type stub struct {
	*httptest.Server
	mutex    sync.Mutex
	answers  map[string]http.HandlerFunc
	requests []asked
}

func newStub(t *testing.T) *stub {
	t.Helper()
	s := &stub{answers: map[string]http.HandlerFunc{}}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

// ServeHTTP remembers the request and answers as it was told.
func (s *stub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mutex.Lock()
	s.requests = append(s.requests, asked{r.Method, r.URL.Path, r.URL.Query(), string(body)})
	answer := s.answers[r.URL.Path]
	s.mutex.Unlock()
	if answer == nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/plain")
	answer(w, r)
}

func (s *stub) on(path string, answer http.HandlerFunc) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.answers[path] = answer
}

// says answers a path with texts in turn, the last one again and again.
func (s *stub) says(path string, texts ...string) {
	var mutex sync.Mutex
	s.on(path, func(w http.ResponseWriter, _ *http.Request) {
		mutex.Lock()
		defer mutex.Unlock()
		_, _ = io.WriteString(w, texts[0])
		if len(texts) > 1 {
			texts = texts[1:]
		}
	})
}

func (s *stub) got(path string) (requests []asked) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for _, r := range s.requests {
		if r.path == path {
			requests = append(requests, r)
		}
	}
	return requests
}

func (s *stub) client(t *testing.T, kind string) *providers.WeChat {
	t.Helper()
	return s.clientAt(t, kind, func() time.Time { return noon })
}

func (s *stub) clientAt(t *testing.T, kind string, now func() time.Time) *providers.WeChat {
	t.Helper()
	client, err := providers.NewWeChat(providers.WeChatOptions{Kind: kind, AppID: ownApp, Secret: appSecret, BaseURL: s.URL, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// requireFailure checks the kind of a failure, and that neither it nor anything
// it wraps tells a secret.
func requireFailure(t *testing.T, err error, want apierr.Code) {
	t.Helper()
	if !apierr.Is(err, want) {
		t.Errorf("got %v, want %s", err, want)
	}
	for ; err != nil; err = errors.Unwrap(err) {
		if strings.Contains(err.Error(), "canary0") {
			t.Errorf("a secret is told: %v", err)
		}
	}
}

func requireCalls(t *testing.T, s *stub, path string, want int) {
	t.Helper()
	if got := len(s.got(path)); got != want {
		t.Errorf("%s was called %d times, want %d", path, got, want)
	}
}

// newTLS serves with an untrusted certificate.
func newTLS(t *testing.T, handler http.Handler) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // the refused handshake
	server.StartTLS()
	t.Cleanup(server.Close)
	return server
}
