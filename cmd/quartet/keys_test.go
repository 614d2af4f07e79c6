package main

import (
	"bytes"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"quartet/cmd/quartet/internal/admincmd"
	"quartet/cmd/quartet/internal/cli"
	"quartet/server/keys"
)

func TestKeysAreRotatedAndRetired(t *testing.T) {
	t.Parallel()
	db := newInstallation(t)
	require := func(views []admincmd.Key, want ...string) {
		t.Helper()
		var got []string
		for _, v := range views {
			got = append(got, v.KID+" "+v.Algorithm+" "+v.State)
		}
		equal(t, "keys", strings.Join(got, ", "), strings.Join(want, ", "))
	}
	first := listed[admincmd.Key](t, db, "keys", "list")
	require(first, "1 RS256 signing")
	if first[0].RetirableAt != nil {
		t.Errorf("the only key can be retired after %s", first[0].RetirableAt)
	}
	refused(t, cli.ExitFailed, "newest", at(db, "keys", "retire", "1", "--force", "--yes")...)

	rotated := listed[admincmd.Key](t, db, "keys", "rotate")
	require(rotated, "1 RS256 signing", "2 RS256 waiting")
	equal(t, "overlap", rotated[1].SignsFrom.Sub(rotated[1].CreatedAt), keys.DefaultOverlap)
	refused(t, cli.ExitFailed, "1 signs", at(db, "keys", "retire", "1")...)
	refused(t, cli.ExitFailed, "newest", at(db, "keys", "retire", "2", "--force", "--yes")...)

	require(listed[admincmd.Key](t, db, "keys", "rotate", "--algorithm", "ES256", "--overlap", "0s"), "1 RS256 verifying", "2 RS256 verifying", "3 ES256 signing")
	require(listed[admincmd.Key](t, db, "keys", "retire", "2", "--force", "--yes"), "1 RS256 verifying", "3 ES256 signing")
	refused(t, cli.ExitFailed, "may live until", at(db, "keys", "retire", "1")...)
	refused(t, cli.ExitFailed, "no such signing key", at(db, "keys", "retire", "2")...)
	refused(t, cli.ExitUsage, "--algorithm", at(db, "keys", "rotate", "--algorithm", "HS256")...)
	refused(t, cli.ExitUsage, "negative", at(db, "keys", "rotate", "--overlap=-1s")...)
	contains(t, done(t, at(db, "keys", "list")...), "kid", "algorithm", "signs from", "retire after", "RS256", "ES256", "verifying", "signing")
	require(listed[admincmd.Key](t, db, "keys", "retire", "1", "--force", "--yes"), "3 ES256 signing")
}

func TestKeyChangesAreAudited(t *testing.T) {
	t.Parallel()
	db := newInstallation(t)
	done(t, at(db, "keys", "rotate")...)
	refused(t, cli.ExitFailed, "no such signing key", at(db, "keys", "retire", "9")...)
	done(t, at(db, "keys", "rotate", "--overlap", "0s")...)
	done(t, at(db, "keys", "retire", "2", "--force", "--yes")...)
	done(t, at(db, "keys", "retire", "1", "--force", "--yes")...)

	var told []string
	for _, event := range audited(t, db, "--kind", "key_rotated", "--kind", "key_retired") {
		equal(t, "dialect", event.Dialect, "command_line")
		told = append(told, event.Kind+" "+detailOf(event))
	}
	equal(t, "events", strings.Join(told, "; "), "key_rotated algorithm=RS256 kid=2 overlap=1m0s; "+
		"key_rotated algorithm=RS256 kid=3 overlap=0s; key_retired forced=true kid=2; key_retired forced=true kid=1")
	contains(t, done(t, at(db, "audit")...), "command line", "key_rotated", "kid=2")
}

func TestKeysOfTheDatabaseAloneAreRotated(t *testing.T) {
	t.Parallel()
	flag, _, _ := served(t)
	_, _, foreign := served(t)
	refused(t, cli.ExitFailed, "do not belong to this database", at(flag, "keys", "rotate", "--keys", foreign)...)
	if _, err := os.Stat(filepath.Join(foreign, "jwt-2.pem")); !errors.Is(err, fs.ErrNotExist) {
		t.Error("a key was made all the same")
	}
}

// kids are the keys that a server publishes.
func (s *running) kids(t *testing.T) (kids []string) {
	t.Helper()
	for _, key := range s.ok(t, get("/.well-known/jwks.json")).body["keys"].([]any) {
		kids = append(kids, key.(map[string]any)["kid"].(string))
	}
	return kids
}

