package e2e

import (
	"fmt"
	"net/http"
	"testing"

	"quartet/openapi/check/contract"
	"quartet/server/account"
	"quartet/store"
)

// TestTaken_UpdateTellsFive: whoever asks for 4,000 e-mails learns of five whether they are
// taken. Every second one is; after that both kinds are answered alike, and none is set.
func TestTaken_UpdateTellsFive(t *testing.T) {
	onEachEngine(t, behindProxy, func(t *testing.T, s *cluster) {
		const taken = 10
		for n := range taken {
			_, err := s.rules.CommandLine().AddUser(t.Context(), account.AddedUser{
				NewUser: account.NewUser{Username: fmt.Sprint("owner.", n), Profile: account.Profile{Email: new(fmt.Sprintf("%d@taken.example", n))}},
				Role:    store.RoleMember,
			})
			must(t, err)
		}
		curious := s.person(t, "curious", store.RoleMember)
		token := s.session(t, curious)
		update := func(fields string, address int) contract.Request {
			return postJSON("/api/user/update", fmt.Sprintf(`{"id":%d,%s}`, curious, fields), append(fromOne(address), "Jwt", token)...)
		}
		answers := map[string]int{}
		for round := range 40 {
			for i, a := range atOnce(100, func(i int) answer {
				email := fmt.Sprintf("%d@taken.example", i/2%taken)
				if i%2 == 0 {
					email = fmt.Sprintf("%d.%d@free.example", round, i)
				}
				return s.server(i).send(t, update(fmt.Sprintf(`"nickname":"n%d","email":%q`, i, email), i))
			}) {
				answers[fmt.Sprint([]string{"free", "taken"}[i%2], " ", a.Status)]++
				if a.Status == http.StatusTooManyRequests {
					refused(t, "jfinal", a, a.Status)
				}
			}
		}
		told := answers["free 200"] + answers["taken 409"]
		if told != 5 || answers["free 429"]+answers["taken 429"] != 3995 {
			t.Errorf("answers to 4000 e-mails: %v, want 5 told and 3995 refused", answers)
		}
		before := s.row(t, curious)
		expect(t, s.server(0).send(t, update(`"nickname":"never","email":"new@free.example"`, 1)), http.StatusTooManyRequests)
		if after := s.row(t, curious); fmt.Sprint(after) != fmt.Sprint(before) {
			t.Errorf("a refused update has changed the user: %v, before %v", after, before)
		}
		// What tells nothing is not limited.
		s.server(1).ok(t, update(`"nickname":"curious"`, 1))
		if email := s.texts(t, "SELECT COALESCE(email, '') FROM users WHERE id = ?", curious)[0]; email != "" {
			s.server(2).ok(t, update(fmt.Sprintf(`"nickname":"same","email":%q`, email), 1))
		}
	})
}

// TestTaken_OneCounterOfAnAddress: users of one address, and who registers from there, share
// what they may learn.
func TestTaken_OneCounterOfAnAddress(t *testing.T) {
	onEachEngine(t, append([]string{"--open-registration", "--register-per-ip", "8/1h"}, behindProxy...), func(t *testing.T, s *cluster) {
		var tokens []string
		var users []int64
		for n := range 4 {
			users = append(users, s.person(t, fmt.Sprint("neighbour.", n), store.RoleMember))
			tokens = append(tokens, s.session(t, users[n]))
		}
		answers := atOnce(24, func(i int) answer {
			if i >= 16 {
				return s.server(i).send(t, postJSON("/api/user/create", fmt.Sprintf(`{"username":"new.%d","email":"new%d@free.example"}`, i, i), fromOne(1)...))
			}
			return s.server(i).send(t, postJSON("/api/user/update", fmt.Sprintf(`{"id":%d,"email":"%d@free.example"}`, users[i%4], i),
				append(fromOne(1), "Jwt", tokens[i%4])...))
		})
		if counted := statuses(answers); counted[http.StatusOK] != 8 || counted[http.StatusTooManyRequests] != 16 {
			t.Errorf("24 e-mails from one address: %v, want 8 told", counted)
		}
		s.server(0).ok(t, postJSON("/api/user/create", `{"username":"other","email":"other@free.example"}`, fromOne(2)...))
	})
}
