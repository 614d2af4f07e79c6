package store

import "strings"

// limitListed ends the queries of lists that have no pages: what operators and imports
// make, of which nobody has so many.
const limitListed = " LIMIT 10000"

// conditions collects the WHERE part of a query, whose parts must all be true.
type conditions struct {
	parts []string
	args  []any
}

func (c *conditions) add(sql string, args ...any) {
	c.parts = append(c.parts, sql)
	c.args = append(c.args, args...)
}

// where is "WHERE …", or "" without conditions.
func (c *conditions) where() string {
	if len(c.parts) == 0 {
		return ""
	}
	return "WHERE " + strings.Join(c.parts, " AND ")
}

// containing is a pattern of LIKE … ESCAPE '!' for texts that contain another.
func containing(text string) string {
	return "%" + strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(text) + "%"
}

// in adds that a column has one of the values; it has none of an empty list.
func in[T any](c *conditions, column string, values []T) {
	if len(values) == 0 {
		c.add("1 = 0")
		return
	}
	args := make([]any, len(values))
	for i, value := range values {
		args[i] = value
	}
	c.add(column+" IN "+placeholders(len(values)), args...)
}
