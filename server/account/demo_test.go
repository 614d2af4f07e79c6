package account_test

import (
	"testing"
	"time"

	"quartet/server/account"
	"quartet/server/apierr"
)

func TestASetCodeWorksOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	must(t, w.SetCode(t.Context(), account.PurposeSignIn, lisMobile, "135246", time.Hour))
	outcomes := together(20, func(int) error {
		_, err := w.tryCode(lisMobile, "135246")
		return err
	})
	wantOutcomes(t, outcomes, map[string]int{"ok": 1, string(apierr.WrongCode): 19})
}

func TestASetCodeExpires(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	must(t, w.SetCode(t.Context(), account.PurposeSignIn, lisMobile, "135246", time.Hour))
	w.clock.Advance(time.Hour)
	_, err := w.tryCode(lisMobile, "135246")
	wantFailure(t, err, apierr.WrongCode)
}

func TestSetCodeRefusesWhatIsNoMobile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	err := w.SetCode(t.Context(), account.PurposeSignIn, "123", "135246", time.Hour)
	wantField(t, err, "mobile", apierr.BadFormat)
	err = w.SetCode(t.Context(), "tea", lisMobile, "135246", time.Hour)
	wantField(t, err, "purpose", apierr.NotInEnum)
}
