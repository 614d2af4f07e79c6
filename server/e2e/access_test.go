package e2e

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"quartet/openapi/check/contract"
	"quartet/server/account"
	"quartet/store"
)

// withoutCaller is the response of each access rule without a token and with an invalid
// one.
var withoutCaller = map[string]struct{ anonymous, madeUp int }{
	"public":                      {0, 0}, // it depends
	"registration":                {http.StatusUnauthorized, http.StatusUnauthorized},
	"signed-in":                   {http.StatusUnauthorized, http.StatusUnauthorized},
	"signed-in-or-replaced":       {http.StatusUnauthorized, http.StatusUnauthorized},
	"application":                 {http.StatusUnauthorized, http.StatusUnauthorized},
	"self-or-administrator":       {http.StatusUnauthorized, http.StatusUnauthorized},
	"self-or-super-administrator": {http.StatusUnauthorized, http.StatusUnauthorized},
	"authenticated-application":   {http.StatusUnauthorized, http.StatusUnauthorized},
	"administration":              {http.StatusUnauthorized, http.StatusUnauthorized},
	"demo":                        {http.StatusNotFound, http.StatusNotFound},
}

const madeUpToken = "AT-1-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

func TestWho_DenyByDefault(t *testing.T) {
	onEachEngine(t, nil, func(t *testing.T, s *cluster) {
		s.application(t, s.person(t, "tao.ran", store.RoleMember))
		guarded := 0
		for _, o := range loadedContract(t).Operations() {
			access, _ := o.Extensions["x-access"].(string)
			want, known := withoutCaller[access]
			if !known {
				t.Errorf("%s may be called by %q: nobody says who that is", o.OperationID, access)
			}
			if want.anonymous == 0 {
				continue
			}
			guarded++
			for token, status := range map[string]int{"": want.anonymous, madeUpToken: want.madeUp} {
				r := o.Requests("ok")[0]
				loadedContract(t).Authorise(&r, o, token, contract.Application{ID: "1"})
				refused(t, o.Tags[0], s.server(0).send(t, r), status)
			}
		}
		if guarded < 10 {
			t.Errorf("only %d operations are guarded", guarded)
		}
	})
}

func TestWho_Create(t *testing.T) {
	onEachEngine(t, nil, func(t *testing.T, s *cluster) {
		member := s.session(t, s.person(t, "tao.ran", store.RoleMember))
		administrator := s.session(t, s.person(t, "he.yun", store.RoleAdministrator))
		create := func(username, token string) answer {
			return s.server(1).send(t, postJSON("/api/user/create", `{"username":"`+username+`"}`, "Jwt", token))
		}
		refused(t, "jfinal", create("a.member", member), http.StatusForbidden)
		refused(t, "jfinal", create("nobody", ""), http.StatusUnauthorized)
		expect(t, create("an.administrator", administrator), http.StatusOK)
		if n := s.number(t, "SELECT COUNT(*) FROM users"); n != 3 {
			t.Errorf("%d users", n)
		}
	})
}

func TestWho_OpenRegistration(t *testing.T) {
	s := onSQLite(t, "--open-registration")
	s.server(0).ok(t, postJSON("/api/user/create", `{"username":"tao.ran"}`))
}

func TestWho_Detail(t *testing.T) {
	onEachEngine(t, nil, func(t *testing.T, s *cluster) {
		private := map[string]string{
			"user name": "lu.jiahe", "real name": "陆嘉禾", "mobile": mobile, "e-mail": "lu@example.com", "identity card": "110101199001010010",
		}
		subject, err := s.rules.CommandLine().AddUser(t.Context(), account.AddedUser{NewUser: account.NewUser{
			Username: private["user name"], Profile: account.Profile{
				RealName: new(private["real name"]), Mobile: new(private["mobile"]),
				Email: new(private["e-mail"]), IDCard: new(private["identity card"]),
			},
		}, Role: store.RoleMember})
		must(t, err)
		s.application(t, subject)
		fellow := s.person(t, "lin.wan", store.RoleMember)
		must(t, s.rules.CommandLine().AddMembership(t.Context(), fellow, "10020028", ""))
		ask := func(token string) answer {
			return s.server(1).send(t, get(fmt.Sprint("/api/user/detail?id=", subject), "Jwt", token, "X-App-Id", "1"))
		}
		detail := func(token string) string { return expect(t, ask(token), http.StatusOK).Text }
		for role, token := range map[string]string{
			"oneself": s.session(t, subject), "administrator": s.session(t, s.person(t, "he.yun", store.RoleAdministrator)),
		} {
			if seen := secretsIn(detail(token), private); len(seen) != len(private) {
				t.Errorf("%s sees only %v", role, seen)
			}
		}
		if seen := secretsIn(detail(s.session(t, fellow)), private); len(seen) > 0 {
			t.Errorf("other members see %v", seen)
		}
		refused(t, "jfinal", ask(s.session(t, s.person(t, "tao.ran", store.RoleMember))), http.StatusNotFound)
	})
}

