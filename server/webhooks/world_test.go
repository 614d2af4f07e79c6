package webhooks_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"quartet/openapi"
	"quartet/server/account"
	"quartet/server/fieldcrypt"
	"quartet/server/idgen"
	"quartet/server/password"
	"quartet/server/token"
	"quartet/server/webhooks"
	"quartet/store"
	"quartet/store/storetest"
)

// world is the engine and the rules over a real database, with a clock of the test's own.
type world struct {
	account.Operator
	t      *testing.T
	store  *store.Store
	config account.Config
	engine *webhooks.Engine
	log    *safeBuffer

	mutex sync.Mutex
	now   time.Time
}

func newWorld(t *testing.T) *world {
	t.Helper()
	return newWorldOver(t, storetest.SQLite(t))
}

func newWorldOver(t *testing.T, facts *store.Store) *world {
	t.Helper()
	w := &world{t: t, store: facts, log: &safeBuffer{}, now: time.Now()}
	signer, err := token.NewSigner(token.Key{KID: "test", Private: ed25519.NewKeyFromSeed(make([]byte, 32))})
	must(t, err)
	key := bytes.Repeat([]byte("k"), 32)
	w.config = account.Config{
		Store: w.store, Signer: signer, AccessKey: key, CodeKey: key, Sealer: fieldcrypt.New(key), IDs: idgen.New(w.clock), Now: w.clock,
		Hasher: password.NewHasher(password.Options{Parallel: 2, Params: password.Params{Memory: 8, Iterations: 1, Parallelism: 1}}),
		Log:    w.logger(),
	}
	w.Operator = account.New(w.config).CommandLine()
	w.engine = w.newEngine(loopback())
	return w
}

func loopback() *webhooks.Addresses {
	return webhooks.NewAddresses([]netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, nil)
}

// newEngine is the engine of another server.
func (w *world) newEngine(addresses *webhooks.Addresses) *webhooks.Engine {
	return webhooks.New(webhooks.Options{
		Accounts: account.New(w.config), Addresses: addresses, Log: w.logger(), Now: w.clock, Rest: time.Nanosecond,
	})
}

func (w *world) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

func (w *world) clock() time.Time {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return w.now
}

func (w *world) pass(d time.Duration) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.now = w.now.Add(d)
}

// run lets the engine send what is due, and waits for it.
func (w *world) run() {
	w.t.Helper()
	must(w.t, w.engine.Run(w.t.Context()))
	w.engine.Wait()
}

// webhook adds a webhook for the addition of users.
func (w *world) webhook(url string) account.WebhookWithSecret {
	w.t.Helper()
	added, err := w.AddWebhook(w.t.Context(), account.NewWebhook{URL: url, Kinds: []string{account.AuditUserCreated}})
	must(w.t, err)
	return added
}

// user adds a user, and so an event.
func (w *world) user(name string) int64 {
	w.t.Helper()
	user, err := w.AddUser(w.t.Context(), account.AddedUser{NewUser: account.NewUser{Username: name}, Role: account.RoleMember})
	must(w.t, err)
	return user
}

func (w *world) deliveries(f account.DeliveryFilter) []account.Delivery {
	w.t.Helper()
	f.Limit = 1000
	all, err := w.ListDeliveries(w.t.Context(), f)
	must(w.t, err)
	return all
}

// created are the ids of the events that the webhook wants.
func (w *world) created() (ids []int64) {
	w.t.Helper()
	events, err := w.ListAudit(w.t.Context(), account.AuditFilter{Kinds: []string{account.AuditUserCreated}, Limit: 1000})
	must(w.t, err)
	for _, e := range events {
		ids = append(ids, e.ID)
	}
	return ids
}

// received is a request that a receiver has got.
type received struct {
	id, signature string
	body          []byte
	message       openapi.AdminWebhookMessage
}

// receiver is a webhook that notes what it gets and answers as a test says.
type receiver struct {
	*httptest.Server
	mutex  sync.Mutex
	got    []received
	answer http.HandlerFunc
}

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{answer: status(http.StatusNoContent)}
	r.Server = httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, in *http.Request) {
		body, err := io.ReadAll(in.Body)
		if err != nil {
			t.Error(err)
		}
		one := received{id: in.Header.Get("webhook-id"), signature: in.Header.Get("webhook-signature"), body: body}
		if err := json.Unmarshal(body, &one.message); err != nil {
			t.Error(err)
		}
		r.mutex.Lock()
		r.got = append(r.got, one)
		answer := r.answer
		r.mutex.Unlock()
		answer(out, in)
	}))
	t.Cleanup(r.Close)
	return r
}

func status(code int) http.HandlerFunc {
	return func(out http.ResponseWriter, _ *http.Request) { out.WriteHeader(code) }
}

func (r *receiver) answers(answer http.HandlerFunc) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.answer = answer
}

func (r *receiver) all() []received {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return append([]received{}, r.got...)
}

// isSigned reports whether a secret has signed what was received. The time is the test's
// own, so it is not compared.
func (r received) isSigned(t *testing.T, secret string, at time.Time) bool {
	t.Helper()
	signer, err := standardwebhooks.NewWebhook(secret)
	must(t, err)
	signature, err := signer.Sign(r.id, at, r.body)
	must(t, err)
	for one := range strings.FieldsSeq(r.signature) {
		if one == signature {
			return true
		}
	}
	return false
}

// safeBuffer is a log that several goroutines write.
type safeBuffer struct {
	mutex sync.Mutex
	text  bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.text.Write(p)
}

func (b *safeBuffer) String() string {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.text.String()
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantEqual[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}
