package contracttest

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"quartet/openapi"
	"quartet/openapi/check/contract"
	"quartet/server"
	"quartet/server/account"
	"quartet/server/apierr"
	"quartet/server/fieldcrypt"
	"quartet/server/idgen"
	"quartet/server/password"
	"quartet/server/providers"
	"quartet/server/token"
	"quartet/store"
	"quartet/store/storetest"
)

// broken is a server that fails at everything: it has no rules, metrics that cannot be read,
// a key without an algorithm and a demonstration that panics.
func broken(t *testing.T) origin {
	t.Helper()
	unreadable := prometheus.NewRegistry()
	unreadable.MustRegister(unreadableMetric{})
	return inProcess(t, server.Options{
		Metrics:    unreadable,
		PublicKeys: func() []server.PublicKey { return []server.PublicKey{{KID: "1"}} },
		Demo: &server.Demo{
			Outbox: func() []openapi.DemoMessage { panic("no outbox") },
			Reset:  func(context.Context) error { panic("no demonstration") },
		},
	})
}

type unreadableMetric struct{}

var unreadable = prometheus.NewDesc("unreadable", "", nil, nil)

func (unreadableMetric) Describe(all chan<- *prometheus.Desc) { all <- unreadable }
func (unreadableMetric) Collect(all chan<- prometheus.Metric) {
	all <- prometheus.NewInvalidMetric(unreadable, errors.New("unreadable"))
}

// down is a server whose database is down.
func down(t *testing.T) origin {
	t.Helper()
	closed := storetest.SQLite(t)
	must(t, closed.Close())
	accounts := account.New(accountConfig(t, closed, password.NewHasher(password.Options{})))
	return inProcess(t, server.Options{Ready: closed.Ping, Accounts: accounts, Demo: &server.Demo{
		Outbox: func() []openapi.DemoMessage { return nil },
		Reset:  func(ctx context.Context) error { return accounts.ResetDemo(ctx, account.DemoSeed{}) },
	}})
}

// notReady sends the example to a server that is not ready for a reason.
func notReady(reason apierr.Reason) func(*target, *testing.T, documented) []sent {
	return func(_ *target, t *testing.T, o documented) []sent {
		unready := inProcess(t, server.Options{Ready: func(context.Context) error {
			return &apierr.Error{Code: apierr.Unavailable, Reason: reason}
		}})
		return to(unready, o.Requests("ok")[0])
	}
}

func accountConfig(t *testing.T, facts *store.Store, hasher *password.Hasher) account.Config {
	t.Helper()
	signer, err := token.NewSigner(token.Key{KID: "test", Private: ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))})
	must(t, err)
	return account.Config{
		Store: facts, Signer: signer, AccessKey: make([]byte, 32), CodeKey: make([]byte, 32), Sealer: fieldcrypt.New(make([]byte, 32)),
		Hasher: hasher, IDs: idgen.New(time.Now), Now: time.Now, Limits: account.DefaultLimits(),
		SMS: providers.NewSMSSimulator(nil, time.Now), WeChat: providers.NewWeChatSimulator(), OpenRegistration: true,
	}
}

// A body that does not arrive is answered by every operation that has one, and documented.
func TestEveryOperationWithABodyDocumentsASlowOne(t *testing.T) {
	r := &target{hasty: inProcess(t, server.Options{Limits: server.Limits{Time: 50 * time.Millisecond}})}
	contract, err := contract.Load()
	must(t, err)
	for _, o := range contract.Operations() {
		if o.RequestBody == nil {
			continue
		}
		t.Run(o.OperationID, func(t *testing.T) {
			t.Parallel()
			for _, s := range unending(r, t, o) {
				got := s.to.sendBody(t, s.request, s.body())
				documented := o.Responses.Value(strconv.Itoa(got.status))
				if got.status != http.StatusRequestTimeout || documented == nil {
					t.Fatalf("%d, documented: %v: %s", got.status, documented != nil, got.text)
				}
				checkAnswer(t, documented.Value, got)
			}
		})
	}
}

// overloaded sends the example to a server all of whose hashing slots are in use.
func overloaded(_ *target, t *testing.T, o documented) []sent {
	hasher := password.NewHasher(password.Options{
		Parallel: 1, Queue: 1, Wait: time.Nanosecond, Params: password.Params{Memory: 8, Iterations: 1, Parallelism: 1},
	})
	busy := inProcess(t, server.Options{Accounts: account.New(accountConfig(t, storetest.SQLite(t), hasher))})
	made := o.Requests("ok")[0]
	if o.OperationID == "updatePassword" {
		created := busy.send(t, request{
			Method: http.MethodPost, Path: "/api/user/create", Header: http.Header{"Content-Type": {contract.MediaJSON}},
			Body: fmt.Sprintf(`{"username":"tao.ran","password":%q}`, memberPassword),
		})
		made.Body = fmt.Sprintf(`{"userId":%.0f,"newPassword":"quartet-other","oldPassowrd":%q}`, created.body["userId"], memberPassword)
		made.Header.Set("Jwt", (&target{}).jwt(t, busy, "tao.ran", memberPassword))
	}
	keepHashing(t, hasher)
	return to(busy, made)
}

// keepHashing uses the hasher until the test ends.
func keepHashing(t *testing.T, hasher *password.Hasher) {
	t.Helper()
	slow, err := password.NewHasher(password.Options{
		Params: password.Params{Memory: 19456, Iterations: 16, Parallelism: 1},
	}).Hash(t.Context(), memberPassword)
	must(t, err)
	ctx, stop := context.WithCancel(t.Context())
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		for ctx.Err() == nil {
			_, _, _ = hasher.Verify(ctx, slow, "another")
		}
	}()
	t.Cleanup(func() { stop(); <-stopped })
	for running, _ := hasher.Stats(); running == 0; running, _ = hasher.Stats() {
		time.Sleep(time.Millisecond)
	}
}
