package e2e

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"quartet/server/account"
	"quartet/store"
)

// creation is an operation that creates something, with two bodies.
type creation struct{ path, table, body, other string }

// creations have one of each kind.
var creations = []creation{
	{"/admin/users", "users", `{"username":"gu.qinghe"}`, `{"username":"gu.qinghe.too"}`},
	{"/admin/organisations", "organisations", `{"code":"a","name":"甲"}`, `{"code":"b","name":"甲"}`},
	{"/admin/roles", "roles", `{"code":"a","name":"甲"}`, `{"code":"b","name":"甲"}`},
	{"/admin/applications", "applications", `{"id":"a","name":"甲"}`, `{"id":"b","name":"甲"}`},
	{"/admin/applications/portal/secrets", "application_secrets", "", ""},
	{"/admin/webhooks", "webhooks", `{"url":"https://hooks.example.com/a"}`, `{"url":"https://hooks.example.com/b"}`},
}

// Of one key's repetitions, at once and later, one creates and all are answered alike; another
// body is refused; another's same key is another key.
func TestAdmin_OneCreationForAKey(t *testing.T) {
	onEachEngine(t, nil, func(t *testing.T, s *cluster) {
		root, other := s.session(t, s.person(t, "root", store.RoleSuperAdministrator)), s.session(t, s.person(t, "root.too", store.RoleSuperAdministrator))
		_, err := s.rules.CommandLine().AddApplication(t.Context(), "portal", "门户", nil)
		must(t, err)
		for _, c := range creations {
			count := func() int64 { return s.number(t, "SELECT COUNT(*) FROM "+c.table) }
			create := func(i int, body, as string) answer {
				return s.server(i).send(t, operating(http.MethodPost, c.path, body, as, "Idempotency-Key", "key.of_"+c.table))
			}
			before := count()
			answers := atOnce(12, func(i int) answer { return create(i, c.body, root) })
			for _, got := range append(answers, create(1, c.body, root), create(2, c.body, root)) {
				if got.Status != http.StatusCreated || got.Text != answers[0].Text || got.Header.Get("ETag") != answers[0].Header.Get("ETag") {
					t.Errorf("%s: %d %s, another is %s", c.path, got.Status, got.Text, answers[0].Text)
				}
			}
			if n := count() - before; n != 1 {
				t.Errorf("%s creates %d", c.path, n)
			}
			if c.other == "" {
				expect(t, create(1, "", other), http.StatusCreated)
			} else {
				refused(t, "admin", create(0, c.other, root), http.StatusUnprocessableEntity)
				expect(t, create(1, c.other, other), http.StatusCreated)
			}
			if n := count() - before; n != 2 {
				t.Errorf("%s: another's key makes it %d", c.path, n)
			}
		}
		// Organisations and roles have the same bodies.
		mixed := operating(http.MethodPost, "/admin/roles", creations[1].body, root, "Idempotency-Key", "key.of_organisations")
		refused(t, "admin", s.server(0).send(t, mixed), http.StatusUnprocessableEntity)
		// A result that holds a secret is kept sealed.
		for _, kept := range s.texts(t, "SELECT result_sealed FROM idempotency_keys") {
			if strings.Contains(kept, "qas_") || strings.Contains(kept, "whsec_") {
				t.Errorf("a secret is stored: %s", kept)
			}
		}
	})
}

// Of different requests at once under one key, one creates, and those that ask for something
// else are refused as such, whatever else would keep them from it.
func TestAdmin_OneKeyForDifferentCreationsAtOnce(t *testing.T) {
	onEachEngine(t, nil, func(t *testing.T, s *cluster) {
		root := s.session(t, s.person(t, "root", store.RoleSuperAdministrator))
		for path, body := range map[string]string{
			"/admin/users":         `{"username":"same-%d","remark":"%d"}`,
			"/admin/users ":        `{"username":"user-%d-%d"}`,
			"/admin/organisations": `{"code":"same-%d","name":"%d"}`,
			"/admin/roles":         `{"code":"role-%d-%d","name":"甲"}`,
			"/admin/applications":  `{"id":"same-%d","name":"%d"}`,
			"/admin/webhooks":      `{"url":"https://hooks.example.com/%d/%d"}`,
		} {
			for round := range 4 {
				answers := atOnce(12, func(i int) answer {
					r := operating(http.MethodPost, strings.TrimSpace(path), fmt.Sprintf(body, round, i/2), root, // two of each
						"Idempotency-Key", fmt.Sprintf("%x.%d", path, round))
					return s.server(i).send(t, r)
				})
				created := map[string]int{}
				for _, got := range answers {
					if got.Status == http.StatusCreated {
						created[got.Text]++
						continue
					}
					refused(t, "admin", got, http.StatusUnprocessableEntity)
				}
				if texts := slices.Collect(maps.Values(created)); !slices.Equal(texts, []int{2}) {
					t.Errorf("%s: %v", path, created)
				}
			}
		}
	})
}

