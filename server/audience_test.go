package server_test

import (
	"database/sql"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"quartet/server"
	"quartet/server/account"
	"quartet/store"
)

// audienceOf is the claim aud: "[quartet portal]".
func audienceOf(t *testing.T, jwt string) string {
	t.Helper()
	audience, isArray := partsOf(t, jwt).claims["aud"].([]any)
	if !isArray {
		t.Fatalf("aud is no array: %v", partsOf(t, jwt).claims)
	}
	return fmt.Sprint(audience)
}

// signInThrough signs in by password with the headers, and gives the JWT.
func (w *world) signInThrough(username string, header ...string) string {
	w.t.Helper()
	got := requireOK(w.t, w.postForm("/api/user/login", url.Values{"loginAccount": {username}, "password": {goodPassword}}, header...))
	return got.body["Jwt"].(string)
}

func TestAudience(t *testing.T) {
	w := newWorld(t)
	w.add("lu.jiahe", store.RoleMember)
	w.application("portal", "")
	w.application("closed", "")
	_, err := w.accounts.CommandLine().ChangeApplication(t.Context(), "closed", account.ApplicationChange{EntryChange: account.EntryChange{Disabled: new(true)}})
	must(t, err)
	for name, c := range map[string]struct {
		header []string
		want   string
	}{
		"no application":       {nil, "[quartet]"},
		"an empty id":          {[]string{"X-App-Id", ""}, "[quartet]"},
		"a known application":  {[]string{"X-App-Id", "portal"}, "[quartet portal]"},
		"an unknown one":       {[]string{"X-App-Id", "nobody"}, "[quartet]"},
		"in another case":      {[]string{"X-App-Id", "Portal"}, "[quartet]"},
		"a disabled one":       {[]string{"X-App-Id", "closed"}, "[quartet]"},
		"much too long":        {[]string{"X-App-Id", strings.Repeat("portal", 200)}, "[quartet]"},
		"this server's own":    {[]string{"X-App-Id", "quartet"}, "[quartet]"},
		"two, separated":       {[]string{"X-App-Id", "portal, portal"}, "[quartet]"},
		"another header alone": {[]string{"X-Application", "portal"}, "[quartet]"},
	} {
		t.Run(name, func(t *testing.T) {
			jwt := w.signInThrough("lu.jiahe", c.header...)
			if got := audienceOf(t, jwt); got != c.want {
				t.Errorf("aud %s, want %s", got, c.want)
			}
			requireOK(t, w.sessionsBy(jwt))
			if got := requireOK(t, w.get("/auth/sessions", "Authorization", jwt, "X-App-Id", "portal")).header.Get("Jwt"); got != "" {
				t.Error("a request changes the audience")
			}
		})
	}
}

// A renewed JWT has the audience of its session, whatever the request names.
func TestARenewedJWTKeepsItsAudience(t *testing.T) {
	clock := &movedClock{}
	w := newWorld(t, func(c *account.Config, o *server.Options) { c.Now, o.Now = clock.now, clock.now })
	w.add("lu.jiahe", store.RoleMember)
	w.application("portal", "")
	w.application("other", "")
	for want, jwt := range map[string]string{
		"[quartet]":        w.signInThrough("lu.jiahe"),
		"[quartet portal]": w.signInThrough("lu.jiahe", "X-App-Id", "portal"),
	} {
		extended := requireOK(t, w.postJSON("/user/refresh", `{"token":"`+jwt+`","frontType":1}`, "X-App-Id", "other")).header.Get("Jwt")
		if got := audienceOf(t, extended); got != want {
			t.Errorf("extended: aud %s, want %s", got, want)
		}
	}
	for want, jwt := range map[string]string{
		"[quartet]":        w.signInThrough("lu.jiahe"),
		"[quartet portal]": w.signInThrough("lu.jiahe", "X-App-Id", "portal"),
	} {
		clock.forward(35 * time.Minute) // past half its life
		for range 2 {
			renewed := requireOK(t, w.get("/auth/sessions", "Authorization", jwt, "X-App-Id", "other")).header.Get("Jwt")
			if got := audienceOf(t, renewed); got != want {
				t.Errorf("renewed: aud %s, want %s", got, want)
			}
			jwt = renewed
			clock.forward(35 * time.Minute)
		}
		clock.forward(-105 * time.Minute)
	}
}

// Sessions with opaque tokens remember their application too.
func TestEverySignInRemembersItsApplication(t *testing.T) {
	w := newWorld(t, manyCodes)
	w.application("portal", "")
	for _, application := range []string{"portal", "nobody", ""} {
		code := w.code(mobile, "sign_in")
		requireOK(t, w.postJSON("/auth/mobile/login", `{"companyType":1,"mobile":"`+mobile+`","productType":1,"source":"test","validateNo":"`+code+`"}`,
			"X-App-Id", application))
		requireOK(t, w.postJSON("/account_api/wechat/user/getUserInfo", `{"code":"0a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P"}`, "X-App-Id", application))
	}
	var got []string
	database, err := sql.Open("sqlite", w.path)
	must(t, err)
	defer database.Close()
	rows, err := database.QueryContext(t.Context(), "SELECT opened_by || ' ' || coalesce(application_id, 'none') FROM sessions ORDER BY id")
	must(t, err)
	defer rows.Close()
	for rows.Next() {
		var one string
		must(t, rows.Scan(&one))
		got = append(got, one)
	}
	must(t, rows.Err())
	if want := "[code portal wechat portal code none wechat none code none wechat none]"; fmt.Sprint(got) != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

// A token that its user gave to an application for reading them lives no longer by that.
func TestATokenGivenToAnApplicationIsNotRenewedThere(t *testing.T) {
	t.Parallel()
	clock := &movedClock{}
	w := newWorld(t, func(c *account.Config, o *server.Options) { c.Now, o.Now = clock.now, clock.now })
	id := w.add("lu.jiahe", store.RoleMember)
	w.application("portal", "")
	jwt := w.signInThrough("lu.jiahe", "X-App-Id", "portal")
	path := fmt.Sprint("/user/info?userId=", id, "&accessToken=", jwt)
	clock.forward(35 * time.Minute) // past half its life
	for range 5 {
		if got := requireOK(t, w.get(path, "X-App-Id", "portal")).header.Get("Jwt"); got != "" {
			t.Fatal("the application has got a new token")
		}
		clock.forward(4 * time.Minute)
	}
	if requireOK(t, w.get("/auth/sessions", "Authorization", jwt)).header.Get("Jwt") == "" {
		t.Error("the token is not renewed for its user")
	}
	clock.forward(10 * time.Minute)
	requireFailure(t, "cas", w.get(path, "X-App-Id", "portal"), http.StatusUnauthorized)
}