func TestWho_Update(t *testing.T) {
	onEachEngine(t, nil, func(t *testing.T, s *cluster) {
		people := map[string]int64{}
		for _, role := range []string{store.RoleMember, store.RoleAdministrator, store.RoleSuperAdministrator} {
			people[role] = s.person(t, "user."+role, role)
		}
		other := s.person(t, "tao.ran", store.RoleMember)
		may := func(who, whom int64, status int) {
			t.Helper()
			r := postJSON("/api/user/update", fmt.Sprintf(`{"id":%d,"nickname":"嘉禾"}`, whom), "Jwt", s.session(t, who))
			if got := s.server(1).send(t, r); got.Status != status {
				t.Errorf("status %d, want %d: %s", got.Status, status, got.Text)
			}
		}
		may(other, other, http.StatusOK)
		may(other, people[store.RoleMember], http.StatusForbidden)
		may(other, 424242, http.StatusForbidden) // who is not there looks the same
		may(people[store.RoleAdministrator], other, http.StatusOK)
		may(people[store.RoleAdministrator], people[store.RoleSuperAdministrator], http.StatusForbidden)
		may(people[store.RoleAdministrator], s.person(t, "colleague", store.RoleAdministrator), http.StatusForbidden)
		may(people[store.RoleSuperAdministrator], people[store.RoleAdministrator], http.StatusOK)
	})
}

// TestWho_UnprovenMobile: a user who enters another's mobile in their own profile does
// not receive that user's sign-ins, nor signs in by it.
func TestWho_UnprovenMobile(t *testing.T) {
	onEachEngine(t, nil, func(t *testing.T, s *cluster) {
		taker := s.person(t, "tao.ran", store.RoleMember)
		update := fmt.Sprintf(`{"id":%d,"mobile":%q,"email":"lu@example.com"}`, taker, mobile)
		s.server(0).ok(t, postJSON("/api/user/update", update, "Jwt", s.session(t, taker)))
		refused(t, "jfinal", s.server(1).send(t, byPassword(mobile, goodPassword)), http.StatusUnauthorized)
		s.setCode(t, account.PurposeSignIn, mobile)
		got := s.server(0).ok(t, byCode(mobile, someCode))
		if data := got.body["data"].(map[string]any); data["userInfo"].(map[string]any)["id"] == float64(taker) {
			t.Error("an unproven mobile signs in")
		}
		if n := s.number(t, "SELECT COUNT(*) FROM users WHERE email_verified_at IS NOT NULL"); n != 0 {
			t.Error("an e-mail is proven by being written")
		}
	})
}

func TestWho_Password(t *testing.T) {
	onEachEngine(t, nil, func(t *testing.T, s *cluster) {
		subject := s.person(t, "lu.jiahe", store.RoleMember)
		change := func(caller int64, old string) answer {
			return s.server(1).send(t, postForm("/api/user/updatePassword", url.Values{
				"userId": {fmt.Sprint(subject)}, "newPassword": {otherPassword}, "oldPassowrd": {old},
			}, "Jwt", s.session(t, caller)))
		}
		before := s.hashOf(t, "lu.jiahe")
		administrator := s.person(t, "he.yun", store.RoleAdministrator)
		for why, got := range map[string]answer{
			"oneself without the old":       change(subject, ""),
			"oneself with a wrong one":      change(subject, otherPassword),
			"an administrator":              change(administrator, ""),
			"an administrator who knows it": change(administrator, goodPassword),
			"another":                       change(s.person(t, "tao.ran", store.RoleMember), goodPassword),
		} {
			if got.Status < 400 || s.hashOf(t, "lu.jiahe") != before {
				t.Fatalf("%s changes it: %s", why, got.Text)
			}
		}
		expect(t, change(s.person(t, "root", store.RoleSuperAdministrator), ""), http.StatusOK)
		s.server(0).jwt(t, "lu.jiahe", otherPassword)
	})
}

func TestWho_UserInfo(t *testing.T) {
	onEachEngine(t, nil, func(t *testing.T, s *cluster) {
		member, outsider := s.person(t, "lu.jiahe", store.RoleMember), s.person(t, "tao.ran", store.RoleMember)
		s.application(t, member)
		info := func(caller int64, whom any) answer {
			return s.server(1).send(t, get(fmt.Sprintf("/user/info?userId=%v&accessToken=%s", whom, s.session(t, caller)), "X-App-Id", "1"))
		}
		expect(t, info(outsider, outsider), http.StatusOK)
		refused(t, "cas", info(outsider, member), http.StatusNotFound)
		notThere, notMember := info(member, 424242), info(member, outsider)
		refused(t, "cas", notThere, http.StatusNotFound)
		if notMember.Status != notThere.Status || notMember.Text != notThere.Text {
			t.Errorf("somebody outside answers %s, nobody %s", notMember.Text, notThere.Text)
		}
		s.exec(t, "UPDATE applications SET disabled_at = 1")
		if got := info(member, member); got.Status < 400 {
			t.Errorf("a disabled application is answered: %s", got.Text)
		}
	})
}

// form is a JSON body as document 004's form sends it.
func form(r contract.Request) contract.Request {
	if r.Header.Get("Content-Type") == contract.MediaJSON && strings.HasPrefix(r.Path, "/api/user/") {
		return with(contract.Request{Method: r.Method, Path: r.Path, Body: url.Values{"user": {r.Body}}.Encode()},
			[]string{"Content-Type", contract.MediaForm, "Jwt", r.Header.Get("Jwt")})
	}
	return r
}
