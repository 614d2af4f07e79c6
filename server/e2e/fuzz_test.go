package e2e

import (
	"bufio"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"quartet/openapi/check/contract"
	"quartet/server/account"
	"quartet/server/dialect/all"
	"quartet/server/token"
	"quartet/store"
	"quartet/store/storetest"
)

// fuzzServer is a server with a session, for generated requests.
type fuzzServer struct {
	*inProcessServer
	contract contract.Contract
	session  store.Session
	token    string
}

// fuzzToken is fixed, so that a request that failed once can be sent again.
const fuzzToken = "AT-1-ZnV6emluZy1hY2Nlc3MtdG9rZW4tMDAx"

func newFuzzServer(f *testing.F) *fuzzServer {
	f.Helper()
	a := &fuzzServer{inProcessServer: newInProcessServer(f), contract: loadedContract(f), token: fuzzToken}
	_, err := storetest.PutMetadataIfAbsent(f.Context(), a.store, account.DemoMetadata, "yes")
	must(f, err)
	must(f, a.rules.ResetDemo(f.Context(), fuzzSeed()))
	now := time.Now()
	a.session = store.Session{
		ID: 1001, UserID: 1, Dialect: "yudao", OpenedBy: account.OpenedByPassword, Generation: 1,
		AccessHash: new(store.Digest(token.Hash(a.token))), RefreshHash: new(store.Digest(token.Hash("RT-" + a.token))),
		AccessExpiresAt: store.TimeOf(now.Add(24 * time.Hour)), ExpiresAt: store.TimeOf(now.Add(24 * time.Hour)),
		CreatedAt: store.TimeOf(now), LastSeenAt: store.TimeOf(now),
	}
	a.restore(f)
	return a
}

// fuzzSeed has what the contract's examples name.
func fuzzSeed() account.DemoSeed {
	member := []account.DemoMembership{{Organisation: "10020027", Role: "js_000008"}}
	seed := account.DemoSeed{
		Organisations: []account.DemoName{{ID: 10020027, Code: "10020027", Name: "第二十七职业高中"}, {ID: 2, Code: "10020099", Name: "旧校区"}},
		Roles:         []account.DemoName{{ID: 8, Code: "js_000008", Name: "教职工"}, {ID: 9, Code: "js_000099", Name: "实习生"}},
		Applications: []account.DemoApplication{
			{ID: "1", Name: "合作方", Rights: account.KnownRights(), Secret: fuzzSecret}, {ID: "2", Name: "教务系统", Secret: "qas_2", SecretID: 2001}, {ID: "9", Name: "旧门户"},
		},
		Users: []account.DemoUser{{ID: 1, Source: "demo", AddedUser: account.AddedUser{
			NewUser: account.NewUser{Username: "demo", Password: new(goodPassword), Profile: account.Profile{Mobile: new(mobile)}},
			Role:    store.RoleSuperAdministrator, MobileVerified: true,
		}}},
		Webhooks: []account.DemoWebhook{{ID: 1, Secret: "whsec_ZGVtb25zdHJhdGlvbi1zZWNyZXQtb2Ytd2ViaG9vay0x", NewWebhook: account.NewWebhook{URL: "https://hooks.example.com/"}}},
	}
	for id := range int64(5) {
		seed.Users = append(seed.Users, account.DemoUser{ID: id + 2, Source: "demo", Memberships: member, AddedUser: account.AddedUser{
			NewUser: account.NewUser{Username: fmt.Sprint("member-", id)}, Role: store.RoleMember,
		}})
	}
	return seed
}

// fuzzSecret is that of application 1.
const fuzzSecret = "qas_ZnV6emluZy1zZWNyZXQtb2YtYXBwLTEtMDAwMDAwMDE"

// restore makes the session what it was.
func (a *fuzzServer) restore(t testing.TB) {
	must(t, storetest.PutSession(t.Context(), a.store, a.session))
}

// ending operations may end the session that the next request needs.
var ending = []string{
	"signOut", "endSession", "refreshAccessToken", "signInByMobile", "updatePassword", "updateUser",
	"signInByWeChat", "signInByWeChatMobile", "linkWeChat", "mergeUsers", "resetForgottenPassword", "closeAccount",
	"signOutAdministrator", "endAnySession", "endSessionsOfUser", "setUserPassword", "changeUser", "setUserRole", "mergeUser", "eraseUser",
}

// check sends a request and holds the answer against the contract: that of the
// operation, or, where there is none, a failure in the envelope of the path.
func (a *fuzzServer) check(t *testing.T, r *http.Request) {
	t.Helper()
	method, escaped := r.Method, contractPath(r.URL.EscapedPath())
	path, err := url.PathUnescape(escaped)
	must(t, err)
	got := a.serve(r)
	if got.Status == http.StatusInternalServerError {
		t.Fatalf("our own fault: %s\n%s", got.Text, a.log)
	}
	o, known := operationAt(a.contract, method, escaped)
	if known && slices.Contains(ending, o.OperationID) {
		a.restore(t)
	}
	switch {
	case method == http.MethodHead:
		if got.Text != "" {
			t.Fatalf("HEAD has a body: %s", got.Text)
		}
	case method == http.MethodOptions: // no body to look at
	case path == "/", strings.HasPrefix(path, "/docs"): // pages for people
	case known:
		must(t, wrap(o.Check(got.Answer), got))
	default:
		must(t, wrap(a.contract.CheckFailure(all.Dialects.ForPath(path).Name, got.Answer), got))
	}
}

