package store

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

func TestTimeoutsOfPostgres(t *testing.T) {
	t.Parallel()
	const plain = "postgres://127.0.0.1/quartet"
	for _, test := range []struct {
		url      string
		patience time.Duration
		want     string
	}{
		{plain, 1234 * time.Millisecond, "1234"},
		{plain, time.Microsecond, "1"},
		{plain, 0, "0"},
		{plain + "?statement_timeout=777", time.Second, "777"}, // the URL wins
	} {
		config, err := pgx.ParseConfig(test.url)
		if err != nil {
			t.Fatal(err)
		}
		set := withTimeouts(config, test.patience).RuntimeParams
		if set["statement_timeout"] != test.want || set["idle_in_transaction_session_timeout"] != postgresSilence {
			t.Errorf("%s, %s: %v", test.url, test.patience, set)
		}
	}
}
