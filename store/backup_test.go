package store_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"quartet/store"
	"quartet/store/storetest"
)

// The copy is of one point in time, and writers do not wait for its end.
func TestBackupWhileOthersWrite(t *testing.T) {
	t.Parallel()
	url := storetest.SQLiteURL(t)
	server := storetest.Open(t, store.Options{URL: url})
	const before = 50
	for id := int64(1); id <= before; id++ {
		if err := storetest.InsertUser(t.Context(), server, invented(id)); err != nil {
			t.Fatal(err)
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	var writer sync.WaitGroup
	written := int64(before)
	writer.Go(func() {
		for ctx.Err() == nil {
			if err := storetest.InsertUser(t.Context(), server, invented(written+1)); err != nil {
				t.Error(err)
				return
			}
			written++
		}
	})
	path := filepath.Join(t.TempDir(), "copy of it?.db")
	err := storetest.Open(t, store.Options{URL: url}).Backup(t.Context(), path)
	stop()
	writer.Wait()
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, mode %v", err, info.Mode())
	}
	users, err := storetest.Open(t, store.Options{URL: "sqlite:" + path}).ListUsers(t.Context(), 0, int(written))
	if err != nil || len(users) < before || users[len(users)-1].ID != int64(len(users)) {
		t.Errorf("%v: %d of %d users are in the copy", err, len(users), written)
	}
}

func TestBackupOverwritesNothing(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t)
	path := filepath.Join(t.TempDir(), "kept")
	if err := os.WriteFile(path, []byte("kept"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.Backup(t.Context(), path); !errors.Is(err, fs.ErrExist) {
		t.Errorf("got %v", err)
	}
	if text, err := os.ReadFile(path); string(text) != "kept" {
		t.Errorf("%v: it holds %q", err, text)
	}
}

func TestPostgresHasBackupsOfItsOwn(t *testing.T) {
	t.Parallel()
	if err := storetest.Postgres(t).Backup(t.Context(), "unused"); !errors.Is(err, store.ErrNoBackup) {
		t.Errorf("got %v", err)
	}
}
