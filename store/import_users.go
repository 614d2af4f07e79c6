package store

import (
	"context"
	"errors"
	"strings"

	"github.com/jmoiron/sqlx"
)

// ImportedUser is a user of another system, with the id there.
type ImportedUser struct {
	User
	Alias         string
	Record        string  // the record of what this import says
	Organisations []int64 // of which the user becomes a member
}

// Outcomes of ImportUsers and CheckImport besides ConflictError.
var (
	ErrExists  = errors.New("store: alias exists already")
	ErrSkipped = errors.New("store: skipped after an earlier conflict")
)

// importChunk is the number of rows that one statement inserts: a row has 50 columns,
// and SQLite allows 32,766 arguments.
const importChunk = 100

// ImportUsers adds users and their ids in the system source in one transaction, and
// returns the outcome of each: nil for added, ErrExists, or a ConflictError of id,
// username, email or mobile with a user in the database or earlier in the list. The
// others are added all the same; with stop, the users after the first conflict are not
// added and get ErrSkipped. notes is stored as metadata together with them.
func (s *Store) ImportUsers(ctx context.Context, source string, users []ImportedUser, stop bool, notes map[string]string) (outcomes []error, err error) {
	err = s.inTxAlone(ctx, "ImportUsers", func(tx Tx) (err error) {
		if outcomes, err = importOutcomes(ctx, tx.tx.Select, source, users, stop); err != nil {
			return err
		}
		for name, value := range notes {
			if err := tx.PutMetadata(ctx, name, value); err != nil {
				return err
			}
		}
		return tx.importAdded(ctx, source, users, outcomes)
	})
	return outcomes, err
}

// CheckImport returns the outcomes that ImportUsers would return, and changes nothing.
// With seen, which it adds to, the users of earlier calls count as imported.
func (s *Store) CheckImport(ctx context.Context, source string, users []ImportedUser, stop bool, seen *ImportKeys) (outcomes []error, err error) {
	err = s.run(ctx, "CheckImport", func() (err error) {
		find := s.engine.SelectOnce
		if seen != nil {
			find = seen.alsoIn(find)
		}
		outcomes, err = importOutcomes(ctx, find, source, users, stop)
		return err
	})
	if err == nil && seen != nil {
		err = seen.add(ctx, source, users, outcomes)
	}
	return outcomes, err
}

type selecting func(ctx context.Context, found any, query string, args ...any) error

// uniqueColumn is a column with unique values, and the function that reads a user's value
// for it, nil for none.
type uniqueColumn struct {
	what, query string
	of          func(User) any
}

var uniqueColumns = []uniqueColumn{
	{"id", "SELECT id FROM users WHERE id IN (?)", func(u User) any { return u.ID }},
	{"username", "SELECT username_key FROM users WHERE username_key IN (?)", func(u User) any { return textOrNil(u.UsernameKey) }},
	{"email", "SELECT email_key FROM users WHERE email_key IN (?)", func(u User) any { return textOrNil(u.EmailKey) }},
	{"mobile", "SELECT mobile_index FROM users WHERE mobile_verified_at IS NOT NULL AND mobile_index IN (?)", func(u User) any {
		if u.MobileVerifiedAt == nil {
			return nil
		}
		return textOrNil(u.MobileIndex)
	}},
}

func textOrNil[T ~string](text *T) any {
	if text == nil {
		return nil
	}
	return *text
}

// importOutcomes looks up which values are taken, and returns each user's outcome.
func importOutcomes(ctx context.Context, find selecting, source string, users []ImportedUser, stop bool) ([]error, error) {
	taken := make([]map[any]bool, len(uniqueColumns))
	for i, column := range uniqueColumns {
		var err error
		if taken[i], err = existingValues(ctx, find, column, users); err != nil {
			return nil, err
		}
	}
	// Aliases are looked up last: a user whom another import adds meanwhile is then
	// found to exist, and does not conflict with themselves.
	known, err := aliasesOf(ctx, find, source, users)
	if err != nil {
		return nil, err
	}
	outcomes, stopped := make([]error, len(users)), false
	for i, user := range users {
		switch {
		case stopped:
			outcomes[i] = ErrSkipped
		case known[user.Alias]:
			outcomes[i] = ErrExists
		default:
			outcomes[i] = claimValues(taken, user.User)
			known[user.Alias] = outcomes[i] == nil
			stopped = stop && outcomes[i] != nil
		}
	}
	return outcomes, nil
}

