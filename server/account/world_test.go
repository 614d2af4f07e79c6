package account_test

import (
	"context"
	"crypto/ed25519"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"quartet/server/account"
	"quartet/server/apierr"
	"quartet/server/fieldcrypt"
	"quartet/server/idgen"
	"quartet/server/password"
	"quartet/server/token"
	"quartet/store"
	"quartet/store/storetest"
)

const (
	goodPassword  = "violet-otter-lantern"
	otherPassword = "copper-heron-window"
	wrongPassword = "wrong-but-long-enough"
	lisMobile     = "13900001111"
	home          = "192.0.2.1"
	elsewhere     = "192.0.2.2"
)

var start = time.Date(2026, time.March, 2, 8, 0, 0, 0, time.UTC)

// cheap is the least that argon2id allows: these tests are not about its cost.
var cheap = password.Params{Memory: 8, Iterations: 1, Parallelism: 1}

// world is a service on a new database, with simulated providers and clock.
type world struct {
	*account.Service
	t      *testing.T
	store  *store.Store
	path   string // the store's file
	config account.Config
	clock  *clock
	sms    *phone
	weChat *weChat
}

func newWorld(t *testing.T, adjust ...func(*account.Config)) *world {
	t.Helper()
	w := &world{t: t, clock: &clock{now: start}, sms: &phone{}, weChat: &weChat{}}
	w.store, w.path = storetest.SQLiteFile(t)
	signer, err := token.NewSigner(token.Key{KID: "test", Private: ed25519.NewKeyFromSeed(key(1))})
	must(t, err)
	w.config = account.Config{
		Store:     w.store,
		Hasher:    password.NewHasher(password.Options{Parallel: 2, Params: cheap}),
		Signer:    signer,
		AccessKey: key(2), CodeKey: key(3), Sealer: fieldcrypt.New(key(4)),
		IDs: idgen.New(w.clock.Now), SMS: w.sms, WeChat: w.weChat, WeChatApps: w.weChat,
		Now: w.clock.Now, Limits: account.DefaultLimits(),
	}
	for _, change := range adjust {
		change(&w.config)
	}
	w.Service = account.New(w.config)
	return w
}

// key is 32 bytes that are not all the same.
func key(n byte) []byte {
	bytes := make([]byte, 32)
	for i := range bytes {
		bytes[i] = n*32 + byte(i)
	}
	return bytes
}

// add adds a user with goodPassword and gives the id.
func (w *world) add(username string, change ...func(*account.AddedUser)) int64 {
	w.t.Helper()
	user := account.AddedUser{NewUser: account.NewUser{Username: username, Password: new(goodPassword)}}
	for _, c := range change {
		c(&user)
	}
	id, err := w.CommandLine().AddUser(w.t.Context(), user)
	must(w.t, err)
	return id
}

func role(role string) func(*account.AddedUser) {
	return func(u *account.AddedUser) { u.Role = role }
}

func mobile(number string, verified bool) func(*account.AddedUser) {
	return func(u *account.AddedUser) { u.Mobile, u.MobileVerified = &number, verified }
}

func email(address string, verified bool) func(*account.AddedUser) {
	return func(u *account.AddedUser) { u.Email, u.EmailVerified = &address, verified }
}

func (w *world) tryPassword(name, text, address string) (account.SignInResult, error) {
	return w.SignInByPassword(w.t.Context(), account.PasswordSignIn{Dialect: "jfinal", Account: name, Password: text, ClientIP: address})
}

// enter signs in with goodPassword.
func (w *world) enter(name string) account.SignInResult {
	w.t.Helper()
	grant, err := w.tryPassword(name, goodPassword, home)
	must(w.t, err)
	return grant
}

// caller adds a user of a role and signs in.
func (w *world) caller(username, userRole string) account.Caller {
	w.t.Helper()
	w.add(username, role(userRole))
	return w.authenticated(w.enter(username).AccessToken)
}

// authenticate authenticates for the application "app" and without one; the results
// must be equal.
func (w *world) authenticate(text string) (account.Caller, error) {
	w.t.Helper()
	type found struct {
		user, session int64
		role          string
		seen          store.Time
		failure       apierr.Code
	}
	of := func(c account.Caller, err error) found {
		f := found{c.UserID, c.SessionID, c.Role, c.LastSeen(), ""}
		if err != nil {
			f.failure = apierr.As(err).Code
		}
		return f
	}
	caller, err := w.Authenticate(w.t.Context(), text, account.CallingApplication{ID: "app"})
	wantEqual(w.t, "the caller without application", of(w.Authenticate(w.t.Context(), text, account.CallingApplication{})), of(caller, err))
	return caller, err
}

func (w *world) authenticated(text string) account.Caller {
	w.t.Helper()
	caller, err := w.authenticate(text)
	must(w.t, err)
	return caller
}

// code sends a code, a minute after any other, and gives it.
func (w *world) code(purpose, number string) string {
	w.t.Helper()
	w.clock.Advance(time.Minute)
	_, err := w.SendCode(w.t.Context(), account.SendCodeRequest{Dialect: "yudao", Purpose: purpose, Mobile: number, ClientIP: home})
	must(w.t, err)
	return w.sms.last()
}

func (w *world) tryCode(number, code string) (account.SignInResult, error) {
	return w.SignInByCode(w.t.Context(), account.CodeSignIn{
		Dialect: "yudao",
		Mobile:  number, Code: code, CompanyType: new(int64(2)), ProductType: new(int64(1)), Source: "app", ClientIP: home,
	})
}

