package server_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"quartet/openapi"
	"quartet/server"
	"quartet/server/account"
	"quartet/store"
)

// roles are who calls, in the order of the table's columns.
var roles = []string{"anonymous", "other", "oneself", "administrator", "super"}

// accessTable has the HTTP status of each operation for each role. The operation is
// always about the user lu.jiahe.
var accessTable = map[string][5]int{
	"refreshUser":            {401, 200, 200, 200, 200},
	"sendMobileCode":         {200, 200, 200, 200, 200},
	"signInByMobile":         {401, 401, 401, 401, 401}, // a wrong code, for everybody
	"verifyMobile":           {401, 401, 401, 401, 401},
	"signInByWeChat":         {200, 200, 200, 200, 200},
	"signInByWeChatMobile":   {200, 200, 200, 200, 200},
	"linkWeChat":             {401, 200, 200, 200, 200}, // each an identity of their own
	"resetForgottenPassword": {401, 401, 401, 401, 401}, // a wrong code, for everybody
	"listSignIns":            {401, 200, 200, 200, 200},
	"copyMyData":             {401, 200, 200, 200, 200},
	"closeAccount":           {401, 200, 200, 200, 403}, // a super administrator cannot
	"exchangeToken":          {503, 503, 503, 503, 503}, // there is no old back end
	"mergeUsers":             {401, 403, 403, 403, 403}, // a token nobody knows
	"refreshAccessToken":     {401, 401, 401, 401, 401}, // a pair nobody knows
	"checkLoginStatus":       {401, 200, 200, 200, 200},
	"checkLoginStatusByPath": {401, 200, 200, 200, 200},
	"signOut":                {401, 200, 200, 200, 200},
	"listSessions":           {401, 200, 200, 200, 200},
	"endSession":             {401, 404, 404, 404, 404}, // nobody ends another's session
	"getUserInfo":            {401, 404, 200, 404, 404}, // the others are not members of the application's organisation
	"getWeChatUserInfo":      {200, 200, 200, 200, 200},
	"createUser":             {401, 403, 403, 200, 200},
	"getUserDetail":          {401, 404, 200, 200, 200},
	"postUserDetail":         {401, 404, 200, 200, 200},
	"signInByPassword":       {401, 401, 401, 401, 401}, // a wrong password, for everybody
	"updateUser":             {401, 403, 200, 200, 200},
	"updatePassword":         {401, 403, 400, 403, 200}, // without the old password
	"getHealth":              {200, 200, 200, 200, 200},
	"getReadiness":           {200, 200, 200, 200, 200},
	"getMetrics":             {200, 200, 200, 200, 200},
	"getSpecAsYaml":          {200, 200, 200, 200, 200},
	"getSpecAsJson":          {200, 200, 200, 200, 200},
	"getJsonWebKeys":         {200, 200, 200, 200, 200},
	"introspectToken":        {401, 401, 401, 401, 401}, // only an application with its secret
	"getDemoOutbox":          {404, 404, 404, 404, 404}, // only with --demo
	"resetDemo":              {404, 404, 404, 404, 404}, // only with --demo
}

func TestAccess(t *testing.T) {
	w := newWorld(t, manyCodes)
	subject := w.add("lu.jiahe", store.RoleMember)
	w.add("tao.ran", store.RoleMember)
	w.add("he.yun", store.RoleAdministrator)
	w.add("root", store.RoleSuperAdministrator)
	w.member(subject, "10020027", "js_000008")
	w.application("1", "10020027")
	names := map[string]string{"other": "tao.ran", "oneself": "lu.jiahe", "administrator": "he.yun", "super": "root"}

	for id, statuses := range accessTable {
		for column, role := range roles {
			t.Run(id+"/"+role, func(t *testing.T) {
				w := *w
				w.t = t
				var token string
				if name := names[role]; name != "" {
					token = w.jwt(name)
				}
				got := w.send(callTo(id, subject, token, role))
				if got.status != statuses[column] {
					t.Errorf("status %d, want %d: %s", got.status, statuses[column], got.text)
				}
				if id == "updatePassword" && got.status == http.StatusOK {
					must(t, resetPassword(w.accounts, subject))
				}
			})
		}
	}
}

