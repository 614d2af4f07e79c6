package providers

// What only tests see: the signatures, which have known vectors.
var (
	SignACS3         = signACS3
	WebhookSignature = webhookSignature
)
