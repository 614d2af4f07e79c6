package e2e

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"quartet/openapi/check/contract"
	"quartet/server/account"
	"quartet/server/token"
	"quartet/store"
)

// guessing is a way to try wrong secrets from one client IP.
type guessing struct {
	limit int // how many are compared
	// recorded is how many of these the audit has, the metrics all; 0: all.
	recorded int
	// metricsOnly: the audit has only the one that reaches the limit.
	metricsOnly bool
	// wrong gives the request number i, with a wrong secret. The header names the client IP.
	wrong func(t *testing.T, s *cluster, header []string) func(i int) contract.Request
}

const (
	failuresPerIP = 6 // of the servers of the test
	ofAccount     = 5
	perMinute     = 300 // WeChat codes, and tokens of the old back end
)

// guessings are by operation and input every secret that is compared, in the document's
// names.
var guessings = map[string]guessing{
	"signInByMobile validateNo": {limit: failuresPerIP, wrong: func(_ *testing.T, _ *cluster, header []string) func(int) contract.Request {
		return func(i int) contract.Request { return byCode(fmt.Sprintf("137000066%02d", i), wrongCode, header...) }
	}},
	"verifyMobile validateNo":           {limit: failuresPerIP, wrong: signedIn(0, "/auth/mobile/verify", `{"mobile":"13700007701","validateNo":"000000"}`)},
	"verifyMobile oldValidateNo":        {limit: failuresPerIP, wrong: signedIn(stale, "/auth/mobile/verify", `{"mobile":"13700007702","validateNo":"000000","oldValidateNo":"000000"}`)},
	"verifyMobile password":             {limit: ofAccount, wrong: signedIn(stale, "/auth/mobile/verify", `{"mobile":"13700007703","validateNo":"000000","password":"wrong-enough-to-fail"}`)},
	"closeAccount validateNo":           {limit: failuresPerIP, wrong: signedIn(stale, "/auth/account/close", `{"validateNo":"000000"}`)},
	"closeAccount password":             {limit: ofAccount, wrong: signedIn(stale, "/auth/account/close", `{"password":"wrong-enough-to-fail"}`)},
	"mergeUsers accessToken":            {limit: ofAccount, wrong: signedIn(0, "/auth/merge", `{"accessToken":"`+madeUpToken+`"}`)},
	"linkWeChat code":                   {limit: perMinute, recorded: failuresPerIP, wrong: signedIn(0, "/auth/wechat/link", `{"code":"40029%027d"}`)},
	"updatePassword oldPassowrd":        {limit: ofAccount, wrong: wrongOldPassword("oldPassowrd")},
	"updatePassword oldPassword":        {limit: ofAccount, wrong: wrongOldPassword("oldPassword")},
	"resetForgottenPassword validateNo": {limit: failuresPerIP, wrong: anonymous("/auth/password/reset", `{"mobile":"13700007711","validateNo":"000000","newPassword":"`+otherPassword+`"}`)},
	"signInByWeChat code":               {limit: perMinute, recorded: failuresPerIP, wrong: anonymous("/auth/wechat/login", `{"code":"40029%027d"}`)},
	"signInByWeChatMobile phoneCode":    {limit: perMinute, recorded: failuresPerIP, wrong: anonymous("/auth/wechat/mobile", `{"phoneCode":"40029%027d"}`)},
	"signInByWeChatMobile code":         {limit: perMinute, recorded: failuresPerIP, wrong: anonymous("/auth/wechat/mobile", `{"phoneCode":"1380000000011B2c3D4e5F6g7H8i9J0k","code":"40029%027d"}`)},
	"getWeChatUserInfo code":            {limit: perMinute, recorded: failuresPerIP, wrong: anonymous("/account_api/wechat/user/getUserInfo", `{"code":"40029%027d"}`)},
	"exchangeToken token":               {limit: perMinute, recorded: failuresPerIP, wrong: anonymous("/auth/token/exchange", `{"token":"expired-%027d"}`)},
	"setUpAdministrator token":          {limit: failuresPerIP, wrong: anonymous("/admin/setup", `{"token":"wrong-%027d","username":"first","password":"`+otherPassword+`"}`)},
	"signInAdministrator password":      {limit: ofAccount, wrong: anonymous("/admin/session", `{"account":"secretary","password":"wrong-enough-to-fail"}`)},
	"signInByPassword password": {limit: ofAccount, wrong: func(_ *testing.T, _ *cluster, header []string) func(int) contract.Request {
		return func(int) contract.Request { return byPassword("chen.shu", "wrong-enough-to-fail", header...) }
	}},
	"refreshAccessToken refreshToken": {limit: failuresPerIP, metricsOnly: true, wrong: func(_ *testing.T, _ *cluster, header []string) func(int) contract.Request {
		return func(int) contract.Request { return with(refreshing(madeUpToken, token.NewRefresh()), header) }
	}},
	"refreshAccessToken accessToken": {limit: failuresPerIP, metricsOnly: true, wrong: func(t *testing.T, s *cluster, header []string) func(int) contract.Request {
		_, refresh := s.pair(t, "13700007721")
		return func(int) contract.Request { return with(refreshing(madeUpToken, refresh), header) }
	}},
}

