package server_test

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"quartet/server/account"
)

// BenchmarkRead is user/info through the whole server, without the network,
// once with each kind of token.
func BenchmarkRead(b *testing.B) {
	handler, accounts := newHandler(b)
	if _, err := accounts.CommandLine().AddApplication(b.Context(), "1", "演示应用", nil); err != nil {
		b.Fatal(err)
	}
	must(b, accounts.SetCode(b.Context(), account.PurposeSignIn, mobile, "123456", time.Minute))
	opaque, err := accounts.SignInByCode(b.Context(), account.CodeSignIn{Mobile: mobile, Code: "123456", ClientIP: "192.0.2.1"})
	must(b, err)
	_, err = accounts.CommandLine().AddUser(b.Context(), account.AddedUser{NewUser: account.NewUser{Username: "lu.jiahe", Password: new(goodPassword)}})
	must(b, err)
	jwt, err := accounts.SignInByPassword(b.Context(), account.PasswordSignIn{Account: "lu.jiahe", Password: goodPassword, ClientIP: "192.0.2.1"})
	must(b, err)
	for name, grant := range map[string]account.SignInResult{"opaque": opaque, "jwt": jwt} {
		path := "/user/info?userId=" + strconv.FormatInt(grant.Session.UserID, 10) + "&accessToken=" + grant.AccessToken
		b.Run(name, func(b *testing.B) {
			run(b, handler, http.StatusOK, func() *http.Request {
				r := httptest.NewRequest(http.MethodGet, path, nil)
				r.Header.Set("X-App-Id", "1")
				return r
			})
		})
	}
}

// BenchmarkRefused is a body that the contract refuses: no rule, no query.
func BenchmarkRefused(b *testing.B) {
	handler, _ := newHandler(b)
	run(b, handler, http.StatusBadRequest, func() *http.Request {
		r := httptest.NewRequest(http.MethodPost, "/auth/mobile/login", strings.NewReader(`{"companyType":0,"mobile":"139","productType":0,"source":"web","validateNo":"000000"}`))
		r.Header.Set("Content-Type", jsonMedia)
		return r
	})
}

// BenchmarkStageCaller authenticates by an opaque token (hash, session and access), and
// by a JWT, whose signature was verified before.
func BenchmarkStageCaller(b *testing.B) {
	_, accounts := newHandler(b)
	if _, err := accounts.CommandLine().AddUser(b.Context(), account.AddedUser{NewUser: account.NewUser{Username: "lu.jiahe", Password: new(goodPassword)}}); err != nil {
		b.Fatal(err)
	}
	jwt, err := accounts.SignInByPassword(b.Context(), account.PasswordSignIn{Account: "lu.jiahe", Password: goodPassword, ClientIP: "192.0.2.1"})
	if err != nil {
		b.Fatal(err)
	}
	if err := accounts.SetCode(b.Context(), account.PurposeSignIn, mobile, "246135", time.Minute); err != nil {
		b.Fatal(err)
	}
	opaque, err := accounts.SignInByCode(b.Context(), account.CodeSignIn{Mobile: mobile, Code: "246135", Source: "web", ClientIP: "192.0.2.1"})
	if err != nil {
		b.Fatal(err)
	}
	for name, token := range map[string]string{"opaque": opaque.AccessToken, "jwt": jwt.AccessToken} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := accounts.Authenticate(b.Context(), token, account.CallingApplication{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func run(b *testing.B, handler http.Handler, want int, next func() *http.Request) {
	b.ReportAllocs()
	for b.Loop() {
		got := httptest.NewRecorder()
		handler.ServeHTTP(got, next())
		if got.Code != want {
			b.Fatalf("status %d: %s", got.Code, got.Body)
		}
	}
}