func manyCodes(c *account.Config, _ *server.Options) {
	plenty := account.Rate{Times: 1000, Per: c.Limits.CodeHour.Per}
	c.Limits.CodeResend, c.Limits.CodeHour, c.Limits.CodeDay, c.Limits.CodePerIP = plenty, plenty, plenty, plenty
	c.Limits.PasswordPerAccountIP, c.Limits.PasswordPerAccount, c.Limits.PasswordPerIP = plenty, plenty, plenty
	c.Limits.CodeRefusedPerIP = plenty
}

// callTo is a request of the operation about the subject, with the token in the
// place that the operation names.
func callTo(operation string, subject int64, token, unique string) request {
	form := func(path string, fields url.Values, header ...string) request {
		return request{method: http.MethodPost, path: path, body: fields.Encode(), header: pairs(append(header, "Content-Type", formMedia))}
	}
	body := func(path, text string, header ...string) request {
		return request{method: http.MethodPost, path: path, body: text, header: pairs(append(header, "Content-Type", jsonMedia))}
	}
	get := func(path string, header ...string) request {
		return request{method: http.MethodGet, path: path, header: pairs(header)}
	}
	id := fmt.Sprint(subject)
	switch operation {
	case "refreshUser":
		return form("/user/refresh", url.Values{"frontType": {"0"}}, "X-Access-Token", token)
	case "sendMobileCode":
		return body("/auth/mobile/code", `{"mobile":"13900002222"}`, "Authorization", token)
	case "signInByMobile":
		return body("/auth/mobile/login", `{"companyType":0,"mobile":"13900003333","productType":0,"source":"","validateNo":"000000"}`, "Authorization", token)
	case "verifyMobile":
		return body("/auth/mobile/verify", `{"mobile":"13900003333","validateNo":"000000"}`, "Authorization", token)
	case "signInByWeChat":
		return body("/auth/wechat/login", `{"code":"0a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P"}`, "Authorization", token)
	case "signInByWeChatMobile":
		return body("/auth/wechat/mobile", `{"phoneCode":"13900000009a1B2c3D4e5F6g7H8i9J0k"}`, "Authorization", token)
	case "linkWeChat":
		return body("/auth/wechat/link", `{"code":"`+(unique + strings.Repeat("-", 32))[:32]+`"}`, "Authorization", token)
	case "resetForgottenPassword":
		return body("/auth/password/reset", `{"mobile":"13900003333","validateNo":"000000","newPassword":"`+otherPassword+`"}`, "Authorization", token)
	case "listSignIns":
		return get("/auth/sign-ins", "Authorization", token)
	case "copyMyData":
		return get("/auth/account/data", "Authorization", token)
	case "closeAccount":
		return body("/auth/account/close", `{}`, "Authorization", token)
	case "exchangeToken":
		return body("/auth/token/exchange", `{"token":"old-4d1c7be09a2f4e6c8b53"}`, "Authorization", token)
	case "mergeUsers":
		return body("/auth/merge", `{"accessToken":"AT-1-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}`, "Authorization", token)
	case "refreshAccessToken":
		return body("/app/auth/token/refresh", `{"accessToken":"AT-1-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","refreshToken":"RT-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}`, "Authorization", token)
	case "checkLoginStatus":
		return get("/wx/pc/check-login-status?deviceNumber=pc", "Authorization", token)
	case "checkLoginStatusByPath":
		return get("/wx/pc/check-login-status/pc", "token", token)
	case "signOut":
		return request{method: http.MethodPost, path: "/auth/logout", header: pairs([]string{"Authorization", token})}
	case "listSessions":
		return get("/auth/sessions", "Authorization", token)
	case "endSession":
		return request{method: http.MethodDelete, path: "/auth/sessions/1", header: pairs([]string{"Authorization", token})}
	case "getUserInfo":
		return get("/user/info?userId="+id+"&accessToken="+token, "X-App-Id", "1")
	case "getWeChatUserInfo":
		return body("/account_api/wechat/user/getUserInfo", `{"code":"0a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P"}`, "Authorization", token)
	case "createUser":
		return body("/api/user/create", `{"username":"new.`+unique+`"}`, "Jwt", token)
	case "getUserDetail":
		return get("/api/user/detail?id="+id, "Jwt", token)
	case "postUserDetail":
		return form("/api/user/detail", url.Values{"id": {id}}, "Jwt", token)
	case "signInByPassword":
		return form("/api/user/login", url.Values{"loginAccount": {"lu.jiahe"}, "password": {"wrong-but-long"}}, "Jwt", token)
	case "updateUser":
		return body("/api/user/update", `{"id":`+id+`,"nickname":"嘉禾"}`, "Jwt", token)
	case "updatePassword":
		return form("/api/user/updatePassword", url.Values{"userId": {id}, "newPassword": {otherPassword}}, "Jwt", token)
	case "introspectToken":
		return form("/oauth2/introspect", url.Values{"token": {token + "."}}, "Authorization", token, "X-App-Id", "1")
	case "resetDemo":
		return request{method: http.MethodPost, path: "/demo/reset"}
	default:
		return get(systemPaths[operation])
	}
}

