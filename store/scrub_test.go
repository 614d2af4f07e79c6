package store_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"

	"quartet/store"
	"quartet/store/storetest"
)

// SQLite leaves a copy of a row where it was before it moved to another page, which
// deleting the row does not overwrite.
func TestErasedUsersLeaveNoCopyInTheFile(t *testing.T) {
	t.Parallel()
	s, path := storetest.SQLiteFile(t)
	random := rand.New(rand.NewPCG(1, 2))
	name := func(id int64) string { return fmt.Sprintf("%08x-invented-%d-name", uint32(id)*2654435761, id) }
	const users = 1500
	for id := int64(1); id <= users; id++ {
		u := store.User{
			ID: id, GUID: store.GUID(fmt.Sprintf("00000000-0000-4000-8000-%012d", id)), Role: store.RoleMember,
			Username: new(name(id)), UsernameKey: new(name(id)), SecurityStamp: "stamp", Version: 1, CreatedAt: 1, UpdatedAt: 1,
		}
		must(t, storetest.InsertUser(t.Context(), s, u))
		if random.IntN(3) > 0 { // a row grows, so that others move
			grows := store.UserChange{}
			grows.Address = new(string(bytes.Repeat([]byte("a"), random.IntN(400))))
			must(t, s.InTx(t.Context(), func(tx store.Tx) error {
				return tx.UpdateUser(t.Context(), 1+random.Int64N(id), grows, nil, 2)
			}))
		}
	}
	var gone []int64
	for id := int64(1); id <= users; id += 4 {
		must(t, s.InTx(t.Context(), func(tx store.Tx) error { return tx.EraseUser(t.Context(), store.Erasure{UserID: id}, 3) }))
		gone = append(gone, id)
	}
	must(t, s.Scrub(t.Context()))
	if info, err := os.Stat(path + "-wal"); err == nil && info.Size() > 10_000 { // of the entry that says it is done
		t.Errorf("the log has %d bytes", info.Size())
	}
	content, err := os.ReadFile(path)
	must(t, err)
	for _, id := range gone {
		if bytes.Contains(content, []byte(name(id))) {
			t.Errorf("%s is still in the file", name(id))
		}
	}
	if !bytes.Contains(content, []byte(name(2))) {
		t.Error("the user who stays is not found")
	}
	must(t, s.Close())
	wantSoundFile(t, path)
}
