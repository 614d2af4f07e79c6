package account_test

import (
	"fmt"
	"strings"
	"testing"

	"quartet/server/account"
	"quartet/server/password"
)

// importing imports people of jpress with options, and says what became of them.
func (w *world) importing(adjust func(*account.ImportOptions), batch ...account.ImportedUser) string {
	w.t.Helper()
	o := account.ImportOptions{Source: "jpress"}
	adjust(&o)
	into := w.NewImporter(o)
	defer func() { must(w.t, into.Close()) }()
	return became(w.t, into, batch...)
}

func plainly(*account.ImportOptions)       {}
func updating(o *account.ImportOptions)    { o.Update = true }
func overwriting(o *account.ImportOptions) { o.Update, o.Overwrite = true, true }
func wouldUpdate(o *account.ImportOptions) { o.Update, o.DryRun = true, true }

// tao is an imported person after changes.
func tao(changes ...func(*account.ImportedUser)) account.ImportedUser {
	n := importedUser("1", "tao.ran")
	n.Nickname, n.Mobile, n.Email, n.IDCard = new("陶然"), new("13700001111"), new("tao@example.com"), new("110101199001010016")
	for _, change := range changes {
		change(&n)
	}
	return n
}

func TestAnUpdateBringsLaterValues(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	wantEqual(t, "first", w.importing(plainly, tao()), "in")
	later := tao(func(n *account.ImportedUser) {
		n.Username, n.Nickname, n.Mobile, n.MobileVerified, n.Company = "tao", new("小陶"), new("13700002222"), true, new("云海")
	})
	wantEqual(t, "without the flag", w.importing(plainly, later), "here")
	changed := "changed company,mobile,mobilestatus,nickname,username"
	wantEqual(t, "a dry run", w.importing(wouldUpdate, later), changed)
	wantEqual(t, "after a dry run", *w.found("tao.ran").Nickname, "陶然")
	wantEqual(t, "with it", w.importing(updating, later), changed)
	user := w.found("tao")
	wantEqual(t, "values", strings.Join([]string{*user.Nickname, *user.Mobile, fmt.Sprint(user.MobileVerified), *user.Company, *user.IDCard, *user.Email}, " "),
		"小陶 13700002222 true 云海 110101199001010016 tao@example.com")
	wantEqual(t, "again", w.importing(updating, later), "here")
	wantEqual(t, "an empty field empties nothing", w.importing(updating, importedUser("1", "tao")), "here")
}

// TestWhatWasSetHereStays: the person's own change is kept, until the operator says
// otherwise; what the person left alone follows the old system.
func TestWhatWasSetHereStays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.importing(plainly, tao())
	id := w.found("tao.ran").ID
	must(t, w.UpdateUser(t.Context(), account.Caller{UserID: id}, id, account.UserUpdate{Profile: account.Profile{Nickname: new("然然"), Signature: new("你好")}}))
	wantEqual(t, "nothing new there", w.importing(updating, tao()), "here")
	later := tao(func(n *account.ImportedUser) {
		n.Nickname, n.Signature, n.Site = new("小陶"), new("there"), new("https://example.com/")
	})
	for range 2 { // it is told each time
		got := w.importing(updating, later)
		if !strings.HasSuffix(got, "kept nickname,signature") {
			t.Error(got)
		}
	}
	wantEqual(t, "kept", *w.found("tao.ran").Nickname+*w.found("tao.ran").Site, "然然https://example.com/")
	wantEqual(t, "overwritten", w.importing(overwriting, later), "changed nickname,signature")
	wantEqual(t, "all of it", *w.found("tao.ran").Nickname, "小陶")
}

func TestALockFollowsTheOldSystemUnlessItWasSetHere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	locked := tao(func(n *account.ImportedUser) { n.Disabled = true })
	w.importing(plainly, tao())
	wantEqual(t, "locked there", w.importing(updating, locked), "changed status")
	wantEqual(t, "lifted there", w.importing(updating, tao()), "changed status")
	gone := account.ImportedUser{Alias: "1", Deleted: true}
	wantEqual(t, "deleted there, plainly", w.importing(plainly, gone), "gone")
	wantEqual(t, "deleted there", w.importing(updating, gone, account.ImportedUser{Alias: "7", Deleted: true}), "changed status gone")
	wantEqual(t, "told once", w.importing(updating, gone), "gone")
	wantEqual(t, "locked by it", w.found("tao.ran").DisabledAt != nil, true)
	wantEqual(t, "there again", w.importing(updating, tao()), "changed status")
	id := w.found("tao.ran").ID
	must(t, w.CommandLine().DisableUser(t.Context(), id))
	wantEqual(t, "locked here", w.importing(overwriting, tao()), "here")
	wantEqual(t, "locked on both sides", w.importing(overwriting, locked), "here")
	wantEqual(t, "locked here first", w.found("tao.ran").DisabledAt != nil, true)
}

