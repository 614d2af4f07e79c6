package e2e

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"quartet/openapi/check/contract"
	"quartet/store"
)

// ownColumns are what a field of a profile may change: its columns and no other.
var ownColumns = map[string][]string{
	"nickname": {"nickname"}, "realname": {"real_name"}, "gender": {"gender"}, "signature": {"signature"},
	"birthday": {"birthday"}, "company": {"company"}, "occupation": {"occupation"}, "address": {"address"},
	"zipcode": {"zipcode"}, "site": {"site"}, "graduateschool": {"graduate_school"}, "education": {"education"},
	"avatar": {"avatar"}, "idcardtype": {"id_card_type"}, "idcard": {"id_card_sealed"},
	"email": {"email", "email_key"}, "mobile": {"mobile_sealed", "mobile_index"},
}

// managedColumns are what an administrator's word changes besides.
var managedColumns = map[string][]string{
	"username": {"username", "username_key"}, "identity": {"identity"}, "remark": {"remark"}, "status": {"disabled_at"},
}

// fitting are values that the contract takes, where any text is not enough.
var fitting = map[string]any{
	"id": 5, "gender": "女", "birthday": "2001-01-01", "email": "mass@example.com", "mobile": "13900007777",
	"status": "locked", "password": otherPassword, "username": "mass.user",
	"site": "https://example.com", "avatar": "https://example.com/1.png",
	"created": "2001-01-01 00:00:00", "logged": "2001-01-01 00:00:00", "activated": "2001-01-01 00:00:00",
}

// userFields are all the fields of the contract's User, every column of the
// table, and what attackers try.
func userFields(t *testing.T, s *cluster) []string {
	t.Helper()
	fields := map[string]bool{"role": true, "roles": true, "isAdmin": true, "passwordHash": true, "admin": true, "userId": true}
	for name := range contract.Strict(loadedContract(t).Components.Schemas["User"].Value).Properties {
		fields[name] = true
	}
	for column := range s.row(t, s.person(t, "columns", store.RoleMember)) {
		fields[column] = true
		words := strings.Split(column, "_")
		for i := range words[1:] {
			words[i+1] = title(words[i+1])
		}
		fields[strings.Join(words, "")] = true
	}
	return slices.Sorted(maps.Keys(fields))
}

func title(word string) string { return strings.ToUpper(word[:1]) + word[1:] }

// casings are a name as it is, in capitals, and with a capital first.
func casings(name string) []string {
	return slices.Compact([]string{name, strings.ToUpper(name), title(name)})
}

// row is everything that is stored of a user, without what MySQL computes.
func (s *cluster) row(t *testing.T, id int64) map[string]string {
	t.Helper()
	rows, err := s.facts.QueryContext(t.Context(), s.rebind("SELECT * FROM users WHERE id = ?"), id)
	must(t, err)
	defer func() { _ = rows.Close() }()
	names, err := rows.Columns()
	must(t, err)
	values, targets := make([]sql.NullString, len(names)), make([]any, len(names))
	for i := range values {
		targets[i] = &values[i]
	}
	if !rows.Next() {
		t.Fatalf("no user %d", id)
	}
	must(t, rows.Scan(targets...))
	row := map[string]string{}
	for i, name := range names {
		row[name] = fmt.Sprint(values[i])
	}
	delete(row, "mobile_verified")
	return row
}

// differences are the columns whose values differ, without those that say who
// changed the row and when.
func differences(before, after map[string]string) (columns []string) {
	for name := range before {
		if before[name] != after[name] && !slices.Contains([]string{"updated_at", "updated_by", "version"}, name) {
			columns = append(columns, name)
		}
	}
	return columns
}

func profile(t *testing.T, members map[string]any, token string, path string) contract.Request {
	t.Helper()
	body, err := json.Marshal(members)
	must(t, err)
	return postJSON(path, string(body), "Jwt", token)
}

func valueFor(field string) any {
	if value, ok := fitting[field]; ok {
		return value
	}
	return "x"
}

