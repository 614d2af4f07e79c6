package store

import (
	"context"
	"errors"
	"reflect"
	"strings"
)

var (
	insertUser  = insertInto[User]("users")
	selectUsers = "SELECT " + selected[User]("") + " FROM users "

	userByID             = selectUsers + "WHERE id = ?"
	userByUsernameKey    = selectUsers + "WHERE username_key = ?"
	userByVerifiedMobile = selectUsers + "WHERE mobile_index = ? AND mobile_verified_at IS NOT NULL"
	userByEmailKey       = selectUsers + "WHERE email_key = ?"
	usersByAlias         = selectUsers + "WHERE id IN (SELECT user_id FROM user_aliases WHERE alias = ?) ORDER BY id LIMIT 2"
	listUsers            = selectUsers + "WHERE id > ? ORDER BY id LIMIT ?"
)

// InsertUser adds a user. It returns a ConflictError of id, guid, username, email or
// mobile; the last only if both the new and the present owner have verified theirs.
func (tx Tx) InsertUser(ctx context.Context, u User) error {
	return tx.insert(ctx, "InsertUser", insertUser, u)
}

// UserByID finds a user, or ErrNotFound.
func (s *Store) UserByID(ctx context.Context, id int64) (User, error) {
	return one[User](ctx, s, "UserByID", userByID, id)
}

// UserByUsernameKey finds a user by the case-mapped user name, or ErrNotFound.
func (s *Store) UserByUsernameKey(ctx context.Context, key string) (User, error) {
	return one[User](ctx, s, "UserByUsernameKey", userByUsernameKey, key)
}

// UserByVerifiedMobile finds the user who has verified a mobile, by its keyed index, or
// ErrNotFound.
func (s *Store) UserByVerifiedMobile(ctx context.Context, index Digest) (User, error) {
	return one[User](ctx, s, "UserByVerifiedMobile", userByVerifiedMobile, index)
}

// UserByVerifiedMobile finds the user who has verified a mobile, or ErrNotFound.
func (tx Tx) UserByVerifiedMobile(ctx context.Context, index Digest) (owner User, err error) {
	return owner, tx.get(ctx, "UserByVerifiedMobile", &owner, userByVerifiedMobile, index)
}

// UserByEmailKey finds the user with an e-mail address, verified or not, by its
// lower-case form, or ErrNotFound.
func (s *Store) UserByEmailKey(ctx context.Context, key string) (User, error) {
	return one[User](ctx, s, "UserByEmailKey", userByEmailKey, key)
}

// UsersByAlias finds the users with an id in any other system. It returns at most two,
// which is enough to see that an alias is ambiguous.
func (s *Store) UsersByAlias(ctx context.Context, alias string) ([]User, error) {
	return many[User](ctx, s, "UsersByAlias", usersByAlias, alias)
}

// ListUsers returns at most limit users whose ids are above afterID, in order of their
// ids.
func (s *Store) ListUsers(ctx context.Context, afterID int64, limit int) ([]User, error) {
	return many[User](ctx, s, "ListUsers", listUsers, afterID, max(limit, 0))
}

