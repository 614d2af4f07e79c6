// Package e2e tests the server's guarantees, which GUARANTEES.md lists, with the
// program and a real database. It contains only tests.
package e2e
