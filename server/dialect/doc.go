// Package dialect defines what a dialect is: the request and response formats of one
// framework's clients. It contains the catalogue of failures and their messages, which
// all dialects share. Each dialect is a folder below; package all lists them.
package dialect

//go:generate go test -count=1 -run TestErrorsPagesAreUpToDate . -args -update
