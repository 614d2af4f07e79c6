package main

import (
	"strings"
	"testing"

	"quartet/cmd/quartet/internal/admincmd"
	"quartet/cmd/quartet/internal/cli"
)

func TestOrganisationsAndRoles(t *testing.T) {
	t.Parallel()
	for _, kind := range []struct{ command, name string }{{"org", "organisation"}, {"role", "role"}} {
		t.Run(kind.command, func(t *testing.T) {
			t.Parallel()
			db := newInstallation(t)
			added := asked[admincmd.Entry](t, db, kind.command, "add", "north", "北校区")
			equal(t, "code", added.Code, "north")
			equal(t, "name", added.Name, "北校区")
			equal(t, "disabled", asked[admincmd.Entry](t, db, kind.command, "disable", "north").Disabled, true)
			equal(t, "disabled", asked[admincmd.Entry](t, db, kind.command, "enable", "north").Disabled, false)
			equal(t, "shown", asked[admincmd.Entry](t, db, kind.command, "show", "north"), added)
			contains(t, done(t, at(db, kind.command, "show", "north")...), "north", "北校区")
			done(t, at(db, kind.command, "add", "south", "南校区")...)
			contains(t, done(t, at(db, kind.command, "list")...), "code", "north", "南校区")
			equal(t, "listed", len(listed[admincmd.Entry](t, db, kind.command, "list")), 2)
			refused(t, cli.ExitFailed, "The code is taken", at(db, kind.command, "add", "north", "again")...)
			refused(t, cli.ExitFailed, "No such "+kind.name, at(db, kind.command, "disable", "west")...)
		})
	}
}

func TestApplications(t *testing.T) {
	t.Parallel()
	db := newInstallation(t)
	done(t, at(db, "org", "add", "north", "北校区")...)
	done(t, at(db, "org", "add", "south", "南校区")...)
	app := func(args ...string) admincmd.Application {
		return asked[admincmd.Application](t, db, append([]string{"app"}, args...)...)
	}
	refused(t, cli.ExitFailed, "contact, for which the application needs a secret first", at(db, "app", "add", "portal", "门户", "--right", "contact")...)
	added := app("add", "portal", "门户", "--right", "nickname", "--right", "audit.read", "--org", "north")
	equal(t, "rights", jsonText(added.Rights), `["audit.read","nickname"]`)
	refused(t, cli.ExitFailed, "needs a secret first", at(db, "app", "rights", "portal", "contact")...)
	done(t, at(db, "app", "secret", "add", "portal")...)
	equal(t, "rights", jsonText(app("rights", "portal", "contact", "nickname").Rights), `["contact","nickname"]`)
	equal(t, "organisations", jsonText(added.Organisations), `["north"]`)
	equal(t, "organisations", jsonText(app("link", "portal", "south").Organisations), `["north","south"]`)
	equal(t, "organisations", jsonText(app("unlink", "portal", "north").Organisations), `["south"]`)
	equal(t, "rights", jsonText(app("rights", "portal", "nickname").Rights), `["nickname"]`)
	equal(t, "rights", jsonText(app("rights", "portal").Rights), `[]`)
	equal(t, "disabled", app("disable", "portal").Disabled, true)
	equal(t, "disabled", app("enable", "portal").Disabled, false)
	contains(t, done(t, at(db, "app", "show", "portal")...), "portal", "门户", "south")
	contains(t, done(t, at(db, "app", "list")...), "portal", "门户")
	equal(t, "listed", len(listed[admincmd.Application](t, db, "app", "list")), 1)

	refused(t, cli.ExitFailed, "The id is taken", at(db, "app", "add", "portal", "again")...)
	refused(t, cli.ExitUsage, `must be one of "contact","nickname"`, at(db, "app", "add", "other", "其他", "--right", "king")...)
	refused(t, cli.ExitFailed, "No such organisation", at(db, "app", "add", "other", "其他", "--org", "west")...)
	refused(t, cli.ExitFailed, "No such application", at(db, "app", "show", "other")...)
	refused(t, cli.ExitFailed, "No such organisation", at(db, "app", "link", "portal", "west")...)
	refused(t, cli.ExitFailed, "does not see that organisation", at(db, "app", "unlink", "portal", "north")...)
}

func TestOddIDsAndNamesAreRefused(t *testing.T) {
	t.Parallel()
	db := newInstallation(t)
	long := strings.Repeat("长", 129)
	for command, what := range map[string]string{"app": "id", "org": "code", "role": "code"} {
		for _, code := range []string{
			"", " ", "a b", " north", "north\n", "a\tb", "a\x1b[2Jb", "a\u00a0b", "a\u3000b", "a\u200bb", "a\u202eb", "\x7f", "\xff", long[:3*65],
		} {
			refused(t, cli.ExitFailed, "The "+what+" must be 1 to 64 characters", at(db, command, "add", code, "北校区")...)
		}
		for _, name := range []string{"", " ", "\u3000", " 北校区", "北校区 ", "北\n校区", "北\x1b校区", "北\u2028校区", "北\u202e校区", "\xff", long} {
			refused(t, cli.ExitFailed, "The name must be 1 to 128 characters", at(db, command, "add", "north", name)...)
		}
		contains(t, done(t, at(db, command, "list", "--json")...), `"items": []`, `"next": null`, `"total": 0`)
		contains(t, done(t, at(db, command, "add", "north-1.a_b", "北校区 North (2)")...), "north-1.a_b", "北校区 North (2)")
	}
	refused(t, cli.ExitFailed, "characters of ASCII", at(db, "app", "add", "门户", "门户")...)
	done(t, at(db, "org", "add", "北校区", "北校区")...)
}

func TestARoleAdministersItsOrganisation(t *testing.T) {
	t.Parallel()
	db := newInstallation(t)
	done(t, at(db, "role", "add", "principal", "校长")...)
	equal(t, "set", asked[admincmd.Entry](t, db, "role", "set", "principal", "--administers").Administers, true)
	contains(t, done(t, at(db, "role", "show", "principal")...), "administers │ yes")
	equal(t, "set back", asked[admincmd.Entry](t, db, "role", "set", "principal", "--no-administers").Administers, false)
	refused(t, cli.ExitUsage, "--administers", at(db, "role", "set", "principal")...)
	refused(t, cli.ExitFailed, "No such role", at(db, "role", "set", "cook", "--administers")...)
	contains(t, done(t, at(db, "audit", "--kind", "role_administers")...), "administers=true", "administers=false")
}
