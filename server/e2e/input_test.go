package e2e

import (
	"compress/gzip"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"quartet/openapi/check/contract"
)

// bodies are one operation with a body of each dialect that has any, and a text
// field of it. Values that are not the field's are wrong, which is what a body
// that may pass the checks is answered for.
var bodies = map[string]struct{ path, field string }{
	"jeecg":  {"/user/refresh", "token"},
	"yudao":  {"/auth/mobile/code", "mobile"},
	"ruoyi":  {"/account_api/wechat/user/getUserInfo", "code"},
	"jfinal": {"/api/user/create", "username"},
}

// eachBody runs a test for each of them.
func eachBody(t *testing.T, test func(t *testing.T, dialect string, send func(body string) answer, field string)) {
	s := onSQLite(t, "--open-registration")
	for dialect, b := range bodies {
		t.Run(dialect, func(t *testing.T) {
			test(t, dialect, func(body string) answer { return s.server(0).send(t, postJSON(b.path, body)) }, b.field)
		})
	}
}

// told returns the messages of a failure.
func told(got answer) string {
	return text(got, "message") + text(got, "msg") + text(got, "title") + text(got, "error_description")
}

// names checks that a refusal names what it is about.
func names(t *testing.T, dialect string, got answer, status int, parts ...string) {
	t.Helper()
	refused(t, dialect, got, status)
	for _, part := range parts {
		if !strings.Contains(told(got), part) {
			t.Errorf("%q is not named: %s", part, got.Text)
		}
	}
}

func TestInput_Size(t *testing.T) {
	eachBody(t, func(t *testing.T, dialect string, send func(string) answer, field string) {
		const limit = 64 << 10
		padded := func(size int) string { return "{}" + strings.Repeat(" ", size-len("{}")) }
		if within := send(padded(limit)); within.Status == http.StatusRequestEntityTooLarge {
			t.Errorf("64 KiB are refused: %s", within.Text)
		}
		names(t, dialect, send(padded(limit+1)), http.StatusRequestEntityTooLarge, "64 KiB")
	})
}

func TestInput_DepthAndKeys(t *testing.T) {
	eachBody(t, func(t *testing.T, dialect string, send func(string) answer, field string) {
		nested := func(depth int) string { return strings.Repeat(`{"a":`, depth-1) + "{}" + strings.Repeat("}", depth-1) }
		names(t, dialect, send(nested(17)), http.StatusBadRequest, "16")
		if within := send(nested(16)); strings.Contains(told(within), "16") {
			t.Errorf("depth 16 is refused: %s", within.Text)
		}
		names(t, dialect, send(strings.Repeat("[", 10_000)), http.StatusBadRequest, "16")
		keys := func(n int) string {
			var list []string
			for i := range n {
				list = append(list, fmt.Sprintf(`"key%d":1`, i))
			}
			return "{" + strings.Join(list, ",") + "}"
		}
		names(t, dialect, send(keys(201)), http.StatusBadRequest, "200")
		if within := send(keys(200)); strings.Contains(told(within), "200") {
			t.Errorf("200 keys are refused: %s", within.Text)
		}
	})
}