// notCompared are inputs of the name of a secret that nothing is compared with.
var notCompared = map[string]string{
	"createUser password":                "a new one",
	"addUser password":                   "a new one",
	"setUserPassword password":           "a new one",
	"setUpAdministrator password":        "a new one",
	"updatePassword newPassword":         "a new one",
	"resetForgottenPassword newPassword": "a new one",
	"refreshUser token":                  "the caller's access token",
	"introspectToken token":              "an access token, asked for by an application with its secret",
}

// secretInput matches the names of what can be a secret.
var secretInput = regexp.MustCompile(`(?i)(validateNo|password|passowrd|token|secret|phoneCode|jwt|pin)$`)

// anonymous sends a body, in which a verb takes the request's number.
func anonymous(path, body string) func(*testing.T, *cluster, []string) func(int) contract.Request {
	return func(_ *testing.T, _ *cluster, header []string) func(int) contract.Request {
		return func(i int) contract.Request { return postJSON(path, numbered(body, i), header...) }
	}
}

func numbered(body string, i int) string {
	if strings.Contains(body, "%") {
		return fmt.Sprintf(body, i)
	}
	return body
}

const stale = 3 // hours since the sign-in: no fresh proof

// signedIn is anonymous for a caller who has signed in some hours ago, and has a password
// and a verified mobile.
func signedIn(hours int, path, body string) func(*testing.T, *cluster, []string) func(int) contract.Request {
	return func(t *testing.T, s *cluster, header []string) func(int) contract.Request {
		name := fmt.Sprint("caller.", s.ids.Next())
		user := s.person(t, name, store.RoleMember)
		must(t, s.rules.CommandLine().SetUser(t.Context(), user, account.SetUser{
			Profile: account.Profile{Mobile: new(fmt.Sprintf("136%08d", user%1e8))}, MobileVerified: new(true),
		}))
		access := s.session(t, user)
		s.exec(t, "UPDATE sessions SET created_at = created_at - ? WHERE user_id = ?", hours*3600*1000, user)
		return func(i int) contract.Request {
			return postJSON(path, numbered(body, i), append(header, "Authorization", access)...)
		}
	}
}

func wrongOldPassword(field string) func(*testing.T, *cluster, []string) func(int) contract.Request {
	return func(t *testing.T, s *cluster, header []string) func(int) contract.Request {
		user := s.person(t, fmt.Sprint("caller.", s.ids.Next()), store.RoleMember)
		access := s.session(t, user)
		return func(int) contract.Request {
			return postForm("/api/user/updatePassword", url.Values{
				"userId": {fmt.Sprint(user)}, "newPassword": {otherPassword}, field: {"wrong-enough-to-fail"},
			}, append(header, "Jwt", access)...)
		}
	}
}

