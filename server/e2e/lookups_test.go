package e2e

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"quartet/openapi/check/contract"
	"quartet/server/account"
	"quartet/store"
	"quartet/store/storetest"
)

// members adds members of application 1's organisation, each with a proven mobile and, as an
// old system gave them, the ids 1, 2, 3 …
func (s *cluster) members(t *testing.T, n int) (ids []int64) {
	t.Helper()
	s.application(t, s.person(t, "he.yun", store.RoleMember))
	for i := range n {
		id := s.owner(t, fmt.Sprint("member.", i), fmt.Sprintf("137%08d", i))
		must(t, s.rules.CommandLine().AddMembership(t.Context(), id, "10020028", ""))
		storetest.AddAlias(t, s.store, "old", fmt.Sprint(i+1), id)
		ids = append(ids, id)
	}
	return ids
}

// lookUps are the ways to ask for another user.
var lookUps = []func(asked string, token string, header ...string) contract.Request{
	func(asked, token string, header ...string) contract.Request {
		return get("/user/info?userId="+asked+"&accessToken="+token, header...)
	},
	func(asked, token string, header ...string) contract.Request {
		return get("/api/user/detail?id="+asked, append(header, "Jwt", token)...)
	},
	func(asked, token string, header ...string) contract.Request {
		return postJSON("/api/user/detail", `{"id":`+asked+`}`, append(header, "Jwt", token)...)
	},
}

// TestLookUps_StrangersAreToldNobody: a stranger who knows the application's name counts
// through ids, and a partner with the secret goes on reading meanwhile.
func TestLookUps_StrangersAreToldNobody(t *testing.T) {
	onEachEngine(t, nil, func(t *testing.T, s *cluster) {
		ids := s.members(t, 30)
		secret, err := s.rules.CommandLine().AddApplicationSecret(t.Context(), "1")
		must(t, err)
		stranger, asked := s.session(t, s.person(t, "tao.ran", store.RoleMember)), many(4000)
		var told atomic.Int64
		answers := atOnce(8, func(worker int) (last answer) {
			for n := worker; n < asked; n += 8 {
				whom := fmt.Sprint(n%40 + 1) // an alias
				if n%3 == 0 {
					whom = fmt.Sprint(ids[n%30])
				}
				last = s.server(n).send(t, lookUps[n/3%3](whom, stranger, "X-App-Id", "1"))
				if last.Status != http.StatusNotFound && last.Status != http.StatusTooManyRequests && told.Add(1) == 1 {
					t.Errorf("look-up %d of %s: %d %s", n, whom, last.Status, last.Text)
				}
			}
			return last
		})
		if got := statuses(answers)[http.StatusTooManyRequests]; got != 8 && asked == 4000 {
			t.Errorf("of 8 callers %d are limited at the end", got)
		}
		refused(t, "cas", s.server(0).send(t, lookUps[0]("1", stranger, "X-App-Id", "1")), answers[0].Status)
		refused(t, "jfinal", s.server(1).send(t, lookUps[1]("1", stranger, "X-App-Id", "1")), answers[0].Status)
		t.Logf("%d look-ups of others: %d told", asked, told.Load())

		partner, read := s.session(t, s.person(t, "lu.jiahe", store.RoleMember)), 0
		for n := range many(300) {
			r := lookUps[n%3](fmt.Sprint(ids[n%30]), partner, "X-App-Id", "1", "X-App-Secret", secret.Text)
			if s.server(n).send(t, r).Status == http.StatusOK {
				read++
			}
		}
		if read != many(300) {
			t.Errorf("the partner reads %d of %d", read, many(300))
		}
	})
}

