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
	"quartet/server/password"
	"quartet/store"
)

// unwelcome creates an account of each kind that cannot sign in, and returns the
// sign-ins, with the right password if there is one.
func unwelcome(t *testing.T, s *cluster) map[string]contract.Request {
	t.Helper()
	for _, name := range []string{"right.user", "locked.user", "disabled.user"} {
		s.person(t, name, store.RoleMember)
	}
	s.owner(t, "bare.user", mobile)
	s.exec(t, "UPDATE users SET disabled_at = 1 WHERE username = 'disabled.user'")
	for range 5 {
		s.server(0).send(t, byPassword("locked.user", otherPassword))
	}
	return map[string]contract.Request{
		"unknown":          byPassword("nobody.here", goodPassword),
		"wrong password":   byPassword("right.user", otherPassword),
		"locked":           byPassword("locked.user", goodPassword),
		"disabled":         byPassword("disabled.user", goodPassword),
		"without password": byPassword("bare.user", goodPassword),
		"unknown mobile":   byPassword("13700000000", goodPassword),
		"unknown e-mail":   byPassword("nobody@example.com", goodPassword),
		"no user name":     byPassword(" ", goodPassword),
	}
}

// TestA4_SameBytes; what TestMeasureA4 measures is how long they take.
func TestA4_SameBytes(t *testing.T) {
	onEachEngine(t, nil, func(t *testing.T, s *cluster) {
		seen := map[string][]string{}
		for name, r := range unwelcome(t, s) {
			got := s.server(0).send(t, r)
			refused(t, "jfinal", got, http.StatusUnauthorized)
			got.Header.Del("X-Request-Id")
			got.Header.Del("Date")
			seen[fmt.Sprint(got.Header, got.Text)] = append(seen[fmt.Sprint(got.Header, got.Text)], name)
		}
		if len(seen) != 1 {
			t.Errorf("one can tell them apart: %v", seen)
		}
		s.server(0).jwt(t, "right.user", goodPassword)
	})
}

// hashOf is what is stored of a user's password.
func (s *cluster) hashOf(t *testing.T, username string) string {
	t.Helper()
	return s.texts(t, "SELECT password_hash FROM users WHERE username = ?", username)[0]
}

const phcPrefix = "$argon2id$v=19$m=19456,t=2,p=1$"

func TestA5_StoredAsArgon2id(t *testing.T) {
	onEachEngine(t, []string{"--open-registration"}, func(t *testing.T, s *cluster) {
		for _, name := range []string{"tao.ran", "lu.jiahe"} {
			s.server(0).ok(t, postJSON("/api/user/create", `{"username":"`+name+`","password":"`+goodPassword+`"}`))
			if hash := s.hashOf(t, name); !strings.HasPrefix(hash, phcPrefix) {
				t.Errorf("stored as %s", hash)
			}
		}
		if s.hashOf(t, "tao.ran") == s.hashOf(t, "lu.jiahe") {
			t.Error("the same password is stored alike twice: no salt")
		}
	})
}

func TestA5_RehashedWhenParametersRise(t *testing.T) {
	onEachEngine(t, nil, func(t *testing.T, s *cluster) {
		s.person(t, "tao.ran", store.RoleMember)
		weak := password.NewHasher(password.Options{Params: password.Params{Memory: 8192, Iterations: 1, Parallelism: 1}})
		hash, err := weak.Hash(t.Context(), goodPassword)
		must(t, err)
		s.exec(t, "UPDATE users SET password_hash = ? WHERE username = 'tao.ran'", hash)

		s.server(0).send(t, byPassword("tao.ran", otherPassword))
		if s.hashOf(t, "tao.ran") != hash {
			t.Error("a wrong password replaced the hash")
		}
		s.server(0).jwt(t, "tao.ran", goodPassword)
		if risen := s.hashOf(t, "tao.ran"); !strings.HasPrefix(risen, phcPrefix) {
			t.Errorf("after a sign-in the hash is %s", risen)
		}
		s.server(1).jwt(t, "tao.ran", goodPassword)
	})
}

