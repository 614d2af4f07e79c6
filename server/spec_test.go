package server_test

import (
	"net/http"
	"strings"
	"testing"

	"quartet/openapi"
	"quartet/server/dialect/all"
)

func TestContractIsServedWholeAndByDialect(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if whole := requireOK(t, w.get("/openapi.yaml")); whole.text != string(openapi.Document) {
		t.Error("/openapi.yaml is not the document as written")
	}
	if pages := requireOK(t, w.get("/openapi.json")); !strings.Contains(pages.text, `"x-codeSamples":`) {
		t.Error("/openapi.json has no samples of code")
	}
	for path, holds := range map[string][2]string{
		"/openapi.json":                             {`{"openapi":"3.0.3","info":{"title":"Quartet"`, "\nopenapi: 3.0.3"},
		"/openapi.yaml?tag=jfinal":                  {"operationId: createUser", "operationId: refreshUser"},
		"/openapi.json?tag=jfinal":                  {`"operationId":"createUser"`, `"operationId":"refreshUser"`},
		"/openapi.yaml?tag=jfinal&tag=jeecg":        {"operationId: refreshUser", "operationId: sendMobileCode"},
		"/openapi.yaml?tag=jfinal&tag=jfinal":       {"operationId: createUser", "operationId: refreshUser"},
		"/openapi.json?tag=ruoyi&unknown=parameter": {`"operationId":"getWeChatUserInfo"`, `"operationId":"createUser"`},
	} {
		got := requireOK(t, w.get(path))
		if !strings.Contains(got.text, holds[0]) || strings.Contains(got.text, holds[1]) {
			t.Errorf("%s must hold %s and not %s", path, holds[0], holds[1])
		}
	}
	one, other := w.get("/openapi.yaml?tag=jfinal&tag=yudao"), w.get("/openapi.yaml?tag=yudao&tag=jfinal")
	if one.text != other.text || one.header.Get("ETag") != other.header.Get("ETag") {
		t.Error("the order of the tags changes the bytes")
	}
}

func TestContractIsServedInItsRenderings(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for path, holds := range map[string][2]string{
		"/openapi.json":                                    {"#/components/schemas/", "#/components/responses/"},
		"/openapi.yaml?render=client":                      {"operationId: refreshUser", "CreationTimeUpper"},
		"/openapi.json?render=client&tag=ruoyi":            {`"operationId":"getWeChatUserInfo"`, `"operationId":"createUser"`},
		"/openapi.yaml?render=client&tag=jfinal&tag=ruoyi": {"operationId: getWeChatUserInfo", "operationId: refreshUser"},
		"/openapi.yaml?render=dereferenced":                {"operationId: refreshUser", "$ref:"},
		"/openapi.json?render=dereferenced&tag=jfinal":     {`"operationId":"createUser"`, `"$ref":`},
		"/openapi.yaml?tag=cas&render=openapi-3.1":         {"openapi: 3.1.0\n", "nullable"},
		"/openapi.json?render=openapi-3.1":                 {`{"openapi":"3.1.0","info":{"title":"Quartet"`, `"nullable":`},
		"/openapi.json?language=en":                        {`"summary":"Sign in by password"`, "用户登录"},
		"/openapi.yaml?language=zh&tag=jfinal":             {"summary: 用户登录\n", "Sign in by password"},
		"/openapi.json?language=zh&render=dereferenced":    {`"summary":"用户登录"`, "Sign in by password"},
	} {
		got := requireOK(t, w.get(path))
		if !strings.Contains(got.text, holds[0]) || strings.Contains(got.text, holds[1]) {
			t.Errorf("%s must hold %s and not %s", path, holds[0], holds[1])
		}
		if again := w.get(path); again.text != got.text || again.header.Get("ETag") != got.header.Get("ETag") {
			t.Errorf("%s is another document the second time", path)
		}
	}
	for path, want := range map[string]string{
		"/openapi.yaml?render=soap":                "Parameter render must be one of client, dereferenced, openapi-3.1",
		"/openapi.json?render=":                    "Parameter render must be one of client, dereferenced, openapi-3.1",
		"/openapi.yaml?render=client,dereferenced": "Parameter render must be one of client, dereferenced, openapi-3.1",
		"/openapi.json?language=de":                "Parameter language must be one of zh, en",
		"/openapi.yaml?language=":                  "Parameter language must be one of zh, en",
		"/openapi.json?language=zh,en":             "Parameter language must be one of zh, en",
	} {
		got := w.get(path, "Accept-Language", "en")
		requireFailure(t, "system", got, http.StatusBadRequest)
		if title := got.body["title"]; title != want {
			t.Errorf("%s: %v", path, title)
		}
	}
}

func TestContractIsNotSentAgainToWhoHasIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	seen := map[string]string{}
	for _, path := range []string{"/openapi.yaml", "/openapi.json", "/openapi.yaml?tag=jfinal", "/openapi.json?tag=jfinal", "/openapi.yaml?tag=yudao",
		"/openapi.yaml?render=client", "/openapi.json?render=client&tag=jfinal", "/openapi.json?language=zh", "/openapi.json?language=en", "/openapi.json?render=openapi-3.1&tag=jfinal&tag=cas"} {
		first := requireOK(t, w.get(path))
		tag := first.header.Get("ETag")
		if first.header.Get("Cache-Control") != "no-cache" || tag == "" || seen[tag] != "" {
			t.Errorf("%s: Cache-Control %q, ETag %s, which is that of %q", path, first.header.Get("Cache-Control"), tag, seen[tag])
		}
		seen[tag] = path
		for held, want := range map[string]int{
			tag: http.StatusNotModified, "W/" + tag: http.StatusNotModified, `"old", ` + tag: http.StatusNotModified,
			"*": http.StatusNotModified, `"old"`: http.StatusOK, "nonsense": http.StatusOK,
		} {
			for _, method := range []string{http.MethodGet, http.MethodHead} {
				got := w.send(request{method: method, path: path, header: map[string]string{"If-None-Match": held}})
				if got.status != want || got.header.Get("ETag") != tag || (want == http.StatusNotModified && got.text != "") {
					t.Errorf("%s %s with %s answers %d, want %d", method, path, held, got.status, want)
				}
			}
		}
	}
}

func TestUnknownTagIsAnsweredWithTheKnownOnes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, path := range []string{"/openapi.yaml?tag=soap", "/openapi.json?tag=jfinal&tag=soap", "/openapi.yaml?tag=", "/openapi.yaml?tag=jfinal,yudao"} {
		got := w.get(path, "Accept-Language", "en")
		requireFailure(t, "system", got, http.StatusBadRequest)
		known := strings.Join(all.Dialects.Tags(), ", ")
		if title := got.body["title"]; title != "Parameter tag must be one of "+known {
			t.Errorf("%s: %v", path, title)
		}
	}
	many := w.get("/openapi.yaml?" + strings.Repeat("tag=jfinal&", 9))
	requireFailure(t, "system", many, http.StatusBadRequest)
}
