// Package webhooks sends audit events to the webhooks that want them: signed, at least once,
// and to no address that is not allowed.
package webhooks