func TestA5_Policy(t *testing.T) {
	s := onSQLite(t, "--open-registration")
	user := s.person(t, "tao.ran", store.RoleMember)
	jwt := s.server(0).jwt(t, "tao.ran", goodPassword)
	for i, c := range []struct {
		password string
		status   int
		says     string
	}{
		{"rapids7", http.StatusBadRequest, "assword 长度不能少于 8"},
		{"rapids78", http.StatusOK, ""},
		{"水流花开云淡风轻", http.StatusOK, ""}, // eight characters, not bytes
		{strings.Repeat("ab3", 42) + "ab", http.StatusOK, ""},
		{strings.Repeat("ab3", 43), http.StatusBadRequest, "assword 长度不能超过 128"},
		{"password1", http.StatusUnprocessableEntity, "太常见"},
		{"PassWord1", http.StatusUnprocessableEntity, "太常见"},
		{"qwertyuiop", http.StatusUnprocessableEntity, "太常见"},
	} {
		for kind, r := range map[string]contract.Request{
			"create": postJSON("/api/user/create", fmt.Sprintf(`{"username":"user.%d","password":%q}`, i, c.password)),
			"update": postForm("/api/user/updatePassword", url.Values{
				"userId": {fmt.Sprint(user)}, "newPassword": {c.password}, "oldPassowrd": {goodPassword},
			}, "Jwt", jwt),
		} {
			if got := s.server(0).send(t, r); got.Status != c.status || !strings.Contains(got.Text, c.says) {
				t.Errorf("%s with %q: status %d, want %d and %q: %s", kind, c.password, got.Status, c.status, c.says, got.Text)
			}
		}
		if c.status == http.StatusOK {
			_, err := s.rules.CommandLine().ResetPassword(t.Context(), user, goodPassword)
			must(t, err)
			jwt = s.server(0).jwt(t, "tao.ran", goodPassword)
		}
	}
}

func TestA6_Lockout(t *testing.T) {
	onEachEngine(t, nil, func(t *testing.T, s *cluster) {
		s.person(t, "tao.ran", store.RoleMember)
		for i := range 4 {
			refused(t, "jfinal", s.server(i).send(t, byPassword("tao.ran", otherPassword)), http.StatusUnauthorized)
		}
		s.server(0).jwt(t, "tao.ran", goodPassword) // after four it is right, and forgets them
		for i := range 4 {
			refused(t, "jfinal", s.server(i).send(t, byPassword("tao.ran", otherPassword)), http.StatusUnauthorized)
		}
		s.server(1).jwt(t, "tao.ran", goodPassword) // or this would be the ninth failure
		for i := range 5 {
			refused(t, "jfinal", s.server(i).send(t, byPassword("tao.ran", otherPassword)), http.StatusUnauthorized)
		}
		for _, server := range s.servers {
			refused(t, "jfinal", server.send(t, byPassword("tao.ran", goodPassword)), http.StatusUnauthorized)
		}
		if left := s.number(t, "SELECT MAX(expires_at - window_start) FROM rate_counters WHERE key LIKE 'signin:%'"); left != 15*60*1000 {
			t.Errorf("the lock lasts %d ms", left)
		}
		s.exec(t, "UPDATE rate_counters SET expires_at = 1")
		s.server(0).jwt(t, "tao.ran", goodPassword)
	})
}

// TestA6_AccountIsGuessedAtFromEverywhere: a hundred failures from many addresses
// lock the account for all.
func TestA6_AccountIsGuessedAtFromEverywhere(t *testing.T) {
	onEachEngine(t, behindProxy, func(t *testing.T, s *cluster) {
		s.person(t, "tao.ran", store.RoleMember)
		atOnce(100, func(i int) answer { return s.guess(t, i, from(fromAfar(i))) })
		for i := range s.servers {
			refused(t, "jfinal", s.server(i).send(t, byPassword("tao.ran", goodPassword, fromOne(200)...)), http.StatusUnauthorized)
		}
		if counted := s.number(t, "SELECT MAX(count) FROM rate_counters WHERE "+everywhere); counted != account.DefaultLimits().PasswordPerAccount.Times {
			t.Errorf("%d failures are counted", counted)
		}
		s.exec(t, "UPDATE rate_counters SET expires_at = 1")
		s.server(0).jwt(t, "tao.ran", goodPassword)
	})
}

// guess tries a wrong password until the server is not too busy to compare it.
func (s *cluster) guess(t *testing.T, i int, from []string) answer {
	for {
		got := s.server(i).send(t, byPassword("tao.ran", otherPassword, from...))
		if got.Status != http.StatusServiceUnavailable || t.Failed() {
			refused(t, "jfinal", got, http.StatusUnauthorized)
			return got
		}
	}
}

