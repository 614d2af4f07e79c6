package account_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"quartet/server/account"
	"quartet/server/idgen"
	"quartet/server/password"
)

func importedUser(alias, username string) account.ImportedUser {
	return account.ImportedUser{Alias: alias, NewUser: account.NewUser{Username: username}}
}

// became says what became of imported users.
func became(t *testing.T, into *account.Importer, batch ...account.ImportedUser) string {
	t.Helper()
	outcomes, err := into.Import(t.Context(), batch)
	must(t, err)
	var list []string
	for _, err := range outcomes {
		updated, isUpdate := errors.AsType[account.Updated](err)
		switch {
		case isUpdate:
			list = append(list, inWords(updated))
		case err == nil:
			list = append(list, "in")
		case errors.Is(err, account.ErrExists):
			list = append(list, "here")
		case errors.Is(err, account.ErrErased):
			list = append(list, "closed")
		case errors.Is(err, account.ErrDeleted):
			list = append(list, "gone")
		case errors.Is(err, account.ErrSkipped):
			list = append(list, "untried")
		default:
			word, _, _ := strings.Cut(err.Error(), " (")
			list = append(list, word)
		}
	}
	return strings.Join(list, " ")
}

// inWords says what an update did.
func inWords(u account.Updated) string {
	var parts []string
	for word, fields := range map[string][]string{"changed": u.Fields, "kept": u.Kept} {
		if len(fields) > 0 {
			parts = append(parts, word+" "+strings.Join(fields, ","))
		}
	}
	for _, taken := range u.Taken {
		parts = append(parts, fmt.Sprintf("taken %s:%d", taken.Field, taken.Owner))
	}
	if u.StaysEnabled {
		parts = append(parts, "stays")
	}
	slices.Sort(parts)
	return strings.Join(parts, " ")
}

// TestADryRunSaysWhatWouldHappen: a dry run returns the same outcomes and imports
// nobody.
func TestADryRunSaysWhatWouldHappen(t *testing.T) {
	t.Parallel()
	for _, stop := range []bool{false, true} {
		w := newWorld(t)
		w.add("li.na", email("li@example.com", true), mobile(lisMobile, true))
		first := []account.ImportedUser{importedUser("1", "tao.ran"), importedUser("2", "lu.jiahe"), importedUser("1", "other.name")}
		first[0].Email = new("tao@example.com")
		second := []account.ImportedUser{
			importedUser("3", "Tao.Ran"), importedUser("4", "LI.NA"), importedUser("5", "he.gone"), importedUser("6", "bo"), importedUser("7", "x"),
			importedUser("2", "lu.jiahe"), importedUser("", "wu"), importedUser(strings.Repeat("8", 129), "wu"), importedUser("9", ""),
		}
		second[2].Email = new("TAO@example.com")
		second[3].Mobile, second[3].MobileVerified = new(lisMobile), true
		want := "username_taken username_taken email_taken mobile_taken invalid_field here invalid_field invalid_field in"
		if stop {
			want = "username_taken untried untried untried untried untried untried untried untried"
		}
		for _, dry := range []bool{true, false} {
			into := w.NewImporter(account.ImportOptions{Source: "jpress", DryRun: dry, Stop: stop})
			t.Cleanup(func() { must(t, into.Close()) })
			wantEqual(t, fmt.Sprint("first, dry ", dry), became(t, into, first...), "in in here")
			wantEqual(t, fmt.Sprint("second, dry ", dry), became(t, into, second...), want)
			users, err := w.CommandLine().FindUsers(t.Context(), account.UserFilter{}, 0, 100)
			must(t, err)
			if dry {
				wantEqual(t, "users", len(users), 1)
			}
		}
	}
}

func TestAnUnverifiedMobileOfAnImportedUserSignsNobodyIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	stored, err := password.FromJPress("qmky3ggxL9n47pM4SWDJs38JyTnOgdaE", "0beead68ab79e1e57e91b4a95ac068a55d36038f6123664a343bafa4eaf67793")
	must(t, err)
	n := importedUser("1", "tao.ran")
	n.Mobile, n.Email, n.PasswordHash = new("13700001111"), new("tao@example.com"), stored
	wantEqual(t, "became", became(t, w.NewImporter(account.ImportOptions{Source: "jpress"}), n), "in")
	if _, err := w.tryPassword("13700001111", "old-secret-1", home); err == nil {
		t.Error("an unproven mobile signs in")
	}
	grant, err := w.tryPassword("tao.ran", "old-secret-1", home)
	must(t, err)
	wantEqual(t, "role", grant.User.Role, "member")
	wantEqual(t, "where from", grant.User.CreateSource, "jpress")
	wantEqual(t, "proven", fmt.Sprint(grant.User.MobileVerified, grant.User.EmailVerified), "false false")
}

// TestImportedUsersMayCollideWithANewID: another server may draw the same id in the
// same millisecond.
func TestImportedUsersMayCollideWithANewID(t *testing.T) {
	t.Parallel()
	// Before the epoch of ids generators count from 1.
	early := func() time.Time { return time.Date(2020, time.January, 1, 0, 0, 0, 0, time.UTC) }
	for _, stop := range []bool{false, true} {
		w := newWorld(t, func(c *account.Config) { c.IDs = idgen.New(early) })
		a := w.NewImporter(account.ImportOptions{Source: "jpress", Stop: stop})
		wantEqual(t, "first", became(t, a, importedUser("1", "one"), importedUser("2", "two")), "in in")
		w.config.IDs = idgen.New(early)
		b := account.New(w.config).NewImporter(account.ImportOptions{Source: "jpress", Stop: stop})
		wantEqual(t, "then", became(t, b, importedUser("3", "three"), importedUser("4", "four"), importedUser("5", "five")), "in in in")
		users, err := w.CommandLine().FindUsers(t.Context(), account.UserFilter{}, 0, 10)
		must(t, err)
		wantEqual(t, "users", len(users), 5)
	}
}
