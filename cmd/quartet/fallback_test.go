package main

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"quartet/cmd/quartet/internal/cli"
	"quartet/cmd/quartet/proctest"
	"quartet/server/password"
)

const (
	fallbackSecret = "canary0fallbacksecret012345"
	typedPassword  = "old-secret-1"

	// Hashes of it, as RuoYi and ABP store them.
	ruoyiHash = "$2a$10$abcdefghijklmnopqrstuuP4bGmhW17v.i1OMosVZxHa01pAc2JCS"
	abpHash   = "AQAAAAEAACcQAAAAEAABAgMEBQYHCAkKCwwNDg+ySBxoV10oUrLbmHMHQYGZ6xeRWws9WsLitq58heOf7w=="
)

// oldBackEnd is a back end that people come from: it checks signatures by the library of
// Standard Webhooks, and passwords by the hash of the system that it runs on.
type oldBackEnd struct {
	*httptest.Server
	t      *testing.T
	hashes map[string]string // by user name, as package password stores them
	mutex  sync.Mutex
	asked  map[string]int
	answer http.HandlerFunc // instead, if set
}

func newOldBackEnd(t *testing.T, hashes map[string]string) *oldBackEnd {
	t.Helper()
	o := &oldBackEnd{t: t, hashes: hashes, asked: map[string]int{}}
	o.Server = httptest.NewServer(o)
	t.Cleanup(o.Close)
	return o
}

func (o *oldBackEnd) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	verifier, _ := standardwebhooks.NewWebhookRaw([]byte(fallbackSecret))
	if err := verifier.Verify(body, r.Header); err != nil {
		o.t.Errorf("the signature: %v", err)
	}
	var ask struct{ Type, Account, Password, Token string }
	_ = json.Unmarshal(body, &ask)
	o.mutex.Lock()
	o.asked[ask.Account+ask.Token]++
	answer := o.answer
	o.mutex.Unlock()
	if answer != nil {
		answer(w, r)
		return
	}
	right := ask.Token == "token-of-tao-ran"
	if right {
		ask.Account = "tao.ran"
	}
	if stored, known := o.hashes[ask.Account]; known && ask.Token == "" {
		right, _, _ = password.NewHasher(password.Options{}).Verify(r.Context(), stored, ask.Password)
	}
	if !right {
		io.WriteString(w, `{"user":null}`)
		return
	}
	user := map[string]any{"id": "id of " + ask.Account, "username": ask.Account, "nickname": "陶然", "mobile": "13700001111", "avatar": []int{1}}
	_ = json.NewEncoder(w).Encode(map[string]any{"user": user})
}

func (o *oldBackEnd) answers(answer http.HandlerFunc) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	o.answer = answer
}

func (o *oldBackEnd) questions(about string) int {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	return o.asked[about]
}

func fallbackFlagsTo(t *testing.T, url string) []string {
	return []string{"--fallback-login", url, "--fallback-origin", "ruoyi", "--fallback-secret-file", secretFile(t, fallbackSecret+"\n", 0o600)}
}

func signingIn(name, text string) call {
	return raw("/api/user/login", `{"loginAccount":"`+name+`","password":"`+text+`"}`)
}

// oldHashes are hashes of typedPassword as each origin stores them.
func oldHashes(t *testing.T) map[string]string {
	t.Helper()
	of := func(stored string, err error) string {
		must(t, err)
		return stored
	}
	return map[string]string{
		"of.jpress": of(password.FromJPress("qmky3ggxL9n47pM4SWDJs38JyTnOgdaE", "0beead68ab79e1e57e91b4a95ac068a55d36038f6123664a343bafa4eaf67793")),
		"tao.ran":   of(password.FromJeecg("tao.ran", "RCGTeGiH", "231a91141b2096a2")),
		"of.ruoyi":  of(password.FromBcrypt(ruoyiHash)),
		"of.abp":    of(password.FromIdentity(abpHash)),
	}
}

// TestPeopleMoveInBySigningIn: the old back end is asked once for each person, whatever
// its hashes are, and what was typed is in no log, table or file.
func TestPeopleMoveInBySigningIn(t *testing.T) {
	t.Parallel()
	old := newOldBackEnd(t, oldHashes(t))
	database := newDatabase(t)
	s := serve(t, append(fallbackFlagsTo(t, old.URL), "--database", database, "--log-level", "debug")...)
	for name := range old.hashes {
		for range 2 {
			s.ok(t, signingIn(name, typedPassword))
		}
		equal(t, "questions about "+name, old.questions(name), 1)
		equal(t, "status of a wrong password", s.do(t, signingIn(name, "never-the-right-one")).status, http.StatusUnauthorized)
	}
	exchange := raw("/auth/token/exchange", `{"token":"token-of-tao-ran"}`)
	contains(t, s.ok(t, exchange).text, "refreshToken")
	equal(t, "status of the token again", s.do(t, exchange).status, http.StatusUnauthorized)

	old.answers(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "down", http.StatusBadGateway) })
	s.ok(t, signingIn("tao.ran", typedPassword))
	s.end(t)
	texts := map[string]string{"the log": s.errs.String(), "the output": s.out.String()}
	files, err := filepath.Glob(filepath.Join(filepath.Dir(strings.TrimPrefix(database, "sqlite:")), "*"))
	must(t, err)
	for _, file := range files {
		if content, err := os.ReadFile(file); err == nil {
			texts[file] = string(content)
		}
	}
	if len(texts) < 3 {
		t.Errorf("the database is not among %v", files)
	}
	for where, text := range texts {
		for _, secret := range []string{typedPassword, "never-the-right-one", "token-of-tao-ran", fallbackSecret, "13700001111"} {
			if strings.Contains(text, secret) {
				t.Errorf("%s contains %s", where, secret)
			}
		}
	}
}

