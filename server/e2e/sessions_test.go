package e2e

import (
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"quartet/server/account"
	"quartet/server/token"
	"quartet/store"
	"quartet/store/storetest"
)

const weChatCode = "0a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P"

// useEverything signs in in every way, refreshes, extends, changes a password and
// fails, and returns all the secrets that were sent. someCode is the code of the
// mobile.
func (s *cluster) useEverything(t *testing.T) map[string]string {
	t.Helper()
	server := s.server(0)
	user := s.person(t, "tao.ran", store.RoleMember)
	s.application(t, user)
	secrets := map[string]string{"password": goodPassword, "wrong password": otherPassword, "mobile": mobile, "code": someCode}
	secrets["access token"], secrets["refresh token"] = s.pair(t, mobile)
	refreshed := server.ok(t, refreshing(secrets["access token"], secrets["refresh token"]))
	secrets["refreshed token"] = text(refreshed, "data.value")
	secrets["JWT"] = server.jwt(t, "tao.ran", goodPassword)
	s.good(t, user, secrets["JWT"])
	extended := server.ok(t, postForm("/user/refresh", url.Values{"token": {secrets["JWT"]}, "frontType": {"1"}}))
	secrets["slid JWT"] = extended.Header.Get("Jwt")
	server.send(t, byPassword("tao.ran", otherPassword))
	server.send(t, byPassword(mobile, otherPassword))
	s.changePassword(t, user, secrets)
	s.reusePair(t, secrets)
	server.send(t, get("/nothing/"+secrets["access token"]))
	server.send(t, get("/wx/pc/check-login-status/"+secrets["access token"]))
	server.send(t, postJSON("/api/user/create", `{"username":"x","password":"`+otherPassword+`"}`, "Jwt", secrets["JWT"]))
	weChat := server.send(t, postJSON("/account_api/wechat/user/getUserInfo", `{"code":"`+weChatCode+`"}`))
	secrets["WeChat token"], secrets["WeChat code"] = weChat.Header.Get("X-Access-Token"), weChatCode
	return secrets
}

// changePassword fails by a wrong old password and then succeeds, with the token
// in each header that takes one.
func (s *cluster) changePassword(t *testing.T, user int64, secrets map[string]string) {
	t.Helper()
	secrets["wrong old password"], secrets["new password"] = "amber-falcon-harbour", "silver-badger-meadow"
	change := func(old string) answer {
		return s.server(0).send(t, postForm("/api/user/updatePassword", url.Values{
			"userId": {fmt.Sprint(user)}, "newPassword": {secrets["new password"]}, "oldPassowrd": {old},
		}, "Jwt", secrets["JWT"]))
	}
	refused(t, "jfinal", change(secrets["wrong old password"]), http.StatusBadRequest)
	expect(t, change(goodPassword), http.StatusOK)
	s.server(0).ok(t, get("/auth/sessions", "token", secrets["JWT"]))
	s.server(0).ok(t, get("/auth/sessions", "Authorization", "Bearer "+secrets["JWT"]))
}

// reusePair comes back with a pair that is older than the one before, and is
// refused a code of another mobile.
func (s *cluster) reusePair(t *testing.T, secrets map[string]string) {
	t.Helper()
	newest := s.server(0).ok(t, refreshing(secrets["refreshed token"], secrets["refresh token"]))
	secrets["newest token"] = text(newest, "data.value")
	refused(t, "yudao", s.server(0).send(t, refreshing(secrets["access token"], secrets["refresh token"])), http.StatusUnauthorized)
	secrets["mobile of a refused code"] = "13700008888"
	refused(t, "yudao", s.server(0).send(t, byCode(secrets["mobile of a refused code"], "918273")), http.StatusUnauthorized)
}

func TestS1_DumpHoldsNoCredential(t *testing.T) {
	onEachEngine(t, append(behindProxy, "--demo"), func(t *testing.T, s *cluster) {
		secrets := s.useEverything(t)
		for n := range 5 {
			s.server(n).ok(t, sendCode(fmt.Sprintf("1370000660%d", n), "203.0.113.1"))
		}
		for _, server := range s.servers {
			for i, sent := range outbox(t, server.origin) {
				// Six digits are in every dump; with quotes they are a value.
				secrets[fmt.Sprint("sent code ", i)] = "'" + sent.Code + "'"
				secrets[fmt.Sprint("mobile of code ", i)] = sent.To
			}
		}
		secrets["code"] = "'" + someCode + "'"
		dump := s.dump(t)
		for _, found := range secretsIn(dump, secrets) {
			t.Errorf("the dump holds the %s", found)
		}
		if hash := token.Hash(secrets["WeChat token"]); len(secretsIn(dump, map[string]string{"hash": hash})) != 1 {
			t.Error("the dump does not even hold the hash of a token: it is no dump")
		}
	})
}

