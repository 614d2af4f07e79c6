package store_test

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"quartet/store"
	"quartet/store/storetest"
)

func TestFileIsPrivate(t *testing.T) {
	t.Parallel()
	s, path := storetest.SQLiteFile(t)
	if err := storetest.InsertUser(t.Context(), s, invented(1)); err != nil {
		t.Fatal(err)
	}
	for _, suffix := range []string{"", "-wal", "-shm"} {
		info, err := os.Stat(path + suffix)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %o", info.Name(), info.Mode().Perm())
		}
	}
}

func TestAFileOpenToOthersIsRefused(t *testing.T) {
	t.Parallel()
	s, path := storetest.SQLiteFile(t)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for _, mode := range []os.FileMode{0o666, 0o644, 0o620} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		opened, err := store.Open(t.Context(), store.Options{URL: "sqlite:" + path})
		if err == nil {
			_ = opened.Close()
		}
		if err == nil || !strings.Contains(err.Error(), "run chmod 600 "+path) {
			t.Errorf("mode %o: %v", mode, err)
		}
	}
}

func TestPathIsTakenLiterally(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a b%20c?d=e#f.db")
	s := storetest.Open(t, store.Options{URL: "sqlite:" + path})
	if s.Engine() != store.SQLite {
		t.Errorf("engine %s", s.Engine())
	}
	if info, err := os.Stat(path); err != nil || info.Size() == 0 {
		t.Errorf("the file is not where it belongs: %v", err)
	}
}

func TestCloseCheckpointsTheLog(t *testing.T) {
	t.Parallel()
	s, path := storetest.SQLiteFile(t)
	if err := storetest.InsertUser(t.Context(), s, invented(1)); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path + "-wal"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the write-ahead log is left: %v", err)
	}
	if _, err := storetest.Open(t, store.Options{URL: "sqlite:" + path}).UserByID(t.Context(), 1); err != nil {
		t.Error(err)
	}
}

// lockedBySomebody takes SQLite's write lock from outside the store until
// release is called.
func lockedBySomebody(t *testing.T, url string) (release func()) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+strings.TrimPrefix(url, "sqlite:")+"?_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	lock, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	return sync.OnceFunc(func() {
		if err := errors.Join(lock.Rollback(), db.Close()); err != nil {
			t.Error(err)
		}
	})
}

func TestLockedFileIsUnavailableUntilReleased(t *testing.T) {
	t.Parallel()
	url := storetest.SQLiteURL(t)
	s := storetest.Open(t, store.Options{URL: url, StatementTimeout: 20 * time.Millisecond})
	release := lockedBySomebody(t, url)
	defer release()
	wantUnavailable(t, storetest.InsertUser(t.Context(), s, invented(1)))
	wantUnavailable(t, errorOf(storetest.OpenSession(t.Context(), s, login(1), nil)))
	wantUnavailable(t, s.Ping(t.Context()))
	if _, err := s.ListUsers(t.Context(), 0, 1); err != nil {
		t.Errorf("reading waits for a writer: %v", err)
	}
	release()
	if err := errors.Join(storetest.InsertUser(t.Context(), s, invented(1)), s.Ping(t.Context())); err != nil {
		t.Error(err)
	}
}

// Neither the wait for another process's lock nor the queue behind the one
// writer connection outlasts the caller's context. The busy timeout is an hour:
// whoever waited it out would not be seen here again.
func TestWaitingWriterHonoursItsContext(t *testing.T) {
	t.Parallel()
	url := storetest.SQLiteURL(t)
	s := storetest.Open(t, store.Options{URL: url, StatementTimeout: time.Hour})
	release := lockedBySomebody(t, url)
	defer release()
	soon, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	var writers sync.WaitGroup
	for id := range int64(3) {
		writers.Go(func() {
			err := storetest.InsertUser(soon, s, invented(id+1))
			wantUnavailable(t, err)
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%v does not tell why", err)
			}
		})
		writers.Go(func() {
			wantUnavailable(t, errorOf(storetest.OpenSession(soon, s, login(id+1), nil)))
		})
	}
	writers.Wait()
	release()
	if err := storetest.InsertUser(t.Context(), s, invented(1)); err != nil {
		t.Error(err)
	}
}

// writerVariable makes the test program a writer that ends only by being killed.
const writerVariable = "QUARTET_TEST_WRITER"

// writeForever prints the id of each user whose insertion was acknowledged.
func writeForever(url string) {
	ctx := context.Background()
	s, err := store.Open(ctx, store.Options{URL: url})
	if err == nil {
		err = s.Migrate(ctx)
	}
	for id := int64(1); err == nil; id++ {
		if err = storetest.InsertUser(ctx, s, invented(id)); err == nil {
			_, err = fmt.Println(id)
		}
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func TestKilledWriterLosesNothingAcknowledged(t *testing.T) {
	t.Parallel()
	url := storetest.SQLiteURL(t)
	acknowledged := killedAfter(t, url, 200)
	s := storetest.Open(t, store.Options{URL: url})
	for _, id := range acknowledged {
		if _, err := s.UserByID(t.Context(), id); err != nil {
			t.Errorf("user %d: %v", id, err)
		}
	}
	wantSoundFile(t, strings.TrimPrefix(url, "sqlite:"))
}

func wantSoundFile(t *testing.T, path string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var verdict string
	if err := db.QueryRow("PRAGMA integrity_check").Scan(&verdict); err != nil || verdict != "ok" {
		t.Errorf("integrity_check says %q, %v", verdict, err)
	}
}

// killedAfter runs a writer, kills it after some acknowledged rows, and gives
// the ids of all that were acknowledged.
func killedAfter(t *testing.T, url string, rows int) (acknowledged []int64) {
	t.Helper()
	writer := exec.CommandContext(t.Context(), os.Args[0])
	writer.Env = append(os.Environ(), writerVariable+"="+url)
	var errorText strings.Builder
	writer.Stderr = &errorText
	output, err := writer.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := writer.Start(); err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(output); lines.Scan(); {
		id, err := strconv.ParseInt(lines.Text(), 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		acknowledged = append(acknowledged, id)
		if len(acknowledged) == rows {
			if err := writer.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	_ = writer.Wait() // "killed", as it should be
	if len(acknowledged) < rows {
		t.Fatalf("the writer stopped after %d rows: %s", len(acknowledged), errorText.String())
	}
	return acknowledged
}
