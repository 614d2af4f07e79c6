package e2e

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"testing"

	"quartet/openapi/check/contract"
	"quartet/server/account"
	"quartet/server/fieldcrypt"
)

func TestA1_OneCodeOneSession(t *testing.T) {
	onEachEngine(t, behindProxy, func(t *testing.T, s *cluster) {
		s.setCode(t, account.PurposeSignIn, mobile)
		answers := atOnce(100, func(i int) answer { return s.server(i).send(t, byCode(mobile, someCode, fromOne(i)...)) })
		if counted := statuses(answers); counted[http.StatusOK] != 1 || counted[http.StatusUnauthorized] != 99 {
			t.Errorf("100 right submissions at once: %v", counted)
		}
		if sessions, users := s.sessions(t), s.number(t, "SELECT COUNT(*) FROM users"); sessions != 1 || users != 1 {
			t.Errorf("%d sessions of %d users", sessions, users)
		}
		for _, a := range answers {
			if a.Status != http.StatusOK {
				refused(t, "yudao", a, http.StatusUnauthorized)
			}
		}
	})
}

func TestA2_GuessesBurnTheCode(t *testing.T) {
	onEachEngine(t, behindProxy, func(t *testing.T, s *cluster) {
		s.setCode(t, account.PurposeSignIn, mobile)
		answers := atOnce(100, func(i int) answer { return s.server(i).send(t, byCode(mobile, wrongCode, fromOne(i)...)) })
		if counted := statuses(answers); counted[http.StatusUnauthorized] != 100 {
			t.Errorf("100 wrong guesses at once: %v", counted)
		}
		// Each comparison is counted in the statement that makes it.
		if compared := s.number(t, "SELECT attempts_of_others FROM one_time_codes"); compared != 5 {
			t.Errorf("%d comparisons, want 5", compared)
		}
		refused(t, "yudao", s.server(1).send(t, byCode(mobile, someCode)), http.StatusUnauthorized)
	})
}

// fromOne is an address of its own for each i.
func fromOne(i int) []string { return from(fmt.Sprintf("203.0.113.%d", i)) }

// TestA2_RefusedCodesAreLimited: a client that guesses codes of many mobiles is soon
// refused, and writes a limited number of events.
func TestA2_RefusedCodesAreLimited(t *testing.T) {
	onEachEngine(t, behindProxy, func(t *testing.T, s *cluster) {
		s.setCode(t, account.PurposeSignIn, mobile)
		answers := atOnce(320, func(i int) answer {
			return s.server(i).send(t, byCode(fmt.Sprintf("13700004%03d", i), wrongCode, fromOne(1)...))
		})
		if counted := statuses(answers); counted[http.StatusUnauthorized] != 300 || counted[http.StatusTooManyRequests] != 20 {
			t.Errorf("320 wrong codes from one address: %v", counted)
		}
		if events := s.number(t, "SELECT COUNT(*) FROM audit_events WHERE kind = 'sign_in_failed'"); events != 300 {
			t.Errorf("%d events", events)
		}
		for i := range s.servers { // each server finds out by one refusal
			s.server(i).send(t, byCode("13700005555", wrongCode, fromOne(1)...))
		}
		for i := range s.servers {
			got := s.server(i).send(t, byCode(mobile, someCode, fromOne(1)...))
			refused(t, "yudao", got, http.StatusTooManyRequests)
			if wait, err := strconv.Atoi(got.Header.Get("Retry-After")); err != nil || wait < 1 || wait > 15*60 {
				t.Errorf("Retry-After %q", got.Header.Get("Retry-After"))
			}
		}
		s.server(0).ok(t, byCode(mobile, someCode, fromOne(2)...))
	})
}

func TestA2_CodesAreBound(t *testing.T) {
	onEachEngine(t, nil, func(t *testing.T, s *cluster) {
		s.setCode(t, account.PurposeVerifyMobile, mobile)
		refused(t, "yudao", s.server(0).send(t, byCode(mobile, someCode)), http.StatusUnauthorized)
		s.setCode(t, account.PurposeSignIn, mobile)
		refused(t, "yudao", s.server(0).send(t, byCode("13900002222", someCode)), http.StatusUnauthorized)

		if life := s.number(t, "SELECT MAX(expires_at - created_at) FROM one_time_codes"); life > 5*60*1000 {
			t.Errorf("a code lives %d ms", life)
		}
		s.exec(t, "UPDATE one_time_codes SET expires_at = ?", s.number(t, "SELECT MAX(created_at) FROM one_time_codes"))
		refused(t, "yudao", s.server(0).send(t, byCode(mobile, someCode)), http.StatusUnauthorized)

		mac := hmac.New(sha256.New, s.ring.Derive("one-time-code"))
		fmt.Fprintf(mac, "%s\x00%s\x00%s", account.PurposeSignIn, mobile, someCode)
		stored := s.texts(t, "SELECT code_mac FROM one_time_codes WHERE purpose = ?", account.PurposeSignIn)
		if len(stored) != 1 || stored[0] != hex.EncodeToString(mac.Sum(nil)) {
			t.Errorf("a code is stored as %v, not as its HMAC under the key of the folder", stored)
		}
	})
}

