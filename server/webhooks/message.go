package webhooks

import (
	"encoding/json"
	"strconv"

	"quartet/openapi"
	"quartet/server/account"
)

// Message is what is sent of an event.
func Message(e account.AuditEvent) openapi.AdminWebhookMessage {
	at := e.At.Time().UTC()
	data := openapi.AdminAuditEvent{
		Id: strconv.FormatInt(e.ID, 10), At: at, Kind: e.Kind,
		ActorId: decimal(e.ActorID), SubjectId: decimal(e.SubjectID), SessionId: decimal(e.SessionID),
		Dialect: e.Dialect, ClientIp: e.ClientIP, Detail: map[string]any{},
	}
	_ = json.Unmarshal([]byte(e.Detail), &data.Detail) // the service writes objects
	return openapi.AdminWebhookMessage{Type: e.Kind, Timestamp: at, Data: data}
}

func decimal(id *int64) *string {
	if id == nil {
		return nil
	}
	return new(strconv.FormatInt(*id, 10))
}
