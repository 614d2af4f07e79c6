package dialect_test

import (
	"encoding/json"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"quartet/openapi"
	"quartet/server/apierr"
	"quartet/server/dialect"
	"quartet/server/dialect/all"
)

// spoken are the dialects, OAuth2, Admin and Problem.
var spoken = append(slices.Clone(all.Dialects), &dialect.OAuth2, &dialect.Admin, &dialect.Problem)

var update = flag.Bool("update", false, "write ERRORS.md and ERRORS.zh-CN.md anew")

// symbols are all codes of package failure; the compiler keeps no such list.
var symbols = []apierr.Code{
	apierr.MalformedBody, apierr.InvalidField, apierr.DuplicateField, apierr.MisspelledField, apierr.BodyTooLarge,
	apierr.BodyTooSlow,
	apierr.HeadersTooLarge, apierr.UnsupportedMediaType, apierr.Unauthenticated, apierr.TokenExpired, apierr.SessionEnded,
	apierr.SessionReplaced, apierr.RefreshReused, apierr.WrongCredentials, apierr.WrongCode, apierr.UnknownApplication,
	apierr.WrongApplicationSecret, apierr.Forbidden, apierr.FreshProofRequired, apierr.NewPasswordRequired, apierr.PathNotFound, apierr.MethodNotAllowed, apierr.UserNotFound, apierr.SessionNotFound,
	apierr.UsernameTaken, apierr.EmailTaken, apierr.MobileTaken, apierr.WeChatTaken, apierr.WeakPassword, apierr.WrongOldPassword,
	apierr.TooManyRequests, apierr.WeChatCodeInvalid, apierr.WeChatCodeUsed, apierr.WeChatTooFrequent,
	apierr.WeChatUnavailable, apierr.SMSUnavailable, apierr.Overloaded, apierr.Unavailable, apierr.Internal,
	apierr.NotFound, apierr.AlreadyExists, apierr.LastSuperAdministrator, apierr.Conflict, apierr.PreconditionFailed,
	apierr.IdempotencyKeyReused, apierr.SetupClosed, apierr.WebhookAddressRefused, apierr.KeysReadOnly,
}

func TestEveryFailureIsWordedInEveryDialect(t *testing.T) {
	if len(symbols) != len(dialect.Catalogue) {
		t.Errorf("%d symbols, %d entries", len(symbols), len(dialect.Catalogue))
	}
	for _, symbol := range symbols {
		entry := dialect.Catalogue[symbol]
		if entry.HTTP < 400 || entry.Chinese == "" || entry.English == "" || entry.AdviceChinese == "" || entry.AdviceEnglish == "" {
			t.Errorf("entry of %s is not whole: %+v", symbol, entry)
		}
		for _, s := range spoken {
			status, body := s.Body(apierr.New(symbol), dialect.Chinese, time.Now())
			if status != entry.HTTP || body == nil {
				t.Errorf("%s in %s: status %d, body %v", symbol, s.Name, status, body)
			}
			if number := s.Number(symbol); number == 0 || number == 200 {
				t.Errorf("%s in %s has the number of a success: %d", symbol, s.Name, number)
			}
		}
	}
}

func TestUnknownFailureIsInternal(t *testing.T) {
	if status, _ := dialect.Problem.Body(apierr.New("made_up"), dialect.Chinese, time.Now()); status != 500 {
		t.Errorf("status %d", status)
	}
}

// A caller's value that looks like a placeholder stays unchanged.
func TestTextsOfCallersAreNotFilledIn(t *testing.T) {
	for _, sent := range []string{"{field}", "{detail}", "{expected}", "{x}", "[{detail}]", "[ {field}]", "{{detail}}", "$1", "[", "}"} {
		for symbol := range dialect.Catalogue {
			for _, language := range []dialect.Language{dialect.Chinese, dialect.English} {
				for _, reason := range reasons {
					for _, d := range spoken {
						failed := &apierr.Error{Code: symbol, Field: sent, Reason: reason, Expected: sent}
						plain := &apierr.Error{Code: symbol, Field: "NAME", Reason: reason, Expected: "NAME"}
						got, want := encoded(t, d, failed, language), encoded(t, d, plain, language)
						quoted, err := json.Marshal(sent)
						if err != nil {
							t.Fatal(err)
						}
						if want = strings.ReplaceAll(want, "NAME", strings.Trim(string(quoted), `"`)); got != want {
							t.Errorf("%s in %s (%s): %s, want %s", symbol, d.Name, language, got, want)
						}
					}
				}
			}
		}
	}
	twice := &apierr.Error{Code: apierr.DuplicateField, Field: "{detail}"}
	if got := encoded(t, &dialect.Problem, twice, dialect.English); !strings.Contains(got, `"Duplicate parameter {detail}"`) {
		t.Error(got)
	}
}