// dump is everything that a thief of the database gets: for SQLite the files as
// they are and as SQL, for PostgreSQL what pg_dump writes, for MySQL every value.
func (s *cluster) dump(t *testing.T) string {
	t.Helper()
	switch s.engine {
	case store.MySQL:
		return s.values(t)
	case store.Postgres:
		path, err := exec.LookPath(filepath.Join(os.Getenv(programsVariable), "pg_dump"))
		if err != nil {
			t.Skip("to dump PostgreSQL, install its client programs (pg_dump)")
		}
		out, err := exec.CommandContext(t.Context(), path, "--inserts", "--schema", s.schema(t), os.Getenv(storetest.PostgresVariable)).Output()
		must(t, err)
		return string(out)
	}
	var all string
	for _, suffix := range []string{"", "-wal"} {
		raw, err := os.ReadFile(s.path() + suffix)
		must(t, err)
		all += string(raw)
	}
	return all + s.quoted(t)
}

// values writes every value of every table of MySQL in quotes, but for bytes, which it
// writes as the server does.
func (s *cluster) values(t *testing.T) (all string) {
	t.Helper()
	const ofTables = "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()"
	for _, table := range s.texts(t, ofTables) {
		rows, err := s.facts.QueryContext(t.Context(), "SELECT * FROM "+table)
		must(t, err)
		columns, err := rows.Columns()
		must(t, err)
		values, targets := make([]sql.RawBytes, len(columns)), make([]any, len(columns))
		for i := range values {
			targets[i] = &values[i]
		}
		for rows.Next() {
			must(t, rows.Scan(targets...))
			for _, value := range values {
				all += "'" + shown(value) + "'\n"
			}
		}
		must(t, errors.Join(rows.Err(), rows.Close()))
	}
	return all
}

// quoted writes every value of every table of SQLite as an SQL literal, but for
// bytes, which it writes as the server does.
func (s *cluster) quoted(t *testing.T) (all string) {
	t.Helper()
	for _, table := range s.texts(t, "SELECT name FROM sqlite_schema WHERE type = 'table'") {
		for _, column := range s.texts(t, "SELECT name FROM pragma_table_info(?)", table) {
			for _, value := range s.texts(t, "SELECT CASE typeof("+column+") WHEN 'blob' THEN lower(hex("+column+")) ELSE quote("+column+") END FROM "+table) {
				all += value + "\n"
			}
		}
	}
	return all
}

func TestLogs_HoldNothingSecret(t *testing.T) {
	sms := newSMSService(t)
	onEachEngine(t, sms.flags, func(t *testing.T, s *cluster) {
		secrets := s.useEverything(t)
		delete(secrets, "code") // six digits may be part of a time
		// One message is accepted, another is not.
		for i, status := range []int{http.StatusOK, http.StatusServiceUnavailable} {
			number := fmt.Sprintf("1370000770%d", i)
			expect(t, s.server(0).send(t, postJSON("/auth/mobile/code", `{"mobile":"`+number+`"}`)), status)
			secrets[fmt.Sprint("mobile of message ", i)] = number
		}
		codes := map[string]string{"a query": "accessToken=", "the code": "=" + someCode, "the wrong code": "918273"}
		for i, code := range sms.takeCodes() {
			codes[fmt.Sprint("code of message ", i)] = "=" + code
			codes[fmt.Sprint("code of message in quotes ", i)] = `"` + code
		}
		if len(codes) != 3+2*2 {
			t.Errorf("the SMS service was told %v", codes)
		}
		secrets["secret of the SMS service"] = smsSecret
		for _, server := range s.servers {
			log := server.wholeLog(t)
			for _, found := range append(secretsIn(log, secrets), secretsIn(log, codes)...) {
				t.Errorf("the log holds the %s", found)
			}
		}
		log := s.server(0).log.String()
		for _, happened := range []string{"operation=signInByMobile", "operation=updatePassword", "operation=sendMobileCode", "refresh_reused", "sms_unavailable"} {
			if !strings.Contains(log, happened) {
				t.Errorf("the log does not tell of %s", happened)
			}
		}
	})
}