// TestWho_MassAssignmentOnUpdate sends every field in three casings, as JSON and
// in the form, by oneself and by an administrator, and compares the whole row.
func TestWho_MassAssignmentOnUpdate(t *testing.T) {
	onEachEngine(t, nil, func(t *testing.T, s *cluster) {
		administrator := s.session(t, s.person(t, "he.yun", store.RoleAdministrator))
		worked := 0
		for n, field := range userFields(t, s) {
			for k, name := range casings(field) {
				for _, managed := range []bool{false, true} {
					if name == "id" {
						continue // it says who is changed
					}
					id := s.owner(t, fmt.Sprintf("user.%d.%d.%v", n, k, managed), fmt.Sprintf("138%04d%d%03d", n, k, boolean(managed)))
					token, allowed := s.session(t, id), maps.Clone(ownColumns)
					if managed {
						token = administrator
						maps.Copy(allowed, managedColumns)
					}
					r := profile(t, map[string]any{"id": id, name: valueFor(field)}, token, "/api/user/update")
					if n%2 == 1 {
						r = form(r)
					}
					before := s.row(t, id)
					got := s.server(n).send(t, r)
					after := s.row(t, id)
					if name == "mobile" { // proven no more
						allowed[name] = append(allowed[name], "mobile_verified_at")
					}
					for _, column := range differences(before, after) {
						worked++
						if !slices.Contains(allowed[name], column) {
							t.Errorf("%s, by an administrator: %v, changes %s: %s", name, managed, column, got.Text)
						}
					}
					s.exec(t, "DELETE FROM users WHERE id = ?", id)
				}
			}
		}
		if least := len(ownColumns)*2 + len(managedColumns); worked < least {
			t.Errorf("only %d columns were changed at all, want at least %d", worked, least)
		}
	})
}

func boolean(b bool) int {
	if b {
		return 1
	}
	return 0
}

func TestWho_MassAssignmentOnCreate(t *testing.T) {
	onEachEngine(t, append(behindProxy, "--open-registration"), func(t *testing.T, s *cluster) {
		administrator := s.session(t, s.person(t, "he.yun", store.RoleAdministrator))
		ordinary := s.row(t, s.created(t, map[string]any{"username": "ordinary"}, ""))
		created := 0
		for n, field := range userFields(t, s) {
			for k, name := range casings(field) {
				for _, token := range []string{"", administrator} {
					members := map[string]any{"username": fmt.Sprintf("user.%d.%d.%d", n, k, len(token))}
					if name != "username" {
						members[name] = valueFor(field)
					}
					id := s.created(t, members, token)
					if id == 0 {
						continue
					}
					created++
					s.checkCreated(t, name, s.row(t, id), ordinary, token != "")
					s.exec(t, "DELETE FROM users WHERE id = ?", id)
				}
			}
		}
		if created < 60 {
			t.Errorf("only %d users were created", created)
		}
	})
}

// created creates a user, from an address that follows from the user name, and
// gives the id, 0 when the server refused.
func (s *cluster) created(t *testing.T, members map[string]any, token string) int64 {
	t.Helper()
	address := fmt.Sprintf("2001:db8:%x::1", crc32.ChecksumIEEE(fmt.Append(nil, members["username"]))&0xffff)
	got := s.server(0).send(t, with(profile(t, members, token, "/api/user/create"), from(address)))
	if got.Status == http.StatusBadRequest {
		refused(t, "jfinal", got, http.StatusBadRequest)
		return 0
	}
	expect(t, got, http.StatusOK)
	id, _ := got.body["userId"].(float64)
	if id == 5 {
		t.Error("the sender chose the id")
	}
	return int64(id)
}

// unlike are the columns that differ between any two users.
var unlike = []string{"id", "guid", "username", "username_key", "security_stamp", "created_at", "activated_at"}

// checkCreated compares with a user of whom nothing but a user name was said.
func (s *cluster) checkCreated(t *testing.T, field string, made, ordinary map[string]string, managed bool) {
	t.Helper()
	allowed := slices.Concat(unlike, ownColumns[field])
	if managed {
		allowed = append(allowed, "created_by", "create_source")
	}
	if managed && field != "status" { // nobody is created locked
		allowed = append(allowed, managedColumns[field]...)
	}
	if field == "password" {
		allowed = append(allowed, "password_hash", "password_changed_at")
	}
	for _, column := range differences(ordinary, made) {
		if !slices.Contains(allowed, column) {
			t.Errorf("%s, by an administrator: %v, sets %s to %s", field, managed, column, made[column])
		}
	}
	if source := made["create_source"]; managed != strings.Contains(source, "administrator") {
		t.Errorf("%s sets create_source to %s", field, source)
	}
}