// TestOldBackEndsThatFail: whoever has a password here does not wait, and nobody is let in.
func TestOldBackEndsThatFail(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]http.HandlerFunc{
		"slow": func(_ http.ResponseWriter, r *http.Request) {
			<-r.Context().Done()
		},
		"failing": func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", http.StatusInternalServerError) },
		"another status": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusCreated)
			io.WriteString(w, `{"user":{"id":"7"}}`)
		},
		"a page":      func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "<html>welcome</html>") },
		"nothing":     func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, `{}`) },
		"yes":         func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, `{"user":true}`) },
		"no id":       func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, `{"user":{"username":"tao.ran"}}`) },
		"a broken id": func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, `{"user":{"id":7.5}}`) },
		"a redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		},
		"endless": func(w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, `{"user":{"id":"7","nickname":"`+strings.Repeat("x", 1<<17)+`"}}`)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			old := newOldBackEnd(t, nil)
			old.answers(answer)
			database := migrated(t)
			equal(t, "exit code", commandWith(t, typedPassword, "user", "add", "li.na", "--password-stdin", "--database", database).code, cli.ExitOK)
			s := serve(t, append(fallbackFlagsTo(t, old.URL), "--database", database)...)
			var asking sync.WaitGroup
			asking.Go(func() {
				equal(t, "status", s.do(t, signingIn("tao.ran", typedPassword)).status, http.StatusUnauthorized)
			})
			s.ok(t, signingIn("li.na", typedPassword))
			asking.Wait()
			equal(t, "status of a token", s.do(t, raw("/auth/token/exchange", `{"token":"token-of-tao-ran"}`)).status, http.StatusServiceUnavailable)
		})
	}
}

// TestFallbackNeedsAllItsOptions: none of them is ignored.
func TestFallbackNeedsAllItsOptions(t *testing.T) {
	t.Parallel()
	good := secretFile(t, fallbackSecret, 0o600)
	for text, flags := range map[string][]string{
		"needs --fallback-login": {"--fallback-origin", "ruoyi"},
		"must be a short name":   {"--fallback-login", "https://old.example.com", "--fallback-origin", "Ruo Yi", "--fallback-secret-file", good},
		"a secret is missing":    {"--fallback-login", "https://old.example.com", "--fallback-origin", "ruoyi"},
		"must begin with https":  {"--fallback-login", "http://old.example.com", "--fallback-origin", "ruoyi", "--fallback-secret-file", good},
		"at least 16 characters": {"--fallback-login", "https://old.example.com", "--fallback-origin", "ruoyi", "--fallback-secret-file", secretFile(t, "short", 0o600)},
		"but no base64 follows":  {"--fallback-login", "https://old.example.com", "--fallback-origin", "ruoyi", "--fallback-secret-file", secretFile(t, "whsec_!!!!!!!!!!!!!!!!!!!!!!!!!", 0o600)},
	} {
		refused(t, cli.ExitUsage, text, append([]string{"serve", "--addr", "127.0.0.1:0", "--database", newDatabase(t)}, flags...)...)
	}
}

var codeBlock = regexp.MustCompile("(?s)```(python|php)\n(.*?)```")

// TestBackEndsOfThePage runs the examples of server/FALLBACK.md.
func TestBackEndsOfThePage(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(filepath.Join("..", "..", "server", "FALLBACK.md"))
	must(t, err)
	blocks := map[string]string{}
	for _, block := range codeBlock.FindAllStringSubmatch(string(page), -1) {
		blocks[block[1]] = block[2]
	}
	equal(t, "examples", len(blocks), 2)
	for language, command := range map[string]func(file, port string) []string{
		"python": func(file, port string) []string { return []string{"python3", file, port} },
		"php":    func(file, port string) []string { return []string{"php", "-S", "127.0.0.1:" + port, file} },
	} {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "backend")
			must(t, os.WriteFile(file, []byte(blocks[language]), 0o600))
			_, port, err := net.SplitHostPort(proctest.FreeAddress(t, "127.0.0.1"))
			must(t, err)
			args := command(file, port)
			if _, err := exec.LookPath(args[0]); err != nil {
				if os.Getenv("CI") == "true" && language == "python" {
					t.Fatal(err)
				}
				t.Skipf("skipped: %s is not installed", args[0])
			}
			backEnd := exec.CommandContext(t.Context(), args[0], args[1:]...)
			backEnd.Env = append(os.Environ(), "FALLBACK_SECRET="+fallbackSecret)
			must(t, backEnd.Start())
			t.Cleanup(func() { _ = backEnd.Process.Kill(); _ = backEnd.Wait() })
			awaitPort(t, port)
			s := serve(t, append(fallbackFlagsTo(t, "http://127.0.0.1:"+port+"/quartet"), "--database", newDatabase(t))...)
			s.ok(t, signingIn("su.qing", "violet-otter-lantern"))
			equal(t, "status of a wrong password", s.do(t, signingIn("lu.jiahe", "never-the-right-one")).status, http.StatusUnauthorized)
		})
	}
}

// awaitPort waits until something listens.
func awaitPort(t *testing.T, port string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for ctx.Err() == nil {
		if connection, err := net.Dial("tcp", "127.0.0.1:"+port); err == nil {
			connection.Close()
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatal("nothing listens on port " + port)
}
