// Package completioncmd has the command `quartet completion`, which completes command
// lines in bash, zsh and fish.
package completioncmd

import (
	"embed"
	"fmt"

	"github.com/alecthomas/kong"

	"quartet/cmd/quartet/internal/cli"
)

//go:embed scripts
var scripts embed.FS

// Model gives the program's commands.
type Model func() *kong.Node

// Command writes the script that a shell reads, or, for that script, how a command line
// can go on.
type Command struct {
	Bash  shell[bash] `cmd:"" help:"Write the script for bash: source <(quartet completion bash)"`
	Zsh   shell[zsh]  `cmd:"" help:"Write the script for zsh: source <(quartet completion zsh)"`
	Fish  shell[fish] `cmd:"" help:"Write the script for fish: quartet completion fish | source"`
	Words words       `cmd:"" hidden:"" help:"Write how a command line can go on."`
}

type (
	bash struct{}
	zsh  struct{}
	fish struct{}
)

func (bash) script() string { return "scripts/quartet.bash" }
func (zsh) script() string  { return "scripts/quartet.zsh" }
func (fish) script() string { return "scripts/quartet.fish" }

type shell[S interface{ script() string }] struct{}

// Run writes the script.
func (shell[S]) Run(c *cli.Console) error {
	var of S
	script, err := scripts.ReadFile(of.script())
	if err == nil {
		_, err = c.Out.Write(script)
	}
	return err
}

type words struct {
	Words []string `arg:"" optional:"" help:"The words of the command line after the program, up to the one to complete."`
}

// Run writes a line for each way to go on: the word, a tab and what it means.
func (w *words) Run(c *cli.Console, model Model) error {
	for _, found := range complete(model(), w.Words) {
		if _, err := fmt.Fprintf(c.Out, "%s\t%s\n", found.word, found.meaning); err != nil {
			return err
		}
	}
	return nil
}
