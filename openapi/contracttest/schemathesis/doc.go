// Package schemathesis sends generated requests to the running program and checks
// the answers against the contract, with the tool of that name. `make contract` runs
// it; without python3 it is skipped.
package schemathesis
