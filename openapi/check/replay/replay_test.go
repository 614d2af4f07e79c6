package replay_test

import (
	"cmp"
	"context"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"quartet/openapi/check/contract"
	"quartet/openapi/check/replay"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func variables(name string) (string, bool) {
	value, ok := map[string]string{"TOKEN": "AT-1-abc", "run": "7f"}[name]
	return value, ok
}

func TestInvalidFixturesAreRefused(t *testing.T) {
	for text, reason := range map[string]string{
		"credentials: {user: {token: '${NOBODY}'}}":          "there is no variable NOBODY",
		"credentials: {user: {}}":                            "needs either token",
		"credentials: {user: {token: a, operation: b}}":      "needs either token",
		"credentials: {user: {operation: signInByPassword}}": "operation and take",
		"token: a":                  "field token not found",
		"administrators: ['[']":     "is not a valid glob",
		"skip: {'[': never}":        "is not a valid glob",
		"values: [1, 2]":            "cannot unmarshal",
		"examples: {createUser: 1}": "cannot unmarshal",
	} {
		if _, err := replay.ReadFixtures([]byte(text), variables); err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

var yamlBlock = regexp.MustCompile("(?s)```yaml\n(application:.*?)```")

func TestFixturesOnThePageAreValid(t *testing.T) {
	page, err := os.ReadFile("../../CHECK.md")
	must(t, err)
	match := yamlBlock.FindSubmatch(page)
	if match == nil {
		t.Fatal("the page has no fixtures")
	}
	read, err := replay.ReadFixtures(match[1], func(name string) (string, bool) { return "x-" + name, true })
	must(t, err)
	if read.Credentials["user"].Token != "x-OLD_TOKEN" || read.Values["chen.yiming"] != "check-x-run" || read.Skip["verifyMobile"] == "" {
		t.Errorf("%+v", read)
	}
}

func loaded(t *testing.T) contract.Contract {
	t.Helper()
	loaded, err := contract.Load()
	must(t, err)
	return loaded
}

// requestsOf are the requests of an example with fixtures.
func requestsOf(t *testing.T, fixtures, operation, status, example string) []contract.Request {
	t.Helper()
	contract := loaded(t)
	read, err := replay.ReadFixtures([]byte(fixtures), variables)
	must(t, err)
	found, ok := contract.Operation(operation)
	if !ok {
		t.Fatalf("no operation %s", operation)
	}
	builder := replay.RequestBuilder{Contract: contract, Fixtures: read, Tokens: fixedToken("AT-2-def")}
	requests, reason, err := builder.Requests(t.Context(), replay.Case{Operation: found, Status: status, Example: example})
	must(t, err)
	if len(requests) == 0 {
		t.Fatalf("%s is skipped: %s", example, reason)
	}
	return requests
}

type fixedToken string

func (f fixedToken) Token(context.Context, string) (string, error) { return string(f), nil }
func (f fixedToken) EndedToken(context.Context) (string, error)    { return "", nil }

func TestFixturesReplaceDocumentedValues(t *testing.T) {
	for _, c := range []struct{ fixtures, operation, example, want string }{
		{"values: {'13800138000': 13911112222}", "sendMobileCode", "ok", `{"companyType":0,"mobile":"13911112222","productType":0}`},
		{"examples: {sendMobileCode: {companyType: 3}}", "sendMobileCode", "ok", `{"companyType":3,"mobile":"13800138000","productType":0}`},
		{"examples: {sendMobileCode: {companyType: 3}, sendMobileCode/ok: {companyType: 4}}", "sendMobileCode", "ok", `{"companyType":4,"mobile":"13800138000","productType":0}`},
		{"examples: {signInByPassword/ok: {loginAccount: 'a-${run}', password: '${TOKEN}'}}", "signInByPassword", "ok", `{"loginAccount":"a-7f","password":"AT-1-abc"}`},
		{"examples: {postUserDetail: {id: 243556842958848}}", "postUserDetail", "ok", `{"id":243556842958848}`},
		{"{applicationSecret: s, examples: {introspectToken/ok: {token: '${run}'}}}", "introspectToken", "ok", "token=7f&token_type_hint=access_token"},
		{"{}", "refreshUser", "ok", `{"frontType":0,"token":"AT-2-def"}`},
	} {
		if got := requestsOf(t, c.fixtures, c.operation, "200", c.example)[0].Body; got != c.want {
			t.Errorf("%s: %s, want %s", c.fixtures, got, c.want)
		}
	}
	info := requestsOf(t, "application: partner-1", "getUserInfo", "200", "ok")[0]
	if info.Header.Get("X-App-Id") != "partner-1" || info.Query.Get("accessToken") != "AT-2-def" || info.Query.Get("userId") != "1" {
		t.Errorf("%v", info)
	}
	without := requestsOf(t, "application: partner-1", "refreshUser", "401", "unauthenticated")[0]
	if strings.Contains(without.Body, "token") || without.Header.Get("X-Access-Token") != "" {
		t.Errorf("a request without a token has one: %v", without)
	}
}

// fixedAnswer is a source with the same answer for every case.
type fixedAnswer struct {
	status  int
	header  http.Header
	body    string
	variant string

	contentType string // with charset if ""
	request     string
}

func (s fixedAnswer) Exchanges(_ context.Context, c replay.Case) ([]replay.Exchange, string, error) {
	header := s.header.Clone()
	if header == nil {
		header = http.Header{}
	}
	header.Set("Content-Type", cmp.Or(s.contentType, "application/json;charset=UTF-8"))
	return []replay.Exchange{{
		Operation: c.Operation.OperationID, Status: c.Status, Example: c.Example, Variant: s.variant,
		Request: replay.Message{Method: http.MethodPost, Target: "/?" + s.request},
		Answer:  replay.Message{Status: s.status, Header: header, Body: s.body},
	}}, "", nil
}

func one(t *testing.T, name string) []replay.Case {
	t.Helper()
	contract := loaded(t)
	cases := replay.Cases(contract, replay.Selection{Only: []string{name}}, nil)
	if len(cases) != 1 {
		t.Fatalf("%s is %d cases", name, len(cases))
	}
	return cases
}

func lines(results []replay.Result) string {
	var all []string
	for _, r := range results {
		for _, d := range r.Differences {
			all = append(all, d.String())
		}
	}
	return strings.Join(all, "\n")
}

func TestCheckComparesTheEnvelopeWithTheExample(t *testing.T) {
	for _, c := range []struct {
		name, example string
		legacy        []string
		status        int
		body, want    string
	}{
		{"as documented", "signOut/ok", nil, 200, `{"code":0,"data":true,"msg":""}`, ""},
		{"another number", "signOut/ok", nil, 200, `{"code":200,"data":true,"msg":""}`, "/code: documented 0, got 200"},
		{"other words", "signOut/ok", nil, 200, `{"code":0,"data":true,"msg":"ok"}`, `/msg: documented "", got "ok"`},
		{"free words of a failure", "endSession/session_not_found", nil, 404, `{"code":404,"data":null,"msg":"?"}`, ""},
		{"a failure's number", "endSession/session_not_found", nil, 404, `{"code":500,"data":null,"msg":"?"}`, "/code: documented 404, got 500"},
		{"a failure under 200", "endSession/session_not_found", []string{"yudao"}, 200, `{"code":404,"data":null,"msg":"?"}`, ""},
		{"an honest failure of a legacy dialect", "endSession/session_not_found", []string{"yudao"}, 404, `{"code":404,"data":null,"msg":"?"}`, "status: documented 200, got 404"},
		{"a failure that is another", "endSession/session_not_found", nil, 400, `{"code":400,"data":null,"msg":"?"}`, "status: documented 404, got 400"},
		{"a failure, not a success", "signOut/ok", nil, 401, `{"code":401,"data":null,"msg":"?"}`, "status: documented 200, got 401"},
		{"another type", "signOut/ok", nil, 200, `{"code":0,"data":"yes","msg":""}`, `/data: documented boolean, got "yes"`},
		{"not JSON", "signOut/ok", nil, 200, `<html>`, "body: documented JSON, got not JSON: invalid character '<' looking for beginning of value"},
	} {
		t.Run(c.name, func(t *testing.T) {
			checker := replay.Checker{LegacyStatus: c.legacy}
			results, _, err := checker.Check(t.Context(), fixedAnswer{status: c.status, body: c.body}, one(t, c.example))
			must(t, err)
			if got := lines(results); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestTheSecretsOfARequestAreNotInAMessage(t *testing.T) {
	answer := fixedAnswer{status: 404, body: `{"code":404,"data":null,"msg":"violet-otter is wrong"}`}
	for want, sent := range map[string]string{
		"": "name=violet-otter&password=short",
		`/msg: documented text without a secret of the request, got "*** is wrong"`: "password=violet-otter",
	} {
		answer.request = sent
		results, _, err := replay.Checker{}.Check(t.Context(), answer, one(t, "endSession/session_not_found"))
		must(t, err)
		if got := lines(results); got != want {
			t.Errorf("%s: got %s, want %s", sent, got, want)
		}
	}
}

func TestCheckRequiresTheCharsetUnlessItIsFree(t *testing.T) {
	answer := fixedAnswer{status: 200, body: `{"code":0,"data":true,"msg":""}`, contentType: "application/json"}
	for want, free := range map[string][]string{"charset: documented utf-8, got none": nil, "": {"charset"}} {
		checker := replay.Checker{Fixtures: replay.Fixtures{Free: free}}
		results, _, err := checker.Check(t.Context(), answer, one(t, "signOut/ok"))
		must(t, err)
		if got := lines(results); got != want {
			t.Errorf("free %v: got %s, want %s", free, got, want)
		}
	}
}

func TestCompareIgnoresValuesThatDifferEveryTime(t *testing.T) {
	for _, c := range []struct{ name, a, b, want string }{
		{"ids", `{"id":1,"userId":"7"}`, `{"id":2,"userId":"8"}`, ""},
		{"times", `{"timestamp":1,"at":"2026-11-21 09:00:00","day":"2026-11-21"}`, `{"timestamp":2,"at":"2026-11-22 09:00:01","day":"2026-12-01"}`, ""},
		{"tokens", `{"Jwt":"a","value":"AT-1-c2FtcGxlLW9ubHktYWNjZXNzLXRva2Vu"}`, `{"Jwt":"b","value":"AT-2-c2FtcGxlLW9ubHktYWNjZXNzLXRva2Vv"}`, ""},
		{"keys", `{"x":"` + strings.Repeat("a", 43) + `","n":"` + strings.Repeat("-", 342) + `"}`, `{"x":"` + strings.Repeat("b", 43) + `","n":"` + strings.Repeat("_", 342) + `"}`, ""},
		{"short text", `{"x":"` + strings.Repeat("y", 42) + `"}`, `{"x":"` + strings.Repeat("z", 42) + `"}`, `/x: documented "` + strings.Repeat("y", 42) + `", got "` + strings.Repeat("z", 42) + `"`},
		{"masked by a recording", `{"code":"***"}`, `{"code":"123456"}`, ""},
		{"a value", `{"nickname":"晚秋"}`, `{"nickname":"林晚秋"}`, `/nickname: documented "晚秋", got "林晚秋"`},
		{"a value that is not free", `{"paid":1}`, `{"paid":2}`, "/paid: documented 1, got 2"},
		{"a time that is none", `{"at":"2026-11-21"}`, `{"at":"never"}`, `/at: documented "2026-11-21", got "never"`},
		{"an id of another type", `{"id":1}`, `{"id":"1"}`, `/id: documented number 1, got text "1"`},
		{"null", `{"id":1}`, `{"id":null}`, "/id: documented number 1, got null null"},
		{"a key less", `{"a":1,"b":2}`, `{"a":1}`, "/b: documented key b, got no such key"},
		{"a key more", `{"a":1}`, `{"a":1,"b":2}`, "/b: documented no such key, got key b: 2"},
		{"snake for camel, twice", `{"nickName":"x","realName":"y"}`, `{"nick_name":"x","real_name":"y"}`, "/nickName: documented key nickName, got key nick_name\n/realName: documented key realName, got key real_name"},
		{"a shorter list", `{"a":[1,2]}`, `{"a":[1]}`, "/a: documented 2 elements, got 1 elements"},
		{"inside a list", `{"a":[{"b":1}]}`, `{"a":[{"b":2}]}`, "/a/0/b: documented 1, got 2"},
		{"not JSON", `{}`, `x`, "body: documented JSON, got not JSON: invalid character 'x' looking for beginning of value"},
		{"exempted", `{"mood":"a"}`, `{"mood":"b"}`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			checker := replay.Checker{Fixtures: replay.Fixtures{Free: []string{"mood"}}}
			results, err := checker.Compare(t.Context(), fixedAnswer{status: 200, body: c.a}, fixedAnswer{status: 200, body: c.b}, one(t, "signOut/ok"))
			must(t, err)
			if got := lines(results); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestCompareReportsStatusHeadersAndMissingVariants(t *testing.T) {
	a := fixedAnswer{status: 200, body: `{}`, header: http.Header{"X-Access-Token": {"AT-1"}}}
	for name, c := range map[string]struct {
		b    fixedAnswer
		want string
	}{
		"status":  {fixedAnswer{status: 401, body: `{"code":401}`}, "status: documented 200, got 401"},
		"header":  {fixedAnswer{status: 200, body: `{}`}, "header X-Access-Token: documented present, got missing"},
		"variant": {fixedAnswer{status: 200, body: `{}`, variant: "form"}, ""},
	} {
		results, err := replay.Checker{}.Compare(t.Context(), a, c.b, one(t, "getWeChatUserInfo/ok"))
		must(t, err)
		if got := lines(results); got != c.want {
			t.Errorf("%s: %s", name, got)
		}
		if name == "variant" && results[0].Verdict != replay.Skipped {
			t.Errorf("an answer without a counterpart has the verdict %s", results[0].Verdict)
		}
	}
}

func TestInvalidRecordingsAreRefused(t *testing.T) {
	for _, text := range []string{"", "oops", `{"a":1}`, `{"operation":"signOut"}`} {
		if _, err := replay.ReadRecording(strings.NewReader(text)); err == nil {
			t.Errorf("%q is accepted as a recording", text)
		}
	}
}