// basePath is one of the server's.
const basePath = "/prod-api"

// contractPath is the path of the contract that an escaped path stands for. Where a
// dialect, the documentation or the contract itself is served it has no base path and no
// repeated or trailing slash. Paths of the admin API stand for themselves.
func contractPath(escaped string) string {
	if !strings.HasPrefix(escaped, "/") {
		return escaped
	}
	segments := strings.FieldsFunc(escaped, func(c rune) bool { return c == '/' })
	if len(segments) > 0 && "/"+segments[0] == basePath {
		segments = segments[1:]
	}
	bare := "/" + strings.Join(segments, "/")
	switch {
	case strings.HasPrefix(bare+"/", "/admin/"):
	case ownedByDialect(bare) || bare == "/" || strings.HasPrefix(bare+"/", "/docs/") || bare == "/openapi.yaml" || bare == "/openapi.json":
		return bare
	case ownedByDialect(bare+"/") && strings.HasSuffix(escaped, "/"):
		return bare + "/"
	}
	return escaped
}

func ownedByDialect(escaped string) bool {
	path, err := url.PathUnescape(escaped)
	return err == nil && all.Dialects.ForPath(path).Name != "system"
}

var pathParameter = regexp.MustCompile(`\{[^/]*\}`)

// operationAt is the operation that a method and an escaped path reach. A path
// without parameters comes before one with them.
func operationAt(spec contract.Contract, method, escaped string) (found contract.Operation, ok bool) {
	for _, o := range spec.Operations() {
		if o.Method != method || ok && strings.Contains(o.Path, "{") {
			continue
		}
		if fits, _ := path.Match(pathParameter.ReplaceAllString(o.Path, "*"), escaped); fits {
			found, ok = o, true
		}
	}
	return found, ok
}

func TestOperationAtMatchesPathsWithParameters(t *testing.T) {
	t.Parallel()
	spec := loadedContract(t)
	for path, id := range map[string]string{
		"/wx/pc/check-login-status":       "checkLoginStatus",
		"/wx/pc/check-login-status/a%2Fb": "checkLoginStatusByPath",
		"/auth/sessions":                  "listSessions",
		"":                                "",
		"/":                               "",
		"/nothing":                        "",
		"/wx/pc/check-login-status/a/b":   "",
	} {
		found, ok := operationAt(spec, http.MethodGet, path)
		if ok != (id != "") || ok && found.OperationID != id {
			t.Errorf("%q is %v, want %s", path, found.Operation, id)
		}
	}
}

func wrap(err error, got answer) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("status %d breaks the contract: %w: %s", got.Status, err, got.Text)
}

// parsed is what net/http makes of the text of a request; nil when it refuses it.
func parsed(text string) *http.Request {
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(text)))
	if err != nil {
		return nil
	}
	r.RemoteAddr = "192.0.2.1:1234"
	return r
}

// documented are the requests of all examples of the operations that take the
// media type; "" is all operations.
func (a *fuzzServer) documented(mediaType string, use func(o contract.Operation, r contract.Request)) {
	for _, o := range a.contract.Operations() {
		for _, example := range o.Examples() {
			for _, r := range o.Requests(example) {
				if mediaType == "" || r.Header.Get("Content-Type") == mediaType {
					use(o, r)
				}
			}
		}
	}
}

func fuzzBody(f *testing.F, mediaType string) {
	a := newFuzzServer(f)
	a.documented(mediaType, func(o contract.Operation, r contract.Request) { f.Add(o.OperationID, r.Body) })
	f.Fuzz(func(t *testing.T, id, body string) {
		o, known := a.contract.Operation(id)
		if !known || o.RequestBody == nil {
			return
		}
		r := o.Requests("ok")[0]
		r.Header.Set("Content-Type", mediaType)
		r.Body = body
		a.contract.Authorise(&r, o, a.token, contract.Application{ID: "1"})
		a.check(t, request(r))
	})
}

// FuzzJSONBody sends any JSON body to any operation with a body.
func FuzzJSONBody(f *testing.F) { fuzzBody(f, contract.MediaJSON) }

// FuzzForm sends any form to any operation with a body.
func FuzzForm(f *testing.F) { fuzzBody(f, contract.MediaForm) }

