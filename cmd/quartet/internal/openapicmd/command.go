// Package openapicmd writes the contract in the forms in which a server serves it.
package openapicmd

import (
	"strings"

	"github.com/alecthomas/kong"

	"quartet/cmd/quartet/internal/cli"
	"quartet/openapi"
	"quartet/openapi/specfilter"
)

// Command is quartet openapi.
type Command struct {
	Render   string   `enum:",${renderings}" default:"" help:"Form of the document: ${renderings}. Without it the document as it is written."`
	Tag      []string `enum:"${tags}" help:"Only the operations of these tags: ${tags}."`
	Language string   `enum:",${languages}" default:"" help:"Language of the texts: ${languages}. Without it both."`
	Format   string   `enum:"yaml,json" default:"yaml" help:"Format: ${enum}."`
}

// Names are the values of flags that the parser must know.
func Names(tags []string) kong.Vars {
	list := func(names []string) string { return strings.Join(names, ",") }
	return kong.Vars{"renderings": list(specfilter.Renderings), "languages": list(specfilter.Languages), "tags": list(tags)}
}

// Run writes the document to standard output.
func (o *Command) Run(c *cli.Console) error {
	wanted := specfilter.Wanted{Tags: o.Tag, Render: o.Render, Language: o.Language, JSON: o.Format == "json", Samples: openapi.CodeSamples, Pages: openapi.Pages}
	text, err := wanted.Of(openapi.Document)
	if err != nil {
		return err
	}
	_, err = c.Out.Write(text)
	return err
}