// guesses are the counters of tries that were compared, the largest first: of
// one account from one address, or of any account from one address.
func (s *cluster) guesses(t *testing.T, prefix string) (counts []int64) {
	t.Helper()
	rows, err := s.facts.QueryContext(t.Context(), s.rebind("SELECT count FROM rate_counters WHERE key LIKE ?"), prefix)
	must(t, err)
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var n int64
		must(t, rows.Scan(&n))
		counts = append(counts, n)
	}
	must(t, rows.Err())
	slices.Sort(counts)
	slices.Reverse(counts)
	return counts
}

// pairGuesses names the counters of one account from one address: it is the only
// one with an address behind the account.
const pairGuesses = "signin:%:%"

func TestA6_ParallelGuesses(t *testing.T) {
	onEachEngine(t, nil, func(t *testing.T, s *cluster) {
		s.person(t, "tao.ran", store.RoleMember)
		for _, name := range []string{"tao.ran", "nobody.here"} {
			answers := atOnce(100, func(i int) answer { return s.server(i).send(t, byPassword(name, otherPassword)) })
			for _, a := range answers { // a busy server may refuse to compare at all
				if !slices.Contains([]int{http.StatusUnauthorized, http.StatusTooManyRequests, http.StatusServiceUnavailable}, a.Status) {
					t.Errorf("status %d: %s", a.Status, a.Text)
				}
			}
		}
		if counts := s.guesses(t, pairGuesses); len(counts) != 2 || counts[0] > 5 || counts[1] > 5 {
			t.Errorf("100 guesses each at two accounts: comparisons %v, want at most 5 each", counts)
		}
		refused(t, "jfinal", s.server(1).send(t, byPassword("tao.ran", goodPassword)), http.StatusUnauthorized)
	})
}

func TestA6_UnknownIdentifiersAreCounted(t *testing.T) {
	onEachEngine(t, []string{"--open-registration"}, func(t *testing.T, s *cluster) {
		for i := range 7 {
			refused(t, "jfinal", s.server(i).send(t, byPassword("chen.yiming", goodPassword)), http.StatusUnauthorized)
		}
		if counts := s.guesses(t, pairGuesses); len(counts) != 1 || counts[0] != 5 {
			t.Errorf("7 tries at an unknown account: comparisons %v, want 5", counts)
		}
	})
}

func TestA6_OutsidersLockOnlyThemselvesOut(t *testing.T) {
	onEachEngine(t, behindProxy, func(t *testing.T, s *cluster) {
		s.person(t, "tao.ran", store.RoleMember)
		for i := range 20 {
			s.server(i).send(t, byPassword("tao.ran", otherPassword, from("203.0.113.66")...))
		}
		refused(t, "jfinal", s.server(0).send(t, byPassword("tao.ran", goodPassword, from("203.0.113.66")...)), http.StatusUnauthorized)
		for _, server := range s.servers {
			server.ok(t, byPassword("tao.ran", goodPassword, from("198.51.100.1")...))
		}
	})
}

func TestA6_AddressesAreCounted(t *testing.T) {
	onEachEngine(t, behindProxy, func(t *testing.T, s *cluster) {
		s.person(t, "tao.ran", store.RoleMember)
		address := from("203.0.113.66")
		s.server(0).send(t, byPassword("nobody.0", otherPassword, address...))
		s.server(0).ok(t, byPassword("tao.ran", goodPassword, address...))
		s.exec(t, "UPDATE rate_counters SET count = ? WHERE key LIKE 'guess-address:%'", account.DefaultLimits().PasswordPerIP.Times)
		for i := range s.servers { // each server finds out by one failure
			s.server(i).send(t, byPassword("nobody.1", otherPassword, address...))
		}
		for i := range s.servers {
			waits(t, "jfinal", s.server(i).send(t, byPassword("tao.ran", goodPassword, address...)), 15*time.Minute)
			s.server(i).ok(t, byPassword("tao.ran", goodPassword, from("198.51.100.1")...))
		}
	})
}

// TestLoad_ClientAddress: without --trusted-proxies a forged X-Forwarded-For does not
// change how a client is counted.
func TestLoad_ClientAddress(t *testing.T) {
	s := onSQLite(t)
	s.person(t, "tao.ran", store.RoleMember)
	for i := range 6 {
		s.server(0).send(t, byPassword("tao.ran", otherPassword, from(fmt.Sprintf("203.0.113.%d", i))...))
	}
	refused(t, "jfinal", s.server(0).send(t, byPassword("tao.ran", goodPassword, from("203.0.113.77")...)), http.StatusUnauthorized)
}
