// Package prism tests that Prism, as a validating proxy before a demonstration, refuses
// no call that the pages show, and nothing of the answers. `make test-prism` runs it;
// without npm it is skipped.
package prism
