package main

import (
	"strings"
	"testing"
)

// TestThePageOfOperatorsIsTrue runs the commands of the page in their order, but those of
// shells.
func TestThePageOfOperatorsIsTrue(t *testing.T) {
	t.Parallel()
	db := newInstallation(t)
	for _, name := range []string{"tang.xi", "tang.xi.2"} {
		done(t, at(db, "user", "add", name, "--nickname", "唐溪")...)
	}
	done(t, at(db, "org", "add", "north", "北")...)
	done(t, at(db, "role", "add", "teacher", "教师")...)
	done(t, at(db, "app", "add", "portal", "门户")...)
	commands := 0
	for _, block := range fencedBlock.FindAllStringSubmatch(read(t, "OPERATING.md"), -1) {
		for line := range strings.Lines(block[2]) {
			args := strings.Fields(shComment.ReplaceAllString(line, ""))
			if block[1] != "sh" || len(args) == 0 || args[0] != "quartet" || args[1] == "completion" {
				continue
			}
			if last := len(args) - 1; strings.HasPrefix(args[last], ">") {
				args = args[:last]
			}
			commands++
			done(t, at(db, args[1:]...)...)
		}
	}
	if commands < 20 {
		t.Errorf("the page has %d commands", commands)
	}
}