// naming is a JWT that names a key, and no more.
func naming(kid string) string {
	header := fmt.Sprintf(`{"alg":"EdDSA","typ":"JWT","kid":%q}`, kid)
	return base64.RawURLEncoding.EncodeToString([]byte(header)) + ".e30.AAAA"
}

func TestRunningServersTakeUpANewKey(t *testing.T) {
	t.Parallel()
	db := newInstallation(t)
	done(t, at(db, "user", "add", "tang.xi", "--password", "violet-otter-lantern")...)
	first, second := serve(t, db...), serve(t, db...)
	old := first.signIn(t, "tang.xi", "violet-otter-lantern")
	done(t, at(db, "keys", "rotate", "--overlap", "0s")...)

	// A JWT that names the new key makes a server look for it at once.
	equal(t, "status", first.do(t, get("/auth/sessions").with("Authorization", naming("2"))).status, 401)
	equal(t, "keys", strings.Join(first.kids(t), " "), "1 2")
	fresh := first.signIn(t, "tang.xi", "violet-otter-lantern")
	contains(t, headerOf(t, fresh), `"kid":"2"`)
	for _, server := range []*running{second, first} {
		for _, jwt := range []string{fresh, old} {
			server.ok(t, get("/auth/sessions").with("Authorization", jwt))
		}
	}
}

// The keys of version 5 are Ed25519.
func TestKeysOfAnOlderProgramGoOn(t *testing.T) {
	t.Parallel()
	db := []string{"--database", newDatabase(t), "--keys", oldKeys(t)}
	done(t, append([]string{"migrate"}, db[:2]...)...)
	done(t, at(db, "user", "add", "tang.xi", "--password", "violet-otter-lantern")...)
	server := serve(t, db...)
	jwts := []string{server.signIn(t, "tang.xi", "violet-otter-lantern")}
	equal(t, "header", headerOf(t, jwts[0]), `{"alg":"EdDSA","kid":"1","typ":"JWT"}`)
	for _, step := range []struct{ kid, algorithm, flag string }{
		{"2", "EdDSA", ""},
		{"3", "RS256", "--algorithm=RS256"},
		{"4", "RS256", ""},
		{"5", "ES256", "--algorithm=ES256"},
	} {
		args := []string{"keys", "rotate", "--overlap=0s"}
		if step.flag != "" {
			args = append(args, step.flag)
		}
		done(t, at(db, args...)...)
		jwt := serve(t, db...).signIn(t, "tang.xi", "violet-otter-lantern")
		equal(t, "header", headerOf(t, jwt), `{"alg":"`+step.algorithm+`","kid":"`+step.kid+`","typ":"JWT"}`)
		jwts = append(jwts, jwt)
	}
	for _, jwt := range slices.Backward(jwts) { // the first is unknown, so the server reads the folder again
		server.ok(t, get("/auth/sessions").with("Authorization", jwt))
	}
	equal(t, "keys", strings.Join(server.kids(t), " "), "1 2 3 4 5")
}

func headerOf(t *testing.T, jwt string) string {
	t.Helper()
	header, err := base64.RawURLEncoding.DecodeString(strings.Split(jwt, ".")[0])
	must(t, err)
	return string(header)
}

func TestReloadedKeysAreLoggedOnceWhenTheyChange(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ring, err := keys.Open(dir, keys.Options{})
	must(t, err)
	elsewhere, err := keys.Open(dir, keys.Options{})
	must(t, err)
	var log bytes.Buffer
	reload := reloadKeys(ring, slog.New(slog.NewTextHandler(&log, nil)))
	must(t, reload(t.Context()))
	must(t, reload(t.Context()))
	equal(t, "lines", strings.Count(log.String(), "\n"), 1)
	_, err = elsewhere.Rotate("", keys.DefaultOverlap)
	must(t, err)
	must(t, reload(t.Context()))
	contains(t, log.String(), `signing=1 verifying=[1]`, `signing=1 verifying="[1 2]"`)
	equal(t, "stale", ring.Stale(), false)
	must(t, os.RemoveAll(dir))
	if err := reload(t.Context()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("without its folder: %v", err)
	}
	equal(t, "stale", ring.Stale(), true)
	equal(t, "keys kept", len(publicKeys(ring)()), 2)
}

// detailOf is "kid=2 overlap=1m0s".
func detailOf(event admincmd.Event) string {
	var parts []string
	for _, name := range sortedKeys(event.Detail) {
		parts = append(parts, fmt.Sprintf("%s=%v", name, event.Detail[name]))
	}
	return strings.Join(parts, " ")
}

