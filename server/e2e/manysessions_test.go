package e2e

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"quartet/server/account"
	"quartet/store"
)

// addManySessions gives a user sessions without number, as an older program let anybody open.
func (s *cluster) addManySessions(t *testing.T, user int64, sessions int) {
	t.Helper()
	now := time.Now()
	for planted := 0; planted < sessions; {
		must(t, s.store.InTx(t.Context(), func(tx store.Tx) error {
			for n := planted; n < min(planted+1000, sessions); n++ {
				digest := store.Digest(fmt.Sprintf("%064x", n))
				err := tx.PutSession(t.Context(), store.Session{
					ID: s.ids.Next(), UserID: user, Dialect: "yudao", OpenedBy: account.OpenedByCode, Generation: 1,
					AccessHash: &digest, RefreshHash: &digest, AccessExpiresAt: store.TimeOf(now.Add(time.Hour)), ExpiresAt: store.TimeOf(now.Add(time.Hour)),
					CreatedAt: store.TimeOf(now.Add(-2 * time.Hour)), LastSeenAt: store.TimeOf(now),
				})
				if err != nil {
					return err
				}
			}
			return nil
		}))
		planted += 1000
	}
}

// TestLoad_ManySessions: whoever has very many sessions is answered with 100 of them, and
// each sign-in ends the oldest.
func TestLoad_ManySessions(t *testing.T) {
	onEachEngine(t, nil, func(t *testing.T, s *cluster) {
		user := s.person(t, "tao.ran", store.RoleMember)
		s.addManySessions(t, user, 2000)
		access := s.session(t, user)
		list := func(token string) (ids []string) {
			t.Helper()
			var body struct {
				Data []struct{ ID json.RawMessage }
			}
			must(t, json.Unmarshal([]byte(s.server(0).ok(t, get("/auth/sessions", "Authorization", token)).Text), &body))
			for _, one := range body.Data {
				ids = append(ids, string(one.ID))
			}
			return ids
		}
		if got := list(access); len(got) != 100 {
			t.Errorf("a list of %d sessions", len(got))
		}
		for range 10 {
			s.server(0).ok(t, byPassword("tao.ran", goodPassword))
		}
		live := s.number(t, "SELECT COUNT(*) FROM sessions WHERE ended_at IS NULL")
		ended := s.number(t, "SELECT COUNT(*) FROM audit_events WHERE kind = 'session_ended' AND detail LIKE '%too_many_sessions%'")
		if live != 100 || ended != 1911 {
			t.Errorf("%d live sessions, %d ends in the audit", live, ended)
		}
		if rows := s.number(t, "SELECT COUNT(*) FROM sessions"); rows > 100+1000 {
			t.Errorf("%d rows of sessions", rows)
		}
		s.server(0).ok(t, get("/auth/sessions", "Authorization", access))
	})
}