func TestInput_JSON(t *testing.T) {
	eachBody(t, func(t *testing.T, dialect string, send func(string) answer, field string) {
		for name, c := range map[string]struct {
			body  string
			named []string
		}{
			"twice":            {fmt.Sprintf(`{%[1]q:"a",%[1]q:"b"}`, field), []string{field}},
			"capitals":         {fmt.Sprintf(`{%q:"a"}`, strings.ToUpper(field)), []string{strings.ToUpper(field), field}},
			"a capital":        {fmt.Sprintf(`{%q:"a"}`, title(field)), []string{title(field), field}},
			"invalid UTF-8":    {fmt.Sprintf(`{%q:"%s"}`, field, "\xff\xfe"), []string{field, "UTF-8"}},
			"a lone surrogate": {fmt.Sprintf(`{%q:"\ud800"}`, field), []string{field, "UTF-8"}},
			"NUL":              {fmt.Sprintf(`{%q:"a\u0000b"}`, field), []string{field, "NUL"}},
			"NUL in a key":     {`{"a\u0000b":1}`, nil},
			"data after it":    {fmt.Sprintf(`{%q:"a"} {}`, field), nil},
			"a brace too many": {fmt.Sprintf(`{%q:"a"}}`, field), nil},
			"cut off":          {fmt.Sprintf(`{%q:"a`, field), nil},
			"no object":        {`["a"]`, nil},
			"null":             {`null`, nil},
			"wrong type":       {fmt.Sprintf(`{%q:{"a":1}}`, field), []string{field}},
			"a mark after it":  {fmt.Sprintf("{%q:\"a\"}\ufeff", field), nil},
		} {
			t.Run(name, func(t *testing.T) {
				names(t, dialect, send(c.body), http.StatusBadRequest, c.named...)
			})
		}
	})
}

// TestInput_Strict: with --strict-input, what a framework's clients may send is refused.
func TestInput_Strict(t *testing.T) {
	s := onSQLite(t, "--open-registration", "--strict-input")
	for dialect, b := range bodies {
		for name, c := range map[string]struct {
			body  string
			named string
		}{
			"both casings":      {fmt.Sprintf(`{%q:"a",%q:"b"}`, b.field, title(b.field)), title(b.field)},
			"a number":          {fmt.Sprintf(`{%q:1}`, b.field), b.field},
			"null":              {fmt.Sprintf(`{%q:null}`, b.field), b.field},
			"an unknown key":    {fmt.Sprintf(`{%q:"aa","captcha":"x"}`, b.field), "captcha"},
			"a byte order mark": {"\ufeff{}", ""},
		} {
			t.Run(dialect+"/"+name, func(t *testing.T) {
				names(t, dialect, s.server(0).send(t, postJSON(b.path, c.body)), http.StatusBadRequest, c.named)
			})
		}
		packed := with(postJSON(b.path, compressed("{}")), []string{"Content-Encoding", "gzip"})
		names(t, dialect, s.server(0).send(t, packed), http.StatusUnsupportedMediaType, "Content-Encoding")
		names(t, dialect, s.server(0).send(t, postJSON(b.path+"?_t=1", "{}")), http.StatusBadRequest, "_t")
	}
}

// TestInput_QueryCredentials: passwords in a query are read by option only.
func TestInput_QueryCredentials(t *testing.T) {
	target := "/api/user/login?loginAccount=demo&password=quartet-demo"
	refused(t, "jfinal", onSQLite(t).server(0).send(t, post(target)), http.StatusBadRequest)
	refused(t, "jfinal", onSQLite(t, "--jfinal-query-credentials").server(0).send(t, post(target)), http.StatusUnauthorized)
}

func compressed(text string) string {
	var made strings.Builder
	writer := gzip.NewWriter(&made)
	_, _ = writer.Write([]byte(text))
	_ = writer.Close()
	return made.String()
}

// TestInput_Bombs: what a body becomes is limited as the body itself is, and costs no
// memory.
func TestInput_Bombs(t *testing.T) {
	s := onSQLite(t, "--open-registration")
	bomb := compressed("{}" + strings.Repeat(" ", 60<<20)) // a thousand times smaller
	if len(bomb) > 64<<10 {
		t.Fatalf("the bomb has %d bytes", len(bomb))
	}
	parts := "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n"
	for dialect, b := range bodies {
		var group sync.WaitGroup
		for range 50 {
			group.Go(func() {
				got := s.server(0).send(t, with(postJSON(b.path, bomb), []string{"Content-Encoding", "gzip"}))
				names(t, dialect, got, http.StatusRequestEntityTooLarge, "64 KiB")
			})
		}
		group.Wait()
		// The body is small; inflated it would have a million parts.
		many := with(postJSON(b.path, compressed(strings.Repeat(parts, 1_000_000))),
			[]string{"Content-Encoding", "gzip", "Content-Type", "multipart/form-data; boundary=x"})
		refused(t, dialect, s.server(0).send(t, many), http.StatusRequestEntityTooLarge)
		deep := with(postJSON(b.path, compressed(strings.Repeat(`{"a":`, 10_000))), []string{"Content-Encoding", "gzip"})
		names(t, dialect, s.server(0).send(t, deep), http.StatusBadRequest, "16")
	}
}

