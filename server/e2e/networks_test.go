package e2e

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"quartet/store"
)

// ofOneSite is the i-th of the 65,536 /64 of an IPv6 /48.
func ofOneSite(i int) string { return fmt.Sprintf("2001:db8:5:%x::1", i) }

// fromAfar is an address in a network of its own for each i.
func fromAfar(i int) string { return fmt.Sprintf("10.%d.%d.1", i/250, i%250) }

// waits is an answer 429 with Retry-After within a time.
func waits(t *testing.T, dialect string, got answer, most time.Duration) {
	t.Helper()
	refused(t, dialect, got, http.StatusTooManyRequests)
	if wait, err := strconv.Atoi(got.Header.Get("Retry-After")); err != nil || wait < 1 || wait > int(most.Seconds()) {
		t.Errorf("Retry-After %q", got.Header.Get("Retry-After"))
	}
}

// TestA3_SharesOfNetworks: one IPv6 /48 or IPv4 /24 takes a tenth of what all clients
// together may be sent, so that nobody else waits for it.
func TestA3_SharesOfNetworks(t *testing.T) {
	onEachEngine(t, append(behindProxy, "--demo", "--code-global", "60/1m"), func(t *testing.T, s *cluster) {
		number := 0
		ask := func(n int, address func(int) string) map[int]int {
			first := number
			number += n
			return statuses(atOnce(n, func(i int) answer {
				return s.server(i).send(t, sendCode(fmt.Sprintf("1390004%04d", first+i), address(i)))
			}))
		}
		for name, address := range map[string]func(int) string{
			"/48": ofOneSite,
			"/24": func(i int) string { return fmt.Sprintf("203.0.113.%d", i) },
		} {
			if got := ask(30, address); got[http.StatusOK] != 6 || got[http.StatusTooManyRequests] != 24 {
				t.Errorf("30 codes for a %s: %v", name, got)
			}
		}
		if got := ask(30, fromAfar); got[http.StatusOK] != 30 {
			t.Errorf("30 codes for others: %v", got)
		}
	})
}

// TestA3_CodesOfASite: however many /64 a /48 has, it is sent five times as many codes as
// one of them.
func TestA3_CodesOfASite(t *testing.T) {
	onEachEngine(t, append(behindProxy, "--demo", "--code-per-ip", "4/1h"), func(t *testing.T, s *cluster) {
		got := statuses(atOnce(60, func(i int) answer {
			return s.server(i).send(t, sendCode(fmt.Sprintf("139000433%02d", i), ofOneSite(i)))
		}))
		if got[http.StatusOK] != 20 || got[http.StatusTooManyRequests] != 40 {
			t.Errorf("60 codes for 60 /64 of a /48: %v", got)
		}
		s.server(0).ok(t, sendCode("13900004444", "2001:db8:6::1"))
	})
}

// TestA3_BudgetOfTheDay: what SMS may cost in a day has a cap, of which a network has its
// share and client IPs that the account knows the last tenth, and the log warns before it is
// used up.
func TestA3_BudgetOfTheDay(t *testing.T) {
	onEachEngine(t, append(behindProxy, "--demo", "--code-budget", "20/1d"), func(t *testing.T, s *cluster) {
		for i := range 18 {
			s.server(i).ok(t, sendCode(fmt.Sprintf("139000422%02d", i), fromAfar(i)))
		}
		waits(t, "yudao", s.server(1).send(t, sendCode("13900004444", fromAfar(30))), 24*time.Hour)
		for i := range 3 { // the last tenth is for whom the account knows
			owner := fmt.Sprintf("139000433%02d", i)
			s.session(t, s.owner(t, fmt.Sprint("owner.", i), owner))
			s.exec(t, "UPDATE sessions SET client_ip = ? WHERE client_ip = ''", fromAfar(40+i))
			waits(t, "yudao", s.server(i).send(t, sendCode(owner, fromAfar(50+i))), 24*time.Hour)
			if i < 2 {
				s.server(i).ok(t, sendCode(owner, fromAfar(40+i)))
			} else {
				waits(t, "yudao", s.server(i).send(t, sendCode(owner, fromAfar(40+i))), 24*time.Hour)
			}
		}
		log := ""
		for _, server := range s.servers {
			log += server.wholeLog(t)
		}
		for _, warned := range []string{"percent=50", "percent=80", "percent=90", "percent=100"} {
			if found := strings.Count(log, warned); found != 1 {
				t.Errorf("%s is logged %d times", warned, found)
			}
		}
	})
}

// everywhere is the counter of failures at one account from anywhere.
const everywhere = "key LIKE 'signin:%' AND key NOT LIKE 'signin:%:%'"

// TestA6_ANetworkLocksNoAccount: however many addresses a network has, it makes a fifth of
// the failures that lock an account for all.
func TestA6_ANetworkLocksNoAccount(t *testing.T) {
	onEachEngine(t, behindProxy, func(t *testing.T, s *cluster) {
		s.person(t, "tao.ran", store.RoleAdministrator)
		s.guess(t, 0, from(fromAfar(0)))
		s.exec(t, "UPDATE rate_counters SET count = 60 WHERE "+everywhere)
		atOnce(45, func(i int) answer { return s.guess(t, i, from(ofOneSite(i))) })
		if counted := s.number(t, "SELECT MAX(count) FROM rate_counters WHERE "+everywhere); counted != 80 {
			t.Errorf("%d failures are counted for all", counted)
		}
		for i := range s.servers {
			refused(t, "jfinal", s.server(i).send(t, byPassword("tao.ran", goodPassword, from(ofOneSite(200))...)), http.StatusUnauthorized)
		}
		for i := range s.servers {
			s.server(i).ok(t, byPassword("tao.ran", goodPassword, from(fromAfar(i))...))
		}
	})
}

