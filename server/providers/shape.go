package providers

import (
	"regexp"
	"sync"
)

// shape is a regular expression that is compiled when it is first used: counted
// repetitions take long, and most programs never meet most of them.
func shape(pattern string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(pattern) })
}
