// Package dialecttest is a sixth dialect, for tests of what follows from the list
// of dialects. Only tests import it.
package dialecttest