// message is what the demonstration's outbox shows.
type message struct{ To, Code string }

func outbox(t *testing.T, at origin) []message {
	t.Helper()
	var sent []message
	must(t, json.Unmarshal([]byte(at.ok(t, get("/demo/outbox")).Text), &sent))
	return sent
}

func TestA2_CodesAreSixRandomDigits(t *testing.T) {
	s := onSQLite(t, append(behindProxy, "--demo")...)
	for n := range 20 {
		s.server(0).ok(t, sendCode(fmt.Sprintf("139000033%02d", n), "203.0.113.1"))
	}
	codes := map[string]bool{}
	for _, sent := range outbox(t, s.server(0).origin) {
		if !regexp.MustCompile(`^[0-9]{6}$`).MatchString(sent.Code) {
			t.Errorf("code %q", sent.Code)
		}
		codes[sent.Code] = true
	}
	// Twenty draws out of a million: three equal ones never happen.
	if len(codes) < 18 {
		t.Errorf("20 codes, %d different", len(codes))
	}
}

func sendCode(mobile, address string) contract.Request {
	return postJSON("/auth/mobile/code", `{"mobile":"`+mobile+`"}`, from(address)...)
}

func TestA3_Caps(t *testing.T) {
	onEachEngine(t, append(behindProxy, "--demo"), func(t *testing.T, s *cluster) {
		address := 0
		try := func(mobile string) answer {
			address++
			return s.server(address).send(t, sendCode(mobile, fmt.Sprintf("203.0.113.%d", address)))
		}
		// lapse ends the window of a counter.
		lapse := func(counter string) {
			s.exec(t, "UPDATE rate_counters SET expires_at = 1 WHERE key LIKE ?", counter+":%")
		}
		limited := func(why string, got answer, least, most int) {
			t.Helper()
			refused(t, "yudao", got, http.StatusTooManyRequests)
			if wait, err := strconv.Atoi(got.Header.Get("Retry-After")); err != nil || wait < least || wait > most {
				t.Errorf("%s: Retry-After %q", why, got.Header.Get("Retry-After"))
			}
		}
		for sent := 1; sent <= 10; sent++ {
			expect(t, try(mobile), http.StatusOK)
			switch sent {
			case 5:
				limited("5 an hour", try(mobile), 61, 3600)
				lapse("code-hour")
			case 10:
				limited("10 a day", try(mobile), 3601, 24*3600)
			default:
				limited("60 s between two", try(mobile), 1, 60)
			}
			lapse("code-gap")
		}
		lapse("code-hour")
		limited("10 a day", try(mobile), 3601, 24*3600)
	})
}

func TestA3_CapsOfAddressAndAll(t *testing.T) {
	onEachEngine(t, append(behindProxy, "--demo"), func(t *testing.T, s *cluster) {
		answers := atOnce(40, func(i int) answer {
			return s.server(i).send(t, sendCode(fmt.Sprintf("139000044%02d", i), "203.0.113.7"))
		})
		if counted := statuses(answers); counted[http.StatusOK] != 20 || counted[http.StatusTooManyRequests] != 20 {
			t.Errorf("40 mobiles from one address: %v", counted)
		}
		s.server(0).ok(t, sendCode("13900004444", "203.0.113.8"))

		later := int64(4 * 60 * 1000) // less than the clocks of servers may differ
		s.exec(t, "UPDATE rate_counters SET count = 899, expires_at = expires_at + ? WHERE key = 'code-all'", later)
		s.server(0).ok(t, sendCode("13900005555", "203.0.113.9"))
		refused(t, "yudao", s.server(1).send(t, sendCode("13900006666", "203.0.113.10")), http.StatusTooManyRequests)
	})
}

func TestA3_OneOfManyAtOnce(t *testing.T) {
	onEachEngine(t, append(behindProxy, "--demo"), func(t *testing.T, s *cluster) {
		answers := atOnce(40, func(i int) answer {
			return s.server(i).send(t, sendCode(mobile, fmt.Sprintf("203.0.113.%d", i)))
		})
		if counted := statuses(answers); counted[http.StatusOK] != 1 || counted[http.StatusTooManyRequests] != 39 {
			t.Errorf("40 codes for one mobile at once: %v", counted)
		}
	})
}

// TestA3_FailedSendLeavesNoCode: without an SMS service every send fails.
func TestA3_FailedSendLeavesNoCode(t *testing.T) {
	onEachEngine(t, nil, func(t *testing.T, s *cluster) {
		s.setCode(t, account.PurposeSignIn, mobile)
		asker := fieldcrypt.New(s.ring.Derive("personal-data")).Index("address:127.0.0.1")
		s.exec(t, "UPDATE one_time_codes SET asker = ?", asker) // as if it had been sent before
		refused(t, "yudao", s.server(0).send(t, postJSON("/auth/mobile/code", `{"mobile":"`+mobile+`"}`)), http.StatusServiceUnavailable)
		if live := s.number(t, "SELECT COUNT(*) FROM one_time_codes WHERE active AND used_at IS NULL"); live != 0 {
			t.Errorf("%d codes are live after a failed send", live)
		}
		refused(t, "yudao", s.server(1).send(t, byCode(mobile, someCode)), http.StatusUnauthorized)
	})
}
