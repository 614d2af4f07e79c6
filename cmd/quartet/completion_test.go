//go:build unix

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// completions are command lines, whose last word is to be completed, with some of the words
// that come next.
var completions = map[string][]string{
	"quartet us":                              {"user"},
	"quartet user s":                          {"show", "set"},
	"quartet user set li --mob":               {"--mobile", "--mobile-verified"},
	"quartet user list --role adm":            {"administrator"},
	"quartet user list --role=adm":            {"--role=administrator"},
	"quartet user role li mem":                {"member"},
	"quartet --vers":                          {"--version"},
	"quartet serve --legacy-status jf":        {"jfinal"},
	"quartet user list --disabled --li":       {"--limit"},
	"quartet session end 5 6 --us":            {"--user"},
	"quartet completion z":                    {"zsh"},
	"quartet app secret re":                   {"revoke"},
	"quartet user reset-password -- --pass":   nil,
	"quartet user list --limit adm":           nil,
	"quartet keys rotate --algorithm Ed":      {"EdDSA"},
	"quartet user add li --password x --role": {"--role"},
}

func TestTheProgramCompletes(t *testing.T) {
	t.Parallel()
	for line, want := range completions {
		args := append([]string{"completion", "words", "--"}, strings.Split(line, " ")[1:]...)
		var got []string
		for found := range strings.Lines(done(t, args...)) {
			word, _, _ := strings.Cut(found, "\t")
			got = append(got, word)
		}
		for _, word := range want {
			if !slices.Contains(got, word) {
				t.Errorf("%s: %s is missing in %v", line, word, got)
			}
		}
		if want == nil && got != nil {
			t.Errorf("%s: got %v", line, got)
		}
	}
	contains(t, done(t, "completion", "words"), "serve\t", "user\tAdminister users")
	equal(t, "hidden commands", done(t, "completion", "words", "completion", "w"), "")
}

// TestShellsComplete runs each shell that is installed.
func TestShellsComplete(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	build := exec.CommandContext(t.Context(), "go", "build", "-o", filepath.Join(dir, "quartet"), ".")
	if text, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	for shell, complete := range map[string]func(*testing.T, string) func(line string) string{
		"bash": inBash, "fish": inFish, "zsh": inZsh,
	} {
		t.Run(shell, func(t *testing.T) {
			t.Parallel()
			if _, err := exec.LookPath(shell); err != nil {
				if os.Getenv("CI") == "true" {
					t.Fatal(err)
				}
				t.Skipf("skipped: completion in %s, which is not installed", shell)
			}
			ask := complete(t, dir)
			for line, want := range completions {
				if len(want) == 0 {
					continue
				}
				got := ask(line)
				for _, word := range want {
					// bash completes the value alone
					if _, value, _ := strings.Cut(word, "="); !strings.Contains(got, word) && (shell != "bash" || value == "" || !strings.Contains(got, value)) {
						t.Errorf("%s: %s is missing in %q", line, word, got)
					}
				}
			}
		})
	}
}

func withPath(dir string) []string {
	return append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"), "HOME="+dir, "TERM=dumb")
}

func inBash(t *testing.T, dir string) func(string) string {
	return func(line string) string {
		script := `source <(quartet completion bash); COMP_WORDBREAKS=$' \t\n"\'><=;|&(:'
			COMP_WORDS=(` + strings.ReplaceAll(line, "=", " = ") + `); COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
			_quartet; printf '%s\n' "${COMPREPLY[@]}"; complete -p quartet`
		command := exec.CommandContext(t.Context(), "bash", "--norc", "--noprofile", "-c", script)
		command.Env = withPath(dir)
		out, err := command.CombinedOutput()
		must(t, err)
		contains(t, string(out), "complete -o default -F _quartet quartet")
		return string(out)
	}
}

func inFish(t *testing.T, dir string) func(string) string {
	return func(line string) string {
		command := exec.CommandContext(t.Context(), "fish", "--no-config", "-c", `quartet completion fish | source; complete -C "`+line+`"`)
		command.Env = withPath(dir)
		out, err := command.CombinedOutput()
		must(t, err)
		return string(out)
	}
}

// inZsh asks the script's function, with the functions of zsh that need a terminal
// replaced, and that zsh has it for the program.
func inZsh(t *testing.T, dir string) func(string) string {
	return func(line string) string {
		script := `autoload -U compinit; compinit -u -D; source <(quartet completion zsh)
			_describe() { print -rl -- "${(@P)2}" }
			_files() { print files }
			words=(` + line + `); CURRENT=$#words; _quartet; print "registered: $_comps[quartet]"`
		command := exec.CommandContext(t.Context(), "zsh", "-f", "-c", script)
		command.Env = withPath(dir)
		out, err := command.CombinedOutput()
		must(t, err)
		contains(t, string(out), "registered: _quartet")
		return string(out)
	}
}
