package style_test

import (
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"quartet/openapi"
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

// TestExamplesSayWhatIsSent: every failure example of the contract is worded as
// the catalogue words it, for some field.
func TestExamplesSayWhatIsSent(t *testing.T) {
	document, err := openapi3.NewLoader().LoadFromData(openapi.Document)
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for name, response := range document.Components.Responses {
		for _, media := range response.Value.Content {
			for symbol, example := range media.Examples {
				if _, failed := style.Catalogue[failure.Code(symbol)]; failed {
					checked++
					checkExample(t, name+"/"+symbol, failure.Code(symbol), example.Value.Value.(map[string]any))
				}
			}
		}
	}
	if checked < 90 {
		t.Errorf("only %d examples seen", checked)
	}
}

func checkExample(t *testing.T, where string, symbol failure.Code, example map[string]any) {
	t.Helper()
	said := ""
	for _, key := range []string{"message", "msg", "title"} {
		if text, ok := example[key].(string); ok {
			said = text
		}
	}
	for _, field := range exampleFields {
		for _, reason := range []failure.Reason{"", failure.Required, failure.TooCommon, failure.NotListed} {
			for _, expected := range exampleExpected {
				_, body := style.Problem.Body(&failure.Error{Code: symbol, Field: field, Reason: reason, Expected: expected}, "", time.Now())
				if said == toTitle(body) {
					return
				}
			}
		}
	}
	t.Errorf("%s says %q, which the catalogue never does", where, said)
}

var (
	exampleFields = append([]string{""}, strings.Fields("body frontType token Token mobile Mobile deviceNumber Authorization userId UserId accessToken "+
		"X-App-Id code Code user User id Id oldPassowrd password Jwt tag")...)
	exampleExpected = []string{
		"application/json, application/x-www-form-urlencoded", "application/json", "application/x-www-form-urlencoded",
		"token", "mobile", "code", "user", "id", "userId", "64 KiB", "16 KiB", "",
		"result, data, status, flat, state, system",
	}
)
