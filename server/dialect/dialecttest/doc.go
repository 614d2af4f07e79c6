// Package dialecttest is a sixth dialect, which tests add to the list of dialects. Only
// tests import it.
package dialecttest