// HasUsers reports whether there is a user.
func (tx Tx) HasUsers(ctx context.Context) (bool, error) {
	var id int64
	err := tx.get(ctx, "HasUsers", &id, "SELECT id FROM users ORDER BY id LIMIT 1")
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

const verifyMobile = `UPDATE users SET mobile_sealed = ?, mobile_index = ?, mobile_verified_at = ?,
	version = version + 1, updated_at = ? WHERE id = ?`

// VerifyMobile stores a user's verified mobile. It returns ErrNotFound, or a
// ConflictError of mobile if another user has verified it.
func (tx Tx) VerifyMobile(ctx context.Context, userID int64, sealed string, index Digest, now Time) error {
	return tx.change(ctx, "VerifyMobile", verifyMobile, sealed, index, now, now, userID)
}

const (
	setMobileVerified = `UPDATE users SET mobile_verified_at = COALESCE(mobile_verified_at, ?), version = version + 1, updated_at = ?
		WHERE id = ? AND mobile_index IS NOT NULL`
	setEmailVerified = `UPDATE users SET email_verified_at = COALESCE(email_verified_at, ?), version = version + 1, updated_at = ?
		WHERE id = ? AND email_key IS NOT NULL`
	setMobileUnverified = "UPDATE users SET mobile_verified_at = NULL, version = version + 1, updated_at = ? WHERE id = ?"
	setEmailUnverified  = "UPDATE users SET email_verified_at = NULL, version = version + 1, updated_at = ? WHERE id = ?"
)

// SetMobileVerified says whether the stored mobile of a user counts as verified. It
// returns ErrNotFound if there is none to verify, or a ConflictError of mobile if another
// user has verified it.
func (tx Tx) SetMobileVerified(ctx context.Context, userID int64, verified bool, now Time) error {
	if !verified {
		return tx.change(ctx, "SetMobileVerified", setMobileUnverified, now, userID)
	}
	return tx.change(ctx, "SetMobileVerified", setMobileVerified, now, now, userID)
}

// SetEmailVerified says whether the stored e-mail address of a user counts as verified. It
// returns ErrNotFound if there is none to verify.
func (tx Tx) SetEmailVerified(ctx context.Context, userID int64, verified bool, now Time) error {
	if !verified {
		return tx.change(ctx, "SetEmailVerified", setEmailUnverified, now, userID)
	}
	return tx.change(ctx, "SetEmailVerified", setEmailVerified, now, now, userID)
}

const verifiedMobile = "(mobile_index) WHERE mobile_verified_at IS NOT NULL"

var errNoVerifiedMobile = errors.New("the user has no verified mobile")

// RegisterByMobile finds the user who has verified the mobile of u, or adds u. Any
// number of concurrent calls add one user; created is true for the call that did. u
// must have MobileIndex and MobileVerifiedAt. It returns a ConflictError of id, guid,
// username or email.
func (tx Tx) RegisterByMobile(ctx context.Context, u User) (owner User, created bool, err error) {
	if u.MobileIndex == nil || u.MobileVerifiedAt == nil {
		return User{}, false, tx.store.fail("RegisterByMobile", errNoVerifiedMobile)
	}
	// The insert waits for a concurrent one of the same mobile, so the lookup must
	// follow it.
	created, err = tx.insertIgnore(ctx, "RegisterByMobile", insertUser, verifiedMobile, valuesOf(u)...)
	if err == nil {
		err = tx.get(ctx, "RegisterByMobile", &owner, userByVerifiedMobile, *u.MobileIndex)
	}
	if errors.Is(err, ErrNotFound) {
		// The owner is gone meanwhile, or on MySQL another value of u is taken.
		owner, created, err = u, true, tx.insert(ctx, "RegisterByMobile", insertUser, u)
		if taken, ok := errors.AsType[ConflictError](err); ok && taken.What == "mobile" {
			err = errRerun
		}
	}
	return owner, created, err
}

// rerunIfGone returns errRerun if the row that prevented an insert no longer
// exists, so that the transaction runs again.
func rerunIfGone(err error) error {
	if errors.Is(err, ErrNotFound) {
		return errRerun
	}
	return err
}

const (
	setPassword = `UPDATE users SET password_hash = ?, password_changed_at = ?, security_stamp = ?,
		version = version + 1, updated_at = ? WHERE id = ?`
	ifPasswordWas = " AND password_hash = ?"
	ifNoPassword  = " AND password_hash IS NULL"

	upgradePasswordHash = "UPDATE users SET password_hash = ? WHERE id = ? AND password_hash = ?"
)

// SetPassword stores a new password hash and security stamp, and ends the user's
// sessions except keepSession, 0 for none. ended is the number of sessions that it
// ended. With wasHash, it changes the hash only if that is still the stored one, or
// with "" if there is still none. It returns ErrNotFound if the user does not exist or
// the hash has changed.
func (tx Tx) SetPassword(ctx context.Context, userID int64, newHash string, wasHash *string, keepSession int64, stamp string, now Time) (ended int64, err error) {
	query, args := setPassword, []any{newHash, now, stamp, now, userID}
	switch {
	case wasHash == nil:
	case *wasHash == "":
		query += ifNoPassword
	default:
		query, args = query+ifPasswordWas, append(args, *wasHash)
	}
	if err = tx.change(ctx, "SetPassword", query, args...); err != nil {
		return 0, err
	}
	return tx.exec(ctx, "SetPassword", endUserSessions, now, EndedByPasswordChange, userID, keepSession)
}

// UpgradePasswordHash replaces a hash by a stronger one of the same password. It does
// nothing if the stored hash is no longer wasHash.
func (tx Tx) UpgradePasswordHash(ctx context.Context, userID int64, wasHash, newHash string) error {
	_, err := tx.exec(ctx, "UpgradePasswordHash", upgradePasswordHash, newHash, userID, wasHash)
	return err
}

const (
	disableUser = "UPDATE users SET disabled_at = COALESCE(disabled_at, ?), version = version + 1, updated_at = ? WHERE id = ?"
	enableUser  = "UPDATE users SET disabled_at = NULL, version = version + 1, updated_at = ? WHERE id = ?"
)

// SetUserDisabled disables a user and ends all sessions, or enables the user. It
// returns ErrNotFound.
func (tx Tx) SetUserDisabled(ctx context.Context, userID int64, disabled bool, now Time) error {
	if !disabled {
		return tx.change(ctx, "SetUserDisabled", enableUser, now, userID)
	}
	err := tx.change(ctx, "SetUserDisabled", disableUser, now, now, userID)
	if err == nil {
		_, err = tx.exec(ctx, "SetUserDisabled", endUserSessions, now, EndedByDisabling, userID, int64(0))
	}
	return err
}

const setUserRole = "UPDATE users SET role = ?, version = version + 1, updated_at = ? WHERE id = ?"

// SetUserRole sets a user's role over the whole server. It returns ErrNotFound.
func (tx Tx) SetUserRole(ctx context.Context, userID int64, role string, now Time) error {
	return tx.change(ctx, "SetUserRole", setUserRole, role, now, userID)
}

// errWithoutLookupKey means that a UserChange sets a value without its lookup key, so that
// the two would disagree.
var errWithoutLookupKey = errors.New("a user name, e-mail or mobile changes together with its key")

// UpdateUser stores the fields of c and who changed them: by is nil for the command
// line. An e-mail address or mobile that differs from the present one becomes
// unverified; the same one stays verified. It returns ErrNotFound, or a ConflictError
// of username.
func (tx Tx) UpdateUser(ctx context.Context, id int64, c UserChange, by *int64, now Time) error {
	set, err := c.assignments()
	if err != nil {
		return tx.store.fail("UpdateUser", err)
	}
	set.value("updated_by", by)
	set.value("updated_at", now)
	query := "UPDATE users SET version = version + 1, " + strings.Join(set.parts, ", ") + " WHERE id = ?"
	changed, err := tx.tx.ExecOnce(ctx, query, append(set.args, id)...) // too many combinations to keep prepared
	if err == nil && changed == 0 {
		err = ErrNotFound
	}
	return tx.store.fail("UpdateUser", err)
}

func (c UserChange) assignments() (*assignments, error) {
	for _, pair := range [][2]*string{
		{c.Username, c.UsernameKey}, {c.Email, c.EmailKey},
	} {
		if (pair[0] == nil) != (pair[1] == nil) {
			return nil, errWithoutLookupKey
		}
	}
	if (c.Mobile == nil) != (c.MobileIndex == nil) {
		return nil, errWithoutLookupKey
	}
	set := &assignments{}
	c.names(set)
	c.email(set)
	c.mobile(set)
	c.profile(set)
	return set, nil
}

func (c UserChange) names(set *assignments) {
	set.text("username", c.Username)
	set.text("username_key", c.UsernameKey)
	set.text("identity", c.Identity)
	set.text("remark", c.Remark)
}

// In an UPDATE the right-hand sides see the old row, so the verification is kept or
// removed together with the change of the value.

func (c UserChange) email(set *assignments) {
	switch {
	case c.ClearEmail:
		set.empty("email", "email_key", "email_verified_at")
	case c.Email != nil:
		set.part("email_verified_at = CASE WHEN email_key = ? THEN email_verified_at ELSE NULL END", *c.EmailKey)
		set.text("email", c.Email)
		set.text("email_key", c.EmailKey)
	}
}

func (c UserChange) mobile(set *assignments) {
	switch {
	case c.ClearMobile:
		set.empty("mobile_sealed", "mobile_index", "mobile_verified_at")
	case c.Mobile != nil:
		set.part("mobile_verified_at = CASE WHEN mobile_index = ? THEN mobile_verified_at ELSE NULL END", *c.MobileIndex)
		set.text("mobile_sealed", c.Mobile)
		set.value("mobile_index", *c.MobileIndex)
	}
}

func (c UserChange) profile(set *assignments) {
	columns := reflect.ValueOf(c.ProfileColumns)
	for _, f := range profileFields {
		value := columns.Field(f.profile)
		if value.IsNil() || f.column == "email" || f.column == "mobile_sealed" {
			continue
		}
		if f.nullable && value.Elem().IsZero() {
			set.empty(f.column)
		} else {
			set.value(f.column, value.Elem().Interface())
		}
	}
}

// profileField is a column that is both in ProfileColumns and in User.
type profileField struct {
	column        string
	profile, user int  // the indexes of its fields
	nullable      bool // in User
}

var profileFields = newProfileFields()

func newProfileFields() (fields []profileField) {
	user := reflect.TypeFor[User]()
	columns := map[string]int{}
	for i := range user.NumField() {
		columns[user.Field(i).Tag.Get("db")] = i
	}
	profile := reflect.TypeFor[ProfileColumns]()
	for i := range profile.NumField() {
		column := profile.Field(i).Tag.Get("db")
		at, known := columns[column]
		if !known {
			panic("store: User has no column " + column)
		}
		fields = append(fields, profileField{column, i, at, user.Field(at).Type.Kind() == reflect.Pointer})
	}
	return fields
}

// SetProfile stores the values of p in a row that is not inserted yet.
func SetProfile(u *User, p ProfileColumns) {
	row, profile := reflect.ValueOf(u).Elem(), reflect.ValueOf(p)
	for _, f := range profileFields {
		switch value := profile.Field(f.profile); {
		case value.IsNil(), f.nullable && value.Elem().IsZero():
		case f.nullable:
			row.Field(f.user).Set(value)
		default:
			row.Field(f.user).Set(value.Elem())
		}
	}
}

// ProfileOf returns the profile of a row; empty and 0 become nil.
func ProfileOf(u User) (p ProfileColumns) {
	row, profile := reflect.ValueOf(&u).Elem(), reflect.ValueOf(&p).Elem()
	for _, f := range profileFields {
		switch value := row.Field(f.user); {
		case value.IsZero():
		case f.nullable:
			profile.Field(f.profile).Set(value)
		default:
			profile.Field(f.profile).Set(value.Addr())
		}
	}
	return p
}

// assignments collects the SET part of an UPDATE.
type assignments struct {
	parts []string
	args  []any
}

func (a *assignments) part(sql string, args ...any) {
	a.parts = append(a.parts, sql)
	a.args = append(a.args, args...)
}

func (a *assignments) value(column string, value any) { a.part(column+" = ?", value) }

func (a *assignments) text(column string, value *string) {
	if value != nil {
		a.value(column, *value)
	}
}

func (a *assignments) empty(columns ...string) {
	for _, column := range columns {
		a.part(column + " = NULL")
	}
}
