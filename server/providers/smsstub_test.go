package providers_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"quartet/server/account"
	"quartet/server/apierr"
)

// What must never be seen in an error.
const (
	smsMobile = "13900001111"
	smsCode   = "246135"
	smsSecret = "canary0smssecret0123456789abcd"
)

var smsMessage = account.CodeMessage{Mobile: smsMobile, Code: smsCode, Purpose: account.PurposeVerifyMobile}

// smsRequest is a request that an SMS service got.
type smsRequest struct {
	method, host, path string
	query              string
	header             http.Header
	body               string
}

// smsStub simulates an SMS service.
type smsStub struct {
	*httptest.Server
	mutex    sync.Mutex
	answer   http.HandlerFunc
	requests []smsRequest
}

func newSMSStub(t *testing.T, answer http.HandlerFunc) *smsStub {
	t.Helper()
	s := &smsStub{answer: answer}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

// ServeHTTP remembers the request and answers as it was told.
func (s *smsStub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mutex.Lock()
	s.requests = append(s.requests, smsRequest{r.Method, r.Host, r.URL.Path, r.URL.RawQuery, r.Header, string(body)})
	answer := s.answer
	s.mutex.Unlock()
	answer(w, r)
}

func (s *smsStub) received() []smsRequest {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.requests
}

// only gives the one request that there must be.
func (s *smsStub) only(t *testing.T) smsRequest {
	t.Helper()
	requests := s.received()
	if len(requests) != 1 {
		t.Fatalf("%d requests", len(requests))
	}
	return requests[0]
}

func saying(status int, body string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		io.WriteString(w, body)
	}
}

// hangingUp ends the connection in place of an answer.
func hangingUp(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

// cutOff ends the connection within the body.
func cutOff(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000")
		io.WriteString(w, body)
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
}

// wantSMSFailure checks the failure, and that its text is fit for the log.
func wantSMSFailure(t *testing.T, err error, code apierr.Code) *apierr.Error {
	t.Helper()
	var failed *apierr.Error
	if !errors.As(err, &failed) || failed.Code != code {
		t.Fatalf("got %v, want %s", err, code)
	}
	for _, canary := range []string{smsMobile, smsCode, smsSecret, "canary"} {
		if strings.Contains(err.Error(), canary) {
			t.Errorf("the error tells %q: %v", canary, err)
		}
	}
	return failed
}

func wantWords(t *testing.T, err error, words ...string) {
	t.Helper()
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("%q is missing: %v", word, err)
		}
	}
}

// driver makes the service under test, which calls url.
type driver func(t *testing.T, url string) account.SMS

// wantFaultsUnavailable plays everything that keeps an answer from coming.
func wantFaultsUnavailable(t *testing.T, drive driver) {
	t.Run("refused", func(t *testing.T) {
		t.Parallel()
		s := newSMSStub(t, saying(200, ""))
		s.Close()
		err := drive(t, s.URL).Send(t.Context(), smsMessage)
		wantSMSFailure(t, err, apierr.SMSUnavailable)
		wantWords(t, err, "connection refused")
	})
	t.Run("hanging up", func(t *testing.T) {
		t.Parallel()
		s := newSMSStub(t, hangingUp)
		wantSMSFailure(t, drive(t, s.URL).Send(t.Context(), smsMessage), apierr.SMSUnavailable)
	})
	// net/http's errors quote what such a peer sends, which can be what it got.
	for name, answer := range map[string]string{
		"no HTTP":          "%s canary\r\n\r\n",
		"an echoed header": "HTTP/1.1 200 OK\r\n%s canary\r\n\r\n",
		"an echoed status": "HTTP/1.1 %s\r\n\r\n",
		"a wrong length":   "HTTP/1.1 200 OK\r\nContent-Length: %s\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSMSStub(t, raw(func(r *http.Request) string {
				return fmt.Sprintf(answer, r.URL.String()+" "+smsMobile+" "+smsCode)
			}))
			wantSMSFailure(t, drive(t, s.URL).Send(t.Context(), smsMessage), apierr.SMSUnavailable)
		})
	}
	t.Run("slow", func(t *testing.T) {
		t.Parallel()
		s := newSMSStub(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		err := drive(t, s.URL).Send(ctx, smsMessage)
		wantSMSFailure(t, err, apierr.SMSUnavailable)
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("the caller leaves", func(t *testing.T) {
		t.Parallel()
		ctx, leave := context.WithCancel(t.Context())
		s := newSMSStub(t, func(_ http.ResponseWriter, r *http.Request) { leave(); <-r.Context().Done() })
		err := drive(t, s.URL).Send(ctx, smsMessage)
		wantSMSFailure(t, err, apierr.SMSUnavailable)
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("redirect", func(t *testing.T) {
		t.Parallel()
		elsewhere := newSMSStub(t, saying(200, `{"Code":"OK"}`))
		for _, status := range []int{301, 302, 303, 307, 308} {
			s := newSMSStub(t, saying(status, "", "Location", elsewhere.URL))
			wantSMSFailure(t, drive(t, s.URL).Send(t.Context(), smsMessage), apierr.SMSUnavailable)
		}
		if n := len(elsewhere.received()); n != 0 {
			t.Errorf("%d redirects were followed", n)
		}
	})
	t.Run("a certificate that nobody vouches for", func(t *testing.T) {
		t.Parallel()
		s := httptest.NewUnstartedServer(saying(200, `{"Code":"OK"}`))
		s.Config.ErrorLog = log.New(io.Discard, "", 0) // it logs the handshake that fails
		s.StartTLS()
		t.Cleanup(s.Close)
		err := drive(t, s.URL).Send(t.Context(), smsMessage)
		wantSMSFailure(t, err, apierr.SMSUnavailable)
		wantWords(t, err, "certificate is not trusted")
	})
}