func TestInput_Form(t *testing.T) {
	s := onSQLite(t, "--open-registration")
	for name, c := range map[string]struct {
		body  string
		named []string
	}{
		"twice":         {"loginAccount=a&loginAccount=b&password=x", []string{"loginAccount"}},
		"capitals":      {"LOGINACCOUNT=a&password=x", []string{"LOGINACCOUNT", "loginAccount"}},
		"invalid UTF-8": {"loginAccount=%ff&password=x", []string{"loginAccount", "UTF-8"}},
		"NUL":           {"loginAccount=a%00&password=x", []string{"loginAccount", "NUL"}},
		"not encoded":   {"loginAccount=%zz", nil},
		"missing":       {"loginAccount=a", []string{"password"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := postForm("/api/user/login", nil)
			r.Body = c.body
			names(t, "jfinal", s.server(0).send(t, r), http.StatusBadRequest, c.named...)
		})
	}
	twice := `{"username":"tao.ran","username":"lu.jiahe"}`
	names(t, "jfinal", s.server(0).send(t, postForm("/api/user/create", url.Values{"user": {twice}})), http.StatusBadRequest, "user.username")
	if n := s.number(t, "SELECT COUNT(*) FROM users"); n != 0 {
		t.Errorf("%d users were created", n)
	}
}

func TestInput_Headers(t *testing.T) {
	s := onSQLite(t)
	for dialect, path := range map[string]string{
		"jeecg": "/user/refresh", "yudao": "/auth/sessions", "cas": "/user/info",
		"ruoyi": "/account_api/x", "jfinal": "/api/user/detail", "oauth2": "/oauth2/introspect", "system": "/healthz",
	} {
		long := get(path, "X-Long", strings.Repeat("a", 16<<10))
		names(t, dialect, s.server(0).send(t, long), http.StatusRequestHeaderFieldsTooLarge, "16 KiB")
	}
	s.server(0).ok(t, get("/healthz", "X-Long", strings.Repeat("a", 15<<10)))
}

// TestInput_Failures: whatever is wrong with a request to a path of a dialect, the
// answer is that dialect's.
func TestInput_Failures(t *testing.T) {
	s := onSQLite(t)
	for dialect, prefix := range map[string]string{
		"jeecg": "/user/refresh", "yudao": "/auth/sessions", "cas": "/user/info",
		"ruoyi": "/account_api/wechat/user/getUserInfo", "jfinal": "/api/user/login", "oauth2": "/oauth2/introspect", "system": "/healthz",
	} {
		refused(t, dialect, s.server(0).send(t, post(prefix+"x/no/such/thing")), http.StatusNotFound)
		r := contract.Request{Method: http.MethodPatch, Path: prefix, Header: http.Header{}}
		refused(t, dialect, s.server(0).send(t, r), http.StatusMethodNotAllowed)
	}
	// A path parameter is one segment.
	refused(t, "yudao", s.server(0).send(t, get("/wx/pc/check-login-status/a/b")), http.StatusNotFound)
	for dialect, b := range bodies {
		r := with(contract.Request{Method: http.MethodPost, Path: b.path, Body: "<user/>"}, []string{"Content-Type", "text/xml"})
		refused(t, dialect, s.server(0).send(t, r), http.StatusUnsupportedMediaType)
	}
}
