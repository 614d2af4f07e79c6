package server_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"quartet/openapi"
	"quartet/server"
	"quartet/server/account"
	"quartet/store"
)

func under(bases ...string) setting {
	return func(_ *account.Config, o *server.Options) { o.BasePaths = bases }
}

// The same calls in every form of their path that a client makes of a base and a path.
func TestOperationsAreServedUnderBasePaths(t *testing.T) {
	t.Parallel()
	w := newWorld(t, under("/prod-api", "/gateway/app-api"))
	id := strconv.FormatInt(w.add("li.na", store.RoleMember), 10)
	w.application("1", "")
	for _, form := range []func(path string) string{
		func(path string) string { return path },
		func(path string) string { return path + "/" },
		func(path string) string { return path + "//" },
		func(path string) string { return "/" + path },
		func(path string) string { return strings.ReplaceAll(path, "/", "///") },
		func(path string) string { return "/prod-api" + path },
		func(path string) string { return "/prod-api" + path + "/" },
		func(path string) string { return "/prod-api/" + path },
		func(path string) string { return "//prod-api//" + path + "//" },
		func(path string) string { return "/gateway/app-api" + path },
		func(path string) string { return "//gateway//app-api/" + path },
	} {
		login := w.postForm(form("/api/user/login"), url.Values{"loginAccount": {"li.na"}, "password": {goodPassword}})
		jwt, _ := requireOK(t, login).body["Jwt"].(string)
		requireOK(t, w.get(form("/api/user/detail")+"?id="+id, "Jwt", jwt))
		requireOK(t, w.get(form("/user/info")+"?userId="+id+"&accessToken="+jwt, "X-App-Id", "1"))
		requireOK(t, w.postForm(form("/user/refresh"), url.Values{"frontType": {"1"}}, "X-Access-Token", jwt))
		sessions := requireOK(t, w.get(form("/auth/sessions"), "Authorization", jwt))
		session := sessions.body["data"].([]any)[0].(map[string]any)["id"].(float64)
		gone := w.send(request{method: http.MethodDelete, path: form(fmt.Sprintf("/auth/sessions/%.0f", session)), header: pairs([]string{"Authorization", jwt})})
		requireOK(t, gone)

		requireFailure(t, "yudao", w.postJSON(form("/auth/mobile/code"), `{}`), http.StatusBadRequest, "mobile")
		requireFailure(t, "ruoyi", w.postJSON(form("/account_api/wechat/user/getUserInfo"), `{}`), http.StatusBadRequest, "code")
		requireFailure(t, "yudao", w.get(form("/auth/nothing")), http.StatusNotFound)
		requireFailure(t, "jeecg", w.get(form("/user/nothing")), http.StatusNotFound)
		requireFailure(t, "cas", w.get(form("/user/info/nothing")), http.StatusNotFound)
		requireFailure(t, "jfinal", w.get(form("/%61pi/nothing")), http.StatusNotFound)
		requireFailure(t, "jfinal", w.send(request{method: http.MethodPut, path: form("/api/user/login")}), http.StatusMethodNotAllowed)
		requireOK(t, w.get(form("/openapi.yaml")))
		requireOK(t, w.get(form("/openapi.json")+"?tag=jfinal&render=client"))
	}
	if log := w.log.String(); strings.Contains(log, "prod-api") || !strings.Contains(log, "method=DELETE route=/auth/sessions/:id operation=endSession status=200") {
		t.Error("the log has another path than the route's")
	}
	if text := w.get("/metrics").text; !strings.Contains(text, `quartet_http_requests_total{method="GET",operation="getUserDetail",status="200"} 11`) {
		t.Error("the metrics count a path, not the operation")
	}
}

