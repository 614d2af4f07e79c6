package password

import (
	"regexp"
	"sync"
)

// shape is a regular expression that is compiled when it is first used: counted
// repetitions take long to compile, and most runs need few of them.
func shape(pattern string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(pattern) })
}
