package main

import (
	"fmt"
	"runtime/debug"
)

type versionCommand struct{}

// Run prints the version that the build recorded.
func (versionCommand) Run(c *console) error {
	_, err := fmt.Fprintln(c.out, "quartet", version())
	return err
}

// version is the module's version, which the go command takes from the tag or
// the commit it builds, and the compiler's.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "(unknown)"
	}
	return info.Main.Version + " " + info.GoVersion
}
