package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"quartet/openapi/check/contract"
	"quartet/server/account"
	"quartet/store"
	"quartet/store/storetest"
	"quartet/store/wirecount"
)

// cost is how many statements a request may execute and how many round trips they may take,
// BEGIN and COMMIT included, on connections that were just used.
type cost struct{ statements, roundTrips int }

// TestRequestsTakeFewRoundTrips counts on the wire what requests ask of PostgreSQL and
// MariaDB. PostgreSQL takes several statements of a transaction at once; MariaDB takes one at
// a time.
func TestRequestsTakeFewRoundTrips(t *testing.T) {
	for engine, of := range map[string]struct {
		newURL func(t testing.TB) string
		costs  map[string]cost
	}{
		store.Postgres: {func(t testing.TB) string { return storetest.PostgresURL(t) }, map[string]cost{
			"user/info":                         {1, 1},
			"user/info of an unknown token":     {2, 2},
			"user/info without application":     {1, 1},
			"user/info with a JWT":              {1, 1},
			"sign-in by code":                   {10, 4},
			"sign-in by code of an application": {11, 5},
			"sign-in by password":               {17, 7},
		}},
		store.MySQL: {storetest.MySQLURL, map[string]cost{
			"user/info":                         {1, 1},
			"user/info of an unknown token":     {2, 2},
			"user/info without application":     {1, 1},
			"user/info with a JWT":              {1, 1},
			"sign-in by code":                   {10, 10},
			"sign-in by code of an application": {11, 11},
			"sign-in by password":               {17, 17},
		}},
	} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			countCosts(t, of.newURL(t), of.costs)
		})
	}
}

func countCosts(t *testing.T, url string, costs map[string]cost) {
	proxy, counted, err := wirecount.Before(url)
	must(t, err)
	t.Cleanup(func() { _ = proxy.Close() })
	h := newInProcessServerOn(t, storetest.Open(t, store.Options{URL: counted}))
	_, err = storetest.PutMetadataIfAbsent(t.Context(), h.store, account.DemoMetadata, "yes")
	must(t, err)
	seed := fuzzSeed()
	seed.Webhooks = nil // with one, each event that it wants is another statement
	must(t, h.rules.ResetDemo(t.Context(), seed))
	_, err = h.store.LearnWebhooks(t.Context()) // as a server does all the time
	must(t, err)
	code := func() string {
		expect(t, h.send(postJSON("/auth/mobile/code", `{"mobile":"`+mobile+`"}`)), http.StatusOK)
		return h.sms.Messages()[0].Code
	}
	byCodeOf := func(header ...string) func() contract.Request {
		return func() contract.Request { return byCode(mobile, code(), header...) }
	}
	access := text(expect(t, h.send(byCode(mobile, code())), http.StatusOK), "data.accessToken.value")
	jwt := text(expect(t, h.send(byPassword("demo", goodPassword)), http.StatusOK), "Jwt")
	info := func(token string, header ...string) func() contract.Request {
		return func() contract.Request {
			return get(fmt.Sprintf("/user/info?userId=1&accessToken=%s", token), header...)
		}
	}
	for _, c := range []struct {
		name    string
		request func() contract.Request
		status  int
	}{
		{"user/info", info(access, "X-App-Id", "1"), http.StatusOK},
		{"user/info without application", info(access), http.StatusUnauthorized},
		{"user/info with a JWT", info(jwt, "X-App-Id", "1"), http.StatusOK},
		{"user/info of an unknown token", info("AT-1-"+strings.Repeat("A", len(access)-5), "X-App-Id", "1"), http.StatusUnauthorized},
		{"sign-in by code", byCodeOf(), http.StatusOK},
		{"sign-in by code of an application", byCodeOf("X-App-Id", "1"), http.StatusOK},
		{"sign-in by password", func() contract.Request { return byPassword("demo", goodPassword) }, http.StatusOK},
	} {
		var took wirecount.Counts
		for n := range 3 { // the first one prepares statements
			request := c.request()
			proxy.Take()
			expect(t, h.send(request), c.status)
			// One of the others can find its connection due for a check.
			if now := proxy.Take(); n < 2 || now.RoundTrips < took.RoundTrips {
				took = now
			}
		}
		t.Logf("%s: %d statements in %d round trips", c.name, len(took.Statements), took.RoundTrips)
		if got := (cost{len(took.Statements), took.RoundTrips}); got.statements > costs[c.name].statements || got.roundTrips > costs[c.name].roundTrips || got.statements == 0 {
			t.Errorf("%s takes %d statements in %d round trips, want at most %d in %d:\n%s",
				c.name, got.statements, got.roundTrips, costs[c.name].statements, costs[c.name].roundTrips, strings.Join(took.Statements, "\n"))
		}
	}
}
