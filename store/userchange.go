package store

import (
	"context"
	"errors"
	"reflect"
	"strings"
)

// errHalfChange says that a UserChange names a value without the form of it that
// finds it, which would let the two drift apart.
var errHalfChange = errors.New("a user name, e-mail or mobile changes together with its key")

// UpdateUser writes the fields that c names, and who did it: by is nil for the
// command line. An e-mail address or mobile that differs from the present one
// becomes unverified; the same one keeps its verification. It returns
// ErrNotFound, or a ConflictError of username.
func (w Tx) UpdateUser(ctx context.Context, id int64, c UserChange, by *int64, now Time) error {
	set, err := c.assignments()
	if err != nil {
		return fail("UpdateUser", err)
	}
	set.value("updated_by", by)
	set.value("updated_at", now)
	query := "UPDATE users SET version = version + 1, " + strings.Join(set.parts, ", ") + " WHERE id = ?"
	// Not among the prepared statements: there are too many combinations.
	return fail("UpdateUser", w.t.composing().change(ctx, query, append(set.args, id)...))
}

func (c UserChange) assignments() (*assignments, error) {
	for _, pair := range [][2]*string{
		{c.Username, c.UsernameKey}, {c.Email, c.EmailKey},
	} {
		if (pair[0] == nil) != (pair[1] == nil) {
			return nil, errHalfChange
		}
	}
	if (c.Mobile == nil) != (c.MobileIndex == nil) {
		return nil, errHalfChange
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

// In an UPDATE the right-hand sides see the row as it was, so the verification
// is kept or dropped in the same instant as the value changes.

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

// SetProfile writes what p names into a row that is not stored yet.
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

// ProfileOf gives what a row says; what is empty or 0 there is nil.
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

// assignments is the SET part of an UPDATE in the making.
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
