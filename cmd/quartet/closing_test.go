package main

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"quartet/cmd/quartet/internal/admincmd"
)

// A person closes the account by themselves. After the grace time nothing of them is in a
// file, the log, an export or a backup, and their number is somebody else's.
func TestAClosedAccountIsErasedAfterItsGrace(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	s := serve(t, "--database", db, "--closing-grace", "1s", "--log-level", "debug")
	installation := []string{"--database", db}
	const password, mobile = "violet-otter-lantern", "13900006666"
	added := asked[admincmd.User](t, installation, "user", "add", "tang.xi", "--password", password,
		"--nickname", "唐溪", "--real-name", "唐小溪", "--mobile", mobile, "--email", "tang@example.com")
	jwt := s.signIn(t, "tang.xi", password)
	s.ok(t, raw("/api/user/update", `{"id":`+jsonNumber(added.ID)+`,"address":"梧桐巷七号"}`).with("Jwt", jwt))
	equal(t, "wrong", s.do(t, form("/api/user/login", url.Values{"loginAccount": {"tang.xi"}, "password": {"not-the-password"}})).status, http.StatusUnauthorized)
	equal(t, "a new mobile", s.do(t, raw("/auth/mobile/verify", `{"mobile":"13900007777","validateNo":"000000"}`).with("Authorization", jwt)).status, http.StatusUnauthorized)
	traces := []string{"tang.xi", "唐溪", "唐小溪", "梧桐巷七号", "tang@example.com", mobile, password}
	path := strings.TrimPrefix(db, "sqlite:")
	if found := tracesIn(t, filepath.Dir(path), traces); len(found) == 0 {
		t.Fatal("the test finds nothing where the person is")
	}
	s.ok(t, raw("/auth/account/close", `{}`).with("Authorization", jwt))
	equal(t, "the session", s.do(t, get("/auth/sessions").with("Authorization", jwt)).status, http.StatusUnauthorized)
	for deadline := time.Now().Add(patience); command(t, at(installation, "user", "show", "tang.xi")...).code == 0; time.Sleep(100 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the user is not erased")
		}
	}
	folder := t.TempDir()
	done(t, at(installation, "export", filepath.Join(folder, "export"))...)
	done(t, at(installation, "backup", filepath.Join(folder, "backup.db"))...)
	equal(t, "who has the number", asked[admincmd.User](t, installation, "user", "add", "other", "--mobile", mobile).ID != added.ID, true)
	for _, place := range []string{folder, filepath.Dir(path)} {
		if found := tracesIn(t, place, traces); len(found) > 0 {
			t.Errorf("still there: %v", found)
		}
	}
	s.end(t)
	for _, trace := range traces {
		if strings.Contains(s.errs.String()+s.out.String(), trace) {
			t.Errorf("%s is in the log", trace)
		}
	}
}

// tracesIn lists the texts that are in files of a folder and its folders.
func tracesIn(t *testing.T, folder string, traces []string) (found []string) {
	t.Helper()
	must(t, filepath.WalkDir(folder, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		for _, trace := range traces {
			if strings.Contains(string(content), trace) {
				found = append(found, trace+" in "+path)
			}
		}
		return err
	}))
	return found
}
