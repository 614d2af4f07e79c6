// Package dialect words failures in the five envelopes and tells which envelope a
// path belongs to. It knows no account: success bodies are the generated models.
package dialect

//go:generate go test -count=1 -run TestErrorsPageIsUpToDate . -args -update
