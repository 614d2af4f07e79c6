package store

import (
	"context"
	"errors"

	"github.com/jmoiron/sqlx"
)

// ImportedUser is a user who comes from another system, with the id there.
type ImportedUser struct {
	User
	Alias string
}

// What ImportUsers and CheckImport say of a user beside a ConflictError.
var (
	ErrExists  = errors.New("store: the alias is known already")
	ErrSkipped = errors.New("store: a conflict came before")
)

// importChunk is how many rows one statement inserts: 50 columns of each, and
// SQLite takes no more than 32,766 arguments.
const importChunk = 100

// ImportUsers adds users and the ids they had in the system source, all in one
// transaction, and gives what became of each: nil for added, ErrPresent, or a
// ConflictError of id, username, email or mobile with somebody in the database
// or before them in the list. Who conflicts does not keep the others out; with
// stop those behind the first conflict are left out and get ErrNotTried.
func (s *Store) ImportUsers(ctx context.Context, source string, users []ImportedUser, stop bool) ([]error, error) {
	var outcomes []error
	err := s.writeAlone(ctx, "ImportUsers", func(t tx) (err error) {
		if outcomes, err = importOutcomes(ctx, t.all, source, users, stop); err != nil {
			return err
		}
		return importAdded(ctx, t, source, users, outcomes)
	})
	return outcomes, err
}

// CheckImport tells what ImportUsers would say, and changes nothing.
func (s *Store) CheckImport(ctx context.Context, source string, users []ImportedUser, stop bool) ([]error, error) {
	var outcomes []error
	err := s.guard("CheckImport", func() error {
		return s.repeat(ctx, func() (err error) {
			outcomes, err = importOutcomes(ctx, s.reader.all, source, users, stop)
			return err
		})
	})
	return outcomes, err
}

// all reads the texts that a query of its own finds; it is not kept prepared.
func (p *pool) all(ctx context.Context, found any, query string, args ...any) error {
	return p.SelectContext(ctx, found, p.Rebind(query), args...)
}

type selecting func(ctx context.Context, found any, query string, args ...any) error

// uniqueFact is a column that no two users share, and what of a user it holds;
// nil where the user has none.
type uniqueFact struct {
	what, query string
	of          func(User) any
}

var uniqueFacts = []uniqueFact{
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

// importOutcomes looks up what is taken, and says what that means to each user.
func importOutcomes(ctx context.Context, find selecting, source string, users []ImportedUser, stop bool) ([]error, error) {
	taken := make([]map[any]bool, len(uniqueFacts))
	for i, fact := range uniqueFacts {
		var err error
		if taken[i], err = takenFacts(ctx, find, fact, users); err != nil {
			return nil, err
		}
	}
	// Last: whoever is brought in by somebody else meanwhile is there, and does not
	// conflict with themselves.
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
			outcomes[i] = takeFacts(taken, user.User)
			known[user.Alias] = outcomes[i] == nil
			stopped = stop && outcomes[i] != nil
		}
	}
	return outcomes, nil
}

// takeFacts takes the facts of a user who is free to come, or names the conflict.
func takeFacts(taken []map[any]bool, user User) error {
	for i, fact := range uniqueFacts {
		if value := fact.of(user); value != nil && taken[i][value] {
			return ConflictError{What: fact.what}
		}
	}
	for i, fact := range uniqueFacts {
		if value := fact.of(user); value != nil {
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

// takenFacts finds which of the users' facts somebody has already.
func takenFacts(ctx context.Context, find selecting, fact uniqueFact, users []ImportedUser) (map[any]bool, error) {
	taken := map[any]bool{}
	var wanted []any
	for _, user := range users {
		if value := fact.of(user.User); value != nil {
			wanted = append(wanted, value)
		}
	}
	if len(wanted) == 0 {
		return taken, nil
	}
	query, args, err := sqlx.In(fact.query, wanted)
	if err != nil {
		return nil, err
	}
	switch fact.what {
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

const insertAliases = "INSERT INTO user_aliases (source, alias, user_id) VALUES (:source, :alias, :user_id)"

// importAdded inserts those with no outcome yet. Somebody else who took a fact
// since it was looked up makes the whole transaction run again.
func importAdded(ctx context.Context, t tx, source string, users []ImportedUser, outcomes []error) error {
	var rows []User
	var aliases []aliasRow
	for i, user := range users {
		if outcomes[i] == nil {
			rows = append(rows, user.User)
			aliases = append(aliases, aliasRow{source, user.Alias, user.ID})
		}
	}
	for from := 0; from < len(rows); from += importChunk {
		to := min(from+importChunk, len(rows))
		for _, insert := range []struct {
			query string
			rows  any
		}{{insertUser, rows[from:to]}, {insertAliases, aliases[from:to]}} {
			_, err := t.insert(ctx, insert.query, insert.rows)
			if _, taken := conflict(err); taken {
				return errOvertaken
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}