// TestA6_KnownClientsStayIn: a hundred failures from everywhere lock an account, but not
// for a client IP that it was signed in from within 30 days.
func TestA6_KnownClientsStayIn(t *testing.T) {
	onEachEngine(t, behindProxy, func(t *testing.T, s *cluster) {
		s.person(t, "tao.ran", store.RoleMember)
		s.server(0).ok(t, byPassword("tao.ran", goodPassword, from("2001:db8:7::1")...))
		s.guess(t, 0, from(fromAfar(0)))
		s.exec(t, "UPDATE rate_counters SET count = 100 WHERE "+everywhere)
		for i := range s.servers {
			refused(t, "jfinal", s.server(i).send(t, byPassword("tao.ran", goodPassword, from("2001:db8:7:1::1")...)), http.StatusUnauthorized)
			s.server(i).ok(t, byPassword("tao.ran", goodPassword, from("2001:db8:7::2")...))
		}
		s.exec(t, "UPDATE sessions SET created_at = created_at - ?", 30*24*time.Hour.Milliseconds())
		refused(t, "jfinal", s.server(0).send(t, byPassword("tao.ran", goodPassword, from("2001:db8:7::1")...)), http.StatusUnauthorized)
	})
}

// TestA6_AFullAddressIsToldToWait: behind one address with too many failures a right
// password is not called wrong, whatever the account, and nothing is compared.
func TestA6_AFullAddressIsToldToWait(t *testing.T) {
	onEachEngine(t, append(behindProxy, "--failures-per-ip", "20/15m"), func(t *testing.T, s *cluster) {
		s.person(t, "tao.ran", store.RoleMember)
		for name, address := range map[string]func(int) string{
			"one address": func(int) string { return "203.0.113.66" },
			"one /64":     func(i int) string { return fmt.Sprintf("2001:db8:9::%x", i+1) },
		} {
			for i := range 30 {
				s.server(i).send(t, byPassword(fmt.Sprintf("nobody.%d", i), otherPassword, from(address(i))...))
			}
			before := s.number(t, "SELECT COUNT(*) FROM audit_events")
			for i := range s.servers {
				for _, account := range []string{"tao.ran", "nobody.here"} {
					waits(t, "jfinal", s.server(i).send(t, byPassword(account, goodPassword, from(address(i))...)), 15*time.Minute)
				}
			}
			if after := s.number(t, "SELECT COUNT(*) FROM audit_events"); after != before {
				t.Errorf("%s: refusals wrote %d events", name, after-before)
			}
		}
		for i := range 105 { // five times as many, and each server finds out
			s.server(i).send(t, byPassword(fmt.Sprintf("somebody.%d", i), otherPassword, from(ofOneSite(i))...))
		}
		for i := range s.servers {
			waits(t, "jfinal", s.server(i).send(t, byPassword("tao.ran", goodPassword, from(ofOneSite(200+i))...)), 15*time.Minute)
			s.server(i).ok(t, byPassword("tao.ran", goodPassword, from("198.51.100.1")...))
		}
	})
}

// floods are the addresses of those who flood a server with wrong passwords: of the n-th
// connection its i-th request.
var floods = map[string]func(n, i int) string{
	"one address":   func(int, int) string { return "203.0.113.66" },
	"one /48":       func(n, i int) string { return ofOneSite((200*i + n) % 65_536) },
	"300 addresses": func(n, i int) string { return fromAfar((200*i + n) % 300) },
}

// flood signs in wrongly from 200 connections until it is stopped, each with a pause after
// an answer. It is there when every address has asked.
func (s *cluster) flood(t *testing.T, kind string, pause time.Duration) (stop func()) {
	t.Helper()
	flooding, calm := context.WithCancel(t.Context())
	var all sync.WaitGroup
	var answered atomic.Int64
	for n := range 200 {
		all.Go(func() {
			for i := 0; flooding.Err() == nil; i++ {
				r := byPassword(fmt.Sprintf("nobody.%d.%d", n, i), otherPassword, from(floods[kind](n, i))...)
				if got, err := s.server(n).try(flooding, r); err == nil {
					refusedAsOneOf(t, got, http.StatusUnauthorized, http.StatusTooManyRequests, http.StatusServiceUnavailable)
					answered.Add(1)
				}
				time.Sleep(pause)
			}
		})
	}
	for answered.Load() < 700 && !t.Failed() {
		time.Sleep(time.Millisecond)
	}
	return func() { calm(); all.Wait() }
}

// TestLoad_RightSignInsBesideAFlood: while an address, a /48 or 300 addresses flood the
// hashing of passwords, right ones are not refused elsewhere.
func TestLoad_RightSignInsBesideAFlood(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector runs on TestLoad_LoginFlood: its hashes take ten times as long")
	}
	for kind := range floods {
		t.Run(kind, func(t *testing.T) {
			onEachEngine(t, behindProxy, func(t *testing.T, s *cluster) {
				s.person(t, "tao.ran", store.RoleMember)
				stop := s.flood(t, kind, 100*time.Millisecond)
				defer stop()
				for i := range 10 {
					s.server(i).ok(t, byPassword("tao.ran", goodPassword, from(fmt.Sprintf("198.51.%d.7", i))...))
				}
			})
		})
	}
}
