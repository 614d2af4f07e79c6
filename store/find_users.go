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
	// Organisations finds members of any of these organisations; nil finds all users.
	Organisations []int64
	// UpTo is the highest id; 0: any.
	UpTo int64
}

// EndOfSearch returns the id up to which a page of f after afterID looks at no more than
// users of all users, or of each organisation's members; 0 if it can look at the rest. Only
// for a Text are rows looked at that the page does not have.
func (s *Store) EndOfSearch(ctx context.Context, f UserFilter, afterID int64, users int) (end int64, err error) {
	if f.Text == "" || f.Role != "" && f.Role != RoleMember {
		return 0, nil
	}
	const all, ofMembers = "SELECT id FROM users ", "SELECT user_id AS id FROM memberships "
	if f.Organisations == nil {
		return s.nthID(ctx, all, "id", conditions{}, afterID, users)
	}
	for _, organisation := range f.Organisations {
		var c conditions
		c.add("organisation_id = ?", organisation)
		nth, err := s.nthID(ctx, ofMembers, "user_id", c, afterID, users)
		if err != nil {
			return 0, err
		}
		if nth != 0 && (end == 0 || nth < end) {
			end = nth
		}
	}
	return end, nil
}

// nthID is the nth id above afterID, 0 if there are fewer.
func (s *Store) nthID(ctx context.Context, selected, column string, c conditions, afterID int64, nth int) (int64, error) {
	c.add(column+" > ?", afterID)
	ids, err := found[int64](ctx, s, "FindUsers", selected+c.where()+" ORDER BY "+column+" LIMIT 1 OFFSET ?", append(c.args, nth-1))
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	return ids[0], nil
}

// FindUsers returns at most limit users whose ids are above afterID, in order of their ids.
func (s *Store) FindUsers(ctx context.Context, f UserFilter, afterID int64, limit int) ([]User, error) {
	const verb = "FindUsers"
	if f.Organisations == nil {
		return page[User](ctx, s, verb, selectUsers, f.conditions(), afterID, limit)
	}
	query, args := f.ofMembers(afterID, max(limit, 0))
	return found[User](ctx, s, verb, query, args)
}

// ofMembers is the query for one page of the members of the organisations. Of each
// organisation an index gives one page, and the first of all these users are the page.
func (f UserFilter) ofMembers(afterID int64, limit int) (query string, args []any) {
	if len(f.Organisations) == 0 {
		return selectUsers + "WHERE 1 = 0", nil
	}
	var parts []string
	for i, organisation := range f.Organisations {
		var c conditions
		c.add("m.organisation_id = ? AND m.user_id > ?", organisation, afterID)
		if f.UpTo != 0 {
			c.add("m.user_id <= ?", f.UpTo)
		}
		f.add(&c)
		parts = append(parts, "SELECT * FROM ("+selectMembers+c.where()+" ORDER BY m.user_id LIMIT ?) AS part"+strconv.Itoa(i))
		args = append(append(args, c.args...), limit)
	}
	// UNION leaves out who is a member of several.
	return strings.Join(parts, " UNION ") + " ORDER BY id LIMIT ?", append(args, limit)
}

var selectMembers = "SELECT " + selected[User]("u.") + " FROM memberships m JOIN users u ON u.id = m.user_id "

// CountUsers returns how many users f finds.
func (s *Store) CountUsers(ctx context.Context, f UserFilter) (int64, error) {
	return s.count(ctx, "CountUsers", "users", f.conditions())
}

func (f UserFilter) conditions() (c conditions) {
	f.add(&c)
	if f.UpTo != 0 {
		c.add("id <= ?", f.UpTo)
	}
	if f.Organisations != nil {
		var members conditions
		in(&members, "organisation_id", f.Organisations)
		c.add("id IN (SELECT user_id FROM memberships "+members.where()+")", members.args...)
	}
	return c
}

func (f UserFilter) add(c *conditions) {
	if f.Text != "" {
		f.text(c)
	}
	if f.Role != "" {
		c.add("role = ?", f.Role)
	}
	if f.Role != "" && f.Role != RoleMember {
		c.add("role <> 'member'") // the index of the others has this condition
	}
	if f.Disabled != nil && *f.Disabled {
		c.add("disabled_at IS NOT NULL")
	} else if f.Disabled != nil {
		c.add("disabled_at IS NULL")
	}
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
func page[T any](ctx context.Context, s *Store, verb, selected string, c conditions, afterID int64, limit int) ([]T, error) {
	c.add("id > ?", afterID)
	return found[T](ctx, s, verb, selected+c.where()+" ORDER BY id LIMIT ?", append(c.args, max(limit, 0)))
}

// pageBefore returns at most limit rows that meet conditions, the highest ids first. All
// are below beforeID, unless that is 0.
func pageBefore[T any](ctx context.Context, s *Store, verb, selected string, c conditions, beforeID int64, limit int) ([]T, error) {
	if beforeID != 0 {
		c.add("id < ?", beforeID)
	}
	return found[T](ctx, s, verb, selected+c.where()+" ORDER BY id DESC LIMIT ?", append(c.args, max(limit, 0)))
}

// found returns the rows of a query that is not kept prepared, because it has too many
// forms.
func found[T any](ctx context.Context, s *Store, verb, query string, args []any) (rows []T, err error) {
	err = s.run(ctx, verb, func() error {
		rows = nil
		return s.engine.SelectOnce(ctx, &rows, query, args...)
	})
	return rows, err
}

// count returns the number of rows of a table that meet conditions.
func (s *Store) count(ctx context.Context, verb, table string, c conditions) (int64, error) {
	counted, err := found[int64](ctx, s, verb, "SELECT COUNT(*) FROM "+table+" "+c.where(), c.args)
	if err != nil {
		return 0, err
	}
	return counted[0], nil
}

// UserName is what lists show of a user.
type UserName struct {
	ID       int64   `db:"id"`
	Username *string `db:"username"`
	Nickname string  `db:"nickname"`
}

// UserNames returns the names of those of the users who exist, in no order.
func (s *Store) UserNames(ctx context.Context, ids []int64) ([]UserName, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var c conditions
	in(&c, "id", ids)
	return found[UserName](ctx, s, "UserNames", "SELECT "+selected[UserName]("")+" FROM users "+c.where(), c.args)
}
