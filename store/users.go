package store

import "context"

var (
	insertUser  = insertInto[User]("users")
	putUser     = insertUser + replacing[User]()
	selectUsers = "SELECT " + selected[User]("") + " FROM users "

	userByID             = selectUsers + "WHERE id = ?"
	userByUsernameKey    = selectUsers + "WHERE username_key = ?"
	userByVerifiedMobile = selectUsers + "WHERE mobile_index = ? AND mobile_verified_at IS NOT NULL"
	userByEmailKey       = selectUsers + "WHERE email_key = ?"
	usersByAlias         = selectUsers + "WHERE id IN (SELECT user_id FROM user_aliases WHERE alias = ?) ORDER BY id LIMIT 2"
	listUsers            = selectUsers + "WHERE id > ? ORDER BY id LIMIT ?"
)

// InsertUser adds a user. It returns a ConflictError of id, guid, username,
// email or mobile; the last only when both the new and the present owner have
// theirs verified.
func (w Tx) InsertUser(ctx context.Context, u User) error {
	return w.insert(ctx, "InsertUser", insertUser, u)
}

// PutUser adds a user or replaces the one of the same id: for fixtures. It
// returns a ConflictError as InsertUser does, but not of id.
func (w Tx) PutUser(ctx context.Context, u User) error {
	return w.insert(ctx, "PutUser", putUser, u)
}

// UserByID finds a user, or ErrNotFound.
func (s *Store) UserByID(ctx context.Context, id int64) (User, error) {
	return one[User](ctx, s, "UserByID", userByID, id)
}

// UserByUsernameKey finds a user by the case-mapped user name, or ErrNotFound.
func (s *Store) UserByUsernameKey(ctx context.Context, key string) (User, error) {
	return one[User](ctx, s, "UserByUsernameKey", userByUsernameKey, key)
}

// UserByVerifiedMobile finds the user who has proven to own a mobile, by its
// keyed index, or ErrNotFound.
func (s *Store) UserByVerifiedMobile(ctx context.Context, index Digest) (User, error) {
	return one[User](ctx, s, "UserByVerifiedMobile", userByVerifiedMobile, index)
}

// UserByVerifiedMobile finds the user who has proven to own a mobile.
func (w Tx) UserByVerifiedMobile(ctx context.Context, index Digest) (owner User, err error) {
	err = w.t.get(ctx, &owner, userByVerifiedMobile, index)
	return owner, fail("UserByVerifiedMobile", err)
}

// UserByEmailKey finds the user who has an e-mail address, proven or not, by its
// lower-case form, or ErrNotFound.
func (s *Store) UserByEmailKey(ctx context.Context, key string) (User, error) {
	return one[User](ctx, s, "UserByEmailKey", userByEmailKey, key)
}

// UsersByAlias finds who had an id in another system, whichever it was. Two
// users at most: that is enough to see that an alias is ambiguous.
func (s *Store) UsersByAlias(ctx context.Context, alias string) ([]User, error) {
	return many[User](ctx, s, "UsersByAlias", usersByAlias, alias)
}

// ListUsers gives at most limit users whose ids are above afterID, in order of
// their ids.
func (s *Store) ListUsers(ctx context.Context, afterID int64, limit int) ([]User, error) {
	return many[User](ctx, s, "ListUsers", listUsers, afterID, max(limit, 0))
}