// FuzzEncodedBody sends any body with any content type and encoding to any operation with a
// body.
func FuzzEncodedBody(f *testing.F) {
	a := newFuzzServer(f)
	part := "--x\r\nContent-Disposition: form-data; name=\"user\"\r\nContent-Type: text/plain; charset=gbk\r\n\r\n{}\r\n--x--\r\n"
	for id, r := range a.firstRequests() {
		f.Add(id, r.Header.Get("Content-Type")+"; charset=gb18030", "", r.Body+"\xce\xd2")
		f.Add(id, "text/plain", "gzip", compressed(r.Body))
		f.Add(id, "multipart/form-data; boundary=x", "utf-8", part)
		f.Add(id, contract.MediaForm, "", "\uFEFF"+r.Body)
	}
	f.Fuzz(func(t *testing.T, id, contentType, encoding, body string) {
		o, known := a.contract.Operation(id)
		if !known || o.RequestBody == nil {
			return
		}
		r := o.Requests("ok")[0]
		r.Header.Set("Content-Type", contentType)
		r.Header.Set("Content-Encoding", encoding)
		r.Body = body
		a.contract.Authorise(&r, o, a.token, contract.Application{ID: "1"})
		a.check(t, request(r))
	})
}

// firstRequests are the first requests of the operations with a body, by their id.
func (a *fuzzServer) firstRequests() map[string]contract.Request {
	first := map[string]contract.Request{}
	for _, o := range a.contract.Operations() {
		if o.RequestBody != nil {
			first[o.OperationID] = o.Requests("ok")[0]
		}
	}
	return first
}

// FuzzPathAndQuery sends any method and target, with a token and without a body.
func FuzzPathAndQuery(f *testing.F) {
	a := newFuzzServer(f)
	a.documented("", func(o contract.Operation, r contract.Request) {
		f.Add(r.Method, r.Target())
		a.contract.Authorise(&r, o, a.token, contract.Application{ID: "1"})
		f.Add(r.Method, r.Target())
	})
	for _, path := range []string{"/", "//", "/api/", "/user/", "/auth/%2f", "/wx/pc/check-login-status/%00", "/%61pi/user/login", "*",
		"/prod-api", "/prod-api/auth/sessions/", "//prod-api//auth///sessions", "/prod-api//docs//", "/prod-api/metrics", "//metrics", "/prod-api/openapi.json/",
		"/prod-api/api//", "/prod-api/admin/users", "//admin//users", "/admin/users/", "/admin/organisations/%2f", "/admin/organisations/%00/members", "/prod-api%2fapi/user/login", "/prod-api/%61pi/user/login/",
	} {
		f.Add(http.MethodGet, path)
	}
	f.Fuzz(func(t *testing.T, method, target string) {
		header := ""
		for _, name := range []string{"Authorization: Bearer", "Jwt:", "X-Access-Token:"} {
			header += name + " " + a.token + "\r\n"
		}
		if r := parsed(method + " " + target + " HTTP/1.1\r\nHost: x\r\nX-App-Id: 1\r\n" + header + "\r\n"); r != nil {
			a.check(t, r)
		}
	})
}

// FuzzHeaders sends any headers with the body of the example that succeeds.
func FuzzHeaders(f *testing.F) {
	a := newFuzzServer(f)
	a.documented("", func(o contract.Operation, r contract.Request) {
		a.contract.Authorise(&r, o, a.token, contract.Application{ID: "1"})
		var header strings.Builder
		_ = r.Header.Write(&header)
		f.Add(o.OperationID, header.String())
	})
	for _, header := range []string{
		"Authorization: Bearer " + fuzzToken + "\r\n", "Authorization: bearer\r\n", "Jwt: a.b.c\r\nJwt: d.e.f\r\n",
		"Accept-Language: en;q=0.5, zh\r\n", "X-Device-Number: \xff\r\n", "Content-Type: application/json; charset=gbk\r\n",
		"X-Forwarded-For: 1.2.3.4, unknown\r\n", "X-Request-Id: a\r\n", "Transfer-Encoding: chunked\r\n", "Cookie: Jwt=a\r\n",
	} {
		f.Add("signInByMobile", header)
		f.Add("listSessions", header)
	}
	for _, header := range []string{
		"If-Match: \"0\"\r\n", "If-Match: W/\"1\"\r\nIf-Match: *\r\n", "If-Match: \"99999999999999999999\"\r\n", "If-Match: \"0\", \"1\"\r\n",
		"Idempotency-Key: a\r\n", "Idempotency-Key: a\r\nIdempotency-Key: b\r\n", "Idempotency-Key: \xff\r\n", "Idempotency-Key: \r\n",
	} {
		header += "Content-Type: application/json\r\nAuthorization: "
		for _, id := range []string{"changeOrganisation", "addOrganisation", "changeUser", "addApplicationSecret", "rotateWebhookSecret", "deleteRole"} {
			f.Add(id, header+"Bearer "+fuzzToken+"\r\n")
			f.Add(id, header+contract.Application{ID: "1", Secret: fuzzSecret}.Basic()+"\r\n")
		}
	}
	f.Fuzz(func(t *testing.T, id, header string) {
		o, known := a.contract.Operation(id)
		if !known {
			return
		}
		r := o.Requests("ok")[0]
		text := fmt.Sprintf("%s %s HTTP/1.1\r\nHost: x\r\n%s", r.Method, r.Target(), header)
		if !strings.Contains(strings.ToLower(header), "transfer-encoding") {
			text += fmt.Sprintf("Content-Length: %d\r\n", len(r.Body))
		}
		if made := parsed(text + "\r\n" + r.Body); made != nil {
			a.check(t, made)
		}
	})
}
