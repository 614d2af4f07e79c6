package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
)

const (
	mediaJSON = "application/json"
	mediaForm = "application/x-www-form-urlencoded"
	// writeLimit bounds a measurement whose requests use something up.
	writeLimit = 1000
)

// benchCase is one thing to measure.
type benchCase struct {
	name    string
	what    string // in words
	clients []int  // at once
	status  int    // of every answer
	limit   int64  // requests of one measurement; 0: only time limits them
	busy    bool   // 503 is an answer, but not counted: the server bounds who waits
	arm     bool   // put the one-time codes back before each measurement
	same    bool   // the server's answer must say what the reference's says
	request func(c call) []byte
	learn   func(c call, body []byte)
}

// call is what a request can be made of.
type call struct {
	*target
	world
	client int
	turn   int // counts the case's requests to this target, in all rounds
}

// cases are all there is to measure, in the order of the table.
func cases() []benchCase {
	all, some := []int{1, 8, mostClients}, []int{8, mostClients}
	return []benchCase{
		{name: "user-info-warm", what: "`GET /user/info`, tokens in use", clients: all, status: 200, same: true, request: func(c call) []byte { return userInfo(c, c.client) }},
		{name: "user-info-cold", what: "`GET /user/info`, every token another", clients: all, status: 200, request: func(c call) []byte { return userInfo(c, cold(c)) }},
		{name: "user-info-first", what: "`GET /user/info`, notes the first use (a write)", clients: all, status: 200, limit: writeLimit, request: func(c call) []byte { return userInfo(c, unseen(c)) }},
		{name: "mixed", what: "`GET /user/info`, tokens in use; each tenth request creates a user", clients: some, status: 200, request: mixed},
		{name: "login-status", what: "`GET /wx/pc/check-login-status`", clients: some, status: 200, request: loginStatus},
		{name: "slide", what: "`POST /user/refresh` (a write)", clients: all, status: 200, request: slide},
		{name: "token-refresh", what: "`POST /app/auth/token/refresh` (a write)", clients: all, status: 200, request: refresh, learn: learnAccess},
		{name: "create", what: "`POST /api/user/create` (a write)", clients: all, status: 200, request: func(c call) []byte { return createUser(c, "new") }},
		{name: "password-sign-in", what: "`POST /api/user/login`, argon2id (a write)", clients: []int{1, 8}, status: 200, busy: true, request: signInByPassword},
		{name: "code-sign-in", what: "`POST /auth/mobile/login` (a write)", clients: all, status: 200, limit: writeLimit, arm: true, request: func(c call) []byte {
			return signInByCode(mobile(firstUser + int64(c.turn%min(c.users, writeLimit))))
		}},
		{name: "refused", what: "a body that breaks the contract: 400", clients: some, status: 400, request: func(call) []byte { return signInByCode("139") }},
		{name: "not-found", what: "a path that is not there: 404", clients: some, status: 404, request: func(call) []byte { return get("/nothing/here", "") }},
	}
}

// cases are those that were asked for.
func (o options) cases() []benchCase {
	return slices.DeleteFunc(cases(), func(c benchCase) bool { return !strings.Contains(c.name, o.only) })
}

// cold walks over all sessions in strides, so that neighbours are not neighbours
// in the file.
func cold(c call) int { return c.turn * 7919 % c.sessions }

// unseen gives each target sessions of its own: both read the same file.
func unseen(c call) int {
	if c.turn >= c.unseen/2 {
		panic("bench: more first uses than sessions") // a mistake in this program
	}
	return c.sessions + 2*c.turn + c.index
}

func get(path, header string) []byte {
	return []byte("GET " + path + " HTTP/1.1\r\nHost: bench\r\n" + header + "\r\n")
}

func post(path, media, body string) []byte {
	return fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: bench\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s", path, media, len(body), body)
}

func userInfo(c call, session int) []byte {
	return get(fmt.Sprintf("/user/info?accessToken=%s&userId=%d", accessToken(session), c.user(session)), "X-App-Id: "+application+"\r\n")
}

func loginStatus(c call) []byte {
	return get("/wx/pc/check-login-status?deviceNumber="+device, "Authorization: "+accessToken(c.client)+"\r\n")
}

func slide(c call) []byte {
	return post("/user/refresh", mediaForm, "frontType=0&token="+accessToken(c.client))
}

// refresh goes on where the client's last answer left off. Each client has a
// session whose access token no other case uses.
func refresh(c call) []byte {
	session := c.sessions + c.unseen + c.client
	access, ok := c.access.Load(c.client)
	if !ok {
		access = accessToken(session)
	}
	return post("/app/auth/token/refresh", mediaJSON, fmt.Sprintf(`{"accessToken":%q,"refreshToken":%q}`, access, refreshToken(session)))
}

func learnAccess(c call, body []byte) {
	var answer struct{ Data struct{ Value string } }
	if json.Unmarshal(body, &answer) == nil { // else the next refresh is refused, and says so
		c.access.Store(c.client, answer.Data.Value)
	}
}

// mixed writes often enough that nothing read is remembered for long.
func mixed(c call) []byte {
	if c.turn%10 == 9 {
		return createUser(c, "mixed")
	}
	return userInfo(c, c.client)
}

func createUser(c call, series string) []byte {
	user := fmt.Sprintf(`{"username":"bench.%s.%d","nickname":"旅人"}`, series, c.turn)
	return post("/api/user/create", mediaForm, "user="+url.QueryEscape(user))
}

func signInByPassword(c call) []byte {
	return post("/api/user/login", mediaForm, "loginAccount="+username(c.user(c.turn))+"&password="+passwordText)
}

func signInByCode(mobile string) []byte {
	return post("/auth/mobile/login", mediaJSON, fmt.Sprintf(
		`{"companyType":0,"mobile":%q,"productType":0,"source":"bench","validateNo":%q}`, mobile, code))
}

// sameAnswer tells whether two JSON texts say the same.
func sameAnswer(a, b []byte) bool {
	var one, other any
	if json.Unmarshal(a, &one) != nil || json.Unmarshal(b, &other) != nil {
		return false
	}
	first, _ := json.Marshal(one)
	second, _ := json.Marshal(other)
	return bytes.Equal(first, second)
}

// target is one of the two programs.
type target struct {
	*process
	index  int      // 0 the server, 1 the reference
	file   string   // that it writes
	access sync.Map // client → the newest access token it was given
	turns  sync.Map // case → how many requests it has made, *atomic.Int64
}
