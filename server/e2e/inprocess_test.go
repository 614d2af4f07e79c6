package e2e

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"quartet/cmd/quartet/proctest"
	"quartet/openapi"
	"quartet/openapi/check/contract"
	"quartet/server"
	"quartet/server/account"
	"quartet/server/fieldcrypt"
	"quartet/server/idgen"
	"quartet/server/password"
	"quartet/server/providers"
	"quartet/server/token"
	"quartet/store"
	"quartet/store/storetest"
)

// inProcessServer is a server inside the test's process, without a network: for failing
// simulators, or very many requests.
type inProcessServer struct {
	handler http.Handler
	rules   *account.Service
	store   *store.Store
	sms     *providers.SMSSimulator
	weChat  *providers.WeChatSimulator
	log     *proctest.Transcript
}

func newInProcessServer(t testing.TB) *inProcessServer {
	t.Helper()
	return newInProcessServerOn(t, storetest.SQLite(t))
}

func newInProcessServerOn(t testing.TB, s *store.Store) *inProcessServer {
	t.Helper()
	h := &inProcessServer{
		store: s, log: proctest.NewTranscript(),
		sms: providers.NewSMSSimulator(nil, time.Now), weChat: providers.NewWeChatSimulator(),
	}
	signer, err := token.NewSigner(token.Key{KID: "1", Private: ed25519.NewKeyFromSeed(seed(1))})
	must(t, err)
	h.rules = account.New(account.Config{
		Store: h.store, Signer: signer, AccessKey: seed(2), CodeKey: seed(3), Sealer: fieldcrypt.New(seed(4)),
		// The cheapest argon2id parameters.
		Hasher: password.NewHasher(password.Options{Params: password.Params{Memory: 8, Iterations: 1, Parallelism: 1}}),
		IDs:    idgen.New(time.Now), SMS: h.sms, WeChat: h.weChat, OpenRegistration: true,
		Limits: generous(),
	})
	h.handler, err = server.New(server.Options{
		Accounts: h.rules, Ready: h.store.Ping, BasePaths: []string{basePath},
		Log: slog.New(slog.NewTextHandler(h.log, &slog.HandlerOptions{Level: slog.LevelError})),
		Demo: &server.Demo{
			Outbox: func() []openapi.DemoMessage { return []openapi.DemoMessage{} },
			Reset:  func(context.Context) error { return nil },
		},
	})
	must(t, err)
	return h
}

// generous limits do not limit a test.
func generous() account.Limits {
	limits, often := account.DefaultLimits(), account.Rate{Times: 1 << 40, Per: time.Minute}
	for _, rate := range []*account.Rate{
		&limits.CodeResend, &limits.CodeHour, &limits.CodeDay, &limits.CodePerIP, &limits.CodeGlobal,
		&limits.PasswordPerAccountIP, &limits.PasswordPerAccount, &limits.PasswordPerIP, &limits.OldPasswordPerUser, &limits.WeChatPerIP,
		&limits.RegisterPerIP, &limits.RegisterGlobal, &limits.TakenPerUser, &limits.CodeRefusedPerIP, &limits.CodeGuessDay,
		&limits.LookUpPerUser, &limits.LookUpPerIP, &limits.LookUpPerApplication,
	} {
		*rate = often
	}
	return limits
}

func seed(n byte) []byte { return []byte(strings.Repeat(string(rune('a'+n)), ed25519.SeedSize)) }

func (h *inProcessServer) send(r contract.Request) answer { return h.serve(request(r)) }

// request is r as a server gets it.
func request(r contract.Request) *http.Request {
	made := httptest.NewRequest(r.Method, r.Target(), strings.NewReader(r.Body))
	for name, values := range r.Header {
		made.Header[name] = values
	}
	return made
}

func (h *inProcessServer) serve(r *http.Request) answer {
	recorder := httptest.NewRecorder()
	h.handler.ServeHTTP(recorder, r)
	got := answer{Answer: contract.Answer{Status: recorder.Code, Header: recorder.Header(), Text: recorder.Body.String()}}
	_ = json.Unmarshal(recorder.Body.Bytes(), &got.body)
	return got
}
