package providers_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"quartet/server/account"
	"quartet/server/apierr"
	"quartet/server/providers"
)

var testNow = time.Date(2026, time.March, 5, 10, 0, 0, 0, time.UTC)

func silentSMS() *providers.SMSSimulator {
	return providers.NewSMSSimulator(nil, func() time.Time { return testNow })
}

func TestSMSRemembersNewestFirst(t *testing.T) {
	t.Parallel()
	now := testNow
	sms := providers.NewSMSSimulator(nil, func() time.Time { now = now.Add(time.Second); return now })
	for _, code := range []string{"111111", "222222"} {
		if err := sms.Send(t.Context(), account.CodeMessage{Mobile: "13900000000", Code: code}); err != nil {
			t.Fatal(err)
		}
	}
	want := []providers.Message{
		{To: "13900000000", Code: "222222", At: testNow.Add(2 * time.Second)},
		{To: "13900000000", Code: "111111", At: testNow.Add(time.Second)},
	}
	got := sms.Messages()
	if len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("got %v", got)
	}
	got[0].Code = "changed"
	if sms.Messages()[0] != want[0] {
		t.Error("a reader can change what is remembered")
	}
}

func TestSMSRemembersTheLast200(t *testing.T) {
	t.Parallel()
	sms := silentSMS()
	for i := range 250 {
		if err := sms.Send(t.Context(), account.CodeMessage{Mobile: "13900000000", Code: fmt.Sprintf("%06d", i)}); err != nil {
			t.Fatal(err)
		}
	}
	got := sms.Messages()
	if len(got) != 200 || got[0].Code != "000249" || got[199].Code != "000050" {
		t.Errorf("got %d, %v to %v", len(got), got[0], got[len(got)-1])
	}
}

func TestSMSLogsTheCodeButNoFullMobile(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	sms := providers.NewSMSSimulator(slog.New(slog.NewTextHandler(&log, nil)), time.Now)
	for _, mobile := range []string{"13900001234", "5550100"} {
		if err := sms.Send(t.Context(), account.CodeMessage{Mobile: mobile, Code: "123456"}); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(log.String(), mobile) {
			t.Errorf("logged %s", &log)
		}
	}
	if !strings.Contains(log.String(), "code=123456") || !strings.Contains(log.String(), "139****1234") {
		t.Errorf("logged %s", &log)
	}
}

func TestSMSFails(t *testing.T) {
	t.Parallel()
	sms := silentSMS()
	bodyErr := errors.New("the line is cut")
	sms.Fail(func(mobile string) error {
		switch mobile {
		case "13900000001":
			return bodyErr
		case "13900000002":
			return apierr.New(apierr.TooManyRequests)
		}
		return nil
	})
	for mobile, code := range map[string]apierr.Code{
		"13900000001": apierr.SMSUnavailable,
		"13900000002": apierr.TooManyRequests,
	} {
		if err := sms.Send(t.Context(), account.CodeMessage{Mobile: mobile, Code: "123456"}); !apierr.Is(err, code) {
			t.Errorf("%s: got %v", mobile, err)
		}
	}
	if err := sms.Send(t.Context(), account.CodeMessage{Mobile: "13900000001", Code: "123456"}); !errors.Is(err, bodyErr) {
		t.Errorf("the cause is lost: %v", err)
	}
	if got := sms.Messages(); len(got) != 0 {
		t.Errorf("failed messages are remembered: %v", got)
	}
	if err := sms.Send(t.Context(), account.CodeMessage{Mobile: "13900000003", Code: "123456"}); err != nil {
		t.Error(err)
	}
	sms.Fail(nil)
	if err := sms.Send(t.Context(), account.CodeMessage{Mobile: "13900000001", Code: "123456"}); err != nil {
		t.Errorf("without the hook: %v", err)
	}
}

func TestSMSThatHangsEndsWithTheContext(t *testing.T) {
	t.Parallel()
	sms := silentSMS()
	release := make(chan struct{})
	defer close(release)
	ctx, cancel := context.WithCancel(t.Context())
	sms.Fail(func(string) error { cancel(); <-release; return nil })
	err := sms.Send(ctx, account.CodeMessage{Mobile: "13900000000", Code: "123456"})
	if !apierr.Is(err, apierr.SMSUnavailable) || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if got := sms.Messages(); len(got) != 0 {
		t.Errorf("remembered: %v", got)
	}
}

func TestSMSWithAnEndedContextSendsNothing(t *testing.T) {
	t.Parallel()
	sms := silentSMS()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := sms.Send(ctx, account.CodeMessage{Mobile: "13900000000", Code: "123456"}); !apierr.Is(err, apierr.SMSUnavailable) {
		t.Errorf("got %v", err)
	}
	if got := sms.Messages(); len(got) != 0 {
		t.Errorf("remembered: %v", got)
	}
}

func TestSMSConcurrentUse(t *testing.T) {
	t.Parallel()
	sms := silentSMS()
	var done sync.WaitGroup
	for i := range 50 {
		done.Go(func() {
			if i%10 == 0 {
				sms.Fail(func(string) error { return nil })
			}
			if err := sms.Send(t.Context(), account.CodeMessage{Mobile: "13900000000", Code: "123456"}); err != nil {
				t.Error(err)
			}
			sms.Messages()
		})
	}
	done.Wait()
	if got := sms.Messages(); len(got) != 50 {
		t.Errorf("%d of 50 are remembered", len(got))
	}
}
