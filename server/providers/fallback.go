package providers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"golang.org/x/sync/semaphore"

	"quartet/server/account"
)

// fallbackParallel bounds how many requests one server makes at a time, so that a slow
// back end gets no more of them.
const fallbackParallel = 64

var _ account.OldBackEnd = (*Fallback)(nil)

// FallbackOptions describe the back end that people come from. Now is optional.
type FallbackOptions struct {
	URL    string // https, or http on this machine
	Secret string // signs the requests: at least 16 bytes, or whsec_ and base64 of them
	Log    *slog.Logger
	Now    func() time.Time
}

// Fallback asks the back end that people come from by signed HTTP requests, which
// server/FALLBACK.md describes, behind a circuit breaker. It is safe for concurrent use.
// Its errors contain no account, password, token or secret.
type Fallback struct {
	url     *url.URL
	signer  *standardwebhooks.Webhook
	client  *http.Client
	now     func() time.Time
	circuit *circuit[*account.ImportedUser]
	room    *semaphore.Weighted
}

// NewFallback makes a client without connecting. Its error names the invalid option,
// without its value.
func NewFallback(o FallbackOptions) (*Fallback, error) {
	target, err := smsURL("the URL of --fallback-login", o.URL)
	if err != nil {
		return nil, err
	}
	signer, err := webhookSigner(o.Secret)
	if err != nil {
		return nil, err
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Fallback{
		url: target, signer: signer, client: smsHTTP(), now: o.Now,
		circuit: newCircuit[*account.ImportedUser]("fallback", o.Log), room: semaphore.NewWeighted(fallbackParallel),
	}, nil
}

// webhookSigner signs as Standard Webhooks says (standardwebhooks.com).
func webhookSigner(secret string) (*standardwebhooks.Webhook, error) {
	short := fmt.Errorf("the secret of --fallback-login must have at least %d characters", shortestSecret)
	if encoded, isEncoded := strings.CutPrefix(secret, "whsec_"); isEncoded {
		if len(encoded) < shortestSecret*4/3 {
			return nil, short
		}
		signer, err := standardwebhooks.NewWebhook(secret)
		if err != nil {
			return nil, errors.New("the secret of --fallback-login begins with whsec_, but no base64 follows")
		}
		return signer, nil
	}
	if len(secret) < shortestSecret {
		return nil, short
	}
	return standardwebhooks.NewWebhookRaw([]byte(secret))
}

// fallbackQuestion is the body of a request.
type fallbackQuestion struct {
	Type     string `json:"type"` // login.password or login.token
	Account  string `json:"account,omitempty"`
	Password string `json:"password,omitempty"`
	Token    string `json:"token,omitempty"`
}

// UserOfPassword asks whose the account and the password are.
func (f *Fallback) UserOfPassword(ctx context.Context, text, password string) (*account.ImportedUser, error) {
	return f.ask(ctx, fallbackQuestion{Type: "login.password", Account: text, Password: password})
}

// UserOfToken asks whose the token is.
func (f *Fallback) UserOfToken(ctx context.Context, token string) (*account.ImportedUser, error) {
	return f.ask(ctx, fallbackQuestion{Type: "login.token", Token: token})
}

// Open reports whether nobody is asked because the back end has failed too often.
func (f *Fallback) Open() bool { return f.circuit.isOpen() }

func (f *Fallback) ask(ctx context.Context, question fallbackQuestion) (*account.ImportedUser, error) {
	if !f.room.TryAcquire(1) {
		return nil, errors.New("fallback: too many requests are waiting for the back end")
	}
	defer f.room.Release(1)
	return f.circuit.run(func() (*account.ImportedUser, error) {
		user, err := f.exchange(ctx, question)
		if err != nil {
			err = fmt.Errorf("fallback: %w", err)
		}
		return user, err
	})
}

func (f *Fallback) exchange(ctx context.Context, question fallbackQuestion) (*account.ImportedUser, error) {
	request, err := f.request(ctx, question)
	if err != nil {
		return nil, err
	}
	answer, err := exchange(f.client, request)
	switch {
	case err != nil:
		return nil, err
	case answer.status != http.StatusOK:
		return nil, fmt.Errorf("status %d", answer.status)
	case answer.bodyErr != nil:
		return nil, answer.bodyErr
	}
	return readFallbackUser(answer.body)
}

func (f *Fallback) request(ctx context.Context, question fallbackQuestion) (*http.Request, error) {
	body, err := json.Marshal(question)
	if err != nil {
		return nil, errors.New("what was typed is no text")
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, f.url.String(), bytes.NewReader(body))
	if err != nil {
		return nil, errors.New("no request can be made")
	}
	id, now := "msg_"+uuid.NewString(), f.now()
	signature, err := f.signer.Sign(id, now, body)
	if err != nil {
		return nil, err
	}
	// net/http repeats no request with a body unless an Idempotency-Key allows it: a
	// password is sent once.
	request.GetBody = nil
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set(standardwebhooks.HeaderWebhookID, id)
	request.Header.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(now.Unix(), 10))
	request.Header.Set(standardwebhooks.HeaderWebhookSignature, signature)
	return request, nil
}

