package main

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"quartet/cmd/quartet/internal/cli"
	"quartet/openapi/check/contract"
	"quartet/openapi/check/traffic"
)

// planted is a fault that a proxy puts into the answers of an example.
type planted struct {
	name    string
	example string // getUserInfo/ok where empty
	change  func(r *http.Response) error
	want    string // the only difference
}

// text changes a body from one text to another.
func text(old, with string) func(*http.Response) error {
	return func(r *http.Response) error { return rewrite(r, old, with) }
}

// body replaces the whole body.
func body(change func([]byte) []byte) func(*http.Response) error {
	return func(r *http.Response) error {
		old, err := io.ReadAll(r.Body)
		if err != nil {
			return err
		}
		changed := change(old)
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(changed)), int64(len(changed))
		r.Header.Set("Content-Length", fmt.Sprint(len(changed)))
		return nil
	}
}

func whole(text string) func(*http.Response) error {
	return body(func([]byte) []byte { return []byte(text) })
}

// answer replaces the status and the whole body.
func answer(status int, text string) func(*http.Response) error {
	return func(r *http.Response) error {
		r.StatusCode = status
		return whole(text)(r)
	}
}

// empty is an answer with that status that has no body and no content type.
func empty(status int) func(*http.Response) error {
	return func(r *http.Response) error {
		r.Header.Del("Content-Type")
		r.Header.Set("Location", "/sign-in")
		return answer(status, "")(r)
	}
}

func header(name, value string) func(*http.Response) error {
	return func(r *http.Response) error {
		r.Header.Set(name, value)
		return nil
	}
}

// slow does not answer before the client gives up.
func slow(r *http.Response) error {
	<-r.Request.Context().Done()
	return r.Request.Context().Err()
}

// Only the answer that never comes meets a time limit.
const shortLimit, longLimit = "5s", "10m0s"

// errDropped ends the connection without an answer.
var errDropped = http.ErrAbortHandler