// claimValues marks a user's unique values as taken, or returns the conflict.
func claimValues(taken []map[any]bool, user User) error {
	for i, column := range uniqueColumns {
		if value := column.of(user); value != nil && taken[i][value] {
			return ConflictError{What: column.what}
		}
	}
	for i, column := range uniqueColumns {
		if value := column.of(user); value != nil {
			taken[i][value] = true
		}
	}
	return nil
}

func aliasesOf(ctx context.Context, find selecting, source string, users []ImportedUser) (map[string]bool, error) {
	known := map[string]bool{}
	if len(users) == 0 {
		return known, nil
	}
	aliases := make([]string, len(users))
	for i, user := range users {
		aliases[i] = user.Alias
	}
	query, args, err := sqlx.In("SELECT alias FROM user_aliases WHERE source = ? AND alias IN (?)", source, aliases)
	if err != nil {
		return nil, err
	}
	var found []string
	if err := find(ctx, &found, query, args...); err != nil {
		return nil, err
	}
	for _, alias := range found {
		known[alias] = true
	}
	return known, nil
}

// existingValues finds which of the users' unique values are in the database.
func existingValues(ctx context.Context, find selecting, column uniqueColumn, users []ImportedUser) (map[any]bool, error) {
	taken := map[any]bool{}
	var wanted []any
	for _, user := range users {
		if value := column.of(user.User); value != nil {
			wanted = append(wanted, value)
		}
	}
	if len(wanted) == 0 {
		return taken, nil
	}
	query, args, err := sqlx.In(column.query, wanted)
	if err != nil {
		return nil, err
	}
	switch column.what {
	case "id":
		return taken, gather[int64](ctx, find, taken, query, args)
	case "mobile":
		return taken, gather[Digest](ctx, find, taken, query, args)
	}
	return taken, gather[string](ctx, find, taken, query, args)
}

func gather[T any](ctx context.Context, find selecting, taken map[any]bool, query string, args []any) error {
	var found []T
	err := find(ctx, &found, query, args...)
	for _, value := range found {
		taken[value] = true
	}
	return err
}

const (
	insertAliases = "INSERT INTO user_aliases (source, alias, user_id) VALUES (?, ?, ?)"
	insertRecords = "INSERT INTO import_records (source, alias, record) VALUES (?, ?, ?)"
)

// importAdded inserts the users without an outcome. If another transaction has taken
// one of their values meanwhile, the whole transaction runs again.
func (tx Tx) importAdded(ctx context.Context, source string, users []ImportedUser, outcomes []error) error {
	rows, aliases := manyRows{insert: insertUser}, manyRows{insert: insertAliases}
	records, members := manyRows{insert: insertRecords}, manyRows{insert: addMembership}
	for i, user := range users {
		if outcomes[i] != nil {
			continue
		}
		rows.add(valuesOf(user.User)...)
		aliases.add(source, user.Alias, user.ID)
		records.add(source, user.Alias, user.Record)
		for _, organisation := range user.Organisations {
			members.add(user.ID, organisation, user.UpdatedAt)
		}
		if rows.count == importChunk {
			if err := tx.insertRows(ctx, &rows, &aliases, &records, &members); err != nil {
				return err
			}
		}
	}
	return tx.insertRows(ctx, &rows, &aliases, &records, &members)
}

// manyRows collects the rows that one statement inserts.
type manyRows struct {
	insert string // of one row
	args   []any
	count  int
}

func (m *manyRows) add(values ...any) {
	m.args, m.count = append(m.args, values...), m.count+1
}

func (m *manyRows) query() string {
	return m.insert + strings.Repeat(", "+placeholders(len(m.args)/m.count), m.count-1)
}

// insertRows inserts what was collected, and empties it.
func (tx Tx) insertRows(ctx context.Context, collected ...*manyRows) error {
	for _, rows := range collected {
		if rows.count == 0 {
			continue
		}
		_, err := tx.exec(ctx, "ImportUsers", rows.query(), rows.args...)
		if _, taken := errors.AsType[ConflictError](err); taken {
			return errRerun
		}
		if err != nil {
			return err
		}
		rows.args, rows.count = nil, 0
	}
	return nil
}
