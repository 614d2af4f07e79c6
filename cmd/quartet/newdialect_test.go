package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"quartet/server/dialect/dialecttest"
)

// The command line lists the dialects that it is given, and takes no others.
func TestNewDialectIsListedInTheHelp(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	parser := newParser(&commands{}, dialectNames(dialecttest.Dialects), kong.Writers(&out, &out), kong.Exit(func(int) {}))
	_, _ = parser.Parse([]string{"serve", "--help"})
	contains(t, out.String(), strings.Join(dialecttest.Dialects.Names(), ","))
	_, err := parser.Parse([]string{"serve", "--legacy-status", "toy,jeecg"})
	must(t, err)
	_, err = parser.Parse([]string{"serve", "--legacy-status", "gold"})
	contains(t, err.Error(), `"toy"`)
	out.Reset()
	_, _ = parser.Parse([]string{"check", "--help"})
	contains(t, out.String(), ",toy)")
}
