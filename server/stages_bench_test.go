package server

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"quartet/server/account"
	"quartet/store"
)

// The stages of a request, one benchmark each.

const benchmarkLogin = `{"companyType":0,"mobile":"13900001111","productType":0,"source":"web","validateNo":"246135"}`

func benchmarkOperation(b *testing.B, method, route string) *operation {
	b.Helper()
	contract, err := loadContract()
	if err != nil {
		b.Fatal(err)
	}
	table, err := newOperations(contract, DefaultLimits())
	if err != nil {
		b.Fatal(err)
	}
	found := table.find(method, route)
	if found == nil {
		b.Fatal("no operation", method, route)
	}
	return found
}

func BenchmarkStageParameters(b *testing.B) {
	o := benchmarkOperation(b, http.MethodGet, "/user/info")
	request := httptest.NewRequest(http.MethodGet, "/user/info?userId=1000001&accessToken=AT-4-Q8z-8PhSfm4RYp10WUcpuWSXbjpUIRtW", nil)
	c := echo.New().NewContext(request, httptest.NewRecorder())
	b.ReportAllocs()
	for b.Loop() {
		if err := o.checkParameters(c); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkStageBody reads, checks and validates a body, as JSON and as a form
// that holds JSON.
func BenchmarkStageBody(b *testing.B) {
	for name, sent := range map[string]struct{ route, media, body string }{
		"json": {"/auth/mobile/login", mediaJSON, benchmarkLogin},
		"form": {"/api/user/create", mediaForm, "user=%7B%22username%22%3A%22lu.jiahe%22%2C%22nickname%22%3A%22%E5%98%89%E7%A6%BE%22%7D"},
	} {
		b.Run(name, func(b *testing.B) {
			o := benchmarkOperation(b, http.MethodPost, sent.route)
			b.ReportAllocs()
			for b.Loop() {
				request := httptest.NewRequest(http.MethodPost, sent.route, strings.NewReader(sent.body))
				request.Header.Set("Content-Type", sent.media)
				if _, err := o.readBody(request); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkStageParseJSON(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := parseJSON([]byte(benchmarkLogin), DefaultLimits()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkStageValidate(b *testing.B) {
	login := benchmarkOperation(b, http.MethodPost, "/auth/mobile/login").bodies[mediaJSON]
	value, err := parseJSON([]byte(benchmarkLogin), DefaultLimits())
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := login.check(value); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkStageConvert turns what the rules found into an answer's bytes.
func BenchmarkStageConvert(b *testing.B) {
	s := &server{zone: time.UTC, now: time.Now}
	user := account.User{
		User:   store.User{ID: 1000001, Username: new("lu.jiahe"), Nickname: "嘉禾", Gender: 1, Role: store.RoleMember, CreatedAt: 1, UpdatedAt: 1},
		Mobile: "13900001111",
	}
	member := store.Membership{
		Organisation: store.Organisation{ID: 10020027, Code: "10020027", Name: "云海职业高中"},
		Roles:        []store.Role{{ID: 1, Code: "js_000008", Name: "班主任"}},
	}
	for name, convert := range map[string]func() any{
		"jeecg": func() any { return s.toResultUser(user) },
		"yudao":   func() any { return toMobileUser(user) },
		"cas": func() any {
			return toUserInfo(account.AppUserInfo{
				UserID: user.ID, Username: user.Username, Nickname: user.Nickname, Gender: user.Gender, Mobile: user.Mobile,
				Memberships: []store.Membership{member, member},
			})
		},
		"jfinal": func() any { return s.toUser(user) },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := json.Marshal(convert()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
