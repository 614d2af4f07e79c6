// Package server is the HTTP server. It checks each request against the contract and
// the access rules, calls the handlers, and reports every failure in the envelope of
// the caller's dialect.
package server
