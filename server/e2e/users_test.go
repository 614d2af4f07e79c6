package e2e

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"quartet/openapi/check/contract"
	"quartet/server/account"
	"quartet/server/token"
	"quartet/store"
	"quartet/store/storetest"
)

const (
	goodPassword  = "violet-otter-lantern"
	otherPassword = "copper-heron-window"
	mobile        = "13900001111"
	someCode      = "731406"
	wrongCode     = "000000"
)

// behindProxy lets a test choose the address that a request seems to come from.
var behindProxy = []string{"--trusted-proxies", "127.0.0.1/32"}

// from is the header that says where a request comes from.
func from(address string) []string { return []string{"X-Forwarded-For", address} }

// person adds a user who signs in with goodPassword.
func (s *cluster) person(t *testing.T, username, role string) int64 {
	t.Helper()
	id, err := s.rules.CommandLine().AddUser(t.Context(), account.AddedUser{
		NewUser: account.NewUser{Username: username, Password: new(goodPassword)}, Role: role,
	})
	must(t, err)
	return id
}

// owner adds a user without a password who has proven to own a mobile.
func (s *cluster) owner(t *testing.T, username, mobile string) int64 {
	t.Helper()
	id, err := s.rules.CommandLine().AddUser(t.Context(), account.AddedUser{
		NewUser: account.NewUser{Username: username, Profile: account.Profile{Mobile: &mobile}},
		Role:    store.RoleMember, MobileVerified: true,
	})
	must(t, err)
	return id
}

// setCode makes someCode the code of a mobile, as if it had just been sent.
func (s *cluster) setCode(t testing.TB, purpose, mobile string) {
	t.Helper()
	if err := s.rules.SetCode(t.Context(), purpose, mobile, someCode, 5*time.Minute); err != nil {
		t.Error(err)
	}
}

// application registers application 1 for an organisation that user is in. The
// demonstration has both already.
func (s *cluster) application(t *testing.T, user int64) {
	t.Helper()
	if slices.Contains(s.flags, "--demo") {
		must(t, s.rules.CommandLine().AddMembership(t.Context(), user, "10020027", ""))
		return
	}
	_, err := s.rules.CommandLine().AddOrganisation(t.Context(), "10020028", "第二十八职业高中")
	must(t, err)
	_, err = s.rules.CommandLine().AddApplication(t.Context(), "1", "合作方", nil)
	must(t, err)
	must(t, s.rules.CommandLine().AddApplicationOrganisation(t.Context(), "1", "10020028"))
	must(t, s.rules.CommandLine().AddMembership(t.Context(), user, "10020028", ""))
}

// session puts a session of the user in place and gives its access token, which
// spares the test the cost of signing in.
func (s *cluster) session(t *testing.T, user int64) string {
	t.Helper()
	now := time.Now()
	id := s.ids.Next()
	access := token.Access([]byte("a test's own key"), fmt.Sprint("seed ", id), id, 1)
	must(t, storetest.PutSession(t.Context(), s.store, store.Session{
		ID: id, UserID: user, Dialect: "yudao", OpenedBy: account.OpenedByPassword,
		Generation: 1, AccessHash: new(store.Digest(token.Hash(access))), RefreshHash: new(store.Digest(token.Hash("RT-" + access))),
		AccessExpiresAt: store.TimeOf(now.Add(time.Hour)), ExpiresAt: store.TimeOf(now.Add(time.Hour)),
		CreatedAt: store.TimeOf(now), LastSeenAt: store.TimeOf(now),
	}))
	return access
}

// sessions counts the sessions there are.
func (s *cluster) sessions(t *testing.T) int64 {
	t.Helper()
	return s.number(t, "SELECT COUNT(*) FROM sessions")
}

func byCode(mobile, code string, header ...string) contract.Request {
	return postJSON("/auth/mobile/login",
		`{"companyType":0,"mobile":"`+mobile+`","productType":0,"source":"test","validateNo":"`+code+`"}`, header...)
}

func byPassword(account, password string, header ...string) contract.Request {
	return postForm("/api/user/login", url.Values{"loginAccount": {account}, "password": {password}}, header...)
}

func refreshing(access, refresh string) contract.Request {
	return postJSON("/app/auth/token/refresh", fmt.Sprintf(`{"accessToken":%q,"refreshToken":%q}`, access, refresh))
}

// jwt signs in by password.
func (o origin) jwt(t *testing.T, username, password string) string {
	t.Helper()
	return text(o.ok(t, byPassword(username, password)), "Jwt")
}

// pair signs in by a code.
func (s *cluster) pair(t *testing.T, mobile string) (access, refresh string) {
	t.Helper()
	s.setCode(t, account.PurposeSignIn, mobile)
	got := s.server(0).ok(t, byCode(mobile, someCode))
	return text(got, "data.accessToken.value"), text(got, "data.refreshToken.value")
}

// eachDialect is one request of each dialect that takes a token of any of them, made
// by and about the user; application 1 must be there and know the user.
func eachDialect(user int64, token string) map[string]contract.Request {
	return map[string]contract.Request{
		"jeecg":  postForm("/user/refresh", url.Values{"frontType": {"1"}}, "X-Access-Token", token),
		"yudao":  get("/auth/sessions", "Authorization", token),
		"cas":    get(fmt.Sprintf("/user/info?userId=%d&accessToken=%s", user, token), "X-App-Id", "1"),
		"jfinal": get(fmt.Sprintf("/api/user/detail?id=%d", user), "Jwt", token),
	}
}

// good checks that a token works in every dialect on every server.
func (s *cluster) good(t *testing.T, user int64, token string) {
	t.Helper()
	for i, server := range s.servers {
		for dialect, r := range eachDialect(user, token) {
			if got := server.send(t, r); got.Status != http.StatusOK {
				t.Errorf("server %d, %s: status %d: %s", i, dialect, got.Status, got.Text)
			}
		}
	}
}

// dead checks that a token works in no dialect on no server, and that each says so
// in its own envelope.
func (s *cluster) dead(t *testing.T, user int64, token string) {
	t.Helper()
	for _, server := range s.servers {
		for dialect, r := range eachDialect(user, token) {
			refused(t, dialect, server.send(t, r), http.StatusUnauthorized)
		}
	}
}

// secretsIn tells which of the named secrets a text holds.
func secretsIn(text string, secrets map[string]string) (found []string) {
	for name, secret := range secrets {
		if secret != "" && strings.Contains(text, secret) {
			found = append(found, name)
		}
	}
	return found
}
