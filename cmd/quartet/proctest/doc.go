// Package proctest is what the tests that run the program share: to build it, to serve on a
// free address until the test ends, and what it has written so far.
package proctest
