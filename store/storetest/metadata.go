package storetest

import (
	"strconv"
	"testing"

	"quartet/store"
)

var metadataTests = map[string]func(*testing.T, *store.Store){
	"the first mark of a name stays": func(t *testing.T, s *store.Store) {
		_, err := s.Metadata(t.Context(), "keys")
		wantNotFound(t, err)
		same(t, must(PutMetadataIfAbsent(t.Context(), s, "keys", "first"))(t), "first")
		same(t, must(PutMetadataIfAbsent(t.Context(), s, "keys", "second"))(t), "first")
		same(t, must(PutMetadataIfAbsent(t.Context(), s, "purpose", "second"))(t), "second")
		same(t, must(s.Metadata(t.Context(), "keys"))(t), "first")
	},
	"servers that start at once agree on a mark": func(t *testing.T, s *store.Store) {
		kept := make([]string, 20)
		errs := make([]error, len(kept))
		concurrently(t, s, len(kept), func(i int) {
			kept[i], errs[i] = PutMetadataIfAbsent(t.Context(), s, "keys", strconv.Itoa(i))
		})
		want := must(s.Metadata(t.Context(), "keys"))(t)
		for i := range kept {
			check(t, errs[i])
			same(t, kept[i], want)
		}
	},
}
