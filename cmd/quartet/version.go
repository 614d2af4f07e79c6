package main

import (
	"cmp"
	"fmt"
	"runtime/debug"

	"quartet/cmd/quartet/internal/cli"
)

type versionCommand struct{}

// Run prints the version that the build recorded.
func (versionCommand) Run(c *cli.Console) error {
	_, err := fmt.Fprintln(c.Out, "quartet", version())
	return err
}

// release is what `make build` stamps in: the tag or commit it builds.
var release string

// version is the release, else the module's version as the go command recorded
// it, and the compiler's.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return cmp.Or(release, "(unknown)")
	}
	return cmp.Or(release, info.Main.Version) + " " + info.GoVersion
}
