package dialect_test

import (
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"quartet/openapi"
	"quartet/server/apierr"
	"quartet/server/dialect"
)

var update = flag.Bool("update", false, "write ERRORS.md anew")

// symbols are all codes of package failure; the compiler keeps no such list.
var symbols = []apierr.Code{
	apierr.MalformedBody, apierr.InvalidField, apierr.DuplicateField, apierr.MisspelledField, apierr.BodyTooLarge,
	apierr.HeadersTooLarge, apierr.UnsupportedMediaType, apierr.Unauthenticated, apierr.TokenExpired, apierr.SessionEnded,
	apierr.SessionReplaced, apierr.RefreshReused, apierr.WrongCredentials, apierr.WrongCode, apierr.UnknownApplication,
	apierr.Forbidden, apierr.PathNotFound, apierr.MethodNotAllowed, apierr.UserNotFound, apierr.SessionNotFound,
	apierr.UsernameTaken, apierr.EmailTaken, apierr.MobileTaken, apierr.WeakPassword, apierr.WrongOldPassword,
	apierr.TooManyRequests, apierr.WeChatCodeInvalid, apierr.WeChatCodeUsed, apierr.WeChatTooFrequent,
	apierr.WeChatUnavailable, apierr.SMSUnavailable, apierr.Overloaded, apierr.Unavailable, apierr.Internal,
}

func TestEveryFailureIsWordedInEveryStyle(t *testing.T) {
	if len(symbols) != len(dialect.Catalogue) {
		t.Errorf("%d symbols, %d entries", len(symbols), len(dialect.Catalogue))
	}
	for _, symbol := range symbols {
		entry := dialect.Catalogue[symbol]
		if entry.HTTP < 400 || entry.Chinese == "" || entry.English == "" || entry.AdviceChinese == "" || entry.AdviceEnglish == "" {
			t.Errorf("entry of %s is not whole: %+v", symbol, entry)
		}
		for _, s := range dialect.All {
			status, body := s.Body(apierr.New(symbol), "", time.Now())
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
	if status, _ := dialect.Yudao.Body(apierr.New("made_up"), "", time.Now()); status != 500 {
		t.Errorf("status %d", status)
	}
}

func TestMessagesLeaveNoPlaceholder(t *testing.T) {
	reasons := []apierr.Reason{
		apierr.Required, apierr.WrongType, apierr.BadFormat, apierr.TooShort, apierr.TooLong, apierr.OutOfRange,
		apierr.NotInEnum, apierr.TooDeep, apierr.TooMany, apierr.NotUTF8, apierr.HasNUL, apierr.TooCommon,
	}
	for _, language := range []string{"zh", "en"} {
		for _, reason := range reasons {
			failed := &apierr.Error{Code: apierr.InvalidField, Field: "mobile", Reason: reason, Expected: "64"}
			_, body := dialect.Problem.Body(failed, language, time.Now())
			text := strings.TrimSpace(toTitle(body))
			if strings.ContainsAny(text, "{}") || !strings.Contains(text, "mobile") || len(text) < len("mobile")+4 {
				t.Errorf("%s %s: %q", language, reason, text)
			}
		}
		for _, symbol := range symbols {
			_, body := dialect.Problem.Body(apierr.New(symbol), language, time.Now())
			if text := toTitle(body); text == "" || strings.ContainsAny(text, "{}") || strings.Contains(text, "  ") {
				t.Errorf("%s %s: %q", language, symbol, text)
			}
		}
	}
}

func TestOwners(t *testing.T) {
	for path, want := range map[string]string{
		"/user/refresh": "jeecg", "/user/x": "jeecg", "/user/info": "cas", "/user/info/1": "cas",
		"/auth/x": "yudao", "/app/x": "yudao", "/wx/x": "yudao", "/account_api/x": "ruoyi", "/api/x": "jfinal",
		"/": "system", "/user": "system", "/apis": "system",
	} {
		if got := dialect.ForPath(path).Name; got != want {
			t.Errorf("%s belongs to %s, want %s", path, got, want)
		}
	}
}

func TestErrorsPageIsUpToDate(t *testing.T) {
	if *update {
		if err := os.WriteFile("ERRORS.md", []byte(dialect.Markdown()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	page, err := os.ReadFile("ERRORS.md")
	if err != nil || string(page) != dialect.Markdown() {
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
				if _, failed := dialect.Catalogue[apierr.Code(symbol)]; failed {
					checked++
					checkExample(t, name+"/"+symbol, apierr.Code(symbol), example.Value.Value.(map[string]any))
				}
			}
		}
	}
	if checked < 90 {
		t.Errorf("only %d examples seen", checked)
	}
}

func checkExample(t *testing.T, where string, symbol apierr.Code, example map[string]any) {
	t.Helper()
	said := ""
	for _, key := range []string{"message", "msg", "title"} {
		if text, ok := example[key].(string); ok {
			said = text
		}
	}
	for _, field := range exampleFields {
		for _, reason := range []apierr.Reason{"", apierr.Required, apierr.TooCommon, apierr.NotInEnum} {
			for _, expected := range exampleExpected {
				_, body := dialect.Problem.Body(&apierr.Error{Code: symbol, Field: field, Reason: reason, Expected: expected}, "", time.Now())
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
		"jeecg, yudao, cas, ruoyi, jfinal, system",
	}
)
