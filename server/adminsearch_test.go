package server_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"quartet/server"
	"quartet/server/account"
	"quartet/store"
)

// A rare text is looked for at a bounded number of users for each request.
func TestASearchOfUsersGoesOnWhereItStopped(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(_ *account.Config, o *server.Options) { o.SearchedUsers = 3 })
	w.add("root", store.RoleSuperAdministrator)
	for at := range 7 {
		w.add(fmt.Sprint("pupil.", at), store.RoleMember)
	}
	w.add("gu.qinghe", store.RoleMember)
	search := func(query string) (pages []string) {
		t.Helper()
		for cursor := ""; ; {
			body := wantStatus(t, w.operate(http.MethodGet, "/admin/users?"+query+cursor, "", "root"), http.StatusOK).body
			var names []string
			for _, item := range body["items"].([]any) {
				names = append(names, item.(map[string]any)["username"].(string))
			}
			pages = append(pages, strings.Join(names, " "))
			next, more := body["next"].(string)
			if !more {
				return pages
			}
			cursor = "&cursor=" + next
		}
	}
	for query, want := range map[string][]string{
		"q=qinghe":             {"", "", "gu.qinghe", ""},
		"q=pupil&limit=2":      {"pupil.0 pupil.1", "pupil.2 pupil.3", "pupil.4 pupil.5", "pupil.6"},
		"q=root&role=member":   {"", "", "", ""},
		"role=member&limit=50": {"pupil.0 pupil.1 pupil.2 pupil.3 pupil.4 pupil.5 pupil.6 gu.qinghe"},
	} {
		if got := search(query); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
}
