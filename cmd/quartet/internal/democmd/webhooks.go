package democmd

import (
	"quartet/server/account"
)

// webhookSecret signs what the demonstration's simulator receives.
const webhookSecret = "whsec_ZGVtb25zdHJhdGlvbi1zZWNyZXQtb2Ytd2ViaG9vay0x"

// webhooks are one with a delivery of each kind.
func webhooks() []account.DemoWebhook {
	created := account.DemoDelivery{
		EventID: 2001, ActorID: adminUserID, SubjectID: demoUserID, SessionID: 1004, Kind: account.AuditUserCreated,
		Dialect: "yudao", ClientIP: "127.0.0.1", Status: 204,
	}
	updated := created
	updated.EventID, updated.Kind, updated.Status = 2002, account.AuditUserUpdated, 503
	return []account.DemoWebhook{{
		ID: 1, Secret: webhookSecret, Deliveries: []account.DemoDelivery{created, updated},
		NewWebhook: account.NewWebhook{
			URL: "https://hooks.example.com/quartet", Description: "教务系统",
			Kinds: []string{account.AuditUserCreated, account.AuditUserUpdated, account.AuditUserErased},
		},
	}}
}
