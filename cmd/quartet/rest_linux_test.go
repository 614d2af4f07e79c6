package main

import (
	"fmt"
	"strings"
	"testing"
)

// Only what is as it is in the program's file may be given back: the loader has
// written into a part of some programs before it made that read-only.
func TestOnlyUntouchedPagesAreGivenBack(t *testing.T) {
	t.Parallel()
	const smaps = `00400000-00500000 r-xp 00000000 fe:00 1003                   /usr/bin/quartet
Size:               1024 kB
Private_Clean:       900 kB
Anonymous:             0 kB
Swap:                  0 kB
00500000-00600000 r--p 00100000 fe:00 1003                   /usr/bin/quartet
Anonymous:           300 kB
00600000-00700000 r--p 00200000 fe:00 1003                   /usr/bin/quartet (deleted)
Anonymous:             0 kB
00700000-00800000 rw-p 00300000 fe:00 1003                   /usr/bin/quartet
Anonymous:             0 kB
00800000-00900000 rw-p 00000000 00:00 0
Anonymous:             0 kB
00900000-00a00000 r--p 00000000 fe:00 1004                   /usr/lib/quartet
Anonymous:             0 kB
7ffe00000000-7ffe00020000 r-xp 00000000 00:00 0              [vdso]
Anonymous:             0 kB
`
	var found []string
	for _, m := range untouched(strings.NewReader(smaps), "/usr/bin/quartet") {
		found = append(found, fmt.Sprintf("%x-%x", m.from, m.to))
	}
	equal(t, "given back", strings.Join(found, " "), "400000-500000 600000-700000")
}
