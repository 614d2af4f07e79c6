// Package oasdiff finds out whether a change of the contract would break a
// client that was generated from the newest release. It is a module of its own,
// so that the tool's libraries stay out of the server's.
package oasdiff
