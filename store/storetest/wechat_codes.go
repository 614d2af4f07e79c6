package storetest

import (
	"strconv"
	"testing"

	"quartet/store"
)

func kept(t *testing.T, s *store.Store, hash, sealed string, now store.Time) string {
	t.Helper()
	return must(KeepWeChatCode(t.Context(), s, hash, sealed, now, now+5*minute))(t)
}

var weChatCodeTests = map[string]func(*testing.T, *store.Store){
	"the first identity kept for a code stays": func(t *testing.T, s *store.Store) {
		_, err := s.WeChatCode(t.Context(), "hash", noon)
		wantNotFound(t, err)
		same(t, kept(t, s, "hash", "first", noon), "first")
		same(t, kept(t, s, "hash", "second", noon+minute), "first")
		same(t, kept(t, s, "other", "second", noon), "second")
		same(t, must(s.WeChatCode(t.Context(), "hash", noon+5*minute-1))(t), "first")
	},
	"a kept identity lasts its time, and another follows it": func(t *testing.T, s *store.Store) {
		kept(t, s, "hash", "first", noon)
		kept(t, s, "hash", "second", noon+minute) // prolongs nothing
		_, err := s.WeChatCode(t.Context(), "hash", noon+5*minute)
		wantNotFound(t, err)
		same(t, kept(t, s, "hash", "third", noon+5*minute), "third")
		same(t, must(s.WeChatCode(t.Context(), "hash", noon+10*minute-1))(t), "third")
	},
	"servers that keep at once agree on an identity": func(t *testing.T, s *store.Store) {
		answers := make([]string, 20)
		errs := make([]error, len(answers))
		concurrently(t, s, len(answers), func(i int) {
			answers[i], errs[i] = KeepWeChatCode(t.Context(), s, "hash", strconv.Itoa(i), noon, noon+5*minute)
		})
		want := must(s.WeChatCode(t.Context(), "hash", noon))(t)
		for i := range answers {
			check(t, errs[i])
			same(t, answers[i], want)
		}
	},
	"a kept identity is forgotten": func(t *testing.T, s *store.Store) {
		kept(t, s, "hash", "first", noon)
		kept(t, s, "other", "second", noon)
		for range 2 {
			check(t, s.InTx(t.Context(), func(tx store.Tx) error { return tx.ForgetWeChatCode(t.Context(), "hash") }))
		}
		_, err := s.WeChatCode(t.Context(), "hash", noon)
		wantNotFound(t, err)
		same(t, must(s.WeChatCode(t.Context(), "other", noon))(t), "second")
	},
	"kept identities are purged when their time is over": func(t *testing.T, s *store.Store) {
		kept(t, s, "over", "first", noon)
		kept(t, s, "not over", "second", noon+minute)
		same(t, must(s.Purge(t.Context(), noon+5*minute, noon))(t), int64(1))
		same(t, kept(t, s, "over", "third", noon), "third")
		same(t, kept(t, s, "not over", "third", noon+minute), "second")
	},
}