var plantedFaults = []planted{
	{"a key is missing", "", text(`"nickname":"晚**",`, ``), "/data/nickname: documented key nickname, got no such key"},
	{"a key is extra", "", text(`"nickname"`, `"mood":"a","nickname"`), `/data/mood: documented no such key, got key mood: "a"`},
	{"a key has another name", "", text(`"nickname"`, `"nick"`), "/data/nickname: documented key nickname, got key nick"},
	{"a key has another case", "", text(`"nickname"`, `"nickName"`), "/data/nickname: documented key nickname, got key nickName"},
	{"a value is null", "", text(`"晚**"`, `null`), "/data/nickname: documented string, got null"},
	{"a value has another type", "", text(`"晚**"`, `7`), "/data/nickname: documented string, got 7"},
	{"an object is a list", "", body(func(text []byte) []byte {
		return []byte(`{"code":200,"status":"success","message":"请求成功","data":[]}`)
	}), "/data: documented object, got []"},
	{"a number of the envelope", "", text(`"code":200`, `"code":0`), "/code: documented 200, got 0"},
	{"a word of the envelope", "", text(`"success"`, `"ok"`), `/status: documented one of [success fail error], got "ok"`},
	{"the status of a success", "", func(r *http.Response) error { r.StatusCode = http.StatusAccepted; return nil }, "status: documented 200, got 202"},
	{"the status of a failure", "getUserInfo/user_not_found", func(r *http.Response) error { r.StatusCode = http.StatusGone; return nil }, "status: documented 404, got 410"},
	{"a failure under 200", "getUserInfo/user_not_found", func(r *http.Response) error { r.StatusCode = http.StatusOK; return nil }, "status: documented 404, got 200"},
	{"a content type", "", header("Content-Type", "text/plain;charset=utf-8"), `content type: documented application/json, got "text/plain"`},
	{"a charset", "", header("Content-Type", "application/json;charset=gbk"), "charset: documented utf-8, got gbk"},
	{"no charset", "", header("Content-Type", "application/json"), "charset: documented utf-8, got none"},
	{"a required header", "getWeChatUserInfo/ok", func(r *http.Response) error { r.Header.Del("X-Access-Token"); return nil }, "header X-Access-Token: documented required, got missing"},
	{"a secret in a header", "", header("X-Debug", "token AT-1-c2FtcGxlLW9ubHktYWNjZXNzLXRva2Vu"), `header X-Debug: documented no such header, got "token ***"`},
	{"bytes of GBK", "", body(inGBK), "/data/nickname: documented UTF-8, got the byte 0xcd at"},
	{"a key twice", "", text(`"nickname"`, `"nickname":"a","nickname"`), "/data/nickname: documented one key nickname, got the same key twice"},
	{"a fraction", "", text(`"code":200`, `"code":200.0`), "/code: documented integer, got 200.0"},
	{"an exponent", "", text(`"code":200`, `"code":2e2`), "/code: documented integer, got 2e2"},
	{"a byte order mark", "", body(func(text []byte) []byte { return append([]byte("\ufeff"), text...) }), "body: documented JSON, got a byte order mark before it"},
	{"a cut body", "", body(func(text []byte) []byte { return text[:len(text)/2] }), "body: documented JSON, got not JSON: unexpected EOF"},
	{"data after the body", "", body(func(text []byte) []byte { return append(text, "{}"...) }), "body: documented JSON, got data after the JSON"},
	{"an empty body", "", body(func([]byte) []byte { return nil }), "body: documented JSON, got not JSON: EOF"},
	{"a body that ends early", "", func(r *http.Response) error {
		r.Header.Set("Content-Length", "100000")
		return nil
	}, "answer: documented status 200, got unexpected EOF"},
	{"a dropped connection", "", func(*http.Response) error { return errDropped }, "answer: documented status 200, got EOF"},
	// The request that is not answered is the only one, so that the time limit can be short.
	{"a slow route", "getHealth/ok", slow, "answer: documented status 200, got no answer within " + shortLimit},
	{"a redirect", "", func(r *http.Response) error {
		r.StatusCode = http.StatusFound
		r.Header.Set("Location", "/sign-in")
		return nil
	}, "status: documented 200, got 302"},
	{"a redirect without a body", "", empty(http.StatusFound), "status: documented 200, got 302"},
	{"a redirect of a failure", "getUserInfo/user_not_found", empty(http.StatusTemporaryRedirect), "status: documented 404, got 307"},
	{"no content", "", empty(http.StatusNoContent), "status: documented 200, got 204"},
	{"the envelope of another dialect", "", whole(`{"state":"ok","id":1,"account":"lin.wanqiu"}`), "body: documented the envelope of cas, got that of jfinal"},
	{"jeecg for ruoyi", "getWeChatUserInfo/ok", whole(`{"success":true,"code":200,"message":"success","result":{},"timestamp":1}`), "body: documented the envelope of ruoyi, got that of jeecg"},
	{"yudao for ruoyi", "getWeChatUserInfo/ok", whole(`{"code":0,"msg":"","data":{}}`), "body: documented the envelope of ruoyi, got that of yudao"},
	{"cas for ruoyi", "getWeChatUserInfo/ok", whole(`{"code":200,"status":"success","message":"请求成功","data":{}}`), "body: documented the envelope of ruoyi, got that of cas"},
	{"jfinal for a failure of yudao", "listSessions/unauthenticated", whole(`{"code":401,"message":"x","state":"fail"}`), "body: documented the envelope of yudao, got that of jfinal"},
	{"a problem for a failure of yudao", "listSessions/unauthenticated", whole(`{"type":"about:blank","title":"x","status":401,"code":"unauthenticated"}`), "body: documented the envelope of yudao, got that of RFC 9457"},
	{"a failure for a success", "listSessions/ok", whole(`{"code":401,"data":null,"msg":"未登录"}`), "status: documented 200, got 200 with a failure"},
	{"a key of a rule is null", "listSessions/ok", text(`"current":true`, `"current":null`), "/data/*/current: documented boolean, got null (at /data/0/current)"},
	{"a key of a rule is missing", "listSessions/ok", text(`,"current":true`, ``), "/data/*/current: documented key current, got no such key"},
	{"a key of a rule has another name", "listSessions/ok", text(`"current":true`, `"isCurrent":true`), "/data/*/current: documented key current, got key isCurrent"},
	{"a time in the future", "getWeChatUserInfo/ok", body(func(text []byte) []byte {
		return regexp.MustCompile(`("registerTime":")\d{4}`).ReplaceAll(text, []byte("${1}2999"))
	}), "/registerTime: documented"},
	{"a rule's other value", "getWeChatUserInfo/ok", body(func(text []byte) []byte {
		return regexp.MustCompile(`("CreationTime":)"[^"]*"`).ReplaceAll(text, []byte("${1}true"))
	}), "/CreationTime: documented string or null, got true"},
	{"a rule's other value in a list", "introspectToken/ok", body(func(text []byte) []byte {
		return regexp.MustCompile(`("client_id":)"[^"]*"`).ReplaceAll(text, []byte("${1}7"))
	}), "/client_id: documented string, got 7"},
	{"a secret in an extra key", "", text(`"nickname"`, `"accessToken":"AT-1-c2FtcGxlLW9ubHktYWNjZXNzLXRva2Vu","nickname"`), `/data/accessToken: documented no such key, got key accessToken: "***"`},
	{"a secret in a message", "getUserInfo/user_not_found", text(`"message":"`, `"message":"AT-1-c2FtcGxlLW9ubHktYWNjZXNzLXRva2Vu `), "/message: documented text without a token, got"},
	{"an expired token", "", text(`"nickname":"晚**"`, `"nickname":"eyJhbGciOiJub25lIn0.eyJleHAiOjk0NjY4NDgwMH0.c2ln"`), "/data/nickname: documented a token that has not expired, got one that expired at 2000-01-01T00:00:00Z"},
	{"the id of another", "", text(`"userId":"1"`, `"userId":"2"`), `/data/userId: documented "1" ($request.query.userId), got "2"`},
	{"an expiry in 1999", "sendMobileCode/verify", body(func(text []byte) []byte {
		return regexp.MustCompile(`("expire":")\d{4}`).ReplaceAll(text, []byte("${1}1999"))
	}), `/data/expire: documented a time after now, got "1999-`},
	{"the sessions of another", "listSessions/ok", body(func(text []byte) []byte {
		return bytes.ReplaceAll(text, []byte(`"current":true`), []byte(`"current":false`))
	}), "/data/*/current: documented true exactly once, got 0 times"},
	{"a page of a proxy", "", func(r *http.Response) error {
		r.StatusCode, r.Header = http.StatusBadGateway, http.Header{"Content-Type": {"text/html"}, "Server": {"nginx/1.27"}}
		return nil
	}, "answer: documented status 200, got status 502 of a proxy (nginx/1.27)"},
}

