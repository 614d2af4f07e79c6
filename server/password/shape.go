package password

import (
	"regexp"
	"sync"
)

// shape compiles a regular expression at its first use: counted repetitions take long
// to compile, and most runs need few of them.
func shape(pattern string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(pattern) })
}
