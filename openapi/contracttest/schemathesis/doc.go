// Package schemathesis tests the running program with requests that the tool of that
// name generates, and checks the responses against the contract. `make contract` runs
// it; without python3 it is skipped.
package schemathesis
