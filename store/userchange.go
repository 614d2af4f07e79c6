package store

import (
	"context"
	"errors"
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
	if (c.MobileSealed == nil) != (c.MobileIndex == nil) {
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
	set.text("nickname", c.Nickname)
	set.text("real_name", c.RealName)
	set.text("identity", c.Identity)
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
	case c.MobileSealed != nil:
		set.part("mobile_verified_at = CASE WHEN mobile_index = ? THEN mobile_verified_at ELSE NULL END", *c.MobileIndex)
		set.text("mobile_sealed", c.MobileSealed)
		set.value("mobile_index", *c.MobileIndex)
	}
}

func (c UserChange) profile(set *assignments) {
	if c.Gender != nil {
		set.value("gender", *c.Gender)
	}
	set.optional("birthday", c.Birthday)
	set.text("signature", c.Signature)
	set.text("company", c.Company)
	set.text("occupation", c.Occupation)
	set.text("address", c.Address)
	set.text("zipcode", c.Zipcode)
	set.text("site", c.Site)
	set.text("graduate_school", c.GraduateSchool)
	set.text("education", c.Education)
	set.text("avatar", c.Avatar)
	set.text("id_card_type", c.IDCardType)
	set.optional("id_card_sealed", c.IDCardSealed)
	set.text("remark", c.Remark)
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

// optional is text for a column that is NULL when there is nothing.
func (a *assignments) optional(column string, value *string) {
	if value != nil && *value == "" {
		a.empty(column)
		return
	}
	a.text(column, value)
}

func (a *assignments) empty(columns ...string) {
	for _, column := range columns {
		a.part(column + " = NULL")
	}
}
