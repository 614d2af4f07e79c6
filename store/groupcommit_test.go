package store

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
)

func TestWritesOneByOneHaveATransactionEach(t *testing.T) {
	t.Parallel()
	s, commits := watched(t)
	for id := range int64(5) {
		if err := add(t.Context(), s, named(id+1)); err != nil {
			t.Fatal(err)
		}
	}
	if got := commits(); !slices.Equal(got, []int{1, 1, 1, 1, 1}) {
		t.Errorf("commits of %v writes", got)
	}
}

// maxShared is how many writes share a transaction at most.
const maxShared = 128

func TestWritesTogetherShareACommit(t *testing.T) {
	t.Parallel()
	s, commits := watched(t)
	var ids []int64
	for id := range int64(2*maxShared + 10) {
		ids = append(ids, id+1)
	}
	if err := errors.Join(grouped(t, s, adding(t.Context(), s, ids...)...)...); err != nil {
		t.Fatal(err)
	}
	if got := commits(); !slices.Equal(got, []int{1, maxShared, maxShared, 10}) {
		t.Errorf("commits of %v writes", got)
	}
	wantUsers(t, s, ids...)
}

func TestConcurrentWritesNeedFewerCommits(t *testing.T) {
	t.Parallel()
	s, commits := watched(t)
	release := hold(t, s)
	const callers, each = 32, 10
	var all sync.WaitGroup
	for caller := range int64(callers) {
		all.Go(func() {
			for n := range int64(each) {
				if err := add(t.Context(), s, named(caller*each+n+1)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	awaitQueue(t, s, callers)
	release()
	all.Wait()
	written := 0
	for _, size := range commits() {
		written += size
	}
	// The first of them all share one.
	if n := len(commits()); written != 1+callers*each || n > 2+callers*(each-1) {
		t.Errorf("%d writes in %d commits", written, n)
	}
}

func TestOneFailingWriteFailsAlone(t *testing.T) {
	t.Parallel()
	s, commits := watched(t)
	failure := errors.New("ours")
	twin := named(4)
	twin.UsernameKey = named(2).UsernameKey
	writes := adding(t.Context(), s, 1, 2, 3)
	writes = append(writes,
		func() error { return add(t.Context(), s, twin) },
		func() error {
			return s.InTx(t.Context(), func(t Tx) error {
				_, err := t.tx.Exec(context.Background(), "UPDATE users SET nickname = 'half' WHERE id = 1")
				return errors.Join(failure, err)
			})
		},
		func() error {
			return inTx(t, s, func(tx Tx) error { return tx.PutSession(t.Context(), Session{ID: 1, UserID: 99}) })
		},
	)
	writes = append(writes, adding(t.Context(), s, 1, 5)...)
	errs := grouped(t, s, writes...)
	for i, want := range map[int]error{
		3: ConflictError{What: "username"}, 4: failure, 5: ErrNotFound, 6: ConflictError{What: "id"},
	} {
		if !errors.Is(errs[i], want) {
			t.Errorf("write %d: %v, want %v", i, errs[i], want)
		}
	}
	if err := errors.Join(errs[0], errs[1], errs[2], errs[7]); err != nil {
		t.Error(err)
	}
	wantUsers(t, s, 1, 2, 3, 5)
	if u, err := s.UserByID(t.Context(), 1); err != nil || u.Nickname != "" {
		t.Errorf("what failed has left %q, %v", u.Nickname, err)
	}
	if got := commits(); !slices.Equal(got, []int{1, 4}) {
		t.Errorf("commits of %v writes", got)
	}
}

// A write sees the changes of those before it in its group: of two that consume one
// code, one succeeds.
func TestWritesOfAGroupComeOneAfterTheOther(t *testing.T) {
	t.Parallel()
	s, _ := watched(t)
	k := CodeKey{Purpose: "login", MobileIndex: "index", Asker: "asker"}
	if err := errors.Join(inTx(t, s, func(tx Tx) error { return tx.CreateCode(t.Context(), k, "mac", 1, 1000) }), inTx(t, s, func(tx Tx) error { return tx.ActivateCode(t.Context(), k, "mac") })); err != nil {
		t.Fatal(err)
	}
	spent := make([]bool, 5)
	var writes []func() error
	for i := range spent {
		writes = append(writes, func() error {
			return s.InTx(t.Context(), func(w Tx) (err error) {
				spent[i], err = w.ConsumeCode(t.Context(), k, "mac", 2, 5)
				return err
			})
		})
	}
	if err := errors.Join(grouped(t, s, writes...)...); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(spent, []bool{true, false, false, false, false}) {
		t.Errorf("spent: %v", spent)
	}
}

// The commit fails, because of a deferred foreign key. All writes of the group fail,
// also those that would have been conflicts with the rolled-back rows.
func TestFailedCommitFailsAllWrites(t *testing.T) {
	t.Parallel()
	s, commits := watched(t)
	writes := append(adding(t.Context(), s, 1, 2, 1), func() error {
		return s.InTx(t.Context(), func(t Tx) error {
			_, err := t.tx.Exec(context.Background(), "PRAGMA defer_foreign_keys = ON")
			if err != nil {
				return err
			}
			return t.insert(context.Background(), "dangling", insertSession, Session{ID: 1, UserID: 99})
		})
	})
	wantAllUnavailable(t, grouped(t, s, writes...))
	if got := commits(); !slices.Equal(got, []int{1, 3}) {
		t.Errorf("commits of %v writes were tried", got)
	}
	wantUsers(t, s)
	if err := errors.Join(grouped(t, s, adding(t.Context(), s, 1, 2)...)...); err != nil {
		t.Errorf("after the failure: %v", err)
	}
	wantUsers(t, s, 1, 2)
}

func TestFullDiskFailsAllWrites(t *testing.T) {
	t.Parallel()
	s, _ := watched(t)
	var pages int
	if err := s.writer().Get(&pages, "PRAGMA page_count"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.writer().Exec(fmt.Sprintf("PRAGMA max_page_count = %d", pages+5)); err != nil {
		t.Fatal(err)
	}
	large := named(3)
	large.Remark = strings.Repeat("x", 1_000_000) // more than the pages that migrations left free
	writes := adding(t.Context(), s, 1, 2)
	writes = append(writes, func() error { return add(t.Context(), s, large) })
	writes = append(writes, adding(t.Context(), s, 4)...)
	wantAllUnavailable(t, grouped(t, s, writes...))
	wantUsers(t, s)
	if _, err := s.writer().Exec("PRAGMA max_page_count = 1000000"); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(grouped(t, s, writes...)...); err != nil {
		t.Errorf("with room again: %v", err)
	}
	wantUsers(t, s, 1, 2, 3, 4)
}

func TestWriterThatHasGoneIsNotBegun(t *testing.T) {
	t.Parallel()
	s, commits := watched(t)
	release := hold(t, s)
	gone, leave := context.WithCancel(t.Context())
	over := make(chan error)
	go func() { over <- add(gone, s, named(1)) }()
	awaitQueue(t, s, 1)
	leave()
	err := <-over // the held write still runs: it was not waited for
	wantAllUnavailable(t, []error{err})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v does not tell why", err)
	}
	release()
	wantUsers(t, s)
	if got := commits(); !slices.Equal(got, []int{1}) {
		t.Errorf("commits of %v writes", got)
	}
}

func TestWriterThatGoesMeanwhileFailsAlone(t *testing.T) {
	t.Parallel()
	for name, statement := range map[string]string{
		"before a statement": "UPDATE users SET nickname = 'late' WHERE id = 1",
		"at the end":         "",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _ := watched(t)
			going, leave := context.WithCancel(t.Context())
			writes := adding(t.Context(), s, 1)
			writes = append(writes, func() error {
				return s.InTx(going, func(t Tx) error {
					_, err := t.tx.Exec(going, "UPDATE users SET nickname = 'early' WHERE id = 1")
					leave()
					if statement != "" {
						_, err = t.tx.Exec(going, statement)
					}
					return err
				})
			})
			errs := grouped(t, s, append(writes, adding(t.Context(), s, 2)...)...)
			if !errors.Is(errs[1], context.Canceled) || errs[0] != nil || errs[2] != nil {
				t.Errorf("got %v", errs)
			}
			if u, err := s.UserByID(t.Context(), 1); err != nil || u.Nickname != "" {
				t.Errorf("what was given up has left %q, %v", u.Nickname, err)
			}
			wantUsers(t, s, 1, 2)
		})
	}
}

func TestPanicIsItsCallersOwn(t *testing.T) {
	t.Parallel()
	s, _ := watched(t)
	var raised any
	writes := adding(t.Context(), s, 1)
	writes = append(writes, func() error {
		defer func() { raised = recover() }()
		return s.InTx(t.Context(), func(t Tx) error {
			_, _ = t.tx.Exec(context.Background(), "UPDATE users SET nickname = 'half' WHERE id = 1")
			panic("here")
		})
	})
	if err := errors.Join(grouped(t, s, append(writes, adding(t.Context(), s, 2)...)...)...); err != nil {
		t.Error(err)
	}
	if !strings.Contains(fmt.Sprint(raised), "here") {
		t.Errorf("raised: %v", raised)
	}
	if u, err := s.UserByID(t.Context(), 1); err != nil || u.Nickname != "" {
		t.Errorf("the panic has left %q, %v", u.Nickname, err)
	}
	wantUsers(t, s, 1, 2)
}

// A goroutine that ends in the middle of a write does not affect the others.
func TestLeadIsPassedOnByWhoeverEnds(t *testing.T) {
	t.Parallel()
	s, _ := watched(t)
	over := make(chan struct{})
	go func() {
		defer close(over)
		_ = s.InTx(context.Background(), func(Tx) error { runtime.Goexit(); return nil })
	}()
	<-over
	if err := add(t.Context(), s, named(1)); err != nil {
		t.Error(err)
	}
	wantUsers(t, s, 1)
}