func inGBK(text []byte) []byte {
	encoded, err := simplifiedchinese.GBK.NewEncoder().Bytes(text)
	if err != nil {
		panic(err)
	}
	return encoded
}

// TestCheckFindsPlantedFaults puts each fault into the demonstration's answers: the
// check finds it once, and nothing else, by the built-in contract or, for every
// other fault, by its rendering in OpenAPI 3.1. So does the proxy between them.
func TestCheckFindsPlantedFaults(t *testing.T) {
	t.Parallel()
	newer := filepath.Join(t.TempDir(), "openapi-3.1.yaml")
	must(t, os.WriteFile(newer, []byte(command(t, "openapi", "--render", "openapi-3.1").out), 0o600))
	specs := []string{"", newer}
	shared := serveDemo(t)
	for i, p := range plantedFaults {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			example, s := cmp.Or(p.example, "getUserInfo/ok"), shared
			if !regexp.MustCompile("^(getUserInfo|getHealth|listSessions)/").MatchString(example) { // the check resets it
				s = serveDemo(t)
			}
			server := changing(t, s.origin, func(r *http.Response) error {
				if path := r.Request.URL.Path; strings.HasSuffix(path, "/login") || path == "/demo/reset" { // for the token, and at the end
					return nil
				}
				return p.change(r)
			})
			limit := longLimit
			if strings.HasSuffix(p.want, shortLimit) {
				limit = shortLimit
			}
			live, liveURL := watched(t, server)
			c := checkedBy(t, cli.ExitFailed, "--target", liveURL, "--only", example, "--spec", specs[i%len(specs)], "--timeout", limit)
			if got := c.differences(); len(got) != 1 || !strings.HasPrefix(got[0], example+" "+p.want) {
				t.Errorf("want %s\ngot %s", p.want, strings.Join(got, "\n"))
			}
			where, _, _ := strings.Cut(p.want, ":")
			if got := findings(t, live); len(got) != 1 || got[0].Where != where || got[0].Of != "answer" {
				t.Errorf("the proxy finds %+v, want it at %s", got, where)
			}
		})
	}
}

