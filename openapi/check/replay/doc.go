// Package replay sends the documented examples of an OpenAPI document to a
// server, provokes the failures documented for them, and tells in what the
// answers differ: from the document, or from another server's.
package replay
