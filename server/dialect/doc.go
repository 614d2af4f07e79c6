// Package dialect says what a dialect is: the words in which one framework's
// clients talk to the server. It holds the catalogue of failures and their
// messages, which all dialects share. Each dialect is a folder below; package all
// lists them.
package dialect

//go:generate go test -count=1 -run TestErrorsPageIsUpToDate . -args -update
