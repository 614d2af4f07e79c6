package webhooks

import (
	"encoding/json"

	"quartet/openapi"
	"quartet/server/account"
)

// Message is what is sent of an event.
func Message(e account.AuditEvent) openapi.AdminWebhookMessage {
	at := e.At.Time().UTC()
	data := openapi.AdminAuditEvent{
		Id: account.Decimal(e.ID), At: at, Kind: e.Kind,
		ActorId: account.DecimalOrNull(e.ActorID), SubjectId: account.DecimalOrNull(e.SubjectID), SessionId: account.DecimalOrNull(e.SessionID),
		Dialect: e.Dialect, ClientIp: e.ClientIP, Detail: map[string]any{},
	}
	_ = json.Unmarshal([]byte(e.Detail), &data.Detail) // the service writes objects
	return openapi.AdminWebhookMessage{Type: e.Kind, Timestamp: at, Data: data}
}