// enterByCode signs in with a fresh code.
func (w *world) enterByCode(number string) account.SignInResult {
	w.t.Helper()
	grant, err := w.tryCode(number, w.code(account.PurposeSignIn, number))
	must(w.t, err)
	return grant
}

func (w *world) enterByWeChat(code string) account.SignInResult {
	w.t.Helper()
	grant, err := w.SignInByWeChat(w.t.Context(), account.WeChatSignIn{Dialect: "ruoyi", Code: code, ClientIP: home})
	must(w.t, err)
	return grant
}

// number reads one number from the database file, past the store.
func (w *world) number(query string, args ...any) (n int64) {
	w.t.Helper()
	db, err := sql.Open("sqlite", w.path)
	must(w.t, err)
	defer db.Close()
	must(w.t, db.QueryRowContext(w.t.Context(), query, args...).Scan(&n))
	return n
}

// text reads one text from the database file, past the store.
func (w *world) text(query string, args ...any) (text string) {
	w.t.Helper()
	db, err := sql.Open("sqlite", w.path)
	must(w.t, err)
	defer db.Close()
	must(w.t, db.QueryRowContext(w.t.Context(), query, args...).Scan(&text))
	return text
}

// onlySession returns the one live session of a user who has just signed in.
func (w *world) onlySession(grant account.SignInResult) account.Session {
	w.t.Helper()
	sessions, err := w.Sessions(w.t.Context(), w.authenticated(grant.AccessToken))
	must(w.t, err)
	wantEqual(w.t, "sessions", len(sessions), 1)
	wantEqual(w.t, "session", sessions[0].ID, grant.Session.ID)
	return sessions[0]
}

type clock struct {
	mutex sync.Mutex
	now   time.Time
}

func (c *clock) Now() time.Time {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.now
}

func (c *clock) Advance(d time.Duration) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.now = c.now.Add(d)
}

// phone receives messages; reply, if set, decides the provider's answer.
type phone struct {
	mutex sync.Mutex
	codes []string
	sent  []account.CodeMessage
	reply func(ctx context.Context) error
}

func (p *phone) Send(ctx context.Context, m account.CodeMessage) error {
	p.mutex.Lock()
	p.sent = append(p.sent, m)
	if m.Code != "" {
		p.codes = append(p.codes, m.Code)
	}
	p.mutex.Unlock()
	if p.reply != nil {
		return p.reply(ctx)
	}
	return nil
}

func (p *phone) last() string {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return p.codes[len(p.codes)-1]
}

// weChat knows the identities of codes.
type weChat struct {
	people map[string]account.WeChatIdentity
	phones map[string]string // mobiles by their codes
	reply  func(ctx context.Context) error
	apps   map[string]*weChat // of applications, by WeChat's app id and the secret
	asked  atomic.Int64       // codes exchanged
}

// Client finds the app of credentials.
func (w *weChat) Client(c account.WeChatCredentials) (account.WeChat, error) {
	if app, known := w.apps[c.AppID+" "+c.Secret]; known {
		return app, nil
	}
	return nil, errors.New("no such app")
}

func (w *weChat) PhoneNumber(ctx context.Context, code string) (string, error) {
	if mobile, known := w.phones[code]; known {
		return mobile, nil
	}
	_, err := w.Exchange(ctx, code)
	return "", err
}

func (w *weChat) Exchange(ctx context.Context, code string) (account.WeChatIdentity, error) {
	if w.asked.Add(1); w.reply != nil {
		return account.WeChatIdentity{}, w.reply(ctx)
	}
	if told, known := w.people[code]; known {
		return told, nil
	}
	return account.WeChatIdentity{}, apierr.New(apierr.WeChatCodeInvalid)
}

// untilDone is a provider that never answers.
func untilDone(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// wantFailure checks the kind of a failure; "" wants none.
func wantFailure(t *testing.T, err error, code apierr.Code) *apierr.Error {
	t.Helper()
	if code == "" {
		must(t, err)
		return nil
	}
	if !apierr.Is(err, code) {
		t.Fatalf("got %v, want %s", err, code)
	}
	return apierr.As(err)
}

func wantField(t *testing.T, err error, field string, reason apierr.Reason) {
	t.Helper()
	failed := wantFailure(t, err, apierr.InvalidField)
	if failed.Field != field || failed.Reason != reason {
		t.Fatalf("got %s: %s, want %s: %s", failed.Field, failed.Reason, field, reason)
	}
}

func wantEqual[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// concurrently calls fn n times at once and counts the outcomes: "ok", or the code
// of the failure.
func concurrently(n int, fn func(i int) error) map[string]int {
	var (
		outcomes = map[string]int{}
		mutex    sync.Mutex
		all      sync.WaitGroup
		open     = make(chan struct{})
	)
	for i := range n {
		all.Go(func() {
			<-open
			outcome := "ok"
			if err := fn(i); err != nil {
				outcome = string(apierr.As(err).Code)
			}
			mutex.Lock()
			defer mutex.Unlock()
			outcomes[outcome]++
		})
	}
	close(open)
	all.Wait()
	return outcomes
}

func wantOutcomes(t *testing.T, got, want map[string]int) {
	t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// deref is the zero value for nil.
func deref[T any](value *T) (v T) {
	if value != nil {
		v = *value
	}
	return v
}
