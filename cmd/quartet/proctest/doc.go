// Package proctest is what the tests that run the program share: a free
// address, the wait for a server to be ready, and what it has written so far.
package proctest
