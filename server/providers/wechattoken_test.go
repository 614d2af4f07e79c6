package providers_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"quartet/server/account"
)

// All callers share the token: it is fetched even if the first of them leaves.
func TestWeChatTokenOfACallerWhoLeftIsKept(t *testing.T) {
	t.Parallel()
	s := newStub(t)
	ctx, leave := context.WithCancel(t.Context())
	s.on(tokenPath, func(w http.ResponseWriter, r *http.Request) {
		leave()
		select {
		case <-r.Context().Done(): // nobody waits any more
		case <-time.After(100 * time.Millisecond):
			_, _ = io.WriteString(w, tokenAnswer(1))
		}
	})
	s.says(phonePath, goodPhone)
	client := s.client(t, account.WeChatMiniProgram)
	if _, err := client.PhoneNumber(ctx, loginCode); err == nil {
		t.Error("who has left was answered")
	}
	if _, err := client.PhoneNumber(t.Context(), loginCode); err != nil {
		t.Error(err)
	}
	requireCalls(t, s, tokenPath, 1)
}

// A caller learns late that the first token is refused, when another has already
// replaced it: the second token stays.
func TestWeChatTokenThatNobodyRefusedIsKept(t *testing.T) {
	t.Parallel()
	s := newStub(t)
	s.says(tokenPath, tokenAnswer(1), tokenAnswer(2), tokenAnswer(3))
	arrived, release := make(chan struct{}), make(chan struct{})
	var calls atomic.Int32
	s.on(phonePath, func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Query().Get("access_token"), "1") {
			_, _ = io.WriteString(w, goodPhone)
			return
		}
		if calls.Add(1) == 1 {
			close(arrived)
			<-release
		}
		_, _ = fmt.Fprint(w, `{"errcode":40001}`)
	})
	client := s.client(t, account.WeChatMiniProgram)
	late := make(chan error, 1)
	go func() { _, err := client.PhoneNumber(t.Context(), loginCode); late <- err }()
	<-arrived
	if _, err := client.PhoneNumber(t.Context(), loginCode); err != nil {
		t.Error(err)
	}
	close(release)
	if err := <-late; err != nil {
		t.Error(err)
	}
	requireCalls(t, s, tokenPath, 2)
}
