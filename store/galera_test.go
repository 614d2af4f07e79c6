package store_test

import (
	"encoding/binary"
	"strings"
	"sync"
	"testing"

	"quartet/store"
	"quartet/store/storetest"
)

// packet is a packet of MySQL's protocol.
func packet(sequence byte, payload string) []byte {
	size := len(payload)
	return append([]byte{byte(size), byte(size >> 8), byte(size >> 16), sequence}, payload...)
}

// failure is a server's answer to a statement that fails.
func failure(number uint16, state string) []byte {
	return packet(1, "\xff"+string(binary.LittleEndian.AppendUint16(nil, number))+"#"+state+"told by the test")
}

// What Galera answers to COMMIT: after a conflict with another node the transaction has
// been rolled back and is repeated; after error 1180 nobody knows, so it is neither
// repeated nor a success.
func TestAnswersToCommit(t *testing.T) {
	t.Parallel()
	rollback := packet(0, "\x03ROLLBACK")
	for name, c := range map[string]struct {
		instead, answer []byte
		done            bool
		runs            int
		changes         int64
	}{
		"a conflict":        {rollback, failure(1213, "40001"), true, 2, 1},
		"unknown, done":     {nil, failure(1180, "HY000"), false, 1, 1},
		"unknown, not done": {rollback, failure(1180, "HY000"), false, 1, 0},
		"no cluster":        {rollback, failure(1047, "08S01"), false, 1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, url := newWireTo(t, storetest.MySQLTablesURL(t))
			w.instead, w.answer = c.instead, c.answer
			runs, err := changeThrough(t, w, url, once("commit", replaced), c.changes)
			if c.done && err != nil {
				t.Error(err)
			}
			if !c.done {
				wantUnavailable(t, err)
			}
			if runs != c.runs {
				t.Errorf("the transaction ran %d times", runs)
			}
		})
	}
}

// Each of two users leaves while the other stays, through another node of Galera: one
// stays, however many at once.
func TestUsersAreLockedThroughEachHost(t *testing.T) {
	t.Parallel()
	url := storetest.MySQLTablesURL(t)
	before, hosts, _ := strings.Cut(url, "@")
	hosts, database, _ := strings.Cut(hosts, "/")
	names := strings.Split(hosts, ",")
	if len(names) < 2 {
		t.Skipf("to run this, name the nodes of a Galera cluster in %s", storetest.MySQLVariable)
	}
	var servers []*store.Store
	for _, name := range names {
		servers = append(servers, storetest.Open(t, store.Options{URL: before + "@" + name + "/" + database}))
	}
	const rounds = 60
	for round := range int64(rounds) {
		ids := []int64{2*round + 1, 2*round + 2}
		for _, id := range ids {
			if err := storetest.InsertUser(t.Context(), servers[0], invented(id)); err != nil {
				t.Fatal(err)
			}
		}
		var both sync.WaitGroup
		for i, id := range ids {
			s := servers[(int(round)+i)%len(servers)]
			both.Go(func() {
				err := s.InTx(t.Context(), func(tx store.Tx) error {
					users, err := tx.LockUsers(t.Context(), ids...)
					if err != nil || users[1-i].DisabledAt != nil {
						return err
					}
					return tx.SetUserDisabled(t.Context(), id, true, 1)
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		both.Wait()
		stay := 0
		for _, id := range ids {
			u, err := servers[1].UserByID(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			if u.DisabledAt == nil {
				stay++
			}
		}
		if stay != 1 {
			t.Errorf("round %d: %d stay", round, stay)
		}
	}
}

// A server that keeps as many prepared statements as it may, for whatever client, is read
// without.
func TestReadsNeedNoPreparedStatements(t *testing.T) {
	t.Parallel()
	w, url := newWireTo(t, storetest.MySQLTablesURL(t))
	s := storetest.Open(t, store.Options{URL: url})
	u := invented(1)
	u.Username, u.UsernameKey = new("li'na🍀"), new("li'na🍀")
	if err := storetest.InsertUser(t.Context(), s, u); err != nil {
		t.Fatal(err)
	}
	const ping, prepare = "\x0e", 0x16
	w.instead, w.answer = packet(0, ping), failure(1461, "42000")
	w.cutWhere(func(sent []byte) cut {
		if len(sent) > 4 && sent[4] == prepare {
			return replaced
		}
		return nowhere
	})
	for range 2 {
		if p, err := s.ProfileByID(t.Context(), 1); err != nil || p.UserID != 1 || *p.Username != *u.Username {
			t.Errorf("got %+v, %v", p, err)
		}
	}
}
