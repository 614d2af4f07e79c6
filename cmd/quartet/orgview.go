package main

import (
	"time"

	"quartet/server/account"
)

// listedView is an organisation or a role as the command line shows it.
type listedView struct {
	ID        int64     `json:"id"`
	Code      string    `json:"code"`
	Name      string    `json:"name"`
	Disabled  bool      `json:"disabled"`
	CreatedAt time.Time `json:"createdAt"`
}

func organisationView(o account.Organisation) listedView {
	return listedView{o.ID, o.Code, o.Name, o.DisabledAt != nil, local(o.CreatedAt)}
}

func roleView(r account.Role) listedView {
	return listedView{r.ID, r.Code, r.Name, r.DisabledAt != nil, local(r.CreatedAt)}
}

// showListed prints one of them.
func (a administration) showListed(c *console, v listedView) error {
	if a.JSON {
		return c.printJSON(v)
	}
	return c.printFacts([]fact{
		{"id", v.ID}, {"code", v.Code}, {"name", v.Name}, {"disabled", v.Disabled}, {"created", v.CreatedAt},
	})
}

// listListed prints all of them, which view makes of the rows.
func listListed[T any](a administration, c *console, rows []T, view func(T) listedView) error {
	views := make([]listedView, 0, len(rows))
	lines := make([][]any, 0, len(rows))
	for _, row := range rows {
		v := view(row)
		views = append(views, v)
		lines = append(lines, []any{v.ID, v.Code, v.Name, v.Disabled, v.CreatedAt})
	}
	if a.JSON {
		return c.printJSON(views)
	}
	return c.printList([]string{"id", "code", "name", "disabled", "created"}, lines)
}
