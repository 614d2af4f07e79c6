package main

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

var update = flag.Bool("update", false, "write OPTIONS.md anew")

const optionsHead = `# The options of ` + "`quartet serve`" + `

Written from the program's own grammar by ` + "`make generate`" + `; do not edit. Each option can be set by its flag or by its
environment variable; the flag wins. A time is written like ` + "`90s`, `1h30m` or `30d`" + `, a rate ` + "`COUNT/TIME`" + ` (` + "`5/1h`" + `: at most five in an
hour, which begins with the first of them), a size ` + "`65536`, `64KiB` or `1MiB`" + `. The defaults are what the server promises; whoever
loosens one loosens the promise. Numbers that contradict each other, such as a token that outlives its session, are
refused at the start. Servers of one database should have the same limits; ` + "`quartet keys list`" + ` and ` + "`retire`" + ` need their
` + "`--access-life`" + `.
`

func TestOptionsPageIsUpToDate(t *testing.T) {
	t.Parallel()
	want := optionsPage(t)
	if *update {
		must(t, os.WriteFile("OPTIONS.md", []byte(want), 0o644))
	}
	if page, err := os.ReadFile("OPTIONS.md"); err != nil || string(page) != want {
		t.Errorf("OPTIONS.md is not what the grammar says; run make generate (%v)", err)
	}
}

func optionsPage(t *testing.T) string {
	t.Helper()
	headings, tables := []string{}, map[string]string{}
	for _, option := range serveOptions(t) {
		heading := "General"
		if option.Group != nil {
			heading = strings.TrimSuffix(option.Group.Title, ":")
		}
		if tables[heading] == "" {
			headings = append(headings, heading)
		}
		tables[heading] += optionRow(t, option)
	}
	page := optionsHead
	for _, heading := range headings {
		page += fmt.Sprintf("\n## %s\n\n| option | environment | default | meaning |\n|---|---|---|---|\n%s", heading, tables[heading])
	}
	return page
}

func optionRow(t *testing.T, option *kong.Flag) string {
	t.Helper()
	if option.Help == "" || len(option.Envs) != 1 {
		t.Errorf("--%s has no help, or not one environment variable: %v", option.Name, option.Envs)
	}
	otherwise := ""
	if option.Default != "" {
		otherwise = "`" + option.Default + "`"
	}
	// Kong adds the variable to the help; the table has a column for it.
	meaning, _, _ := strings.Cut(option.Help, " ($QUARTET_")
	if !strings.HasSuffix(meaning, ".") {
		meaning += "."
	}
	return fmt.Sprintf("| `--%s` | `%s` | %s | %s |\n", option.Name, option.Envs[0], otherwise, strings.ReplaceAll(meaning, "|", `\|`))
}

// serveOptions are the flags of quartet serve but --help, in the order of its
// help.
func serveOptions(t *testing.T) []*kong.Flag {
	t.Helper()
	for _, command := range newParser().Model.Children {
		if command.Name == "serve" {
			return command.Flags
		}
	}
	t.Fatal("there is no command serve")
	return nil
}
