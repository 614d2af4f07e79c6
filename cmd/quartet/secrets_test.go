package main

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"quartet/cmd/quartet/internal/admincmd"
	"quartet/cmd/quartet/internal/cli"
	"quartet/store/storetest"
)

func introspection(application, secret, token string) call {
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte(application+":"+secret))
	return form("/oauth2/introspect", url.Values{"token": {token}}).with("Authorization", basic)
}

// A secret is rotated while two servers run: each command takes effect on both at once.
func TestSecretsRotate(t *testing.T) {
	t.Parallel()
	for name, url := range map[string]func(*testing.T) string{
		"SQLite":     newDatabase,
		"PostgreSQL": func(t *testing.T) string { return storetest.PostgresURL(t) },
		"MariaDB":    func(t *testing.T) string { return storetest.MySQLURL(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			installation := []string{"--database", url(t), "--keys", filepath.Join(t.TempDir(), "keys")}
			done(t, "migrate", "--database", installation[1])
			done(t, at(installation, "app", "add", "portal", "门户")...)
			servers := []*running{serve(t, installation...), serve(t, installation...)}
			answers := func(secret string, want int) {
				t.Helper()
				for _, s := range servers {
					equal(t, "status", s.do(t, introspection("portal", secret, "x")).status, want)
				}
			}
			add := func() admincmd.Secret {
				return asked[admincmd.Secret](t, installation, "app", "secret", "add", "portal")
			}
			revoke := func(id int64) []admincmd.Secret {
				return listed[admincmd.Secret](t, installation, "app", "secret", "revoke", "portal", fmt.Sprint(id), "--yes")
			}
			first, second := add(), add()
			answers(first.Secret, http.StatusOK)
			answers(second.Secret, http.StatusOK)
			refused(t, cli.ExitFailed, "The application has 2 secrets that work already: revoke one first", at(installation, "app", "secret", "add", "portal")...)
			left := revoke(first.ID)
			equal(t, "revoked", left[0].RevokedAt != nil && left[1].RevokedAt == nil, true)
			answers(first.Secret, http.StatusUnauthorized)
			answers(second.Secret, http.StatusOK)
			third := add()
			answers(third.Secret, http.StatusOK)
			done(t, at(installation, "app", "disable", "portal")...)
			answers(third.Secret, http.StatusUnauthorized)
			done(t, at(installation, "app", "enable", "portal")...)
			answers(third.Secret, http.StatusOK)

			for _, s := range servers {
				s.end(t)
			}
			list := done(t, at(installation, "app", "secret", "list", "portal", "--json")...)
			for _, secret := range []admincmd.Secret{first, second, third} {
				if strings.Contains(list, secret.Secret) || strings.Contains(done(t, at(installation, "audit", "--json")...), secret.Secret) {
					t.Error("a secret is shown again")
				}
			}
			for _, secret := range listed[admincmd.Secret](t, installation, "app", "secret", "list", "portal") {
				equal(t, "used", secret.LastUsedAt != nil, true)
			}
			contains(t, done(t, at(installation, "audit")...), "application_secret_added", "application_secret_revoked", "application_refused")

			// A dump takes the hashes along.
			file := filepath.Join(t.TempDir(), "dump")
			done(t, "export", file, "--database", installation[1])
			target := []string{"--database", newDatabase(t), "--keys", installation[3]}
			done(t, at(target, "import", file)...)
			s := serve(t, target...)
			s.ok(t, introspection("portal", second.Secret, "x"))
			equal(t, "revoked", s.do(t, introspection("portal", first.Secret, "x")).status, http.StatusUnauthorized)
		})
	}
}

func TestSecretCommands(t *testing.T) {
	t.Parallel()
	db := newInstallation(t)
	refused(t, cli.ExitFailed, "No such application", at(db, "app", "secret", "add", "portal")...)
	refused(t, cli.ExitFailed, "No such application", at(db, "app", "secret", "list", "portal")...)
	refused(t, cli.ExitFailed, "No such application", at(db, "app", "secret", "revoke", "portal", "1", "--yes")...)
	done(t, at(db, "app", "add", "portal", "门户")...)
	equal(t, "listed", len(listed[admincmd.Secret](t, db, "app", "secret", "list", "portal")), 0)
	contains(t, done(t, at(db, "app", "secret", "add", "portal")...), "qas_", "created")
	contains(t, done(t, at(db, "app", "secret", "list", "portal")...), "last used", "revoked")
	refused(t, cli.ExitFailed, "No such secret", at(db, "app", "secret", "revoke", "portal", "1", "--yes")...)
}
