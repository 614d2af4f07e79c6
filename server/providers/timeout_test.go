package providers

import (
	"context"
	"testing"
	"time"
)

// The caller's deadline applies, even if it is later than the default.
func TestTheCallersDeadlineIsTheProviders(t *testing.T) {
	t.Parallel()
	want := time.Now().Add(time.Hour)
	long, cancel := context.WithDeadline(t.Context(), want)
	defer cancel()
	ctx, done := withDefaultTimeout(long)
	defer done()
	if end, ends := ctx.Deadline(); !ends || !end.Equal(want) {
		t.Errorf("it ends at %s, the caller's time at %s", end, want)
	}
	ctx, done = withDefaultTimeout(t.Context())
	defer done()
	if _, ends := ctx.Deadline(); !ends {
		t.Error("without a caller's time there is no end")
	}
	if smsHTTP().Timeout != 0 || weChatHTTP().Timeout != 0 {
		t.Error("a client has a bound of its own")
	}
}
