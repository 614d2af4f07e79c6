package main

import (
	"encoding/json"
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strings"
)

const (
	mediaJSON = "application/json"
	mediaForm = "application/x-www-form-urlencoded"
	// writeLimit bounds a measurement whose requests use something up. The
	// database has as many users, because a sign-in uses up a user's code.
	writeLimit = 1000
)

// benchCase is one thing to measure.
type benchCase struct {
	name    string
	what    string // in words
	clients []int  // at once
	status  int    // of every answer; 0: any
	limit   int64  // requests of one measurement; 0: only time limits them
	busy    bool   // an answer 503 is neither a failure nor counted: the server limits the waiting requests
	renew   bool   // the one-time codes are made unused before each measurement
	same    bool   // the server's answer must say what the bare program's says
	request func(c call) []byte
}

// call is what a request can be made of.
type call struct {
	world
	program int // the target's index
	client  int
	turn    int    // counts the case's requests to this target, in all rounds
	last    []byte // the newest answer to this client's requests of the case; empty before the first
}

// cases are all there is to measure, in the order of the table.
func cases() []benchCase {
	all, some := []int{1, 8, mostClients}, []int{8, mostClients}
	return []benchCase{
		{name: "user-info-warm", what: "`GET /user/info`, tokens in use", clients: all, status: 200, same: true, request: func(c call) []byte {
			return userInfo(c, c.client)
		}},
		// Strides over the sessions: neighbours are not neighbours in the file.
		{name: "user-info-cold", what: "`GET /user/info`, every token another", clients: all, status: 200, request: func(c call) []byte {
			return userInfo(c, c.turn*7919%c.sessions)
		}},
		// Both targets read the same file, so each has sessions of its own.
		{name: "user-info-first", what: "`GET /user/info`, notes the first use (a write)", clients: all, status: 200, limit: writeLimit, request: func(c call) []byte {
			return userInfo(c, c.sessions+2*c.turn+c.program)
		}},
		// Writes come often enough that nothing read is remembered for long.
		{name: "mixed", what: "`GET /user/info`, tokens in use; each tenth request creates a user", clients: some, status: 200, request: func(c call) []byte {
			if c.turn%10 == 9 {
				return createUser(c, "mixed")
			}
			return userInfo(c, c.client)
		}},
		{name: "login-status", what: "`GET /wx/pc/check-login-status`", clients: some, status: 200, request: func(c call) []byte {
			return get("/wx/pc/check-login-status?deviceNumber="+device, "Authorization: "+accessToken(c.client)+"\r\n")
		}},
		{name: "slide", what: "`POST /user/refresh` (a write)", clients: all, status: 200, request: func(c call) []byte {
			return post("/user/refresh", mediaForm, "frontType=0&token="+accessToken(c.client))
		}},
		{name: "token-refresh", what: "`POST /app/auth/token/refresh` (a write)", clients: all, status: 200, request: refresh},
		{name: "create", what: "`POST /api/user/create` (a write)", clients: all, status: 200, request: func(c call) []byte {
			return createUser(c, "new")
		}},
		{name: "password-sign-in", what: "`POST /api/user/login`, argon2id (a write)", clients: []int{1, 8}, status: 200, busy: true, request: func(c call) []byte {
			return post("/api/user/login", mediaForm, "loginAccount="+username(c.user(c.turn))+"&password="+passwordText)
		}},
		{name: "code-sign-in", what: "`POST /auth/mobile/login` (a write)", clients: all, status: 200, limit: writeLimit, renew: true, request: func(c call) []byte {
			return signInByCode(mobile(c.user(c.turn % c.codes())))
		}},
		{name: "refused", what: "a body that breaks the contract: 400", clients: some, status: 400, request: func(call) []byte {
			return signInByCode("139")
		}},
		{name: "not-found", what: "a path that is not there: 404", clients: some, status: 404, request: func(call) []byte {
			return get("/nothing/here", "")
		}},
	}
}

// cases returns the selected cases.
func (o options) cases() []benchCase {
	return slices.DeleteFunc(cases(), func(c benchCase) bool { return !strings.Contains(c.name, o.Only) })
}

func caseNamed(all []benchCase, name string) (found benchCase, ok bool) {
	i := slices.IndexFunc(all, func(c benchCase) bool { return c.name == name })
	if i < 0 {
		return found, false
	}
	return all[i], true
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

// refresh goes on where the client's last answer left off. Each client has a
// session whose access token no other case uses.
func refresh(c call) []byte {
	session := c.sessions + c.unseen + c.client
	var last struct{ Data struct{ Value string } }
	if json.Unmarshal(c.last, &last) != nil { // there is no answer yet
		last.Data.Value = accessToken(session)
	}
	return post("/app/auth/token/refresh", mediaJSON, fmt.Sprintf(`{"accessToken":%q,"refreshToken":%q}`, last.Data.Value, refreshToken(session)))
}

func createUser(c call, series string) []byte {
	user := fmt.Sprintf(`{"username":"bench.%s.%d","nickname":"旅人"}`, series, c.turn)
	return post("/api/user/create", mediaForm, "user="+url.QueryEscape(user))
}

func signInByCode(mobile string) []byte {
	return post("/auth/mobile/login", mediaJSON, fmt.Sprintf(
		`{"companyType":0,"mobile":%q,"productType":0,"source":"bench","validateNo":%q}`, mobile, code))
}

// sameAnswer tells whether two JSON texts say the same.
func sameAnswer(a, b []byte) bool {
	var one, other any
	return json.Unmarshal(a, &one) == nil && json.Unmarshal(b, &other) == nil && reflect.DeepEqual(one, other)
}
