// Package server speaks HTTP: it carries a request from the listener through
// the contract check and the access table to the rules, and every failure back
// through one exit into the caller's envelope.
package server
