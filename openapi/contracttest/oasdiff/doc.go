// Package oasdiff tests whether a change of the contract breaks clients that were
// generated from the newest release. It is a separate module, so that the server does
// not depend on the tool's libraries. README.md explains what counts as a break.
package oasdiff