func TestEscapedSlashesStay(t *testing.T) {
	t.Parallel()
	w := newWorld(t, under("/prod-api"))
	w.add("li.na", store.RoleMember)
	for _, base := range []string{"", "/", "/prod-api", "/prod-api/"} {
		for _, device := range []string{"a%2Fb", "a%2F%2Fb", "%2Fa", "a%2F", "%252F"} {
			jwt := w.jwt("li.na")
			for _, path := range []string{"/wx/pc/check-login-status/" + device, "/wx/pc/check-login-status/" + device + "/", "/wx/pc/check-login-status?deviceNumber=" + device} {
				got := requireOK(t, w.get(base+path, "Authorization", jwt))
				if got.body["data"].(map[string]any)["isLogin"] != true {
					t.Errorf("%s names another device than %s: %s", base+path, device, got.text)
				}
			}
		}
		requireFailure(t, "yudao", w.get(base+"/wx/pc/check-login-status/a/b"), http.StatusNotFound)
		requireFailure(t, "yudao", w.get(base+"/auth%2F%2Fsessions"), http.StatusNotFound)
		requireFailure(t, "yudao", w.get(base+"/auth/sessions%2F"), http.StatusNotFound)
		requireFailure(t, "yudao", w.get(base+"/auth/sessions/%2541%ff"), http.StatusMethodNotAllowed)
	}
	for _, path := range []string{"/prod-api%2Fauth/sessions", "/%2Fprod-api/auth/sessions", "/prod%2Dapi/auth/sessions"} {
		requireFailure(t, "system", w.get(path), http.StatusNotFound)
	}
}

// What a proxy denies by its path has no second path.
func TestOtherPathsMatchExactly(t *testing.T) {
	t.Parallel()
	w := newWorld(t, inDemo, under("/prod-api"))
	for _, path := range []string{"/metrics", "/demo/outbox", "/healthz", "/readyz", "/.well-known/jwks.json"} {
		requireOK(t, w.get(path))
		for _, form := range []string{
			"/prod-api" + path, "/prod-api/" + path, "//prod-api" + path, "/" + path, path + "/", path + "//", "/./" + path,
			"/docs/.." + path, "/prod-api/.." + path, "/prod-api/docs/.." + path, "/prod-api/docs%2F.." + path, "/prod-apix" + path, "/x/prod-api" + path,
		} {
			requireFailure(t, "system", w.get(form), http.StatusNotFound)
		}
	}
	for _, path := range []string{
		"/prod-api/oauth2/introspect", "//oauth2/introspect", "/prod-api//oauth2/introspect/", "/prod-apix/auth/sessions", "/prod-ap/auth/sessions", "/prod-api/prod-api/auth/sessions", "/x/prod-api/auth/sessions", "/PROD-API/auth/sessions",
		"/prod-api/../auth/sessions", "/prod-api/./auth/sessions", "/prod-api/x",
	} {
		requireFailure(t, "system", w.get(path), http.StatusNotFound)
	}
}

func TestHeadOptionsAndCORSUnderABasePath(t *testing.T) {
	t.Parallel()
	const origin = "https://admin.example"
	w := newWorld(t, under("/prod-api"), func(_ *account.Config, o *server.Options) { o.AllowOrigins = []string{origin} })
	for _, path := range []string{"/auth/sessions", "/api/user/detail", "/openapi.json", "/docs/errors", "/nothing"} {
		got, head := w.get("/prod-api"+path), w.send(request{method: http.MethodHead, path: "/prod-api" + path})
		if head.status != got.status || head.text != "" {
			t.Errorf("%s: HEAD is %d, GET %d", path, head.status, got.status)
		}
		at, below := w.send(request{method: http.MethodOptions, path: path}), w.send(request{method: http.MethodOptions, path: "/prod-api/" + path + "/"})
		if path != "/nothing" && (at.status != below.status || at.header.Get("Allow") != below.header.Get("Allow")) {
			t.Errorf("%s: OPTIONS is %d %q, at the root %d %q", path, below.status, below.header.Get("Allow"), at.status, at.header.Get("Allow"))
		}
	}
	preflight := w.send(request{method: http.MethodOptions, path: "/prod-api/api/user/login", header: map[string]string{
		"Origin": origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "jwt",
	}})
	if preflight.status != http.StatusNoContent || preflight.header.Get("Access-Control-Allow-Origin") != origin {
		t.Errorf("preflight answers %d %v", preflight.status, preflight.header)
	}
}