// Of changes of one version at once one happens, on several servers too.
func TestAdmin_OneChangeOfAVersion(t *testing.T) {
	onEachEngine(t, nil, func(t *testing.T, s *cluster) {
		user := s.person(t, "tao.ran", store.RoleMember)
		root := s.session(t, s.person(t, "root", store.RoleSuperAdministrator))
		s.application(t, user)
		_, err := s.rules.CommandLine().AddRole(t.Context(), "teacher", "教师", false)
		must(t, err)
		added := expect(t, s.server(0).send(t, operating(http.MethodPost, "/admin/webhooks", `{"url":"https://hooks.example.com/"}`, root)), http.StatusCreated)
		for path, field := range map[string]string{
			fmt.Sprint("/admin/users/", user): "remark", "/admin/organisations/10020028": "name", "/admin/roles/teacher": "name",
			"/admin/applications/1": "name", "/admin/webhooks/" + text(added, "webhook.id"): "description",
		} {
			tag := s.server(0).ok(t, operating(http.MethodGet, path, "", root)).Header.Get("ETag")
			answers := atOnce(12, func(i int) answer {
				return s.server(i).send(t, operating(http.MethodPatch, path, fmt.Sprintf(`{%q:"change %d"}`, field, i), root, "If-Match", tag))
			})
			if got := statuses(answers); got[http.StatusOK] != 1 || got[http.StatusPreconditionFailed] != 11 {
				t.Errorf("%s: %v", path, got)
			}
			now := s.server(1).ok(t, operating(http.MethodGet, path, "", root))
			for i, got := range answers {
				if got.Status == http.StatusOK && (now.body[field] != fmt.Sprint("change ", i) || now.Header.Get("ETag") != got.Header.Get("ETag")) {
					t.Errorf("%s: %s after %s", path, now.Text, got.Text)
				}
			}
			if !strings.HasSuffix(path, "/1") && !strings.Contains(path, "organisations") {
				refused(t, "admin", s.server(2).send(t, operating(http.MethodDelete, path, "", root, "If-Match", tag)), http.StatusPreconditionFailed)
			}
		}
	})
}

// Super administrators who act on each other and on themselves at once leave one.
func TestAdmin_OneSuperAdministratorStays(t *testing.T) { onEachEngine(t, nil, superAdministratorsAct) }

func superAdministratorsAct(t *testing.T, s *cluster) {
	t.Helper()
	acts := map[string]func(whom int64, other int64, as string) answer{}
	for name, r := range map[string][3]string{
		"demote": {http.MethodPut, "/role", `{"role":"member"}`}, "disable": {http.MethodPatch, "", `{"disabled":true}`},
		"erase": {http.MethodDelete, "", ""}, "merge": {http.MethodPost, "/merge", `{"into":"%d"}`},
	} {
		acts[name] = func(whom, other int64, as string) answer {
			body := r[2]
			if name == "merge" {
				body = fmt.Sprintf(body, other)
			}
			return s.server(int(whom)).send(t, operating(r[0], fmt.Sprint("/admin/users/", whom, r[1]), body, as, "If-Match", "*"))
		}
	}
	round := 0
	for name, act := range acts {
		for _, mutual := range []bool{true, false} {
			round++
			if round > 1 {
				s.exec(t, "UPDATE users SET role = 'member'") // those of earlier rounds
			}
			var ids [2]int64
			var sessions [2]string
			for i := range ids {
				ids[i] = s.person(t, fmt.Sprintf("root.%d.%d", round, i), store.RoleSuperAdministrator)
				sessions[i] = s.session(t, ids[i])
			}
			answers := atOnce(8, func(i int) answer {
				whom := ids[i%2]
				if mutual {
					return act(whom, ids[1-i%2], sessions[1-i%2])
				}
				return act(whom, ids[1-i%2], sessions[i%2])
			})
			n := s.number(t, "SELECT COUNT(*) FROM users WHERE role = 'super_administrator' AND disabled_at IS NULL")
			t.Logf("%s, each other: %v: %d stay, %v", name, mutual, n, statuses(answers))
			if n < 1 {
				t.Errorf("%s, each other: %v: nobody stays", name, mutual)
			}
		}
	}
	s.exec(t, "UPDATE users SET role = 'member'")
	last := s.person(t, "root", store.RoleSuperAdministrator)
	member := s.person(t, "tao.ran", store.RoleMember)
	for name, act := range acts {
		if got := act(last, member, s.session(t, last)); got.Status < 400 {
			t.Errorf("the last one is gone by %s: %s", name, got.Text)
		}
	}
	if err := s.rules.CommandLine().SetRole(t.Context(), last, account.RoleMember); err == nil {
		t.Error("the command line demotes the last one")
	}
}
