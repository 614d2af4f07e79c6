// Package tracing makes the OpenTelemetry spans of what a request does: hashes and
// outgoing calls. A span is made only below a sampled one of the context, so that a
// server without traces does nothing. No span has an argument of a statement, a URL, a
// text of an error or anything of a user.
package tracing