// Every form of a page's path leads to the page, whatever a proxy has cut off.
func TestPagesRedirectRelatively(t *testing.T) {
	t.Parallel()
	w := newWorld(t, under("/prod-api"))
	for path, want := range map[string]string{
		"/": "/docs/", "//": "/docs/", "/docs": "/docs/", "//docs": "/docs/", "/docs//": "/docs/", "//docs//": "/docs/",
		"/docs/errors/": "/docs/errors", "/docs//errors": "/docs/errors", "/docs///page.js//": "/docs/page.js",
		"/prod-api": "/prod-api/docs/", "/prod-api/": "/prod-api/docs/", "//prod-api//": "/prod-api/docs/", "/prod-api/docs": "/prod-api/docs/",
		"/prod-api//docs/": "/prod-api/docs/", "/prod-api/docs/errors//": "/prod-api/docs/errors",
	} {
		got := w.get(path)
		location := got.header.Get("Location")
		if got.status != http.StatusFound || strings.HasPrefix(location, "/") || strings.Contains(location, ":") {
			t.Errorf("%s answers %d, Location %q", path, got.status, location)
		}
		// As the server sees it, and as a browser does behind a proxy that cuts off /cut.
		for _, cut := range []string{"", "/cut"} {
			from, err := url.Parse("http://h" + cut + path)
			must(t, err)
			to, err := from.Parse(location)
			must(t, err)
			if to.Path != cut+want {
				t.Errorf("%s leads to %s by %q, want %s", cut+path, to.Path, location, cut+want)
			}
		}
		requireOK(t, w.get(want))
	}
}

// The page shows what is served where it is: under a base path the dialects' operations.
func TestPageUnderABasePathShowsTheDialects(t *testing.T) {
	t.Parallel()
	w := newWorld(t, inDemo, under("/prod-api", "/of/two"))
	if at := w.get("/docs/settings.json"); strings.Contains(at.text, "tags") {
		t.Errorf("at the root: %s", at.text)
	}
	for base, up := range map[string]string{"": "../", "/prod-api": "../../", "/of/two": "../../../"} {
		demo := requireOK(t, w.get(base+"/docs/settings.json")).body["demo"].(map[string]any)
		if demo["outbox"] != up+"demo/outbox" || demo["reset"] != up+"demo/reset" || demo["console"] != up+"console/" || len(demo["people"].([]any)) != 1 {
			t.Errorf("under %q the demonstration is %v", base, demo)
		}
	}
	settings := requireOK(t, w.get("/prod-api/docs/settings.json")).body
	query := url.Values{}
	for _, tag := range settings["tags"].([]any) {
		query.Add("tag", tag.(string))
	}
	text := requireOK(t, w.get("/prod-api/openapi.yaml?"+query.Encode())).text
	document, err := openapi3.NewLoader().LoadFromData([]byte(text))
	must(t, err)
	if len(document.Paths.Map()) < 10 || document.Servers[0].URL != "." {
		t.Errorf("%d paths on %s", len(document.Paths.Map()), document.Servers[0].URL)
	}
	for path, item := range document.Paths.Map() {
		for method := range item.Operations() {
			if got := w.send(request{method: method, path: "/prod-api" + path}); got.header.Get("Content-Type") == "application/problem+json" {
				t.Errorf("%s %s is not served under the base path: %s", method, path, got.text)
			}
		}
	}
}

func TestLegacyStatusUnderABasePath(t *testing.T) {
	t.Parallel()
	w := newWorld(t, under("/prod-api", "/admin-api"), legacy("yudao@/admin-api", "yudao@/prod-api", "jfinal@/admin-api", "cas"))
	for path, want := range map[string]int{
		"/auth/nothing": 404, "/admin-api/auth/nothing": 200, "//admin-api//auth/nothing/": 200, "/prod-api/auth/nothing": 200,
		"/api/nothing": 404, "/prod-api/api/nothing": 404, "/admin-api/api/nothing": 200,
		"/user/info/nothing": 200, "/prod-api/user/info/nothing": 200, "/admin-api/user/nothing": 404, "/admin-api/nothing": 404,
	} {
		if got := w.get(path); got.status != want {
			t.Errorf("%s answers %d, want %d", path, got.status, want)
		}
	}
	for _, scope := range []string{"yudao@", "yudao@/other", "yudao@prod-api", "yudao@/prod-api/", "soap@/prod-api", "@/prod-api"} {
		if _, err := server.New(server.Options{BasePaths: []string{"/prod-api"}, LegacyStatus: []string{scope}}); err == nil || !strings.Contains(err.Error(), scope) {
			t.Errorf("%s: error %v", scope, err)
		}
	}
}

