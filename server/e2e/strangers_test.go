package e2e

import (
	"fmt"
	"net/http"
	"testing"

	"quartet/server/account"
	"quartet/server/fieldcrypt"
)

// What strangers do with somebody's mobile costs them theirs, and its owner nothing.

// asks asks for a code from an address, and reads it in the outbox. Of a demonstration
// alone.
func (s *cluster) asks(t *testing.T, address int) string {
	t.Helper()
	s.lapse(t, "code-gap")
	s.server(0).ok(t, sendCode(mobile, fmt.Sprintf("203.0.113.%d", address)))
	newest := outbox(t, s.server(0).origin)[0]
	if newest.To != mobile {
		t.Fatalf("the outbox begins with a message to %s", newest.To)
	}
	return newest.Code
}

// lapse ends the windows of counters, if there are any.
func (s *cluster) lapse(t *testing.T, counter string) {
	t.Helper()
	_, err := s.facts.ExecContext(t.Context(), s.rebind("UPDATE rate_counters SET expires_at = 1 WHERE key LIKE ?"), counter+":%")
	must(t, err)
}

// guessCodes sends n wrong codes at once, from the addresses first, first+1 and so on, or all
// from first.
func (s *cluster) guessCodes(t *testing.T, n, first int, apart bool) {
	t.Helper()
	answers := atOnce(n, func(i int) answer {
		address := first
		if apart {
			address += i
		}
		return s.server(i).send(t, byCode(mobile, wrongCode, fromOne(address)...))
	})
	if counted := statuses(answers); counted[http.StatusUnauthorized] != n {
		t.Errorf("%d wrong codes at once: %v", n, counted)
	}
}

// compared says how often the codes of the mobile were compared: for those who had asked
// for them, and for others.
func (s *cluster) compared(t *testing.T) (own, others int64) {
	t.Helper()
	index := fieldcrypt.New(s.ring.Derive("personal-data")).Index(mobile)
	return s.number(t, "SELECT SUM(attempts) FROM one_time_codes WHERE mobile_index = ?", index),
		s.number(t, "SELECT SUM(attempts_of_others) FROM one_time_codes WHERE mobile_index = ?", index)
}

func TestA2_StrangersBurnNobodysCode(t *testing.T) {
	onEachEngine(t, append(behindProxy, "--demo"), func(t *testing.T, s *cluster) {
		code := s.asks(t, 1)
		s.guessCodes(t, 100, 101, true)
		refused(t, "yudao", s.server(1).send(t, byCode(mobile, code, fromOne(2)...)), http.StatusUnauthorized)
		s.server(2).ok(t, byCode(mobile, code, fromOne(1)...))
		if own, others := s.compared(t); own != 1 || others != 5 {
			t.Errorf("%d comparisons for the client that asked, %d for others: want 1 and 5", own, others)
		}
	})
}

func TestA2_ACodeIsComparedTenTimes(t *testing.T) {
	onEachEngine(t, append(behindProxy, "--demo"), func(t *testing.T, s *cluster) {
		code := s.asks(t, 1)
		s.guessCodes(t, 50, 1, false)
		s.guessCodes(t, 100, 101, true)
		s.guessCodes(t, 50, 1, false)
		if own, others := s.compared(t); own != 5 || others != 5 {
			t.Errorf("%d comparisons for the client that asked, %d for others: want 5 and 5", own, others)
		}
		for address := range 3 {
			refused(t, "yudao", s.server(address).send(t, byCode(mobile, code, fromOne(address)...)), http.StatusUnauthorized)
		}
	})
}

// TestA2_AStrangersCodeReplacesNobodysCode: both came to the same phone, so its owner may
// use either.
func TestA2_AStrangersCodeReplacesNobodysCode(t *testing.T) {
	onEachEngine(t, append(behindProxy, "--demo"), func(t *testing.T, s *cluster) {
		owners := s.asks(t, 1)
		refused(t, "yudao", s.server(1).send(t, sendCode(mobile, "203.0.113.2")), http.StatusTooManyRequests)
		strangers := s.asks(t, 2)
		s.server(1).ok(t, byCode(mobile, owners, fromOne(1)...))
		s.server(2).ok(t, byCode(mobile, strangers, fromOne(1)...))
		for i, code := range []string{owners, strangers} {
			refused(t, "yudao", s.server(i).send(t, byCode(mobile, code, fromOne(1)...)), http.StatusUnauthorized)
		}
		older, newer := s.asks(t, 1), s.asks(t, 1)
		refused(t, "yudao", s.server(0).send(t, byCode(mobile, older, fromOne(1)...)), http.StatusUnauthorized)
		s.server(0).ok(t, byCode(mobile, newer, fromOne(1)...))
	})
}

func TestA2_GuessesOfADay(t *testing.T) {
	onEachEngine(t, append(behindProxy, "--demo"), func(t *testing.T, s *cluster) {
		s.server(0).ok(t, byCode(mobile, s.asks(t, 1), fromOne(1)...)) // knows this one now
		for n := range 5 {
			s.setCode(t, account.PurposeSignIn, mobile)
			s.guessCodes(t, 5, 100+5*n, true)
		}
		code := s.asks(t, 2)
		refused(t, "yudao", s.server(1).send(t, byCode(mobile, code, fromOne(90)...)), http.StatusUnauthorized)
		s.server(2).ok(t, byCode(mobile, code, fromOne(1)...)) // known, so limited apart
		s.server(1).ok(t, byCode(mobile, s.asks(t, 3), fromOne(3)...))
		if counted := s.number(t, "SELECT MAX(count) FROM rate_counters WHERE key LIKE 'code-guess:%'"); counted != 20 {
			t.Errorf("%d guesses of strangers in a day, want 20", counted)
		}
	})
}

func TestA3_StrangersUseUpNobodysMessages(t *testing.T) {
	onEachEngine(t, append(behindProxy, "--demo"), func(t *testing.T, s *cluster) {
		s.server(0).ok(t, byCode(mobile, s.asks(t, 1), fromOne(1)...))
		day := func(address int) (sent int) {
			for n := range 12 {
				s.lapse(t, "code-gap")
				s.lapse(t, "code-hour")
				if s.server(n).send(t, sendCode(mobile, fmt.Sprintf("203.0.113.%d", address))).Status == http.StatusOK {
					sent++
				}
			}
			return sent
		}
		if sent := day(2); sent != 9 { // and one when the owner was no less a stranger
			t.Errorf("%d codes for a stranger, want 9", sent)
		}
		refused(t, "yudao", s.server(1).send(t, sendCode(mobile, "203.0.113.3")), http.StatusTooManyRequests)
		s.server(2).ok(t, byCode(mobile, s.asks(t, 1), fromOne(1)...))
		if sent := day(1); sent != 9 {
			t.Errorf("%d more codes for the owner, want 9", sent)
		}
		// At once, for its own counters count exactly too.
		s.lapse(t, "code-gap")
		s.lapse(t, "code-hour")
		s.lapse(t, "code-day")
		answers := atOnce(30, func(i int) answer { return s.server(i).send(t, sendCode(mobile, "203.0.113.1")) })
		if counted := statuses(answers); counted[http.StatusOK] != 1 {
			t.Errorf("30 codes for the owner at once: %v", counted)
		}
	})
}
