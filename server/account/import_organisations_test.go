package account_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"quartet/server/account"
)

// outcomesOf says what became of departments, roles and memberships.
func outcomesOf(t *testing.T, outcomes []error, err error) string {
	t.Helper()
	must(t, err)
	var words []string
	for _, err := range outcomes {
		word := "added"
		if err != nil {
			word = err.Error()
		}
		for known, short := range map[error]string{
			account.ErrExists: "here", account.ErrSuperRole: "super", account.ErrUnknownUser: "user?",
			account.ErrUnknownDepartment: "department?", account.ErrUnknownRole: "role?", account.ErrNoDepartment: "homeless",
		} {
			if errors.Is(err, known) {
				word = short
			}
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}

var (
	ruoyiDepartments = []account.ImportedEntry{{Alias: "100", Name: "云海科技"}, {Alias: "103", Name: "研发部门"}, {Alias: "104", Name: "研发部门", Disabled: true}}
	ruoyiRoles       = []account.ImportedEntry{
		{Alias: "1", Code: "admin", Name: "超级管理员", Super: true}, {Alias: "2", Code: "common", Name: "普通角色"}, {Alias: "3", Code: "teacher", Name: "老师"},
	}
)

// roles says a user's organisations and roles there.
func (w *world) roles(id int64) string {
	w.t.Helper()
	memberships, err := w.Memberships(w.t.Context(), id)
	must(w.t, err)
	var words []string
	for _, m := range memberships {
		word := m.Code
		for _, role := range m.Roles {
			word += "/" + role.Code
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}

// TestDepartmentsAndRolesComeWithTheirPeople, once, and what was removed here stays
// removed.
func TestDepartmentsAndRolesComeWithTheirPeople(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := w.CommandLine().AddRole(t.Context(), "teacher", "老师", false)
	must(t, err)
	one, two, three := importedUser("1", "one.first"), importedUser("2", "two.second"), importedUser("3", "three.third")
	one.Department, two.Department = "103", "999"
	memberships := []account.ImportedMembership{
		{User: "1", Role: "2"}, {User: "1", Role: "3"}, {User: "1", Role: "1"}, {User: "3", Role: "2"}, {User: "9", Role: "2"},
		{User: "3", Department: "103"}, {User: "3", Department: "999"}, {User: "3", Role: "2"}, {User: "1", Role: "2"},
	}
	for run, c := range []struct {
		dry                                  bool
		departments, roles, people, belongng string
	}{
		{true, "added added added", "super added added", "in in in", "added added role? added user? added department? here here"},
		{false, "added added added", "super added added", "in in in", "added added role? homeless user? added department? added here"},
		{false, "here here here", "super here here", "here here here", "here here role? here user? here department? here here"},
	} {
		into := w.NewImporter(account.ImportOptions{Source: "ruoyi", DryRun: c.dry})
		outcomes, err := into.ImportDepartments(t.Context(), ruoyiDepartments)
		wantEqual(t, fmt.Sprint("departments ", run), outcomesOf(t, outcomes, err), c.departments)
		outcomes, err = into.ImportRoles(t.Context(), ruoyiRoles)
		wantEqual(t, fmt.Sprint("roles ", run), outcomesOf(t, outcomes, err), c.roles)
		wantEqual(t, fmt.Sprint("people ", run), became(t, into, one, two, three), c.people)
		outcomes, err = into.ImportMemberships(t.Context(), memberships)
		wantEqual(t, fmt.Sprint("memberships ", run), outcomesOf(t, outcomes, err), c.belongng)
		must(t, into.Close())
		if run == 1 {
			wantEqual(t, "unknown departments", into.UnknownDepartments, 1)
			id := w.found("one.first").ID
			wantEqual(t, "one", w.roles(id), "ruoyi-103/common/ruoyi-3")
			must(t, w.CommandLine().RemoveMembership(t.Context(), id, "ruoyi-103", "common"))
			must(t, w.CommandLine().RemoveMembership(t.Context(), w.found("three.third").ID, "ruoyi-103", ""))
		}
	}
	wantEqual(t, "one", w.roles(w.found("one.first").ID), "ruoyi-103/ruoyi-3")
	wantEqual(t, "three", w.roles(w.found("three.third").ID), "")
	wantEqual(t, "nobody's role here", w.found("one.first").Role, account.RoleMember)
	organisation, err := w.CommandLine().Organisation(t.Context(), "ruoyi-104")
	must(t, err)
	wantEqual(t, "disabled there", organisation.DisabledAt != nil, true)
}

// TestADepartmentCanComeLater than its people, and with --update only.
func TestADepartmentCanComeLater(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := tao(func(n *account.ImportedUser) { n.Department = "103" })
	w.importing(plainly, n)
	into := w.NewImporter(account.ImportOptions{Source: "jpress"})
	outcomes, err := into.ImportDepartments(t.Context(), ruoyiDepartments)
	wantEqual(t, "departments", outcomesOf(t, outcomes, err), "added added added")
	wantEqual(t, "plainly", w.importing(plainly, n), "here")
	wantEqual(t, "a dry run", w.importing(wouldUpdate, n), "changed department")
	wantEqual(t, "later", w.importing(updating, n), "changed department")
	wantEqual(t, "roles", w.roles(w.found("tao.ran").ID), "jpress-103")
	must(t, w.CommandLine().RemoveMembership(t.Context(), w.found("tao.ran").ID, "jpress-103", ""))
	wantEqual(t, "removed here", w.importing(overwriting, n), "here")
}