// TestLookUps_WhoSeesWhom: members see members, with or without the secret; nobody sees who
// is disabled.
func TestLookUps_WhoSeesWhom(t *testing.T) {
	onEachEngine(t, nil, func(t *testing.T, s *cluster) {
		ids := s.members(t, 2)
		secret, err := s.rules.CommandLine().AddApplicationSecret(t.Context(), "1")
		must(t, err)
		contact := []string{account.RightContact}
		_, err = s.rules.CommandLine().ChangeApplication(t.Context(), "1", account.ApplicationChange{Rights: &contact})
		must(t, err)
		outsider := s.person(t, "tao.ran", store.RoleMember)
		named := []string{"X-App-Id", "1"}
		proven := append(named, "X-App-Secret", secret.Text)
		for why, c := range map[string]struct {
			caller, whom int64
			header       []string
			found        bool
			contact      bool
		}{
			"a member sees a member":                    {ids[0], ids[1], named, true, false},
			"not without the application":               {ids[0], ids[1], nil, false, false},
			"an unknown application shows nobody":       {ids[0], ids[1], []string{"X-App-Id", "unknown"}, false, false},
			"a stranger sees no member":                 {outsider, ids[1], named, false, false},
			"a member sees no stranger":                 {ids[0], outsider, named, false, false},
			"a proven application sees a member":        {outsider, ids[1], proven, true, true},
			"and by a member's token":                   {ids[0], ids[1], proven, true, true},
			"and who is in none of its organisations":   {ids[0], outsider, proven, true, false},
			"a wrong secret is not ignored":             {ids[0], ids[1], append(named, "X-App-Secret", "qas_wrong"), false, false},
			"nor does a secret count without its owner": {outsider, ids[1], proven[2:], false, false},
		} {
			for i, lookUp := range lookUps {
				got := s.server(i).send(t, lookUp(fmt.Sprint(c.whom), s.session(t, c.caller), c.header...))
				if (got.Status == http.StatusOK) != c.found {
					t.Errorf("%s: way %d answers %d %s", why, i, got.Status, got.Text)
				}
				if contact := strings.Contains(got.Text, "13700000001"); contact != (c.contact && i == 0) {
					t.Errorf("%s: way %d shows the mobile: %v: %s", why, i, contact, got.Text)
				}
			}
		}
		must(t, s.rules.CommandLine().DisableUser(t.Context(), ids[1]))
		for i, lookUp := range lookUps {
			for _, header := range [][]string{named, proven} {
				refused(t, []string{"cas", "jfinal", "jfinal"}[i], s.server(i).send(t, lookUp(fmt.Sprint(ids[1]), s.session(t, ids[0]), header...)), http.StatusNotFound)
			}
		}
	})
}

// claimed are the mobiles and e-mail addresses that TestClaims' users state and have not
// proved. An id of 15 digits can contain such a number.
var claimed = regexp.MustCompile(`(?:\b|\+86)136\d{8}\b|claim\.\d+@example\.com|CLAIM\.\d+@EXAMPLE\.COM`)

// TestClaims_UnprovenAreNoFacts calls every operation as every role about users whose mobile
// and e-mail are not proven. Others and applications are told neither; the users themselves
// and operators only beside a key that says so.
func TestClaims_UnprovenAreNoFacts(t *testing.T) {
	onEachEngine(t, []string{"--demo"}, func(t *testing.T, s *cluster) {
		rights := account.KnownRights()
		_, err := s.rules.CommandLine().ChangeApplication(t.Context(), "1", account.ApplicationChange{Rights: &rights})
		must(t, err)
		claims := 0
		claimant := func() subject {
			claims++
			one := subject{username: fmt.Sprint("claimant.", claims), mobile: fmt.Sprintf("135%08d", claims)}
			one.id, err = s.rules.CommandLine().AddUser(t.Context(), account.AddedUser{NewUser: account.NewUser{
				Username: one.username, Profile: account.Profile{
					Mobile: new(fmt.Sprintf("136%08d", claims)), Email: new(fmt.Sprintf("claim.%d@example.com", claims)),
				},
			}, Role: store.RoleMember})
			must(t, err)
			must(t, s.rules.CommandLine().AddMembership(t.Context(), one.id, "10020027", ""))
			one.token = s.session(t, one.id)
			return one
		}
		member := s.person(t, "user.member", store.RoleMember)
		must(t, s.rules.CommandLine().AddMembership(t.Context(), member, "10020027", ""))
		secret, err := s.rules.CommandLine().AddApplicationSecret(t.Context(), "1")
		must(t, err)
		named, proven := contract.Application{ID: "1"}, contract.Application{ID: "1", Secret: secret.Text}
		administrator, super := s.person(t, "user.administrator", store.RoleAdministrator), s.person(t, "user.super", store.RoleSuperAdministrator)
		roles := map[string]struct {
			token       func(subject) string
			application contract.Application
			sees        bool // beside a key that says that it is not proven
		}{
			"anonymous":     {func(subject) string { return "" }, named, false},
			"member":        {func(subject) string { return s.session(t, member) }, named, false},
			"partner":       {func(subject) string { return s.session(t, member) }, proven, false},
			"application":   {func(subject) string { return "" }, proven, true},
			"oneself":       {func(one subject) string { return one.token }, named, true},
			"administrator": {func(subject) string { return s.session(t, administrator) }, named, true},
			"super":         {func(subject) string { return s.session(t, super) }, named, true},
		}
		answered, shown := map[string]bool{}, map[string]bool{}
		judge := func(id, role string, sees bool, got answer) {
			answered[id] = answered[id] || got.Status/100 == 2
			told, unsaid := toldClaims(got)
			shown[id] = shown[id] || told
			if told && !sees || unsaid != "" {
				t.Errorf("%s as %s tells a claim as a fact: %s %s", id, role, unsaid, got.Text)
			}
		}
		for n, o := range inOrder(t) {
			for role, as := range roles {
				operation := strings.HasPrefix(o.Path, "/admin/")
				if role == "partner" && operation {
					continue // the same request as the application's
				}
				one := claimant()
				if o.OperationID == "signInByMobile" {
					s.setCode(t, account.PurposeSignIn, one.mobile)
				}
				r := one.about(o.Requests("ok")[0], fmt.Sprintf("new.%s.%d", role, n))
				loadedContract(t).Authorise(&r, o, as.token(one), as.application)
				judge(o.OperationID, role, as.sees && (operation || role != "application"), s.server(n).send(t, r))
			}
		}
		// A user of WeChat, whom only the code names.
		byWeChat := func(path string) answer {
			return s.server(1).ok(t, postJSON(path, `{"code":"claimclaimclaimclaimclaimclaim00"}`))
		}
		token := byWeChat("/account_api/wechat/user/getUserInfo").Header.Get("X-Access-Token")
		id := s.server(0).ok(t, get("/auth/account/data", "Authorization", token)).body["data"].(map[string]any)["user"].(map[string]any)["id"]
		must(t, s.rules.CommandLine().SetUser(t.Context(), int64(id.(float64)), account.SetUser{Profile: account.Profile{
			Mobile: new("13699999999"), Email: new("claim.0@example.com"),
		}}))
		judge("getWeChatUserInfo", "oneself", true, byWeChat("/account_api/wechat/user/getUserInfo"))
		judge("signInByWeChat", "oneself", false, byWeChat("/auth/wechat/login"))
		judge("refreshUser", "oneself", false, s.server(0).ok(t, postJSON("/user/refresh", `{"frontType":0}`, "X-Access-Token", token)))

		for _, id := range []string{"getUserInfo", "getUserDetail", "postUserDetail", "refreshUser", "copyMyData", "listUsers", "readUser", "exportUser", "previewAnswer", "introspectToken", "signInByMobile", "listDeliveries"} {
			if !answered[id] {
				t.Errorf("%s never succeeded: nothing was proved of it", id)
			}
		}
		for _, id := range []string{"getUserDetail", "copyMyData", "listUsers", "readUser", "exportUser", "getWeChatUserInfo"} {
			if !shown[id] {
				t.Errorf("%s never shows a claim: the test looks for the wrong thing", id)
			}
		}
		t.Logf("%d calls", claims)
	})
}

