package admin

import (
	"context"
	"encoding/json"

	"quartet/server/account"
)

const defaultLimit = 50

// list is a page that is asked for. The cursors of a list are bound to its filters.
type list struct {
	operator account.Operator
	name     string
	limit    int
	// position is where the page begins: what the last row of the page before gave; "" is
	// the first page.
	position string
}

// newList reads what page of an operation's list is asked for; params are the operation's
// parameters. The failure is InvalidField with field cursor.
func newList(ctx context.Context, operation string, params any, limit *int32, cursor *string) (list, error) {
	l := list{operator: operator(ctx), name: operation + filters(params), limit: defaultLimit}
	if limit != nil {
		l.limit = int(*limit)
	}
	if cursor == nil {
		return l, nil
	}
	var err error
	l.position, err = l.operator.CursorPosition(l.name, *cursor)
	return l, err
}

// filters are the parameters without those of paging.
func filters(params any) string {
	var members map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text(params)), &members); err != nil {
		panic(err) // impossible: parameters are objects
	}
	delete(members, "limit")
	delete(members, "cursor")
	return text(members)
}

// pageOf returns the items of a page and the cursor of the next one, nil at the end. rows are
// the page and one more row, if there is one; position gives where a row is.
func pageOf[Row, Item any](l list, rows []Row, position func(Row) string, item func(Row) Item) (items []Item, next *string) {
	if len(rows) > l.limit {
		rows = rows[:l.limit]
		next = new(l.operator.Cursor(l.name, position(rows[len(rows)-1])))
	}
	items = make([]Item, 0, len(rows))
	for _, row := range rows {
		items = append(items, item(row))
	}
	return items, next
}