// secretsOf lists the inputs of an operation that can be secrets. A code is one unless it
// names a role or the like, as in the admin API.
func secretsOf(o contract.Operation) (names []string) {
	add := func(name string) {
		if secretInput.MatchString(name) || name == "code" && !slices.Contains(o.Tags, "admin") {
			names = append(names, name)
		}
	}
	for _, p := range o.Parameters {
		add(p.Value.Name)
	}
	if o.RequestBody != nil {
		for _, media := range o.RequestBody.Value.Content {
			properties(media.Schema, add)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// properties calls found with the names of all properties of a schema and those within.
func properties(schema *openapi3.SchemaRef, found func(string)) {
	if schema == nil || schema.Value == nil {
		return
	}
	for name, property := range schema.Value.Properties {
		found(name)
		properties(property, found)
	}
	properties(schema.Value.Items, found)
	for _, part := range slices.Concat(schema.Value.AllOf, schema.Value.AnyOf, schema.Value.OneOf) {
		properties(part, found)
	}
}

// TestSecrets_TableIsComplete: an operation of the document that takes a secret has a row
// in one of the two tables.
func TestSecrets_TableIsComplete(t *testing.T) {
	rows := map[string]bool{}
	for _, row := range slices.Concat(slices.Collect(maps.Keys(guessings)), slices.Collect(maps.Keys(notCompared))) {
		rows[row] = true
	}
	for _, o := range loadedContract(t).Operations() {
		for _, name := range secretsOf(o) {
			row := o.OperationID + " " + name
			if !rows[row] {
				t.Errorf("%s is no row: nobody says what limits wrong ones", row)
			}
			delete(rows, row)
		}
	}
	for row := range rows {
		t.Errorf("%s is a row, and no input of the document", row)
	}
}

// refusals counts the events of wrong secrets that were compared.
func (s *cluster) refusals(t *testing.T) int64 {
	t.Helper()
	return s.number(t, `SELECT COUNT(*) FROM audit_events WHERE detail NOT LIKE '%"locked"%' AND kind IN
		('sign_in_failed', 'code_refused', 'password_refused', 'merge_refused', 'wechat_refused', 'application_refused')`)
}

// TestSecrets_WrongOnesAreCounted: of many wrong secrets at once, at several servers, as many
// are compared as the limit says, and each of these is in the audit or the metrics; where
// the limit is one of many users behind one client IP, the audit has a few of them.
func TestSecrets_WrongOnesAreCounted(t *testing.T) {
	flags := append([]string{"--demo", "--failures-per-ip", fmt.Sprint(failuresPerIP, "/15m")}, behindProxy...)
	onEachEngine(t, flags, func(t *testing.T, s *cluster) {
		s.person(t, "secretary", store.RoleAdministrator)
		s.person(t, "chen.shu", store.RoleMember)
		for address, name := range slices.Sorted(maps.Keys(guessings)) {
			t.Run(name, func(t *testing.T) {
				g := guessings[name]
				next := g.wrong(t, s, fromOne(address+1))
				operation, _, _ := strings.Cut(name, " ")
				before, counted := s.refusals(t), s.answered(t, operation)
				more := 12
				if g.limit == ofAccount {
					more = 3 // each is hashed
				}
				var answers []answer
				for len(answers) < g.limit+more { // more at once would wait for one row too long
					first := len(answers)
					answers = append(answers, atOnce(min(24, g.limit+more-first), func(i int) answer { return s.server(i).send(t, next(first+i)) })...)
				}
				statuses := statuses(answers)
				for status := range statuses {
					if status < 400 || status >= 500 && status != http.StatusServiceUnavailable {
						t.Errorf("answers %v: %s", statuses, answers[0].Text)
					}
				}
				// On a busy machine a password may find no room to be hashed.
				busy := statuses[http.StatusServiceUnavailable]
				if waiting := busy + statuses[http.StatusTooManyRequests]; g.limit != ofAccount && waiting != more {
					t.Errorf("answers %v, want %d of wrong secrets and %d that tell to wait", statuses, g.limit, more)
				}
				events := s.refusals(t) - before
				if g.metricsOnly {
					after := s.answered(t, operation)
					events = int64(after["401"] - counted["401"])
					if waiting := after["429"] - counted["429"]; waiting != more {
						t.Errorf("%d more answers 429 in the metrics, want %d", waiting, more)
					}
				}
				want := cmp.Or(int64(g.recorded), int64(g.limit))
				if events > want || events+int64(busy) < want {
					t.Errorf("%d events, want %d", events, want)
				}
			})
		}
	})
}

// answered counts the answers to an operation, by status, in the metrics of all servers.
func (s *cluster) answered(t *testing.T, operation string) map[string]int {
	t.Helper()
	line := regexp.MustCompile(`quartet_http_requests_total\{method="[A-Z]+",operation="` + operation + `",status="([0-9]+)"\} ([0-9]+)`)
	all := map[string]int{}
	for _, server := range s.servers {
		for _, found := range line.FindAllStringSubmatch(server.ok(t, get("/metrics")).Text, -1) {
			var n int
			must(t, json.Unmarshal([]byte(found[2]), &n))
			all[found[1]] += n
		}
	}
	return all
}

// secretSchemes are the security schemes of an operation that carry a secret of an
// application.
func secretSchemes(t *testing.T, o contract.Operation) (schemes []*openapi3.SecurityScheme) {
	if o.Security == nil {
		return nil
	}
	for _, alternative := range *o.Security {
		for name := range alternative {
			scheme := loadedContract(t).Components.SecuritySchemes[name].Value
			if scheme.Extensions["x-credential"] == contract.CredentialSecret && !slices.Contains(schemes, scheme) {
				schemes = append(schemes, scheme)
			}
		}
	}
	return schemes
}

// TestSecrets_OfApplicationsAreCounted: each operation that an application proves itself at
// counts wrong secrets, and records them.
func TestSecrets_OfApplicationsAreCounted(t *testing.T) {
	flags := append([]string{"--demo", "--failures-per-ip", fmt.Sprint(failuresPerIP, "/15m")}, behindProxy...)
	onEachEngine(t, flags, func(t *testing.T, s *cluster) {
		tried := 0
		for _, o := range loadedContract(t).Operations() {
			for _, scheme := range secretSchemes(t, o) {
				tried++
				header := append(from(fmt.Sprintf("203.0.%d.1", 100+tried)), "X-App-Id", "1", "X-App-Secret", "wrong")
				if scheme.Type == "http" {
					header = append(header, "Authorization", "Basic MTp3cm9uZw==") // 1:wrong
				}
				before := s.refusals(t)
				answers := atOnce(failuresPerIP+3, func(i int) answer { return s.server(i).send(t, with(o.Requests("ok")[0], header)) })
				if counted := statuses(answers); counted[http.StatusUnauthorized] != failuresPerIP || counted[http.StatusTooManyRequests] != 3 {
					t.Errorf("%s: answers %v: %s", o.OperationID, counted, answers[0].Text)
				}
				if events := s.refusals(t) - before; events != failuresPerIP {
					t.Errorf("%s: %d events", o.OperationID, events)
				}
			}
		}
		if tried < 50 {
			t.Errorf("only %d", tried)
		}
	})
}