// readFallbackUser reads an answer: nil for nobody. Anything but a user with an id or an
// explicit null is no answer, because a page of a proxy must let nobody in. Values that
// are no text are left out: they refuse nobody.
func readFallbackUser(body []byte) (*account.ImportedUser, error) {
	var answer struct {
		User jsontext.Value `json:"user"`
	}
	if err := json.Unmarshal(body, &answer); err != nil || len(answer.User) == 0 {
		return nil, errors.New("the answer is not what is documented")
	}
	if answer.User.Kind() == 'n' {
		return nil, nil
	}
	var values map[string]jsontext.Value
	if err := json.Unmarshal(answer.User, &values); err != nil {
		return nil, errors.New("the answer's user is no object")
	}
	facts := fallbackFacts(values)
	id := facts.text("id")
	if id == nil || !facts.isID() {
		return nil, errors.New("the answer's user has no id")
	}
	user := &account.ImportedUser{Alias: *id, Disabled: facts.isTrue("disabled"), CreatedAt: facts.time("created_at")}
	user.Username = valueOf(facts.text("username"))
	user.Profile = account.Profile{
		Nickname: facts.text("nickname"), RealName: facts.text("real_name"), Signature: facts.text("signature"),
		Gender: facts.number("gender"), Birthday: facts.text("birthday"),
		Company: facts.text("company"), Occupation: facts.text("occupation"),
		Address: facts.text("address"), Zipcode: facts.text("zipcode"), Site: facts.text("site"),
		GraduateSchool: facts.text("graduate_school"), Education: facts.text("education"),
		Avatar: facts.text("avatar"), Mobile: facts.text("mobile"), Email: facts.text("email"),
	}
	return user, nil
}

// fallbackFacts are the values of a user in an answer.
type fallbackFacts map[string]jsontext.Value

// text is a text or a number; nil for anything else and for an empty one.
func (f fallbackFacts) text(name string) *string {
	value := f[name]
	text := ""
	switch {
	case len(value) == 0:
	case value.Kind() == '0':
		text = string(value)
	case value.Kind() == '"':
		if json.Unmarshal(value, &text) != nil {
			return nil
		}
	}
	if text = strings.TrimSpace(text); text == "" {
		return nil
	}
	return &text
}

// isID reports whether the id is a text or a whole number in plain digits.
func (f fallbackFacts) isID() bool {
	return f["id"].Kind() == '"' || isDigits(string(f["id"]))
}

func isDigits(text string) bool {
	return strings.Trim(text, "0123456789") == "" && text != ""
}

func (f fallbackFacts) number(name string) *int {
	text := f.text(name)
	if text == nil {
		return nil
	}
	number, err := strconv.Atoi(*text)
	if err != nil {
		return nil
	}
	return &number
}

// isTrue reports whether a value is there that says so: anything but false, 0 and nothing.
func (f fallbackFacts) isTrue(name string) bool {
	value := f[name]
	switch {
	case len(value) == 0, value.Kind() == 'n', value.Kind() == 'f':
		return false
	}
	text := f.text(name)
	return text == nil || *text != "0" && !strings.EqualFold(*text, "false")
}

// time reads RFC 3339; the zero time for anything else.
func (f fallbackFacts) time(name string) time.Time {
	text := f.text(name)
	if text == nil {
		return time.Time{}
	}
	at, err := time.Parse(time.RFC3339, *text)
	if err != nil {
		return time.Time{}
	}
	return at
}

func valueOf(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}
