package server_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"quartet/openapi/check/contract"
	"quartet/openapi/check/replay"
	"quartet/server"
	"quartet/server/account"
	"quartet/server/dialect"
	"quartet/server/dialect/all"
	"quartet/server/dialect/dialecttest"
	"quartet/store"
)

func withToy(_ *account.Config, o *server.Options) {
	o.Dialects, o.Contract, o.Routes = dialecttest.Dialects, dialecttest.Contract(), dialecttest.Routes
}

// A dialect that is added to the list is served, documented and checked without any
// other change.
func TestNewDialectIsServed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withToy, func(_ *account.Config, o *server.Options) { o.AllowOrigins = []string{"*"} })
	id := w.add("tao.ran", store.RoleMember)
	jwt := w.jwt("tao.ran")
	if got := requireOK(t, w.get("/toy/caller?times=1", "X-Toy-Token", jwt)); got.body["userId"] != float64(id) {
		t.Errorf("success %s", got.text)
	}
	for name, c := range map[string]struct {
		got    answer
		status int
		code   float64
		words  string
	}{
		"own number":     {w.get("/toy/caller?times=1"), http.StatusUnauthorized, 41001, "令牌"},
		"parameter":      {w.get("/toy/caller?times=x", "X-Toy-Token", jwt), http.StatusBadRequest, 400, "times"},
		"another's path": {w.get("/toy/nothing"), http.StatusNotFound, 404, ""},
		"method":         {w.postJSON("/toy/caller", "{}"), http.StatusMethodNotAllowed, 405, ""},
	} {
		message, _ := c.got.body["errmsg"].(string)
		if c.got.status != c.status || c.got.body["errcode"] != c.code || len(c.got.body) != 2 || message == "" || !strings.Contains(message, c.words) {
			t.Errorf("%s: %d %s", name, c.got.status, c.got.text)
		}
	}
	requireFailure(t, "jfinal", w.get("/api/nothing"), http.StatusNotFound)

	if page := requireOK(t, w.get("/docs/errors")).text; !strings.Contains(page, "<th>toy</th>") || !strings.Contains(page, `<td data-name="toy">41001</td>`) {
		t.Error("the error table has no column of the toy")
	}
	for _, page := range dialect.ReferencePages {
		if table := dialecttest.Dialects.Markdown(page); !strings.Contains(table, " | toy | 中文 |") {
			t.Errorf("%s has no column of the toy", page.Name)
		}
	}
	if spec := requireOK(t, w.get("/openapi.json?tag=toy")).text; !strings.Contains(spec, "getToyCaller") || strings.Contains(spec, "refreshUser") {
		t.Error("the document cannot be cut down to the toy")
	}
	preflight := w.send(request{method: http.MethodOptions, path: "/toy/caller", header: map[string]string{
		"Origin": "https://app.example.com", "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "x-toy-token",
	}})
	if allowed := preflight.header.Get("Access-Control-Allow-Headers"); allowed != "x-toy-token" {
		t.Errorf("CORS allows %s", allowed)
	}
	old := newWorld(t, withToy, legacy("toy")).get("/toy/nothing")
	if old.status != http.StatusOK || old.body["errcode"] != 404.0 {
		t.Errorf("with legacy status: %d %s", old.status, old.text)
	}
}

func TestNewDialectIsJudgedByTheCheck(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withToy)
	w.add("tao.ran", store.RoleMember)
	spec, err := contract.Read(dialecttest.Contract())
	must(t, err)
	fixtures := replay.Fixtures{Credentials: map[string]replay.Credential{replay.RoleUser: {Token: w.jwt("tao.ran")}}}
	check := func(target string) (differences []string) {
		t.Helper()
		live := &replay.LiveServer{Contract: spec, Fixtures: fixtures, Target: target, Timeout: time.Minute}
		results, _, err := replay.Checker{Fixtures: fixtures}.Check(t.Context(), live, replay.Cases(spec, replay.Selection{Dialects: []string{"toy"}}, nil))
		must(t, err)
		for _, r := range results {
			if r.Verdict == replay.Skipped {
				t.Errorf("%s is skipped: %s", r.Example, r.Reason)
			}
			for _, d := range r.Differences {
				differences = append(differences, r.Example+" "+d.Where)
			}
		}
		return differences
	}
	if differs := check(w.url); len(differs) > 0 {
		t.Errorf("the server itself differs: %v", differs)
	}
	// The same shape with other words in the envelope.
	wrong := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.Header.Get("X-Toy-Token") == "" {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = w.Write([]byte(`{"errcode":401,"errmsg":"who are you?"}`))
			return
		}
		_, _ = w.Write([]byte(`{"errcode":200,"errmsg":"fine","userId":1}`))
	}))
	defer wrong.Close()
	if differs := check(wrong.URL); !slices.Equal(differs, []string{"ok /errcode", "ok /errmsg", "unauthenticated /errcode"}) {
		t.Errorf("differences %v", differs)
	}
}

func TestDialectsThatDoNotFitTheContractAreRefused(t *testing.T) {
	t.Parallel()
	renamed := dialecttest.Dialect
	renamed.Name = "jfinal"
	elsewhere := dialecttest.Dialect
	elsewhere.Prefixes = []string{"/game/"}
	mute := dialecttest.Dialect
	mute.Credentials = nil
	mistaken := slices.Clone(all.Dialects)
	for i, d := range mistaken {
		if d.Name == "jfinal" {
			strict := *d
			strict.Rules.Name = ""
			mistaken[i] = &strict
		}
	}
	inHTTP := func(scheme string) server.Options {
		sent := "toyToken: {type: http, scheme: " + scheme + "}"
		return server.Options{Dialects: dialecttest.Dialects, Contract: []byte(strings.ReplaceAll(
			string(dialecttest.Contract()), "toyToken: {type: apiKey, in: header, name: X-Toy-Token}", sent))}
	}
	for why, o := range map[string]server.Options{
		"has no credential in the header Authorization":                       inHTTP("bearer"),
		`security scheme "toyToken" is not known`:                             inHTTP("digest"),
		`x-lenient-reading is "fastjson", but the dialect jfinal reads as ""`: {Dialects: mistaken},
		"no operation with the tag toy":                                       {Dialects: dialecttest.Dialects},
		"needs exactly one tag":                                               {Contract: dialecttest.Contract(), Routes: dialecttest.Routes},
		`two dialects are called "jfinal"`:                                    {Dialects: append(slices.Clone(all.Dialects), &renamed)},
		"its path belongs to system":                                          {Dialects: append(slices.Clone(all.Dialects), &elsewhere), Contract: dialecttest.Contract()},
		"has no credential in the header X-Toy-Token":                         {Dialects: append(slices.Clone(all.Dialects), &mute), Contract: dialecttest.Contract()},
		"no handler for GET /toy/caller":                                      {Dialects: dialecttest.Dialects, Contract: dialecttest.Contract()},
	} {
		if _, err := server.New(o); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("want %q: %v", why, err)
		}
	}
}
