package storetest

import (
	"context"
	"strings"
	"testing"

	"quartet/store"
)

var closingTests = map[string]func(*testing.T, *store.Store){
	"an account that is closed ends its sessions, and is due after its grace": func(t *testing.T, s *store.Store) {
		addPerson(t, s, 1)
		addPerson(t, s, 2)
		opened(t, s, session(1, 1))
		opened(t, s, session(2, 2))
		same(t, must(closeUser(t, s, 1))(t), int64(1))
		same(t, *must(s.UserByID(t.Context(), 1))(t).ClosingAt, noon+15*day)
		same(t, *must(s.SessionByID(t.Context(), 1))(t).EndReason, store.EndedByClosing)
		same(t, len(must(s.DueUsers(t.Context(), noon+15*day-1, 9))(t)), 0)
		same(t, must(s.DueUsers(t.Context(), noon+15*day, 9))(t), []int64{1})
		_, err := closeUser(t, s, 3)
		wantNotFound(t, err)
	},
	"a session takes the closing back, until it is due": func(t *testing.T, s *store.Store) {
		addPerson(t, s, 1)
		must(closeUser(t, s, 1))(t)
		late := session(1, 1)
		late.CreatedAt = noon + 15*day
		wantNotFound(t, errorOf(OpenSession(t.Context(), s, late, nil)))
		late.CreatedAt--
		opened(t, s, late)
		same(t, must(s.UserByID(t.Context(), 1))(t).ClosingAt, (*store.Time)(nil))
		wantNotFound(t, eraseUser(t, s, store.Erasure{UserID: 1, DueAt: new(noon + 99*day)}))
	},
	"an erased user leaves digests and nothing else": func(t *testing.T, s *store.Store) {
		school(t, s)
		index := store.Digest(strings.Repeat("0a", 32))
		one := person(2)
		one.Username, one.UsernameKey, one.MobileSealed, one.MobileIndex = new("Lin"), new("lin"), new("sealed"), &index
		one.MobileVerifiedAt = new(noon)
		check(t, InsertUser(t.Context(), s, one))
		AddAlias(t, s, "jpress", "77", 2)
		check(t, AddMembership(t.Context(), s, 2, 1, new(int64(1)), noon))
		opened(t, s, session(1, 2))
		code := store.CodeKey{Purpose: "sign_in", MobileIndex: string(index), Asker: "b"}
		check(t, CreateCode(t.Context(), s, code, "mac", noon, noon+5*minute))
		check(t, ActivateCode(t.Context(), s, code, "mac"))
		digest, other := store.Digest(strings.Repeat("ab", 32)), store.Digest(strings.Repeat("cd", 32))
		check(t, eraseUser(t, s, store.Erasure{UserID: 2, MobileIndex: &index, Identities: []store.Digest{digest, digest}}))

		_, err := s.UserByID(t.Context(), 2)
		wantNotFound(t, err)
		wantNotFound(t, eraseUser(t, s, store.Erasure{UserID: 2}))
		same(t, consume(t, s, code, "mac", noon), false)
		same(t, len(must(s.UsersByAlias(t.Context(), "77"))(t)), 0)
		same(t, must(s.CountSessions(t.Context(), store.SessionFilter{UserID: 2}))(t), int64(0))
		same(t, must(s.ClosedIdentity(t.Context(), digest))(t), true)
		same(t, must(s.ClosedIdentity(t.Context(), other))(t), false)
		same(t, must(s.ClosedIdentities(t.Context(), []store.Digest{other, digest}))(t), []store.Digest{digest})
		same(t, len(must(s.ClosedIdentities(t.Context(), nil))(t)), 0)
		check(t, s.Scrub(t.Context()))
		check(t, s.Scrub(t.Context())) // there is nothing left to do

		one.ID, one.GUID = 3, person(3).GUID
		check(t, InsertUser(t.Context(), s, one)) // name and mobile are free
	},
	"what names a user in the audit is blanked": func(t *testing.T, s *store.Store) {
		event := func(id int64, actor, subject *int64, detail string) {
			e := happened(id, "a", noon)
			e.ActorID, e.SubjectID, e.Detail = actor, subject, detail
			check(t, InsertAudit(t.Context(), s, e))
		}
		me, other := new(int64(1)), new(int64(2))
		events := func(first int64) {
			event(first, other, me, `{"fields":["nickname"]}`)
			event(first+1, me, other, `{"fields":["nickname"]}`)
			event(first+2, nil, nil, `{"account":"digest%of_me","reason":"wrong"}`)
			event(first+3, nil, nil, `{"account":"digest-of-me","reason":"wrong"}`)
			event(first+4, other, other, `{}`)
		}
		events(1)
		naming := store.Naming{UserIDs: []int64{1}, Texts: []string{"digest%of_me"}}
		last := must(s.BlankAudit(t.Context(), naming))(t)
		same(t, last, int64(5))
		events(6)
		check(t, write(t, s, func(ctx context.Context, tx store.Tx) error { return tx.BlankAudit(ctx, naming, last) }))
		const blank, whole = " {}", `192.0.2.1 {"account":"digest-of-me","reason":"wrong"}`
		want := []string{blank, ` {"fields":["nickname"]}`, blank, whole, "192.0.2.1 {}"}
		var found []string
		for _, e := range must(s.ListAudit(t.Context(), store.AuditFilter{Limit: 99}))(t) {
			found = append(found, e.ClientIP+" "+e.Detail)
		}
		same(t, found, append(want, want...))
	},
}

// closeUser closes an account at noon, with a grace of 15 days.
func closeUser(t *testing.T, s *store.Store, id int64) (ended int64, err error) {
	return alone(t.Context(), s, func(tx store.Tx) (int64, error) {
		return tx.CloseUser(t.Context(), id, noon+15*day, noon)
	})
}

func eraseUser(t *testing.T, s *store.Store, e store.Erasure) error {
	return write(t, s, func(ctx context.Context, tx store.Tx) error { return tx.EraseUser(ctx, e, noon) })
}