// TestMobilesAreProvenLater: the operator decides after the first import that the old
// system's mobiles are proven.
func TestMobilesAreProvenLater(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	lu := importedUser("2", "lu.jiahe")
	lu.Mobile = new(lisMobile)
	w.importing(plainly, tao(), lu)
	other := w.add("li.na", mobile(lisMobile, true))
	proven := func(n account.ImportedUser) account.ImportedUser { n.MobileVerified = true; return n }
	want := fmt.Sprintf("changed mobilestatus taken mobile:%d", other)
	wantEqual(t, "dry", w.importing(wouldUpdate, proven(tao()), proven(lu)), want)
	wantEqual(t, "proven", w.importing(updating, proven(tao()), proven(lu)), want)
	wantEqual(t, "once", w.importing(updating, proven(tao()), proven(lu)), fmt.Sprintf("here taken mobile:%d", other))
	wantEqual(t, "the way in", w.found("13700001111").Username == nil, false)
	unproven := tao(func(n *account.ImportedUser) { n.Mobile = new("13700003333") })
	wantEqual(t, "a proven one goes for a proven one only", w.importing(overwriting, unproven), "kept mobile")
	wantEqual(t, "and is still it", *w.found("13700001111").Username, "tao.ran")
}

// TestAPasswordIsReplacedOnlyWhileItIsTheImportedOne: also wrapped.
func TestAPasswordIsReplacedOnlyWhileItIsTheImportedOne(t *testing.T) {
	t.Parallel()
	hashes := map[string]string{
		"old-secret-1": "0beead68ab79e1e57e91b4a95ac068a55d36038f6123664a343bafa4eaf67793",
	}
	first, err := password.FromJPress("qmky3ggxL9n47pM4SWDJs38JyTnOgdaE", hashes["old-secret-1"])
	must(t, err)
	second, err := password.FromBcrypt("$2a$10$7JB720yubVSZvUI0rEqK/.VqGOZTH.ulu33dHOiBE8ByOhJIrdAu2") // admin123
	must(t, err)
	for _, wrap := range []bool{false, true} {
		w := newWorld(t)
		with := func(hash string) account.ImportedUser {
			return tao(func(n *account.ImportedUser) { n.PasswordHash = hash })
		}
		wrapped := func() {
			if wrap {
				_, err := w.QuickHashes()(t.Context())
				must(t, err)
			}
		}
		w.importing(plainly, with(first))
		wrapped()
		wantEqual(t, "the same", w.importing(updating, with(first)), "here")
		wantEqual(t, "another", w.importing(updating, with(second)), "changed password")
		wantEqual(t, "back", w.importing(updating, with(first)), "changed password")
		wrapped()
		_, err = w.tryPassword("tao.ran", "old-secret-1", home)
		must(t, err)
		wantEqual(t, "after a sign-in", w.importing(overwriting, with(second)), "here")
		_, err = w.tryPassword("tao.ran", "old-secret-1", home)
		must(t, err)
	}
}

// TestAnImportLeavesOutWhoHasClosedTheAccount: also with the next file, and without
// stopping.
func TestAnImportLeavesOutWhoHasClosedTheAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.importing(plainly, tao(), importedUser("2", "lu.jiahe"))
	must(t, w.CommandLine().EraseUser(t.Context(), w.found("tao.ran").ID))
	wantEqual(t, "records of them", w.number("SELECT COUNT(*) FROM import_records WHERE alias = '1'"), 0)
	stopping := func(o *account.ImportOptions) { o.Update, o.Stop = true, true }
	for _, how := range []func(*account.ImportOptions){plainly, wouldUpdate, stopping} {
		wantEqual(t, "became", w.importing(how, tao(), importedUser("2", "lu.jiahe")), "closed here")
	}
	wantEqual(t, "another system's", w.importing(func(o *account.ImportOptions) { o.Source = "ruoyi" }, tao()), "in")
}

func TestAnImportLeavesASuperAdministrator(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	people := func(status string) (batch []account.ImportedUser) {
		for at, c := range status {
			n := importedUser(fmt.Sprint(at+1), fmt.Sprint("person.", at+1))
			n.Nickname, n.Disabled, n.Deleted = new(status), c == 'x', c == '-'
			batch = append(batch, n)
		}
		return batch
	}
	wantEqual(t, "first", w.importing(plainly, people("...")...), "in in in")
	for _, name := range []string{"person.1", "person.2"} {
		must(t, w.CommandLine().SetRole(t.Context(), w.found(name).ID, account.RoleSuperAdministrator))
	}
	enabled := func(name string) bool { return w.found(name).DisabledAt == nil }
	wantEqual(t, "a dry run", w.importing(wouldUpdate, people("xxx")...), "changed nickname,status changed nickname stays changed nickname,status")
	wantEqual(t, "both", w.importing(updating, people("xxx")...), "changed nickname,status changed nickname stays changed nickname,status")
	wantEqual(t, "enabled", fmt.Sprint(enabled("person.1"), enabled("person.2"), enabled("person.3")), "false true false")
	wantEqual(t, "it is told each time", w.importing(updating, people("xxx")...), "here stays here")
	wantEqual(t, "deleted there", w.importing(updating, people("x-x")...), "changed nickname changed nickname stays changed nickname")
	wantEqual(t, "still enabled", enabled("person.2"), true)
	must(t, w.CommandLine().EnableUser(t.Context(), w.found("person.1").ID))
	wantEqual(t, "with another", w.importing(updating, people("x-x")...), "here changed status here")
}
