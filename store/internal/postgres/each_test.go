package postgres

import (
	"context"
	"os"
	"testing"
	"time"

	"quartet/store/internal/engine"
	"quartet/store/internal/row"
)

func open(t *testing.T, o engine.Options) *Engine {
	t.Helper()
	o.URL = os.Getenv("QUARTET_TEST_POSTGRES")
	if o.URL == "" {
		t.Skip("to run this, set QUARTET_TEST_POSTGRES to a URL such as postgres://postgres@127.0.0.1:5432/postgres")
	}
	e, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

// Each ends with its context, and its connection with it; the next one gets another.
func TestEachEndsWithItsContext(t *testing.T) {
	t.Parallel()
	e := open(t, engine.Options{MaxConnections: 1, StatementTimeout: 5 * time.Second})
	connection := func() (id int) {
		t.Helper()
		if err := e.Each(t.Context(), "SELECT pg_backend_pid()", nil, []any{&id}, func() {}); err != nil {
			t.Fatal(err)
		}
		return id
	}
	first := connection()
	if again := connection(); again != first {
		t.Errorf("connection %d follows %d", again, first)
	}
	hurried, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	var slept int64
	begin := time.Now()
	err := e.Each(hurried, "SELECT COUNT(*) FROM pg_sleep(CAST(? AS INT))", []any{4}, []any{&slept}, func() {})
	if err == nil || !e.Classify(err).Unavailable || time.Since(begin) > 3*time.Second {
		t.Errorf("got %v after %s", err, time.Since(begin))
	}
	if connection() == first {
		t.Errorf("connection %d goes on", first)
	}
	unhurried, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	var one int64
	if err := e.Each(unhurried, "SELECT CAST(1 AS BIGINT)", nil, []any{&one}, func() {}); err != nil {
		t.Fatal(err)
	}
	second := connection()
	time.Sleep(150 * time.Millisecond)
	if again := connection(); again != second {
		t.Error("the deadline of a query that is over closes its connection")
	}
}

// A column can get another type while connections are open.
func TestEachReadsColumnsOfAnotherType(t *testing.T) {
	t.Parallel()
	e := open(t, engine.Options{MaxConnections: 1, StatementTimeout: 5 * time.Second})
	if _, err := e.DB.Exec("CREATE TEMPORARY TABLE each_types (whole INT, text VARCHAR(9), at BIGINT, nothing BIGINT)"); err != nil {
		t.Fatal(err)
	}
	if _, err := e.DB.Exec("INSERT INTO each_types VALUES (1, 'one', 10, NULL), (2, 'one', 20, 5), (3, NULL, 30, NULL)"); err != nil {
		t.Fatal(err)
	}
	for _, change := range []string{"", "ALTER TABLE each_types ALTER whole TYPE BIGINT, ALTER text TYPE TEXT, ALTER nothing TYPE INT"} {
		if change != "" {
			if _, err := e.DB.Exec(change); err != nil {
				t.Fatal(err)
			}
		}
		read := func() (all []string, err error) {
			var whole int64
			var text *string
			var at row.Time
			var nothing *int64
			var texts []*string
			err = e.Each(t.Context(), "SELECT whole, text, at, nothing FROM each_types ORDER BY whole", nil, []any{&whole, &text, &at, &nothing}, func() {
				texts = append(texts, text)
				if at != row.Time(10*whole) || (nothing == nil) != (whole != 2) || nothing != nil && *nothing != 5 {
					t.Errorf("row %d: %d, %v", whole, at, nothing)
				}
			})
			for _, text := range texts {
				if text == nil {
					all = append(all, "")
				} else {
					all = append(all, *text)
				}
			}
			return all, err
		}
		_, err := read() // can tell that the type has changed
		if err != nil && change == "" {
			t.Fatal(err)
		}
		if got, err := read(); err != nil || len(got) != 3 || got[0] != "one" || got[1] != "one" || got[2] != "" {
			t.Errorf("after %q: %q, %v", change, got, err)
		}
	}
}