func TestBasePathsThatCannotBeServedAreRefused(t *testing.T) {
	t.Parallel()
	refused := []string{
		"", "/", "prod-api", "/prod-api/", "//prod-api", "/a//b", "/.", "/..", "/a/../b", "/a/./b", "/.hidden", "/prod api", "/prod%2Dapi", "/a;b", "/a?b",
		"/a#b", "/中", "/a\\b", "/a:b", "/{id}", "/*", "/api/v1", "/x/api", "/x/user/info", "/x/docs", "/a\n",
	}
	// The first segment of every path of the contract.
	for path := range contractPaths(t) {
		first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
		refused = append(refused, "/"+first)
	}
	for _, base := range refused {
		err := server.Options{BasePaths: []string{"/prod-api", base}}.Check()
		if err == nil || !strings.Contains(err.Error(), strconv.Quote(base)) {
			t.Errorf("%q: error %v", base, err)
		}
	}
	taken := []string{"/prod-api", "/app-api", "/admin-api", "/jeecg-boot", "/dev-api", "/apis", "/user-center", "/api-v1", "/v1.2/~x_y", "/auth0", "/prod-api/v2"}
	must(t, server.Options{BasePaths: taken}.Check())
}

func contractPaths(t *testing.T) map[string]*openapi3.PathItem {
	t.Helper()
	document, err := openapi3.NewLoader().LoadFromData(openapi.Document)
	must(t, err)
	return document.Paths.Map()
}

// The type of a problem is the same under every path, so that clients can compare it.
func TestProblemTypeIsNoReference(t *testing.T) {
	t.Parallel()
	w := newWorld(t, under("/prod-api"))
	for _, path := range []string{"/nothing", "/prod-api/nothing", "/prod-api/metrics"} {
		if got := w.get(path); got.body["type"] != "urn:problem-type:quartet:path_not_found" {
			t.Errorf("%s: type %v", path, got.body["type"])
		}
	}
}

// A front end of document 004 that sends no X-App-Id shows other members by its base path.
func TestABasePathShowsMembers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(_ *account.Config, o *server.Options) {
		o.BasePaths, o.BasePathApps = []string{"/shop", "/plain"}, map[string]string{"/shop": "shop"}
	})
	other := w.add("li.na", store.RoleMember)
	w.member(other, "10020027", "js_000008")
	must(t, w.accounts.CommandLine().AddMembership(t.Context(), w.add("tao.ran", store.RoleMember), "10020027", ""))
	w.application("shop", "10020027")
	detail := func(base string) answer {
		return w.get(fmt.Sprintf("%s/api/user/detail?id=%d", base, other), "Jwt", w.jwt("tao.ran"))
	}
	requireOK(t, detail("/shop"))
	requireFailure(t, "jfinal", detail("/plain"), http.StatusNotFound)
	requireFailure(t, "jfinal", detail(""), http.StatusNotFound)
}

// A request that names no application is taken as one of its base path's.
func TestABasePathStandsForAnApplication(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(_ *account.Config, o *server.Options) {
		o.BasePaths, o.BasePathApps = []string{"/shop", "/plain"}, map[string]string{"/shop": "shop"}
	})
	w.add("li.na", store.RoleMember)
	w.application("shop", "")
	w.application("other", "")
	for base, names := range map[string][2]string{"/shop": {"", "shop"}, "/plain": {"", ""}, "": {"", ""}, "/shop/": {"other", "other"}} {
		login := w.postForm(base+"/api/user/login", url.Values{"loginAccount": {"li.na"}, "password": {goodPassword}}, "X-App-Id", names[0])
		jwt, _ := requireOK(t, login).body["Jwt"].(string)
		payload, err := base64.RawURLEncoding.DecodeString(strings.Split(jwt, ".")[1])
		must(t, err)
		if got := strings.Contains(string(payload), `"`+names[1]+`"`); got != (names[1] != "") {
			t.Errorf("under %q with X-App-Id %q: %s", base, names[0], payload)
		}
		if names[1] == "" && strings.Contains(string(payload), "shop") {
			t.Errorf("under %q the token is of the other base path: %s", base, payload)
		}
	}
	for path, apps := range map[string]map[string]string{"no base path": {"/nowhere": "shop"}, "no application": {"/shop": ""}} {
		if err := (server.Options{BasePaths: []string{"/shop"}, BasePathApps: apps}).Check(); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%v: %v", apps, err)
		}
	}
}
