package store_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net"
	"net/url"
	"sync"
	"testing"
	"time"

	"quartet/store"
	"quartet/store/internal/engine"
	"quartet/store/storetest"
)

// once breaks the first connection on which a text is sent.
func once(text string, where cut) func(sent []byte) cut {
	var done sync.Once
	return func(sent []byte) (c cut) {
		if bytes.Contains(bytes.ToLower(sent), []byte(text)) {
			done.Do(func() { c = where })
		}
		return c
	}
}

// prepared is the name under which the driver prepares a statement.
func prepared(query string) string {
	sum := sha256.Sum256([]byte(query))
	return "stmtcache_" + hex.EncodeToString(sum[:24])
}

// A connection that is lost during a commit leaves its outcome unknown. The callers get
// an error, and the write is not repeated.
func TestUncertainCommitIsAFailure(t *testing.T) {
	t.Parallel()
	for name, database := range map[string]struct {
		newURL func(*testing.T) string
		commit string
	}{
		store.Postgres: {func(t *testing.T) string { return storetest.PostgresURL(t) }, prepared("COMMIT")},
		store.MySQL:    {func(t *testing.T) string { return storetest.MySQLTablesURL(t) }, "commit"},
	} {
		for when, where := range map[string]cut{"before it arrived": toServer, "after it was done": toClient} {
			t.Run(name+" "+when, func(t *testing.T) {
				t.Parallel()
				w, url := newWireTo(t, database.newURL(t))
				runs, err := changeThrough(t, w, url, once(database.commit, where), map[cut]int64{toServer: 0, toClient: 1}[where])
				wantUnavailable(t, err)
				if runs != 1 {
					t.Errorf("the transaction ran %d times", runs)
				}
			})
		}
	}
}

// changeThrough changes a user through a wire that breaks somewhere, and looks how often
// the row has changed.
func changeThrough(t *testing.T, w *wire, url string, where func([]byte) cut, changes int64) (runs int, err error) {
	t.Helper()
	s := storetest.Open(t, store.Options{URL: url})
	if err := storetest.InsertUser(t.Context(), s, invented(1)); err != nil {
		t.Fatal(err)
	}
	w.cutWhere(where)
	err = s.Write(t.Context(), func(tx engine.Tx) error {
		runs++
		_, err := tx.Exec(t.Context(), "UPDATE users SET version = version + 1 WHERE id = 1")
		return err
	})
	wantVersion(t, s, changes)
	return runs, err
}

func wantVersion(t *testing.T, s *store.Store, want int64) {
	t.Helper()
	u, err := s.UserByID(t.Context(), 1)
	if err != nil || u.Version != want {
		t.Errorf("version %d, want %d: %v", u.Version, want, err)
	}
}

// A connection to a server that has become read-only is closed, and the transaction is
// retried on another.
func TestReadOnlyConnectionIsReplaced(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t, store.Options{URL: storetest.PostgresURL(t), MaxConnections: 1})
	if err := storetest.InsertUser(t.Context(), s, invented(1)); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]string{
		"found out by a write":        "SET TRANSACTION READ ONLY",
		"said by the server, unasked": "SET default_transaction_read_only = on",
	} {
		var backends []int
		err := s.Write(t.Context(), func(tx engine.Tx) error {
			var backend int
			if err := tx.Get(t.Context(), &backend, "SELECT pg_backend_pid()"); err != nil {
				return err
			}
			backends = append(backends, backend)
			if len(backends) == 1 {
				if _, err := tx.Exec(t.Context(), spoil); err != nil {
					return err
				}
			}
			_, err := tx.Exec(t.Context(), "UPDATE users SET version = version + 1 WHERE id = 1")
			return err
		})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		var backend int
		err = s.Write(t.Context(), func(tx engine.Tx) error {
			return tx.Get(t.Context(), &backend, "SELECT pg_backend_pid()")
		})
		if err != nil || backend == backends[0] {
			t.Errorf("%s: connection %d goes on, %v", name, backend, err)
		}
	}
	wantVersion(t, s, 2)
}

