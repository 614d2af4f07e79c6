package server_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"quartet/openapi"
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

const (
	goodPassword  = "violet-otter-lantern"
	otherPassword = "copper-heron-window"
	mobile        = "13900001111"
)

// world is the real server over a real database; only SMS, WeChat and the cost
// of a password hash are not real.
type world struct {
	t        *testing.T
	url      string
	store    *store.Store
	path     string // the store's file
	accounts *account.Service
	sms      *providers.SMSSimulator
	weChat   *providers.WeChatSimulator
	log      *safeBuffer
}

type setting func(*account.Config, *server.Options)

func newWorld(t *testing.T, settings ...setting) *world {
	t.Helper()
	w := &world{
		t: t, log: &safeBuffer{},
		sms: providers.NewSMSSimulator(nil, time.Now), weChat: providers.NewWeChatSimulator(),
	}
	w.store, w.path = storetest.SQLiteFile(t)
	config := accountConfig(t, w.store)
	config.SMS, config.WeChat = w.sms, w.weChat
	options := server.Options{
		Ready: w.store.Ping,
		Log:   slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	for _, set := range settings {
		set(&config, &options)
	}
	w.accounts = account.New(config)
	options.Accounts = w.accounts
	handler, err := server.New(options)
	must(t, err)
	listening := httptest.NewServer(handler)
	t.Cleanup(listening.Close)
	w.url = listening.URL
	return w
}

// newHandler is the server without a network, and its rules.
func newHandler(t testing.TB) (http.Handler, *account.Service) {
	t.Helper()
	facts := storetest.SQLite(t)
	accounts := account.New(accountConfig(t, facts))
	handler, err := server.New(server.Options{Accounts: accounts, Ready: facts.Ping})
	must(t, err)
	return handler, accounts
}

func accountConfig(t testing.TB, facts *store.Store) account.Config {
	t.Helper()
	signer, err := token.NewSigner(token.Key{KID: "test", Private: ed25519.NewKeyFromSeed(key(1))})
	must(t, err)
	return account.Config{
		Store: facts, Signer: signer, AccessKey: key(2), CodeKey: key(3), Sealer: fieldcrypt.New(key(4)),
		Hasher: password.NewHasher(password.Options{Parallel: 2, Params: password.Params{Memory: 8, Iterations: 1, Parallelism: 1}}),
		IDs:    idgen.New(time.Now), Now: time.Now, Limits: account.DefaultLimits(),
	}
}

func openRegistration(c *account.Config, _ *server.Options) { c.OpenRegistration = true }

// administratorToken is that of the console of inDemo.
const administratorToken = "AT-1-ZGVtbyBhZG1pbmlzdHJhdG9yIG9mIHRl"

func inDemo(_ *account.Config, o *server.Options) {
	o.Demo = &server.Demo{
		Outbox:             func() []openapi.DemoMessage { return []openapi.DemoMessage{} },
		AdministratorToken: administratorToken,
		People:             []server.DemoPerson{{ID: "demo", Chinese: "演示用户", English: "the demo user", AccessToken: "AT-1-ZGVtbyBvZiB0aGUgc2VydmVyJ3MgdGVz"}},
	}
}

func strictInput(_ *account.Config, o *server.Options) { o.StrictInput = true }

func legacy(dialects ...string) setting {
	return func(_ *account.Config, o *server.Options) { o.LegacyStatus = dialects }
}

func key(n byte) []byte {
	bytes := make([]byte, 32)
	for i := range bytes {
		bytes[i] = n*32 + byte(i)
	}
	return bytes
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// request is one request, and answer what came back.
type request struct {
	method, path string
	header       map[string]string
	body         string
}

type answer struct {
	status int
	header http.Header
	text   string
	body   map[string]any
}

func (w *world) send(r request) answer {
	w.t.Helper()
	made, err := http.NewRequestWithContext(w.t.Context(), r.method, w.url+r.path, strings.NewReader(r.body))
	must(w.t, err)
	for name, value := range r.header {
		made.Header.Set(name, value)
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	got, err := client.Do(made)
	must(w.t, err)
	defer func() { _ = got.Body.Close() }()
	text, err := io.ReadAll(got.Body)
	must(w.t, err)
	a := answer{status: got.StatusCode, header: got.Header, text: string(text)}
	_ = json.Unmarshal(text, &a.body)
	return a
}

func (w *world) get(path string, header ...string) answer {
	w.t.Helper()
	return w.send(request{method: http.MethodGet, path: path, header: pairs(header)})
}

func (w *world) postJSON(path, body string, header ...string) answer {
	w.t.Helper()
	return w.send(request{method: http.MethodPost, path: path, body: body, header: pairs(append(header, "Content-Type", "application/json"))})
}

func (w *world) postForm(path string, form url.Values, header ...string) answer {
	w.t.Helper()
	return w.send(request{method: http.MethodPost, path: path, body: form.Encode(), header: pairs(append(header, "Content-Type", "application/x-www-form-urlencoded"))})
}

func pairs(list []string) map[string]string {
	header := map[string]string{}
	for i := 0; i+1 < len(list); i += 2 {
		header[list[i]] = list[i+1]
	}
	return header
}

// add adds a user with goodPassword and the role, and gives the id.
func (w *world) add(username, role string) int64 {
	w.t.Helper()
	id, err := w.accounts.CommandLine().AddUser(context.Background(), account.AddedUser{
		NewUser: account.NewUser{Username: username, Password: new(goodPassword)}, Role: role,
	})
	must(w.t, err)
	return id
}

// jwt signs in by password and gives the JWT.
func (w *world) jwt(username string) string {
	w.t.Helper()
	got := w.postForm("/api/user/login", url.Values{"loginAccount": {username}, "password": {goodPassword}})
	if got.body["state"] != "ok" {
		w.t.Fatalf("sign in as %s: %d %s", username, got.status, got.text)
	}
	return got.body["Jwt"].(string)
}

// code asks for a one-time code and reads it from the simulator.
func (w *world) code(mobile, purpose string) string {
	w.t.Helper()
	got := w.postJSON("/auth/mobile/code", `{"mobile":"`+mobile+`","purpose":"`+purpose+`"}`)
	if got.status != http.StatusOK {
		w.t.Fatalf("send a code: %d %s", got.status, got.text)
	}
	return w.sms.Messages()[0].Code
}

// pair signs in by one-time code and gives the data of the answer.
func (w *world) pair(mobile string, productType string) map[string]any {
	w.t.Helper()
	code := w.code(mobile, "sign_in")
	got := w.postJSON("/auth/mobile/login", `{"companyType":1,"mobile":"`+mobile+`","productType":`+productType+`,"source":"test","validateNo":"`+code+`"}`)
	if got.status != http.StatusOK {
		w.t.Fatalf("sign in by code: %d %s", got.status, got.text)
	}
	return got.body["data"].(map[string]any)
}

func value(data map[string]any, name string) string {
	return data[name].(map[string]any)["value"].(string)
}

// member makes the user a member of the organisation with the role.
func (w *world) member(id int64, organisation, role string) {
	w.t.Helper()
	_, err := w.accounts.CommandLine().AddOrganisation(w.t.Context(), organisation, "第二十七职业高中")
	must(w.t, err)
	_, err = w.accounts.CommandLine().AddRole(w.t.Context(), role, "教职工", false)
	must(w.t, err)
	must(w.t, w.accounts.CommandLine().AddMembership(w.t.Context(), id, organisation, role))
}

// application registers an application, linked to the organisation if any.
func (w *world) application(id, organisation string) {
	w.t.Helper()
	_, err := w.accounts.CommandLine().AddApplication(w.t.Context(), id, "演示应用", nil)
	must(w.t, err)
	if organisation != "" {
		must(w.t, w.accounts.CommandLine().AddApplicationOrganisation(w.t.Context(), id, organisation))
	}
}

func bg() context.Context { return context.Background() }

// safeBuffer is a log that a test reads while the server writes it.
type safeBuffer struct {
	lock sync.Mutex
	text bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.lock.Lock()
	defer b.lock.Unlock()
	return b.text.Write(p)
}

func (b *safeBuffer) String() string {
	b.lock.Lock()
	defer b.lock.Unlock()
	return b.text.String()
}