var jwtInText = regexp.MustCompile(`eyJ[\w-]+\.(eyJ[\w-]+)\.`)

// toldClaims reports whether an answer, its headers and its JWTs have a claim, and where it
// has one without a key beside it that says that it is not proven.
func toldClaims(got answer) (told bool, unsaid string) {
	var text strings.Builder
	_ = got.Header.Write(&text)
	for _, jwt := range jwtInText.FindAllStringSubmatch(text.String()+got.Text, -1) {
		payload, _ := base64.RawURLEncoding.DecodeString(jwt[1])
		text.Write(payload)
	}
	if claimed.MatchString(text.String()) {
		return true, "in a header or a JWT"
	}
	var body any
	if json.Unmarshal([]byte(got.Text), &body) != nil {
		if claimed.MatchString(got.Text) {
			return true, "outside of JSON"
		}
		return false, ""
	}
	return claimed.MatchString(got.Text), claimsUnsaid(body)
}

// notProven are the keys that say that a mobile or an e-mail is not proven.
var notProven = map[string]any{
	"mobileStatus": "unverified", "emailStatus": "unverified", "mobileVerified": false, "emailVerified": false,
	"phoneNumberConfirmed": 0.0, "emailConfirmed": 0.0,
}

func claimsUnsaid(value any) string {
	switch value := value.(type) {
	case []any:
		for _, one := range value {
			if where := claimsUnsaid(one); where != "" {
				return where
			}
		}
	case string: // it may hold JSON
		var inner map[string]any
		if json.Unmarshal([]byte(value), &inner) == nil {
			return claimsUnsaid(inner)
		}
		return claimed.FindString(value)
	case map[string]any:
		for key, one := range value {
			text, isText := one.(string)
			kind := "email"
			if strings.Contains(strings.ToLower(key), "mobile") || strings.Contains(strings.ToLower(key), "phone") {
				kind = "mobile"
			}
			says := func(status string) bool { return value[status] == notProven[status] && value[status] != nil }
			beside := map[string][]string{"mobile": {"mobileStatus", "mobileVerified", "phoneNumberConfirmed"}, "email": {"emailStatus", "emailVerified", "emailConfirmed"}}[kind]
			if isText && claimed.FindString(text) == text && slices.ContainsFunc(beside, says) {
				continue
			}
			if where := claimsUnsaid(one); where != "" {
				return key + ": " + where
			}
		}
	}
	return ""
}