// watched is a proxy that checks the traffic to a server.
func watched(t *testing.T, server string) (*traffic.Proxy, string) {
	t.Helper()
	target, err := url.Parse(server)
	must(t, err)
	spec, err := contract.Load()
	must(t, err)
	proxy, err := traffic.New(spec, target, nil, nil)
	must(t, err)
	listening := httptest.NewServer(proxy)
	t.Cleanup(listening.Close)
	return proxy, listening.URL
}

// findings are those of a proxy, which learns later than the client that this has gone. Only
// the time limit of the whole test ends the wait.
func findings(t *testing.T, p *traffic.Proxy) []traffic.Finding {
	t.Helper()
	for ; t.Context().Err() == nil; time.Sleep(10 * time.Millisecond) {
		if found := p.Report().Findings; len(found) > 0 {
			return found
		}
	}
	return nil
}

// TestCheckKnowsHeadersOfProxies puts headers into the demonstration's answers that a proxy or
// a network adds by itself: the check is silent about them, and names others without calling
// them differences.
func TestCheckKnowsHeadersOfProxies(t *testing.T) {
	t.Parallel()
	added := map[string]string{
		"Server": "nginx/1.27.3", "Via": "1.1 varnish", "Alt-Svc": `h3=":443"`, "CF-RAY": "8f1-HKG", "Cf-Cache-Status": "DYNAMIC", "X-Cache": "MISS",
		"X-Cache-Lookup": "Cache Miss", "Age": "3", "Strict-Transport-Security": "max-age=63072000", "Keep-Alive": "timeout=5", "EagleId": "7f",
		"X-Frame-Options": "DENY", "Access-Control-Allow-Origin": "*", "X-Envoy-Upstream-Service-Time": "7", "X-Powered-By": "PHP/5.6",
	}
	target := changing(t, serveDemo(t).origin, func(r *http.Response) error {
		for name, value := range added {
			r.Header.Set(name, value)
		}
		return nil
	})
	only := []string{"check", "--target", target, "--only", "getUserInfo/ok,getHealth/ok,getUserInfo/user_not_found"}
	out := done(t, only...)
	if strings.Contains(out, "headers that the document") {
		t.Errorf("headers of proxies are noted:\n%s", out)
	}
	added["X-Trace-Span"] = "7f"
	contains(t, done(t, only...), "how many answers have them: X-Trace-Span (3)", "3 examples: 3 passed")
}

// changing is a proxy that changes a server's answers.
func changing(t *testing.T, behind origin, change func(*http.Response) error) (target string) {
	t.Helper()
	server, err := url.Parse(string(behind))
	must(t, err)
	proxy := httputil.NewSingleHostReverseProxy(server)
	proxy.ModifyResponse = change
	proxy.ErrorHandler = func(http.ResponseWriter, *http.Request, error) { panic(errDropped) }
	listening := httptest.NewServer(proxy)
	t.Cleanup(listening.Close)
	return listening.URL
}
