package e2e

import (
	"net/http"
	"testing"

	"quartet/store"
)

func TestS2_ParallelRefreshes(t *testing.T) {
	onEachEngine(t, nil, func(t *testing.T, s *cluster) {
		access, refresh := s.pair(t, mobile)
		answers := atOnce(50, func(i int) answer { return s.server(i).send(t, refreshing(access, refresh)) })
		different := map[string]bool{}
		for _, a := range answers {
			expect(t, a, http.StatusOK)
			different[text(a, "data.value")] = true
		}
		if len(different) != 1 || s.number(t, "SELECT generation FROM sessions") != 2 {
			t.Errorf("50 refreshes at once gave %d tokens, generation %d", len(different), s.number(t, "SELECT generation FROM sessions"))
		}
		for newest := range different {
			s.server(1).ok(t, get("/auth/sessions", "Authorization", newest))
		}
	})
}

func TestS2_ReuseEndsTheSession(t *testing.T) {
	onEachEngine(t, nil, func(t *testing.T, s *cluster) {
		for why, spoil := range map[string]func(first, second, refresh string){
			"older than the one before": func(_, second, refresh string) { s.server(0).ok(t, refreshing(second, refresh)) },
			"the one before, 11 s after the newest was used": func(_, second, _ string) {
				s.server(0).ok(t, get("/auth/sessions", "Authorization", second))
				s.exec(t, "UPDATE sessions SET rotated_at = rotated_at - 11000, access_used_at = access_used_at - 11000 WHERE rotated_at IS NOT NULL")
			},
		} {
			first, refresh := s.pair(t, mobile)
			second := text(s.server(0).ok(t, refreshing(first, refresh)), "data.value")
			again := text(s.server(1).ok(t, refreshing(first, refresh)), "data.value")
			if again != second {
				t.Errorf("%s: a lost answer is not repeated", why)
			}
			s.server(0).ok(t, get("/auth/sessions", "Authorization", first)) // its client may not know better yet
			spoil(first, second, refresh)
			refused(t, "yudao", s.server(1).send(t, get("/auth/sessions", "Authorization", first)), http.StatusUnauthorized)
			refused(t, "yudao", s.server(1).send(t, refreshing(first, refresh)), http.StatusUnauthorized)
			refused(t, "yudao", s.server(0).send(t, refreshing(second, refresh)), http.StatusUnauthorized)
			if live := s.number(t, "SELECT COUNT(*) FROM sessions WHERE ended_at IS NULL"); live != 0 {
				t.Errorf("%s: the session goes on", why)
			}
			if reasons := s.texts(t, "SELECT end_reason FROM sessions WHERE end_reason = ?", store.EndedByRefreshReuse); len(reasons) == 0 {
				t.Errorf("%s: the session does not say why it ended", why)
			}
		}
	})
}

func TestS2_LostAnswerIsRepeated(t *testing.T) {
	onEachEngine(t, nil, func(t *testing.T, s *cluster) {
		first, refresh := s.pair(t, mobile)
		second := text(s.server(0).ok(t, refreshing(first, refresh)), "data.value")
		// The answer is lost, and the phone sleeps until its token has expired.
		s.exec(t, "UPDATE sessions SET rotated_at = rotated_at - 7200000, access_expires_at = access_expires_at - 7200000")
		different := map[string]bool{}
		for _, a := range atOnce(30, func(i int) answer { return s.server(i).send(t, refreshing(first, refresh)) }) {
			expect(t, a, http.StatusOK)
			different[text(a, "data.value")] = true
		}
		if len(different) != 1 || !different[second] {
			t.Errorf("30 repetitions gave %d tokens", len(different))
		}
		// Requests on every server use it, and a client that refreshed beside them is in time.
		atOnce(30, func(i int) answer { return s.server(i).ok(t, get("/auth/sessions", "Authorization", second)) })
		s.server(1).ok(t, refreshing(first, refresh))
		if used := s.number(t, "SELECT COUNT(*) FROM sessions WHERE access_used_at > rotated_at"); used != 1 {
			t.Errorf("%d sessions have a used token", used)
		}
		s.exec(t, "UPDATE sessions SET access_used_at = access_used_at - 11000")
		refused(t, "yudao", s.server(2).send(t, refreshing(first, refresh)), http.StatusUnauthorized)
		refused(t, "yudao", s.server(0).send(t, get("/auth/sessions", "Authorization", second)), http.StatusUnauthorized)
	})
}
