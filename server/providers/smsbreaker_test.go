package providers_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"quartet/server/account"
	"quartet/server/apierr"
	"quartet/server/providers"
)

// scriptedSMS fails as it is told, and counts.
type scriptedSMS struct {
	err   error
	calls int
}

func (s *scriptedSMS) Send(context.Context, account.CodeMessage) error {
	s.calls++
	return s.err
}

var errDown = apierr.New(apierr.SMSUnavailable)

// newBreaker is a breaker before a scripted service, and what it logs.
func newBreaker() (*providers.SMSBreaker, *scriptedSMS, *bytes.Buffer) {
	sms, log := &scriptedSMS{err: errDown}, &bytes.Buffer{}
	return providers.NewSMSBreaker(sms, slog.New(slog.NewTextHandler(log, nil))), sms, log
}

// fail sends n messages, which fail.
func fail(t *testing.T, breaker *providers.SMSBreaker, n int) {
	t.Helper()
	for range n {
		wantSMSFailure(t, breaker.Send(t.Context(), smsMessage), apierr.SMSUnavailable)
	}
}

func wantCalls(t *testing.T, sms *scriptedSMS, want int) {
	t.Helper()
	if sms.calls != want {
		t.Errorf("the service was called %d times, want %d", sms.calls, want)
	}
}

func TestBreakerOpensAfterFiveFailures(t *testing.T) {
	t.Parallel()
	breaker, sms, log := newBreaker()
	fail(t, breaker, 4)
	if breaker.Open() {
		t.Error("open after four")
	}
	fail(t, breaker, 3)
	wantCalls(t, sms, 5)
	if !breaker.Open() || !strings.Contains(log.String(), "from=closed to=open") {
		t.Errorf("not open: %s", log)
	}
	sms.err = nil
	wantWords(t, breaker.Send(t.Context(), smsMessage), "circuit breaker is open")
}

func TestBreakerCountsFailuresInARowAlone(t *testing.T) {
	t.Parallel()
	breaker, sms, _ := newBreaker()
	for range 3 {
		sms.err = errDown
		fail(t, breaker, 4)
		sms.err = nil
		if err := breaker.Send(t.Context(), smsMessage); err != nil {
			t.Fatal(err)
		}
	}
	wantCalls(t, sms, 15)
}

func TestBreakerDoesNotCountTheCallersDoing(t *testing.T) {
	t.Parallel()
	for _, err := range []error{
		apierr.New(apierr.TooManyRequests),
		apierr.Field("mobile", apierr.BadFormat),
		apierr.Wrap(apierr.SMSUnavailable, fmt.Errorf("SMS webhook: %w", context.Canceled)),
	} {
		breaker, sms, log := newBreaker()
		fail(t, breaker, 4)
		sms.err = err
		for range 20 {
			if got := breaker.Send(t.Context(), smsMessage); got != err {
				t.Fatalf("got %v", got)
			}
		}
		if breaker.Open() || log.Len() != 0 {
			t.Errorf("%v opens the circuit", err)
		}
		sms.err = errDown
		fail(t, breaker, 1)
		if !breaker.Open() {
			t.Errorf("%v ends a row of failures", err)
		}
	}
}

func TestBreakerCountsSlowness(t *testing.T) {
	t.Parallel()
	breaker, sms, _ := newBreaker()
	sms.err = apierr.Wrap(apierr.SMSUnavailable, context.DeadlineExceeded)
	fail(t, breaker, 5)
	if !breaker.Open() {
		t.Error("a service that does not answer keeps its callers waiting")
	}
}

func TestBreakerTriesAgainAfterThirtySeconds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		breaker, sms, log := newBreaker()
		fail(t, breaker, 5)
		time.Sleep(30 * time.Second)
		fail(t, breaker, 1)
		wantCalls(t, sms, 5)
		time.Sleep(time.Nanosecond)
		if breaker.Open() {
			t.Error("open for longer than 30 s")
		}
		fail(t, breaker, 3) // the first is the try
		wantCalls(t, sms, 6)
		time.Sleep(30*time.Second + time.Nanosecond)
		sms.err = nil
		for range 10 {
			if err := breaker.Send(t.Context(), smsMessage); err != nil {
				t.Fatal(err)
			}
		}
		wantWords(t, fmt.Errorf("%s", log), "from=open to=half-open", "from=half-open to=open", "from=half-open to=closed")
	})
}

func TestBreakerSaysWhenToComeAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		breaker, _, _ := newBreaker()
		wait := func() time.Duration {
			return wantSMSFailure(t, breaker.Send(t.Context(), smsMessage), apierr.SMSUnavailable).RetryAfter
		}
		for range 5 {
			if got := wait(); got != 0 {
				t.Errorf("closed: %s", got)
			}
		}
		for _, want := range []time.Duration{30 * time.Second, 20 * time.Second, 10 * time.Second, 4 * time.Second} {
			if got := wait(); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
			time.Sleep(10 * time.Second)
		}
	})
}

func TestBreakerTryThatSaysNothingIsFollowedByAnother(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		breaker, sms, _ := newBreaker()
		fail(t, breaker, 5)
		time.Sleep(31 * time.Second)
		sms.err = apierr.New(apierr.TooManyRequests)
		wantSMSFailure(t, breaker.Send(t.Context(), smsMessage), apierr.TooManyRequests)
		sms.err = nil
		if err := breaker.Send(t.Context(), smsMessage); err != nil {
			t.Error(err)
		}
	})
}