func TestReadOnlyServerIsUnavailable(t *testing.T) {
	t.Parallel()
	_, err := store.Open(t.Context(), store.Options{URL: storetest.PostgresURL(t, "default_transaction_read_only=on")})
	wantUnavailable(t, err)
}

// A server that vanishes does not close connections. One caller times out, and the next
// one gets a new connection.
func TestSilentConnectionsAreReplaced(t *testing.T) {
	t.Parallel()
	const connections = 4
	w, url := newWire(t)
	s := storetest.Open(t, store.Options{URL: url, MaxConnections: connections})
	for range 2 { // at their second use they are known to work
		var ready, all sync.WaitGroup
		ready.Add(connections)
		for range connections { // all of them at once, so that there are so many
			all.Go(func() {
				err := s.Write(t.Context(), func(engine.Tx) error { ready.Done(); ready.Wait(); return nil })
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
	}
	w.freeze()
	hurried, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	wantUnavailable(t, storetest.InsertUser(hurried, s, invented(1)))
	unhurried, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := storetest.InsertUser(unhurried, s, invented(2)); err != nil {
		t.Error(err)
	}
}

// The first host of the URL takes connections and says nothing: the second has
// its turn once the first has had its share of the time.
func TestNextHostIsTried(t *testing.T) {
	t.Parallel()
	silent, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	address, err := url.Parse(storetest.PostgresURL(t))
	if err != nil {
		t.Fatal(err)
	}
	address.Host = silent.Addr().String() + "," + address.Host
	s, err := store.Open(t.Context(), store.Options{URL: address.String()})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.Migrate(t.Context()), s.Close()); err != nil {
		t.Error(err)
	}
}

// A read whose connection turns out to be broken goes on with another one, and ends with its
// context there too.
func TestReadsOnAnotherConnectionHaveTheirTime(t *testing.T) {
	t.Parallel()
	onEachServer(t, func(t *testing.T, server string) {
		w, url := newWireTo(t, server)
		s := storetest.Open(t, store.Options{URL: url, MaxConnections: 1})
		w.cutWhere(func(sent []byte) cut {
			if bytes.Contains(sent, []byte("mobile_sealed")) {
				return silence
			}
			return nowhere
		})
		w.each((*line).reset)
		time.Sleep(10 * time.Millisecond) // until the client has heard of it
		hurried, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer cancel()
		ended := make(chan error, 1)
		go func() {
			_, err := s.ProfileByID(hurried, 1)
			ended <- err
		}()
		select {
		case err := <-ended:
			wantUnavailable(t, err)
		case <-time.After(10 * time.Second):
			t.Error("the read waits on")
			w.each((*line).end)
			<-ended
		}
	})
}

// A column that gets another type while servers run costs no caller a failure.
func TestColumnsOfAnotherTypeAreReadAtOnce(t *testing.T) {
	t.Parallel()
	storetest.Want(t, store.Postgres)
	s := storetest.Open(t, store.Options{URL: storetest.PostgresURL(t), MaxConnections: 1})
	if err := storetest.InsertUser(t.Context(), s, invented(1)); err != nil {
		t.Fatal(err)
	}
	reads := map[string]func() error{
		"the profile": func() error { _, err := s.ProfileByID(t.Context(), 1); return err },
		"the user":    func() error { _, err := s.UserByID(t.Context(), 1); return err },
		"the user in a transaction": func() error {
			return s.InTx(t.Context(), func(tx store.Tx) error { _, err := tx.UserByID(t.Context(), 1); return err })
		},
	}
	for name, read := range reads {
		for _, kind := range []string{"VARCHAR(300)", "TEXT"} {
			if err := read(); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if err := s.ExecSQL(t.Context(), "ALTER TABLE users ALTER nickname TYPE "+kind); err != nil {
				t.Fatal(err)
			}
			if err := read(); err != nil {
				t.Errorf("%s with %s: %v", name, kind, err)
			}
		}
	}
}
