package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"quartet/server/account"
)

// auditView is an audit event as the command line shows it. An event without
// actor whose dialect is command_line was brought about beside the database; any
// other without actor by somebody who was not signed in.
type auditView struct {
	ID        int64          `json:"id"`
	At        time.Time      `json:"at"`
	Kind      string         `json:"kind"`
	ActorID   *int64         `json:"actorId"`
	SubjectID *int64         `json:"subjectId"`
	SessionID *int64         `json:"sessionId"`
	Dialect   string         `json:"dialect"`
	ClientIP  string         `json:"clientIp"`
	Detail    map[string]any `json:"detail"`
}

func auditViewOf(e account.AuditEvent) auditView {
	view := auditView{
		ID: e.ID, At: e.At.Time().Local(), Kind: e.Kind,
		ActorID: e.ActorID, SubjectID: e.SubjectID, SessionID: e.SessionID,
		Dialect: e.Dialect, ClientIP: e.ClientIP, Detail: map[string]any{},
	}
	decoder := json.NewDecoder(strings.NewReader(e.Detail))
	decoder.UseNumber() // a session's id has more digits than a float is printed with
	_ = decoder.Decode(&view.Detail)
	return view
}

func (v auditView) cells() []any {
	actor := idText(v.ActorID)
	if v.Dialect == account.DialectCommandLine {
		actor = cmp.Or(actor, "command line")
	}
	dialect := v.Dialect
	if dialect == account.DialectCommandLine {
		dialect = "" // said already
	}
	return []any{
		v.At.Truncate(time.Second), v.Kind, actor, idText(v.SubjectID), idText(v.SessionID), dialect, v.ClientIP, v.detail(),
	}
}

// line is the cells as name=value, without those that are empty.
func (v auditView) line() string {
	cells := v.cells()
	parts := []string{cell(cells[0]), cell(cells[1])}
	for i, name := range []string{"actor", "subject", "session", "dialect", "clientIp"} {
		if text := cell(cells[i+2]); text != "" {
			parts = append(parts, fmt.Sprintf("%s=%s", name, strings.ReplaceAll(text, " ", "_")))
		}
	}
	if detail := v.detail(); detail != "" {
		parts = append(parts, cell(detail))
	}
	return strings.Join(parts, " ")
}

// detail is "reason=wrong way=password"; an index is shortened, as people only
// compare it.
func (v auditView) detail() string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(v.Detail)) {
		text := fmt.Sprint(v.Detail[name])
		if list, ok := v.Detail[name].([]any); ok {
			text = joined(list)
		}
		if name == "account" || name == "mobile" {
			text = shortened(text)
		}
		parts = append(parts, name+"="+text)
	}
	return strings.Join(parts, " ")
}

func joined(list []any) string {
	texts := make([]string, 0, len(list))
	for _, value := range list {
		texts = append(texts, fmt.Sprint(value))
	}
	return strings.Join(texts, ",")
}

func shortened(index string) string {
	const shown = 12 // characters
	if len(index) <= shown {
		return index
	}
	return index[:shown] + "…"
}

func idText(id *int64) string {
	if id == nil {
		return ""
	}
	return strconv.FormatInt(*id, 10)
}
