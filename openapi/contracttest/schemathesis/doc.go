// Package schemathesis throws generated requests at the running program and
// holds what comes back against the contract, with the tool of that name.
// `make contract` runs it; without python3 it says so and is skipped.
package schemathesis