func TestS3_PasswordChange(t *testing.T) {
	onEachEngine(t, nil, func(t *testing.T, s *cluster) {
		user := s.person(t, "tao.ran", store.RoleMember)
		s.application(t, user)
		changed := 0
		passwords := []string{goodPassword, otherPassword}
		changePassword := func(jwt string) {
			old, next := passwords[changed%2], passwords[(changed+1)%2]
			s.server(0).ok(t, postForm("/api/user/updatePassword", url.Values{
				"userId": {fmt.Sprint(user)}, "newPassword": {next}, "oldPassowrd": {old},
			}, "Jwt", jwt))
			changed++
		}
		jwt := s.server(0).jwt(t, "tao.ran", goodPassword)
		opaque := s.session(t, user)
		s.good(t, user, opaque)
		changePassword(jwt)
		s.dead(t, user, opaque)
		s.good(t, user, jwt) // the session that changed it goes on
		changePassword(s.goodSession(t, user))
		s.dead(t, user, jwt)
	})
}

// goodSession is a session of the user that works everywhere.
func (s *cluster) goodSession(t *testing.T, user int64) string {
	t.Helper()
	access := s.session(t, user)
	s.good(t, user, access)
	return access
}

func TestS3_DisabledIsOut(t *testing.T) {
	onEachEngine(t, nil, func(t *testing.T, s *cluster) {
		user := s.person(t, "tao.ran", store.RoleMember)
		s.application(t, user)
		jwt, opaque := s.server(0).jwt(t, "tao.ran", goodPassword), s.goodSession(t, user)
		s.good(t, user, jwt)
		if code, errs := command(t, "user", "disable", "tao.ran", "--database", s.url, "--keys", s.keys); code != 0 {
			t.Fatal(errs)
		}
		s.dead(t, user, jwt)
		s.dead(t, user, opaque)
		refused(t, "jfinal", s.server(1).send(t, byPassword("tao.ran", goodPassword)), http.StatusUnauthorized)
	})
}

func TestS3_KicksAndSignOuts(t *testing.T) {
	onEachEngine(t, nil, func(t *testing.T, s *cluster) {
		user := s.owner(t, "tao.ran", mobile)
		s.application(t, user)
		kicked, _ := s.pair(t, mobile)
		s.good(t, user, kicked)
		kicker, _ := s.pair(t, mobile)
		s.dead(t, user, kicked)
		s.good(t, user, kicker)
		for _, server := range s.servers { // the one answer that a kicked token gets
			told := server.ok(t, get("/wx/pc/check-login-status/pc", "Authorization", kicked))
			if data, _ := told.body["data"].(map[string]any); data["isLogin"] != false {
				t.Errorf("a kicked token is told %s", told.Text)
			}
		}
		other := s.session(t, user)
		id := s.number(t, "SELECT id FROM sessions WHERE access_hash = ?", store.Digest(token.Hash(other)))
		r := get(fmt.Sprint("/auth/sessions/", id), "Authorization", kicker)
		r.Method = http.MethodDelete
		s.server(1).ok(t, r)
		s.dead(t, user, other)
		s.server(0).ok(t, post("/auth/logout", "Authorization", kicker))
		s.dead(t, user, kicker)
	})
}

func TestS4_OneDeviceOfAClass(t *testing.T) {
	often := []string{"--failures-per-ip", "1000000/15m"} // of those who come too late
	onEachEngine(t, often, func(t *testing.T, s *cluster) {
		user := s.owner(t, "tao.ran", mobile)
		s.application(t, user)
		var mutex, deletes sync.Mutex // deletes of several rows at once deadlock on PostgreSQL
		var tokens []string
		atOnce(50, func(i int) answer {
			// There is one code of a mobile at a time, and others use it up.
			for t.Context().Err() == nil && !t.Failed() {
				s.setCode(t, account.PurposeSignIn, mobile)
				// No client IP has asked for the codes, so guesses of all together are counted.
				deletes.Lock()
				_, err := s.facts.ExecContext(t.Context(), s.rebind("DELETE FROM rate_counters WHERE key LIKE 'code-guess:%'"))
				deletes.Unlock()
				must(t, err)
				if got := s.server(i).send(t, byCode(mobile, someCode)); got.Status == http.StatusOK {
					mutex.Lock()
					defer mutex.Unlock()
					tokens = append(tokens, text(got, "data.accessToken.value"))
					return got
				}
			}
			return answer{}
		})
		if opened, live := s.sessions(t), s.number(t, "SELECT COUNT(*) FROM sessions WHERE ended_at IS NULL"); opened != 50 || live != 1 {
			t.Errorf("%d sessions were opened, %d are live", opened, live)
		}
		live := 0
		for i, access := range tokens {
			if got := s.server(i).send(t, get("/auth/sessions", "Authorization", access)); got.Status == http.StatusOK {
				live++
			}
		}
		if live != 1 {
			t.Errorf("%d of %d tokens are good", live, len(tokens))
		}
	})
}
