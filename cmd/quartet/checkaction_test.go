package main

import (
	"encoding/xml"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// action is what the test needs to know of a GitHub composite action.
type action struct {
	Inputs map[string]struct{ Description string }
	Runs   struct {
		Steps []struct {
			Env map[string]string
			Run string
		}
	}
}

func checkAction(t *testing.T) action {
	t.Helper()
	text, err := os.ReadFile("../../.github/actions/check/action.yml")
	must(t, err)
	var read action
	must(t, yaml.Unmarshal(text, &read))
	return read
}

var flagName = regexp.MustCompile(`--([a-z]+)`)

// The action passes every input on, by a flag that the program has.
func TestCheckActionPassesItsInputsOn(t *testing.T) {
	t.Parallel()
	a := checkAction(t)
	step := a.Runs.Steps[len(a.Runs.Steps)-1]
	var flags []string
	for _, match := range flagName.FindAllStringSubmatch(step.Run, -1) {
		flags = append(flags, match[1])
	}
	slices.Sort(flags)
	equal(t, "flags", strings.Join(flags, " "), strings.Join(sortedKeys(a.Inputs), " "))
	for _, command := range newParser(&commands{}).Model.Children {
		if command.Name != "check" {
			continue
		}
		for _, flag := range command.Flags {
			flags = slices.DeleteFunc(flags, func(name string) bool { return name == flag.Name })
		}
	}
	equal(t, "flags that the program does not have", strings.Join(flags, " "), "")
}

// The action's script does what it is for, in a shell as GitHub starts it.
func TestCheckActionRuns(t *testing.T) {
	t.Parallel()
	shell, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("no bash")
	}
	steps := checkAction(t).Runs.Steps
	folder := t.TempDir()
	report := filepath.Join(folder, "a report.xml")
	script := exec.CommandContext(t.Context(), shell, "--noprofile", "--norc", "-eo", "pipefail", "-c", steps[len(steps)-1].Run)
	script.Env = append(os.Environ(), "RUNNER_TEMP="+folder, "SOURCE=../..",
		"TARGET="+string(serveDemo(t).origin), "ONLY=getHealth/ok,/readyz", "SPEC=", "JUNIT="+report, "FIXTURES=")
	text, err := script.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	contains(t, string(text), "6 examples: 3 passed, 0 differ, 3 skipped")
	written, err := os.ReadFile(report)
	must(t, err)
	must(t, xml.Unmarshal(written, new(struct{})))
}

// The page's commands are ones that the program understands.
func TestCheckPageIsUnderstood(t *testing.T) {
	t.Parallel()
	found := 0
	for line := range strings.Lines(blocks(t, "../../openapi/CHECK.md")) {
		words := strings.Fields(strings.ReplaceAll(line, "X-Gateway-Key: ", "X-Gateway-Key:"))
		for i := range words {
			words[i] = strings.Trim(words[i], "'")
		}
		if _, err := grammarParser(t).Parse(words[1:]); err != nil {
			t.Errorf("%s: %v", line, err)
		}
		found++
	}
	equal(t, "commands", found, 8)
}