var systemPaths = map[string]string{
	"getHealth": "/healthz", "getReadiness": "/readyz", "getMetrics": "/metrics",
	"getSpecAsYaml": "/openapi.yaml", "getSpecAsJson": "/openapi.json", "getDemoOutbox": "/demo/outbox",
	"getJsonWebKeys": "/.well-known/jwks.json",
}

func resetPassword(accounts *account.Service, id int64) error {
	_, err := accounts.CommandLine().ResetPassword(bg(), id, goodPassword)
	return err
}

func TestAccessTableNamesEveryOperation(t *testing.T) {
	document, err := openapi3.NewLoader().LoadFromData(openapi.Document)
	must(t, err)
	var declared, listed []string
	for _, path := range document.Paths.Map() {
		for _, operation := range path.Operations() {
			declared = append(declared, operation.OperationID)
		}
	}
	for id := range accessTable {
		listed = append(listed, id)
	}
	listed = slices.AppendSeq(listed, maps.Keys(adminAccess))
	slices.Sort(declared)
	slices.Sort(listed)
	if !slices.Equal(declared, listed) {
		t.Errorf("the contract has\n%v\nthe table\n%v", declared, listed)
	}
}

func TestAnonymousCreateNeedsOpenRegistration(t *testing.T) {
	w := newWorld(t, openRegistration)
	requireOK(t, w.postJSON("/api/user/create", `{"username":"chen.yiming"}`))
	requireFailure(t, "jfinal", w.postJSON("/api/user/create", `{"username":"su.qing"}`, "Jwt", "not-a-token"), http.StatusUnauthorized)
}

