package main

import (
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"quartet/server/account/quickhash"
	"quartet/server/password"
)

// oldUser is an invented user of JPress, with a hash that can be guessed at quickly.
type oldUser struct{ name, mobile, salt, password string }

func (u oldUser) sum() []byte {
	sum := sha256.Sum256([]byte(u.salt + u.password))
	return sum[:]
}

// hashes are the forms that the hash can have in a file.
func (u oldUser) hashes() []string {
	return []string{hex.EncodeToString(u.sum()), base64.RawStdEncoding.EncodeToString(u.sum()), string(u.sum())}
}

// Quick hashes of another system are sealed from the import on, and wrapped while the
// server runs. Those that an older program has stored as they were go from the file, its
// log and later backups, as do the names and mobiles of users who are deleted or close
// their account.
func TestOldHashesLeaveNoTrace(t *testing.T) {
	t.Parallel()
	var users []oldUser
	dump := "id,username,password,salt,status,mobile,mobile_status\n"
	for n := range 59 {
		u := oldUser{fmt.Sprintf("person.%02d.xu", n), fmt.Sprintf("139%08d", 31415926+n), fmt.Sprintf("salt-of-%02d", n), fmt.Sprintf("cedar-lamp-%02d", n)}
		users = append(users, u)
		dump += fmt.Sprintf("%d,%s,%s,%s,ok,%s,ok\n", n+1, u.name, u.hashes()[0], u.salt, u.mobile)
	}
	db := migrated(t)
	path := strings.TrimPrefix(db, "sqlite:")
	equal(t, "import", importUsers(t, db, dump).code, 0)
	var hashes []string
	for _, u := range users {
		hashes = append(hashes, u.hashes()...)
	}
	if found := tracesIn(t, filepath.Dir(path), hashes); len(found) > 0 {
		t.Fatal("after the import: ", found)
	}
	file, err := sql.Open("sqlite", "file:"+path)
	must(t, err)
	defer file.Close()
	exec := func(query string, args ...any) {
		t.Helper()
		_, err := file.Exec(query, args...)
		must(t, err)
	}
	asAnOlderProgramStoresThem(t, exec, users)
	if found := tracesIn(t, filepath.Dir(path), hashes); len(found) < len(users) {
		t.Fatal("the test finds nothing where the hashes are")
	}

	s := serve(t, "--database", db, "--closing-grace", "1s")
	for _, u := range users[:5] {
		s.signIn(t, u.name, u.password)
	}
	until(t, "the hashes are not wrapped", func() bool {
		var entry string
		_ = file.QueryRow("SELECT value FROM metadata WHERE name = ?", quickhash.Entry).Scan(&entry)
		return entry == "none"
	})
	for _, u := range users[3:8] {
		s.signIn(t, u.name, u.password)
	}
	var gone []string
	for _, u := range users[10:20] {
		done(t, "user", "delete", u.name, "--yes", "--database", db)
		gone = append(gone, u.name, u.mobile)
	}
	closing := s.signIn(t, users[20].name, users[20].password)
	s.ok(t, raw("/auth/account/close", `{}`).with("Authorization", closing))
	gone = append(gone, users[20].name, users[20].mobile)
	until(t, "the files are not cleaned", func() bool {
		var waiting int
		must(t, file.QueryRow("SELECT (SELECT COUNT(*) FROM metadata WHERE name = 'scrub') + (SELECT COUNT(*) FROM users WHERE username = ?)", users[20].name).Scan(&waiting))
		return waiting == 0
	})
	folder := t.TempDir()
	done(t, "backup", "--database", db, filepath.Join(folder, "backup.db"))
	for _, place := range []string{filepath.Dir(path), folder} {
		if found := tracesIn(t, place, append(hashes, gone...)); len(found) > 0 {
			t.Errorf("still there: %v", found)
		}
		if len(tracesIn(t, place, []string{users[30].name})) == 0 {
			t.Error("a user who stays is not found in", place)
		}
	}
}

// asAnOlderProgramStoresThem replaces sealed hashes by plain ones, and makes rows grow, so
// that they move to other pages.
func asAnOlderProgramStoresThem(t *testing.T, exec func(string, ...any), users []oldUser) {
	t.Helper()
	for n, u := range users {
		plain, err := password.FromJPress(u.salt, u.hashes()[0])
		must(t, err)
		exec("UPDATE users SET password_hash = ? WHERE username = ?", plain, u.name)
		if n%3 == 0 {
			exec("UPDATE users SET address = ? WHERE username = ?", strings.Repeat("lane ", 60), users[n/2].name)
		}
	}
	exec("DELETE FROM metadata WHERE name = ?", quickhash.Entry)
}

func until(t *testing.T, failure string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !done(); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal(failure)
		}
	}
}
