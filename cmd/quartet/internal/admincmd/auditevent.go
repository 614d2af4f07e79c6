package admincmd

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"quartet/cmd/quartet/internal/cli"
	"quartet/server/account"
)

// Event is an audit event as the command line prints it. ActorID is nil for events of
// the command line, which Dialect then names, and of callers who were not signed in.
type Event struct {
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

func eventView(e account.AuditEvent) Event {
	view := Event{
		ID: e.ID, At: e.At.Time().Local(), Kind: e.Kind,
		ActorID: e.ActorID, SubjectID: e.SubjectID, SessionID: e.SessionID,
		Dialect: e.Dialect, ClientIP: e.ClientIP, Detail: map[string]any{},
	}
	decoder := json.NewDecoder(strings.NewReader(e.Detail))
	decoder.UseNumber() // a session id has more digits than a float64 keeps
	_ = decoder.Decode(&view.Detail)
	return view
}

var eventColumns = []string{"at", "kind", "actor", "subject", "session", "dialect", "client ip", "detail"}

// cells gives the value of each of eventColumns.
func (e Event) cells() []any {
	actor, dialect := idText(e.ActorID), e.Dialect
	if dialect == account.DialectCommandLine {
		dialect = "" // the column actor says it
		if actor == "" {
			actor = "command line"
		}
	}
	return []any{
		e.At.Truncate(time.Second), e.Kind, actor, idText(e.SubjectID), idText(e.SessionID), dialect, e.ClientIP, e.detailText(),
	}
}

// line is the columns that are not empty as name=value; time and kind have no name.
func (e Event) line() string {
	cells := e.cells()
	parts := []string{cli.Text(cells[0]), cli.Text(cells[1])}
	for i, name := range []string{"actor", "subject", "session", "dialect", "clientIp"} {
		if text := cli.Text(cells[i+2]); text != "" {
			parts = append(parts, name+"="+strings.ReplaceAll(text, " ", "_"))
		}
	}
	return strings.TrimSpace(strings.Join(append(parts, cli.Text(e.detailText())), " "))
}

// detailText is "reason=wrong way=password". Keyed hashes, which people only
// compare, are shortened.
func (e Event) detailText() string {
	const hashShown = 12 // characters
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(e.Detail)) {
		text := fmt.Sprint(e.Detail[name])
		if list, ok := e.Detail[name].([]any); ok {
			text = strings.Join(mapped(list, func(v any) string { return fmt.Sprint(v) }), ",")
		}
		if (name == "account" || name == "mobile") && len(text) > hashShown {
			text = text[:hashShown] + "…"
		}
		parts = append(parts, name+"="+text)
	}
	return strings.Join(parts, " ")
}

func idText(id *int64) string {
	if id == nil {
		return ""
	}
	return fmt.Sprint(*id)
}
