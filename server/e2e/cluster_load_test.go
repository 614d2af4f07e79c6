package e2e

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"quartet/openapi/check/contract"
	"quartet/store"
)

// balancer distributes requests to servers round-robin, as a load balancer does. Each
// request has a connection of its own.
type balancer struct {
	mutex   sync.Mutex
	servers []origin
	turn    int
}

var unshared = http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: patience}

func (s *cluster) balancer() *balancer {
	b := &balancer{}
	for _, server := range s.servers {
		b.servers = append(b.servers, server.origin)
	}
	return b
}

// replace sends to a server what would have gone to another.
func (b *balancer) replace(old, by origin) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	for i := range b.servers {
		if b.servers[i] == old {
			b.servers[i] = by
		}
	}
}

// order gives the servers in the order in which a request tries them.
func (b *balancer) order() []origin {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.turn = (b.turn + 1) % len(b.servers)
	return slices.Concat(b.servers[b.turn:], b.servers[:b.turn])
}

// send tries the next server where one does not take the connection. A request
// that was done nevertheless would be done again there, and the test would see
// that the name is taken.
func (b *balancer) send(ctx context.Context, r contract.Request) (got answer, err error) {
	for _, server := range b.order() {
		got, err = server.tryThrough(ctx, &unshared, r)
		if err == nil || ctx.Err() != nil {
			break
		}
	}
	return got, err
}

// load is a set of clients that send requests without a pause: some create users, some
// use a session in every dialect.
type load struct {
	mayFail bool // answers may say that the service is unavailable
	user    int64
	token   string

	mutex       sync.Mutex
	created     map[string]int64 // what was acknowledged: names and ids
	unavailable int

	used atomic.Int64
	stop context.CancelFunc
	all  sync.WaitGroup
}

// startLoad starts the clients. They end with the test, or when they are
// stopped.
func startLoad(t *testing.T, s *cluster, b *balancer, mayFail bool) *load {
	t.Helper()
	l := &load{mayFail: mayFail, created: map[string]int64{}}
	l.user = s.person(t, "tao.ran", store.RoleMember)
	s.application(t, l.user)
	l.token = s.session(t, l.user)
	ctx, stop := context.WithCancel(t.Context())
	l.stop = stop
	for client := range 8 {
		l.all.Go(func() { l.create(ctx, t, b, fmt.Sprintf("load.%d", client)) })
	}
	for range 2 {
		l.all.Go(func() { l.use(ctx, t, b) })
	}
	t.Cleanup(l.end)
	return l
}

func (l *load) end() {
	l.stop()
	l.all.Wait()
}

func (l *load) create(ctx context.Context, t *testing.T, b *balancer, prefix string) {
	for n := 0; ctx.Err() == nil; n++ {
		name := fmt.Sprintf("%s.%d", prefix, n)
		got, ok := l.send(ctx, t, b, "jfinal", postJSON("/api/user/create", `{"username":"`+name+`"}`))
		if ok {
			l.mutex.Lock()
			l.created[name] = int64(got.body["userId"].(float64))
			l.mutex.Unlock()
		}
	}
}

func (l *load) use(ctx context.Context, t *testing.T, b *balancer) {
	for ctx.Err() == nil {
		for dialect, r := range eachDialect(l.user, l.token) {
			if _, ok := l.send(ctx, t, b, dialect, r); ok {
				l.used.Add(1)
			}
		}
	}
}

// send reports whether the response is 200. Any other response, except unavailability
// if that is allowed, fails the test.
func (l *load) send(ctx context.Context, t *testing.T, b *balancer, dialect string, r contract.Request) (answer, bool) {
	got, err := b.send(ctx, r)
	switch {
	case ctx.Err() != nil:
		return got, false
	case err != nil:
		t.Errorf("%s %s: %v", r.Method, r.Path, err)
	case got.Status == http.StatusOK:
		return got, true
	case l.mayFail:
		refused(t, dialect, got, http.StatusServiceUnavailable)
		l.mutex.Lock()
		l.unavailable++
		l.mutex.Unlock()
	default:
		t.Errorf("%s: status %d: %s", dialect, got.Status, got.Text)
	}
	// wait after a refusal
	select {
	case <-time.After(20 * time.Millisecond):
	case <-ctx.Done():
	}
	return got, false
}

func (l *load) acknowledged() int {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return len(l.created)
}

// more waits until so many more users were created, and the session was used in
// every dialect.
func (l *load) more(t *testing.T, users int) {
	t.Helper()
	created, used := l.acknowledged()+users, l.used.Load()+int64(len(eachDialect(0, "")))
	await(t, "the load to go on", func() bool { return t.Failed() || l.acknowledged() >= created && l.used.Load() >= used })
}

// check ends the load, and compares what was acknowledged with what is stored:
// each user once, under the id that was told.
func (l *load) check(t *testing.T, s *cluster) {
	t.Helper()
	l.end()
	stored := map[string]string{}
	for _, user := range s.texts(t, "SELECT username || ' ' || id FROM users WHERE username LIKE 'load.%'") {
		var name, id string
		_, err := fmt.Sscan(user, &name, &id)
		must(t, err)
		if stored[name] != "" {
			t.Errorf("%s is stored twice", name)
		}
		stored[name] = id
	}
	lost := 0
	for name, id := range l.created {
		if stored[name] != fmt.Sprint(id) {
			lost++
		}
	}
	if lost > 0 {
		t.Errorf("%d of %d acknowledged users are lost", lost, len(l.created))
	}
	t.Logf("%d users acknowledged, %d lost, %d stored; %d requests answered 503", len(l.created), lost, len(stored), l.unavailable)
}

// await waits for what is bound to happen.
func await(t *testing.T, what string, happened func() bool) {
	t.Helper()
	for limit := time.Now().Add(patience); !happened(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(limit) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}
