// Package e2e proves what the server promises its users, line by line,
// against the program on a real database. It holds nothing but tests, and the
// table of them is GUARANTEES.md.
package e2e
