package store_test

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"quartet/store"
	"quartet/store/storetest"
)

// BenchmarkFindUsers reads the first and the last page of more than 1,000,000 users in
// turns, and fails if one takes more than 1.5 times as long as the other. A run of it:
//
//	go test ./store -run '^$' -bench FindUsers -benchtime 2000x
func BenchmarkFindUsers(b *testing.B) {
	for engine, newURL := range engines {
		b.Run(engine, func(b *testing.B) {
			s := storetest.Open(b, store.Options{URL: newURL(b)})
			plantUsers(b, s)
			for name, filter := range map[string]store.UserFilter{
				"all": {}, "members": {Role: store.RoleMember}, "enabled": {Disabled: new(false)},
				"administrators": {Role: store.RoleAdministrator}, "disabled": {Disabled: new(true)},
				"organisation":           {Organisations: []int64{1}},
				"organisations":          {Organisations: []int64{1, 2}},
				"disabled-administrator": {Role: store.RoleAdministrator, Disabled: new(true)},
			} {
				b.Run(name, func(b *testing.B) { comparePages(b, s, filter) })
			}
		})
	}
}

const (
	planted  = 1000   // users that are inserted one by one
	doubled  = 10     // times that they are doubled
	atOnce   = 20_000 // users of one statement, which has little time
	pageSize = 50
)

// plantUsers adds planted users and doubles them: one of a hundred is disabled, one of a
// thousand an administrator; every tenth is a member of organisation 1, and every
// twentieth of organisation 2.
func plantUsers(b *testing.B, s *store.Store) {
	b.Helper()
	for id := int64(1); id <= 2; id++ {
		mustBench(b, storetest.InsertOrganisation(b.Context(), s, store.Organisation{ID: id, Code: fmt.Sprint(id), Name: "云海"}))
	}
	mustBench(b, s.InTx(b.Context(), func(tx store.Tx) error {
		for id := int64(1); id <= planted; id++ {
			u := invented(id)
			if id%100 == 0 {
				u.DisabledAt = new(store.Time(1))
			}
			if id == planted {
				u.Role = store.RoleAdministrator
			}
			if err := tx.InsertUser(b.Context(), u); err != nil {
				return err
			}
		}
		return nil
	}))
	var columns, values []string
	for _, field := range reflect.VisibleFields(reflect.TypeFor[store.User]()) {
		column := field.Tag.Get("db")
		columns = append(columns, column)
		values = append(values, map[string]string{"id": "id + ?", "guid": "'g-' || (id + ?)"}[column])
		values[len(values)-1] = cmp.Or(values[len(values)-1], column)
	}
	insert := "INSERT INTO users (" + strings.Join(columns, ", ") + ") SELECT " + strings.Join(values, ", ") + " FROM users WHERE id > ? AND id <= ?"
	if s.Engine() == store.MySQL {
		insert = strings.Replace(insert, "'g-' || (id + ?)", "CONCAT('g-', id + ?)", 1)
	}
	for i := range doubled {
		count := int64(planted) << i
		for after := int64(0); after < count; after += atOnce {
			mustBench(b, s.ExecSQL(b.Context(), insert, count, count, after, min(after+atOnce, count)))
		}
	}
	for organisation, each := range map[int]int{1: 10, 2: 20} {
		mustBench(b, s.ExecSQL(b.Context(), "INSERT INTO memberships (user_id, organisation_id, created_at) SELECT id, ?, 1 FROM users WHERE id % ? = 0", organisation, each))
	}
	if s.Engine() != store.SQLite {
		mustBench(b, s.ExecSQL(b.Context(), map[string]string{store.Postgres: "ANALYZE", store.MySQL: "ANALYZE TABLE users, memberships"}[s.Engine()]))
	}
}

func comparePages(b *testing.B, s *store.Store, filter store.UserFilter) {
	last := lastPage(b, s, filter)
	read := func(after int64) time.Duration {
		started := time.Now()
		users, err := s.FindUsers(b.Context(), filter, after, pageSize)
		took := time.Since(started)
		if mustBench(b, err); len(users) != pageSize && filter.Role != store.RoleAdministrator {
			b.Fatalf("%d users", len(users))
		}
		return took
	}
	var first, end []time.Duration
	for b.Loop() {
		first, end = append(first, read(0)), append(end, read(last))
	}
	ratio := float64(median(end)) / float64(median(first))
	b.ReportMetric(ratio, "last/first")
	b.ReportMetric(float64(median(first).Microseconds()), "µs-first")
	b.ReportMetric(float64(median(end).Microseconds()), "µs-last")
	if len(first) >= 100 && (ratio > 1.5 || ratio < 1/1.5) {
		b.Errorf("the last page takes %.2f times as long as the first", ratio)
	}
}

// lastPage is the id after which the last page of users comes.
func lastPage(b *testing.B, s *store.Store, filter store.UserFilter) int64 {
	b.Helper()
	total, step := int64(planted)<<doubled, int64(pageSize)
	for {
		after := max(total-step, 0)
		users, err := s.FindUsers(b.Context(), filter, after, 100_000)
		if mustBench(b, err); len(users) == pageSize || after == 0 {
			return after
		}
		if len(users) > pageSize {
			return users[len(users)-pageSize-1].ID
		}
		step *= 2
	}
}

func median(all []time.Duration) time.Duration {
	slices.Sort(all)
	return all[len(all)/2]
}
