package style_test

import (
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"quartet/server/failure"
	"quartet/server/style"
)

var update = flag.Bool("update", false, "write ERRORS.md anew")

// symbols are all codes of package failure; the compiler keeps no such list.
var symbols = []failure.Code{
	failure.MalformedBody, failure.InvalidField, failure.DuplicateField, failure.MisspelledField, failure.BodyTooLarge,
	failure.HeadersTooLarge, failure.UnsupportedMediaType, failure.Unauthenticated, failure.TokenExpired, failure.SessionEnded,
	failure.SessionReplaced, failure.RefreshReused, failure.WrongCredentials, failure.WrongCode, failure.UnknownApplication,
	failure.Forbidden, failure.PathNotFound, failure.MethodNotAllowed, failure.UserNotFound, failure.SessionNotFound,
	failure.UsernameTaken, failure.EmailTaken, failure.MobileTaken, failure.WeakPassword, failure.WrongOldPassword,
	failure.TooManyRequests, failure.WeChatCodeInvalid, failure.WeChatCodeUsed, failure.WeChatTooFrequent,
	failure.WeChatUnavailable, failure.SMSUnavailable, failure.Overloaded, failure.Unavailable, failure.Internal,
}

func TestEveryFailureIsWordedInEveryStyle(t *testing.T) {
	if len(symbols) != len(style.Catalogue) {
		t.Errorf("%d symbols, %d entries", len(symbols), len(style.Catalogue))
	}
	for _, symbol := range symbols {
		entry := style.Catalogue[symbol]
		if entry.HTTP < 400 || entry.Chinese == "" || entry.English == "" || entry.AdviceChinese == "" || entry.AdviceEnglish == "" {
			t.Errorf("entry of %s is not whole: %+v", symbol, entry)
		}
		for _, s := range style.All {
			status, body := s.Body(failure.New(symbol), "", time.Now())
			if status != entry.HTTP || body == nil {
				t.Errorf("%s in %s: status %d, body %v", symbol, s.Name, status, body)
			}
			if number := entry.Number(s.Name); number == 0 || number == 200 {
				t.Errorf("%s in %s has the number of a success: %d", symbol, s.Name, number)
			}
		}
	}
}

func TestAnUnknownFailureIsInternal(t *testing.T) {
	if status, _ := style.Data.Body(failure.New("made_up"), "", time.Now()); status != 500 {
		t.Errorf("status %d", status)
	}
}

func TestMessagesLeaveNoPlaceholder(t *testing.T) {
	reasons := []failure.Reason{
		failure.Required, failure.WrongType, failure.WrongForm, failure.TooShort, failure.TooLong, failure.OutOfRange,
		failure.NotListed, failure.TooDeep, failure.TooMany, failure.NotUTF8, failure.HasNUL, failure.TooCommon,
	}
	for _, language := range []string{"zh", "en"} {
		for _, reason := range reasons {
			failed := &failure.Error{Code: failure.InvalidField, Field: "mobile", Reason: reason, Expected: "64"}
			_, body := style.Problem.Body(failed, language, time.Now())
			text := strings.TrimSpace(toTitle(body))
			if strings.ContainsAny(text, "{}") || !strings.Contains(text, "mobile") || len(text) < len("mobile")+4 {
				t.Errorf("%s %s: %q", language, reason, text)
			}
		}
		for _, symbol := range symbols {
			_, body := style.Problem.Body(failure.New(symbol), language, time.Now())
			if text := toTitle(body); text == "" || strings.ContainsAny(text, "{}") || strings.Contains(text, "  ") {
				t.Errorf("%s %s: %q", language, symbol, text)
			}
		}
	}
}

func TestOwners(t *testing.T) {
	for path, want := range map[string]string{
		"/user/refresh": "result", "/user/x": "result", "/user/info": "status", "/user/info/1": "status",
		"/auth/x": "data", "/app/x": "data", "/wx/x": "data", "/account_api/x": "flat", "/api/x": "state",
		"/": "system", "/user": "system", "/apis": "system",
	} {
		if got := style.Of(path).Name; got != want {
			t.Errorf("%s belongs to %s, want %s", path, got, want)
		}
	}
}

func TestErrorsPageIsUpToDate(t *testing.T) {
	if *update {
		if err := os.WriteFile("ERRORS.md", []byte(style.Markdown()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	page, err := os.ReadFile("ERRORS.md")
	if err != nil || string(page) != style.Markdown() {
		t.Errorf("ERRORS.md is not what the catalogue says; run make generate (%v)", err)
	}
}