func TestMassAssignment(t *testing.T) {
	w := newWorld(t, openRegistration)
	created := requireOK(t, w.postJSON("/api/user/create", `{"username":"tao.ran","password":"`+goodPassword+`","id":5,"role":"super_administrator","status":"locked",
		"salt":"x","emailStatus":"ok","mobileStatus":"ok","mobile":"13900004444","email":"tao@example.com","created":"2001-01-01 00:00:00","createSource":"x","anonym":"x","guid":"x","password_hash":"x","passwordHash":"x"}`))
	id := fmt.Sprintf("%.0f", created.body["userId"])
	if id == "5" {
		t.Fatal("the caller chose the id")
	}
	jwt := w.jwt("tao.ran")
	own := requireOK(t, w.get("/api/user/detail?id="+id, "Jwt", jwt)).body["user"].(map[string]any)
	if own["status"] != "ok" || own["mobileStatus"] != "unverified" || own["emailStatus"] != "unverified" || own["createSource"] == "x" || own["anonym"] != nil {
		t.Errorf("user %v", own)
	}
	requireOK(t, w.postJSON("/api/user/update", `{"id":`+id+`,"role":"super_administrator","status":"locked","mobileStatus":"ok","password":"`+otherPassword+`"}`, "Jwt", jwt))
	after := requireOK(t, w.get("/api/user/detail?id="+id, "Jwt", jwt)).body["user"].(map[string]any)
	if after["mobileStatus"] != "unverified" || after["status"] != "ok" {
		t.Errorf("user %v", after)
	}
	_, err := w.accounts.CommandLine().AddUser(t.Context(), account.AddedUser{NewUser: account.NewUser{Username: "root", Password: new(goodPassword)}, Role: account.RoleSuperAdministrator})
	must(t, err)
	requireOK(t, w.postJSON("/api/user/update", `{"id":`+id+`,"mobile":"13900004444","mobileStatus":"ok","email":"ran@example.com","emailStatus":"ok"}`, "Jwt", w.jwt("root")))
	vouched := requireOK(t, w.get("/api/user/detail?id="+id, "Jwt", jwt)).body["user"].(map[string]any)
	if vouched["mobileStatus"] != "ok" || vouched["emailStatus"] != "unverified" {
		t.Errorf("a super administrator vouches for the mobile, and changes the e-mail: %v", vouched)
	}
	requireFailure(t, "jfinal", w.postJSON("/api/user/update", `{"id":`+id+`,"mobile":"13900005555"}`, "Jwt", jwt), http.StatusForbidden, "mobile")
	requireFailure(t, "jfinal", w.postJSON("/api/user/create", `{"username":"su.qing"}`+"", "Jwt", "x"), http.StatusUnauthorized)
	requireFailure(t, "jfinal", w.postForm("/api/user/login", url.Values{"loginAccount": {"13900005555"}, "password": {goodPassword}}), http.StatusUnauthorized)
	requireFailure(t, "jfinal", w.postJSON("/api/user/update", `{"id":`+id+`,"NICKNAME":"x"}`, "Jwt", jwt), http.StatusBadRequest, "NICKNAME")
}

func TestOthersSeeThePublicPartOnly(t *testing.T) {
	w := newWorld(t)
	id, err := w.accounts.CommandLine().AddUser(t.Context(), account.AddedUser{NewUser: account.NewUser{
		Username: "lu.jiahe", Profile: account.Profile{Nickname: new("嘉禾"), RealName: new("陆嘉禾"), Mobile: new(mobile), Email: new("lu@example.com"), IDCard: new("110101199001010010")},
	}})
	must(t, err)
	w.member(id, "10020027", "js_000008")
	w.application("1", "10020027")
	must(t, w.accounts.CommandLine().AddMembership(t.Context(), w.add("tao.ran", store.RoleMember), "10020027", ""))
	w.add("stranger", store.RoleMember)
	w.add("he.yun", store.RoleAdministrator)
	path := fmt.Sprintf("/api/user/detail?id=%d", id)
	requireFailure(t, "jfinal", w.get(path, "Jwt", w.jwt("tao.ran")), http.StatusNotFound)
	requireFailure(t, "jfinal", w.get(path, "Jwt", w.jwt("stranger"), "X-App-Id", "1"), http.StatusNotFound)
	requireFailure(t, "jfinal", w.get(path, "Jwt", w.jwt("stranger"), "X-App-Id", "1", "X-App-Secret", "qas_wrong"), http.StatusUnauthorized)
	secret, err := w.accounts.CommandLine().AddApplicationSecret(t.Context(), "1")
	must(t, err)
	requireOK(t, w.get(path, "Jwt", w.jwt("stranger"), "X-App-Id", "1", "X-App-Secret", secret.Text))
	public := requireOK(t, w.get(path, "Jwt", w.jwt("tao.ran"), "X-App-Id", "1"))
	for _, private := range []string{"lu.jiahe", "陆嘉禾", mobile, "lu@example.com", "1101011990"} {
		if strings.Contains(public.text, private) {
			t.Errorf("others see %s: %s", private, public.text)
		}
	}
	whole := requireOK(t, w.get(path, "Jwt", w.jwt("he.yun")))
	if !strings.Contains(whole.text, mobile) {
		t.Errorf("an administrator sees %s", whole.text)
	}
}
