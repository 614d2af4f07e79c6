package account

import (
	"errors"
	"testing"
	"time"

	"quartet/server/idgen"
	"quartet/store"
)

func TestIDDrawnTwiceIsDrawnAgain(t *testing.T) {
	t.Parallel()
	s := &Service{ids: idgen.New(time.Now)}
	taken := store.ConflictError{What: "id"}
	for _, test := range []struct {
		answers []error
		want    error
		tries   int
	}{
		{[]error{nil}, nil, 1},
		{[]error{taken, taken, nil}, nil, 3},
		{[]error{taken, taken, taken, nil}, taken, 3},
		{[]error{store.ConflictError{What: "username"}, nil}, store.ConflictError{What: "username"}, 1},
	} {
		seen := map[int64]bool{}
		err := s.withNewID(func(id int64) error {
			answer := test.answers[len(seen)]
			seen[id] = true
			return answer
		})
		if !errors.Is(err, test.want) || len(seen) != test.tries {
			t.Errorf("%v: got %v after %d ids", test.answers, err, len(seen))
		}
	}
}
