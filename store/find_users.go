package store

import (
	"context"
	"strconv"
	"strings"
)

// UserFilter says which users to find. A zero field does not filter.
type UserFilter struct {
	// Text is in the user name, the e-mail address, the nickname or the real name, in
	// upper or lower case; or it is the id, the GUID, an id of another system, or an open
	// id or union id of WeChat.
	Text string
	// MobileIndex is that of Text where it is a mobile: its owner is found too, verified
	// or not.
	MobileIndex *Digest
	Role        string
	Disabled    *bool
}

// FindUsers returns at most limit users whose ids are above afterID, in order of their ids.
func (s *Store) FindUsers(ctx context.Context, f UserFilter, afterID int64, limit int) ([]User, error) {
	return page[User](ctx, s, "FindUsers", selectUsers, f.conditions(), afterID, limit)
}

// CountUsers returns how many users f finds.
func (s *Store) CountUsers(ctx context.Context, f UserFilter) (int64, error) {
	return s.count(ctx, "CountUsers", "users", f.conditions())
}

func (f UserFilter) conditions() (c conditions) {
	if f.Text != "" {
		f.text(&c)
	}
	if f.Role != "" {
		c.add("role = ?", f.Role)
	}
	if f.Disabled != nil && *f.Disabled {
		c.add("disabled_at IS NOT NULL")
	} else if f.Disabled != nil {
		c.add("disabled_at IS NULL")
	}
	return c
}

func (f UserFilter) text(c *conditions) {
	pattern := containing(strings.ToLower(f.Text))
	var any conditions
	for _, column := range []string{"username_key", "email_key", "nickname", "real_name"} {
		any.add("LOWER("+column+") LIKE ? ESCAPE '!'", pattern)
	}
	any.add("guid = ?", GUID(strings.ToLower(f.Text)))
	any.add("id IN (SELECT user_id FROM user_aliases WHERE alias = ?)", f.Text)
	any.add("id IN (SELECT user_id FROM wechat_identities WHERE open_id = ? OR union_id = ?)", f.Text, f.Text)
	if id, err := strconv.ParseInt(f.Text, 10, 64); err == nil {
		any.add("id = ?", id)
	}
	if f.MobileIndex != nil {
		any.add("mobile_index = ?", *f.MobileIndex)
	}
	c.add("("+strings.Join(any.parts, " OR ")+")", any.args...)
}

// page returns at most limit rows that meet conditions and whose ids are above afterID, in
// order of their ids.
func page[T any](ctx context.Context, s *Store, verb, selected string, c conditions, afterID int64, limit int) (found []T, err error) {
	c.add("id > ?", afterID)
	err = s.run(ctx, verb, func() error {
		found = nil
		return s.engine.SelectOnce(ctx, &found, selected+c.where()+" ORDER BY id LIMIT ?", append(c.args, max(limit, 0))...)
	})
	return found, err
}

// count returns the number of rows of a table that meet conditions.
func (s *Store) count(ctx context.Context, verb, table string, c conditions) (int64, error) {
	var counted []int64
	err := s.run(ctx, verb, func() error {
		counted = nil
		return s.engine.SelectOnce(ctx, &counted, "SELECT COUNT(*) FROM "+table+" "+c.where(), c.args...)
	})
	if err != nil {
		return 0, err
	}
	return counted[0], nil
}