func encoded(t *testing.T, d *dialect.Dialect, failed *apierr.Error, language dialect.Language) string {
	t.Helper()
	_, body := d.Body(failed, language, time.UnixMilli(0))
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

var reasons = []apierr.Reason{
	apierr.Required, apierr.WrongType, apierr.BadFormat, apierr.TooShort, apierr.TooLong, apierr.OutOfRange,
	apierr.NotInEnum, apierr.TooDeep, apierr.TooMany, apierr.Full, apierr.NotUTF8, apierr.HasNUL, apierr.TooCommon, apierr.Personal,
	apierr.BadCharacters, apierr.MixedScripts, apierr.Invisible, apierr.Undocumented,
}

func TestMessagesLeaveNoPlaceholder(t *testing.T) {
	for _, language := range []dialect.Language{dialect.Chinese, dialect.English} {
		for _, reason := range reasons {
			failed := &apierr.Error{Code: apierr.InvalidField, Field: "mobile", Reason: reason, Expected: "64"}
			text := dialect.Message(failed, language)
			if strings.ContainsAny(text, "{}") || !strings.Contains(text, "mobile") || len(text) < len("mobile")+4 {
				t.Errorf("%s %s: %q", language, reason, text)
			}
		}
		for _, symbol := range symbols {
			if text := dialect.Message(apierr.New(symbol), language); text == "" || strings.ContainsAny(text, "{}") || strings.Contains(text, "  ") {
				t.Errorf("%s %s: %q", language, symbol, text)
			}
		}
	}
}

func TestPathsBelongToOneDialect(t *testing.T) {
	for path, want := range map[string]string{
		"/user/refresh": "jeecg", "/user/x": "jeecg", "/user/info": "cas", "/user/info/1": "cas",
		"/auth/x": "yudao", "/app/x": "yudao", "/wx/x": "yudao", "/account_api/x": "ruoyi", "/api/x": "jfinal",
		"/admin/users": "admin", "/admin": "system", "/oauth2/introspect": "oauth2", "/oauth2/x": "oauth2", "/oauth2": "system",
		"/": "system", "/user": "system", "/apis": "system",
	} {
		if got := all.Dialects.ForPath(path).Name; got != want {
			t.Errorf("%s belongs to %s, want %s", path, got, want)
		}
	}
}

func TestErrorsPagesAreUpToDate(t *testing.T) {
	for _, page := range dialect.ReferencePages {
		want := all.Dialects.Markdown(page)
		if *update {
			if err := os.WriteFile(page.Name, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if written, err := os.ReadFile(page.Name); err != nil || string(written) != want {
			t.Errorf("%s is not what the catalogue says; run make generate (%v)", page.Name, err)
		}
	}
}

// TestExamplesSayWhatIsSent: every failure example of the contract has the catalogue's
// message for some field.
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
	said, language := "", dialect.Chinese
	if text, ok := example["error_description"].(string); ok {
		said, language = text, dialect.English
	}
	for _, key := range []string{"message", "msg", "title"} {
		if text, ok := example[key].(string); ok {
			said = text
		}
	}
	for _, field := range exampleFields {
		for _, reason := range []apierr.Reason{"", apierr.Required, apierr.TooCommon, apierr.NotInEnum, apierr.OutOfRange} {
			for _, expected := range exampleExpected {
				if said == dialect.Message(&apierr.Error{Code: symbol, Field: field, Reason: reason, Expected: expected}, language) {
					return
				}
			}
		}
	}
	t.Errorf("%s says %q, which the catalogue never does", where, said)
}

var (
	exampleFields = append([]string{""}, strings.Fields("body frontType token Token mobile Mobile deviceNumber Authorization userId UserId accessToken "+
		"X-App-Id Authorization Token code Code user User id Id oldPassowrd password newPassword Jwt tag render Content-Type name Name limit organisation kid url")...)
	exampleExpected = []string{
		"application/json, application/x-www-form-urlencoded", "application/json", "application/x-www-form-urlencoded",
		"token", "mobile", "code", "user", "id", "userId", "name", "64 KiB", "16 KiB", "4.5s", "",
		"client, dereferenced, openapi-3.1",
	}
)
