package server_test

import (
	"net/http"
	"strings"
	"testing"

	"quartet/server"
	"quartet/server/account"
	"quartet/server/dialect/dialecttest"
	"quartet/store"
)

// deprecatedToy is the contract with the toy's operation, which says these words too.
func deprecatedToy(words string) setting {
	return func(config *account.Config, o *server.Options) {
		withToy(config, o)
		o.Contract = []byte(strings.Replace(string(dialecttest.Contract()),
			"      operationId: getToyCaller\n", "      operationId: getToyCaller\n"+words, 1))
	}
}

func TestDeprecatedOperationsSaySo(t *testing.T) {
	t.Parallel()
	w := newWorld(t, allowing(adminOrigin), deprecatedToy("      deprecated: true\n      x-deprecation: 2026-12-01\n      x-sunset: 2027-06-01\n"))
	w.add("tao.ran", store.RoleMember)
	jwt := w.jwt("tao.ran")
	for name, got := range map[string]answer{
		"success":     requireOK(t, w.get("/toy/caller?times=1", "X-Toy-Token", jwt)),
		"no token":    w.get("/toy/caller?times=1"),
		"bad request": w.get("/toy/caller?times=x", "X-Toy-Token", jwt),
		"HEAD":        w.send(request{method: http.MethodHead, path: "/toy/caller?times=1", header: map[string]string{"X-Toy-Token": jwt}}),
	} {
		deprecation, sunset := got.header.Get("Deprecation"), got.header.Get("Sunset")
		if deprecation != "@1796083200" || sunset != "Tue, 01 Jun 2027 00:00:00 GMT" {
			t.Errorf("%s: %d, Deprecation %q, Sunset %q", name, got.status, deprecation, sunset)
		}
	}
	got := w.get("/healthz", "Origin", adminOrigin)
	if got.header.Get("Deprecation") != "" || got.header.Get("Sunset") != "" {
		t.Errorf("an operation that stays has %v", got.header)
	}
	for _, name := range []string{"Deprecation", "Sunset"} {
		if exposed := got.header.Get("Access-Control-Expose-Headers"); !strings.Contains(exposed, name) {
			t.Errorf("%s is not exposed to pages: %s", name, exposed)
		}
	}
}

func TestDeprecationsWithoutDatesAreRefused(t *testing.T) {
	t.Parallel()
	for words, why := range map[string]string{
		"      deprecated: true\n":                                                                `x-deprecation is ""`,
		"      deprecated: true\n      x-deprecation: 2026-12-01\n":                               `x-sunset is ""`,
		"      deprecated: true\n      x-deprecation: 2026-12-01\n      x-sunset: in spring\n":    `x-sunset is "in spring"`,
		"      deprecated: true\n      x-deprecation: 2026-12-01\n      x-sunset: '2026-12-01'\n": "must be later",
		"      x-sunset: '2027-06-01'\n":                                                          "need deprecated: true",
	} {
		var o server.Options
		deprecatedToy(words)(nil, &o)
		if _, err := server.New(o); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("want %q: %v", why, err)
		}
	}
}