// The admin API rotates and retires keys as the commands do.
func TestKeysAreRotatedByTheAdminAPI(t *testing.T) {
	t.Parallel()
	db := newInstallation(t)
	done(t, at(db, "user", "add", "tang.xi", "--password", "violet-otter-lantern", "--role", "super_administrator")...)
	s := serve(t, db...)
	jwt := s.signIn(t, "tang.xi", "violet-otter-lantern")
	send := func(method, path, body string, status int) reply {
		t.Helper()
		c := call{method: method, path: "/admin/keys" + path, body: body}.with("Authorization", "Bearer "+jwt)
		if body != "" {
			c.kind = asJSON
			c = c.with("Idempotency-Key", "rotation"+body[len(body)-2:len(body)-1])
		}
		r := s.admin.do(t, c)
		if r.status != status {
			t.Fatalf("%s %s answers %d: %s", method, path, r.status, r.text)
		}
		return r
	}
	states := func(want ...string) {
		t.Helper()
		var got []string
		for _, item := range send(http.MethodGet, "", "", http.StatusOK).body["items"].([]any) {
			key := item.(map[string]any)
			got = append(got, fmt.Sprint(key["kid"], " ", key["algorithm"], " ", key["state"]))
		}
		equal(t, "keys", strings.Join(got, ", "), strings.Join(want, ", "))
	}
	states("1 RS256 signing")
	contains(t, send(http.MethodDelete, "/1?force=true", "", http.StatusConflict).text, "conflict", "kid")
	made := send(http.MethodPost, "", `{"algorithm":"ES256","overlap":60}`, http.StatusCreated)
	equal(t, "the same key's answer", send(http.MethodPost, "", `{"algorithm":"ES256","overlap":60}`, http.StatusCreated).text, made.text)
	states("1 RS256 signing", "2 ES256 waiting")
	send(http.MethodPost, "", `{"overlap":1}`, http.StatusCreated)
	contains(t, send(http.MethodDelete, "/1", "", http.StatusConflict).text, "conflict")
	contains(t, send(http.MethodDelete, "/9", "", http.StatusNotFound).text, "not_found", "kid")
	send(http.MethodDelete, "/2?force=true", "", http.StatusNoContent)
	equal(t, "keys of the folder", len(listed[admincmd.Key](t, db, "keys", "list")), 2)
	contains(t, done(t, at(db, "audit", "--kind", "key_rotated", "--kind", "key_retired", "--json")...), `"dialect": "admin"`, `"forced": "true"`)
	if text := send(http.MethodGet, "", "", http.StatusOK).text; strings.Contains(text, "PRIVATE") {
		t.Error(text)
	}
	send(http.MethodDelete, "/1?force=true", "", http.StatusNoContent) // which signed the administrator's token
	c := call{method: http.MethodGet, path: "/admin/keys"}.with("Authorization", "Bearer "+jwt)
	equal(t, "with a token of a removed key", s.admin.do(t, c).status, http.StatusUnauthorized)
}

// A key of which the database knows nothing would sign unseen.
func TestARotationThatIsNotRecordedLeavesNoKey(t *testing.T) {
	t.Parallel()
	db := newInstallation(t)
	done(t, at(db, "user", "add", "tang.xi", "--password", "violet-otter-lantern", "--role", "super_administrator")...)
	s := serve(t, db...)
	jwt := s.signIn(t, "tang.xi", "violet-otter-lantern")
	path := strings.TrimPrefix(db[1], "sqlite:")
	refusing, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(5000)")
	must(t, err)
	defer refusing.Close()
	_, err = refusing.ExecContext(t.Context(), `CREATE TRIGGER refusing BEFORE INSERT ON audit_events WHEN NEW.kind = 'key_rotated'
		BEGIN SELECT RAISE(ABORT, 'no rotation is recorded'); END`)
	must(t, err)
	rotate := call{method: http.MethodPost, path: "/admin/keys", body: `{"overlap":0}`, kind: asJSON}.
		with("Authorization", "Bearer "+jwt).with("Idempotency-Key", "rotation-1")
	if r := s.admin.do(t, rotate); r.status != http.StatusInternalServerError {
		t.Fatalf("a rotation that is not recorded answers %d: %s", r.status, r.text)
	}
	refused(t, cli.ExitFailed, "no rotation is recorded", at(db, "keys", "rotate")...)
	files, err := filepath.Glob(path + ".keys/jwt-*")
	must(t, err)
	equal(t, "files", strings.Join(files, " "), path+".keys/jwt-1.pem")
	equal(t, "keys", strings.Join(s.kids(t), " "), "1")
	contains(t, headerOf(t, s.signIn(t, "tang.xi", "violet-otter-lantern")), `"kid":"1"`)

	_, err = refusing.ExecContext(t.Context(), "DROP TRIGGER refusing")
	must(t, err)
	contains(t, s.admin.ok(t, rotate).text, `"kid":"2"`)
}
